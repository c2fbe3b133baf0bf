"""HTML pages of one file each: own style, own script, and nothing loaded from anywhere else."""

from base64 import b64encode
from hashlib import sha256

import jinja2

__all__ = ["draw"]

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("leafonly.report", "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def draw(template: str, **values: object) -> str:
    """Return the page that a template of `templates/` makes of these values.

    The template extends `page.html.j2`, which carries the style and the script. Its Content
    Security Policy names both by their hash (CSP3 section 8.3), so no other script, style or
    request can come out of what a report contains. Values are escaped.

    Raises:
        jinja2.UndefinedError: The template needs a value that is not here.

    """
    style, script = (_source(name) for name in ("style.css", "script.js"))
    return _TEMPLATES.get_template(template).render(
        style=style,
        style_hash=_hash(style),
        script=script,
        script_hash=_hash(script),
        **values,
    )


def _source(name: str) -> str:
    """Return a file of `templates/` as it is. The loader gives it line feeds on any system."""
    loader = _TEMPLATES.loader
    assert loader is not None
    text, _, _ = loader.get_source(_TEMPLATES, name)
    return text.replace("\r\n", "\n")


def _hash(text: str) -> str:
    return "sha256-" + b64encode(sha256(text.encode()).digest()).decode()
