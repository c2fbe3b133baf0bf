"""The line of a program's output that names the error."""

import re

__all__ = ["telling_line"]

_LONGEST_LINE = 160  # characters

# How errors begin in compilers, interpreters and shells. The first such line names the cause
# (Perl: "Can't locate LWP.pm", Lua: "module 'ssl' not found"); its trace follows. Indented lines
# are source code or a trace; Python prints its exception last.
_ERROR = re.compile(
    r"(?=\S).*?(error|exception|can't|cannot|unable|not found|no such|denied|failed|does not)",
    re.IGNORECASE,
)


def telling_line(text: str, otherwise: str = "it printed nothing") -> str:
    """Return the first line that looks like an error; the last line if none does."""
    # After a line that ends with a colon, the message is in the next one (Mono, Erlang).
    lines = re.sub(r":\n\s*", ": ", text.strip()).splitlines() or [otherwise]
    telling = next((line for line in lines if _ERROR.match(line)), lines[-1]).strip()
    return telling if len(telling) <= _LONGEST_LINE else telling[: _LONGEST_LINE - 1] + "…"
