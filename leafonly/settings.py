"""The settings of leafonly in a project's pytest configuration."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

__all__ = ["SETTINGS", "settings_of"]

_OPTIONS = (
    *("camera", "camera-link", "clients", "require", "scenarios", "key-types"),
    *("trust", "domain", "report-dir", "hierarchy"),
)

SETTINGS = {
    f"leafonly_{option.replace('-', '_')}": f"the default of leafonly's --{option}"
    for option in _OPTIONS
}
"""Setting -> its meaning."""

_FILES: dict[str, tuple[str, ...]] = {
    "pytest.toml": ("pytest",),
    ".pytest.toml": ("pytest",),
    "pytest.ini": ("pytest",),
    ".pytest.ini": ("pytest",),
    "pyproject.toml": ("tool", "pytest"),
    "tox.ini": ("pytest",),
    "setup.cfg": ("tool:pytest",),
}
"""pytest's configuration files in its order, and the table in each (pytest 9, "Initialization:
determining rootdir and configfile")."""


def settings_of(directory: Path) -> dict[str, str]:
    """Return leafonly's settings from the project's pytest configuration.

    Args:
        directory: The configuration is the first file in it, or in a folder above it, that
            pytest would read.

    Raises:
        OSError: The file cannot be read.
        ValueError: The file cannot be parsed, or the value of a setting is not a string.

    """
    for folder in (directory, *directory.parents):
        for name, table in _FILES.items():
            path = folder / name
            if not path.is_file():
                continue
            found = _table(path, table)
            if found is not None:
                return _checked(path, found)
            if path.stem in ("pytest", ".pytest"):
                return {}  # pytest's own files are its configuration even without a table
    return {}


def _table(path: Path, names: tuple[str, ...]) -> Mapping[str, Any] | None:
    """Return pytest's table in a file; None if the file has none."""
    # Imported here, because every pytest run with leafonly installed imports this module.
    import configparser
    import tomllib

    try:
        if path.suffix == ".toml":
            found = tomllib.loads(path.read_text("utf-8"))
            for name in names:
                found = found.get(name, {})
            # pyproject.toml's older table, whose values are texts.
            return found.get("ini_options", found) or None
        parser = configparser.ConfigParser(interpolation=None)
        parser.read_string(path.read_text("utf-8"))
        return parser[names[0]] if parser.has_section(names[0]) else None
    except (tomllib.TOMLDecodeError, configparser.Error, UnicodeDecodeError, AttributeError) as e:
        raise ValueError(f"{path}: {' '.join(str(e).split())}") from e


def _checked(path: Path, table: Mapping[str, Any]) -> dict[str, str]:
    found = {}
    for name in SETTINGS.keys() & table.keys():
        value = table[name]
        if not isinstance(value, str):
            raise ValueError(f"{path}: {name} = {value!r} must be a string, such as 'curl,httpx'")
        found[name] = value
    return found
