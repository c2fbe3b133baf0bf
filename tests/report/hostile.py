"""Names that a report may hold, and what a page may consist of though it has them."""

import re
from html.parser import HTMLParser

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><b onmouseover=x>',
    "</style><img src=x onerror=alert(1)>",
    "javascript:alert(1)",
    "[link](http://x.example) ![](http://x.example/y) http://x.example www.x.example @user #1",
    "| pipe ``` `code` | \\| ***bold*** $x$",
    '=HYPERLINK("http://x.example")',
    "\x1b[2J\x1b]0;title\x07",
    "\u202eevil\u2066\u200b",
    "{{ 7*7 }}{% include 'x' %}",
    "\ud800",
    "new\nline\r# heading",
    "x" * 1_000_000,
]


MARKDOWN = {"p", "strong", "h2", "ul", "li", "code", "table", "thead", "tbody", "tr", "th", "td"}
"""The elements that the Markdown of a report is rendered to."""


LINKS = re.compile(r"://|www\.|@\w|#\d")
"""What GitHub makes a link of, outside of code."""


class Tags(HTMLParser):
    """Collects the elements and attributes of a page, and its text outside of code."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.attributes: set[str] = set()
        self.outside_code = ""
        self._in_code = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        self._in_code = tag == "code"
        self.attributes |= {name for name, _ in attrs}

    def handle_endtag(self, tag: str) -> None:
        self._in_code = False

    def handle_data(self, data: str) -> None:
        if not self._in_code:
            self.outside_code += data
