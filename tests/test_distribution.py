"""An installed leafonly says how its extras are installed without a clone."""

import pytest

from leafonly import distribution


@pytest.mark.parametrize(
    ("entry", "installed"),
    [
        ("uv sync", "pip install leafonly"),
        ("uv sync --inexact", "pip install leafonly"),
        (
            "apt install libnss3-tools; uv sync --inexact --extra browsers",
            "apt install libnss3-tools; pip install 'leafonly[browsers]'",
        ),
        (
            "uv sync --inexact --python 3.12 --extra clients",
            "python3.12 -m pip install 'leafonly[clients]'",
        ),
        ("apt install curl", "apt install curl"),
    ],
)
def test_commands_of_a_clone_are_those_of_a_package(
    monkeypatch: pytest.MonkeyPatch, entry: str, installed: str
) -> None:
    assert distribution.install_command(entry) == entry
    monkeypatch.setattr(distribution, "is_clone", lambda: False)
    assert distribution.install_command(entry) == installed
