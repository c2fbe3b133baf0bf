"""HTML pages in one file, with their own style and script, and nothing loaded from elsewhere."""

import re
from base64 import b64encode
from hashlib import sha256

import jinja2
from markupsafe import Markup, escape

from leafonly.report.headings import look

__all__ = ["draw"]

_MOST = 2_000  # characters of a text
_MOST_COPIED = 100_000  # characters of a text that people copy
_MOST_NAME = 80
# Invisible characters: controls, direction marks, halves of a character.
_UNSEEN = re.compile(
    "[\\x00-\\x08\\x0b-\\x1f\\x7f-\\x9f\\xad\\u061c\\u180e\\u200b-\\u200f\\u2028-\\u202e\\u2060-\\u206f"
    "\\ufeff\\ufff9-\\ufffb\\ud800-\\udfff\\U000e0000-\\U000e007f]"
)


def draw(template: str, **values: object) -> str:
    """Return the page that a template of `templates/` makes of these values.

    The template extends `page.html.j2`, which contains the style and the script. Its Content
    Security Policy allows both by their hash (CSP3 section 8.3), so nothing in a report can add a
    script, a style or a request. Values are escaped and shortened to 2000 characters, and
    invisible characters are written as their numbers. The filter `name` shortens to 80
    characters; `copied` keeps up to 100 000 of a text that people copy.

    Raises:
        jinja2.UndefinedError: The template needs a value that is missing.

    """
    style, script = (_source(name) for name in ("style.css", "script.js"))
    return _TEMPLATES.get_template(template).render(
        style=Markup(style),  # noqa: S704 - a file of this package
        style_hash=_hash(style),
        script=Markup(script),  # noqa: S704 - a file of this package
        script_hash=_hash(script),
        **values,
    )


def _source(name: str) -> str:
    """Return a file of `templates/` with line feeds, because its hash must be the page's."""
    loader = _TEMPLATES.loader
    assert loader is not None
    text, _, _ = loader.get_source(_TEMPLATES, name)
    return text.replace("\r\n", "\n")


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()


def _shown(value: object) -> object:
    """Return a value that is safe to show; only the templates themselves make Markup."""
    if not isinstance(value, str) or isinstance(value, Markup):
        return value
    return _bounded(value, _MOST)


def _bounded(text: str, most: int) -> str:
    more = len(text) - most
    kept = _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text[:most])
    return f"{kept}… ({more} more characters)" if more > 0 else kept


def _shortened(text: object, most: int = _MOST_NAME) -> str:
    whole = str(text)
    kept = _UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", whole[:most])
    return kept + ("…" if len(whole) > most else "")


def _copied(text: object) -> Markup:
    return escape(_bounded(str(text), _MOST_COPIED))


_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("leafonly.report", "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    finalize=_shown,
)
_TEMPLATES.filters.update(name=_shortened, shorten=_shortened, copied=_copied)
_TEMPLATES.globals.update(look=look)
