"""leafonly's version, and whether it runs from a clone or from a wheel."""

import re
from collections.abc import Sequence
from pathlib import Path

__all__ = [
    "__version__",
    "extras_command",
    "install_command",
    "is_clone",
    "reports_folder",
    "rootdir",
]

__version__ = "0.1.0"

_PACKAGE = Path(__file__).parent
_IN_WHEEL = _PACKAGE / "_rootdir"


def is_clone() -> bool:
    """Return whether leafonly runs from a clone of the repository."""
    return not _IN_WHEEL.is_dir()


def rootdir() -> Path:
    """Return the folder with conftest.py, fixtures/ and suites/."""
    return _PACKAGE.parent if is_clone() else _IN_WHEEL


def reports_folder() -> str:
    """Return the name of the folder for reports, in the current directory."""
    return "reports" if is_clone() else "leafonly-report"


def extras_command(names: Sequence[str]) -> str:
    """Return the command that installs leafonly with these extras."""
    if is_clone():
        # Without --inexact, uv would remove the extras that are installed.
        return " ".join(["uv sync --inexact", *(f"--extra {name}" for name in names)])
    return f"pip install 'leafonly[{','.join(names)}]'" if names else "pip install leafonly"


def install_command(command: str) -> str:
    """Return an install command of an entry as it must be here: in a clone, or from a wheel."""
    if is_clone():
        return command
    return re.sub(r"uv sync\b[^;]*", lambda match: _for_wheel(match[0]), command)


def _for_wheel(command: str) -> str:
    python = re.search(r"--python (\S+)", command)
    text = extras_command(re.findall(r"--extra (\S+)", command))
    return f"python{python[1]} -m {text}" if python else text
