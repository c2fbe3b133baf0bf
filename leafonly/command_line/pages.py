"""Write an HTML page to the file that the user named."""

from collections.abc import Iterable
from pathlib import Path

__all__ = ["write_page"]


def write_page(output: Path, html: str, sources: Iterable[Path]) -> None:
    """Write a page, unless it would overwrite a report that it is drawn from.

    Raises:
        ValueError: The output is one of the reports.
        OSError: It cannot be written.

    """
    if output.exists() and any(output.samefile(source) for source in sources):
        raise ValueError(f"{output} is the report itself: name another file")
    # JSON can hold halves of a character, which UTF-8 cannot.
    output.write_text(html, encoding="utf-8", errors="replace")
