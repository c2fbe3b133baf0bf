"""The lines of main.py that load what `leafonly deploy` writes."""

from collections.abc import Sequence

__all__ = ["main_lines"]


def main_lines(folder: str, names: Sequence[str]) -> str:
    """Return MicroPython code that makes `context`, a TLS server's context.

    Args:
        folder: The folder on the board.
        names: The names of leaf, key and intermediates. An intermediate that is not there is
            left out, because a CA's next chain may be shorter.

    """
    leaf, key, *intermediates = names
    lines = [
        "import os",
        "import tls",
        "",
        f'FOLDER = "{folder}"',
        "try:",
        "    os.stat(FOLDER)",
        "except OSError:",
        "    # leafonly deploy was interrupted between its two renames.",
        '    FOLDER += ".old"',
        "",
        "",
        "def read(name):",
        '    with open(FOLDER + "/" + name, "rb") as file:',
        "        return file.read()",
        "",
        "",
        "context = tls.SSLContext(tls.PROTOCOL_TLS_SERVER)",
        f'key = read("{key}")',
        f'context.load_cert_chain(read("{leaf}"), key)',
    ]
    if intermediates:
        quoted = repr(tuple(intermediates)).replace("'", '"')
        lines += [
            f"for name in {quoted}:",
            "    if name in os.listdir(FOLDER):",
            "        context.load_cert_chain(read(name), key)",
        ]
    return "\n".join(lines) + "\n"
