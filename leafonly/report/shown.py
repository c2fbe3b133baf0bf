"""Names from reports, bounded and printable, because every name in a report may be hostile."""

import re
import textwrap
from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

from leafonly.certificates.printable import one_line
from leafonly.report.rows import ClientRow

__all__ = ["by_key", "folded", "in_markdown", "shown", "versions"]

_MOST_CHARACTERS = 120  # of one name: the longest command of a client has 60
# Neither a link nor a mention nor an issue, for GitHub's Markdown too (GFM, "Autolinks
# (extension)", and GitHub's "Autolinked references": GH-1).
_PLAIN = re.compile(
    r"(?!.*www\.|.*\bgh-\d)[A-Z0-9(](?:[A-Z0-9 .,()/+→-]|:(?= )|(?<=[A-Z0-9])_(?=[A-Z0-9]))*",
    re.IGNORECASE,
)

Key = TypeVar("Key", bound=Hashable)
Row = TypeVar("Row")


def shown(text: str) -> str:
    """Return a text from a report as one short printable line."""
    return one_line(text, _MOST_CHARACTERS)


def in_markdown(text: str) -> str:
    """Return a text for a cell of a Markdown table; it is code if it could be markup.

    In code, nothing is a link, a mention, a formula or HTML (GFM, "Code spans"); a `|` would
    still end the cell. This is for names and versions; `markdown.escaped` is for sentences.
    """
    if not text or _PLAIN.fullmatch(text):
        return text
    return "`" + text.replace("`", "'").replace("|", "¦") + "`"


def by_key(rows: Iterable[Row], key: Callable[[Row], Key]) -> dict[Key, Row]:
    """Return rows by their key.

    Raises:
        ValueError: Two rows have the same key, so that one would be lost.

    """
    found: dict[Key, Row] = {}
    for row in rows:
        if (identity := key(row)) in found:
            parts = identity if isinstance(identity, tuple) else (identity,)
            raise ValueError(f"a report lists {shown('-'.join(map(str, parts)))} twice")
        found[identity] = row
    return found


def versions(client: ClientRow) -> str:
    """Return the version of a client, and in brackets its TLS library with its version."""
    library = " ".join(filter(None, (client["stack"], client["stack_version"])))
    return shown(f"{client['version'] or 'version unknown'} ({library})")


def folded(text: str, width: int, indent: int = 0) -> str:
    """Return a text broken into lines for a terminal; all but the first are indented.

    No word is broken, because it may be a file name, an address or an option.
    """
    return textwrap.fill(
        text,
        max(20, width),
        subsequent_indent=" " * indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
