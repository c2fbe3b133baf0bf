"""leafonly's settings in a project's pytest configuration."""

from pathlib import Path

import pytest

from leafonly.settings import settings_of


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("pyproject.toml", "[tool.pytest.ini_options]\nleafonly_clients = 'curl'\nother = 1\n"),
        ("pyproject.toml", "[tool.pytest]\nleafonly_clients = 'curl'\n"),
        ("pytest.toml", "[pytest]\nleafonly_clients = 'curl'\n"),
        ("pytest.ini", "[pytest]\nleafonly_clients = curl\n"),
        ("tox.ini", "[tox]\n[pytest]\nleafonly_clients = curl\n"),
        ("setup.cfg", "[metadata]\n[tool:pytest]\nleafonly_clients = curl\n"),
    ],
)
def test_setting_is_read_from_the_project_above(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    (tmp_path / "below").mkdir()
    # Without a table for pytest, a file is not its configuration.
    (tmp_path / "below" / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    assert settings_of(tmp_path / "below") == {"leafonly_clients": "curl"}


def test_nothing_is_set_where_nothing_is_said(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    assert settings_of(tmp_path) == {}


@pytest.mark.parametrize("name", ["pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini"])
def test_pytests_own_file_is_the_configuration_even_if_it_is_empty(
    tmp_path: Path, name: str
) -> None:
    # As pytest has it (9, _pytest/config/findpaths.py).
    (tmp_path / name).touch()
    (tmp_path / "tox.ini").write_text("[pytest]\nleafonly_clients = curl\n")
    assert settings_of(tmp_path) == {}


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("[tool.pytest.ini_options\n", "pyproject.toml: "),
        ("[tool.pytest.ini_options]\nleafonly_clients = ['curl']\n", "must be a string"),
        ("tool = 1\n", "pyproject.toml: "),
    ],
)
def test_file_that_cannot_be_used_is_named(tmp_path: Path, text: str, error: str) -> None:
    (tmp_path / "pyproject.toml").write_text(text)
    with pytest.raises(ValueError, match=error):
        settings_of(tmp_path)
