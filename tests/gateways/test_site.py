"""What may enter a configuration, and what is refused."""

import contextlib
import importlib
import socket
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leafonly.gateways import GATEWAYS, Site, free_ports
from leafonly.gateways.quoting import check_path, quoted
from leafonly.tls.address import Target

GOOD: dict[str, Any] = {
    "domain": "cam.example.com",
    "camera": Target("192.0.2.7", 443),
    "camera_name": "cam.example.com",
    "camera_certificate": Path("/a/camera.pem"),
    "chain": Path("/a/fullchain.pem"),
    "key": Path("/a/privkey.pem"),
    "listen": Target("127.0.0.1", 443),
    "directory": Path("/a"),
}


def test_good_values_are_taken():
    site = Site(**GOOD)
    for gateway in GATEWAYS.values():
        text = gateway.render(site)
        assert "192.0.2.7" in text
        assert "/a/fullchain.pem" in text


@pytest.mark.parametrize("character", list(" \t\n\r\0;{}$#\"'\\/:_%,()[]ü"))
@pytest.mark.parametrize("field", ["domain", "camera", "camera_name", "listen"])
def test_a_name_has_letters_digits_hyphens_and_dots_only(field, character):
    name = f"cam{character}example"
    value = Target(name, 443) if field in ("camera", "listen") else name
    with pytest.raises(ValueError, match="letters, digits, hyphens and dots"):
        Site(**GOOD | {field: value})


@pytest.mark.parametrize("name", ["", "-cam", "...", "a" * 254])
def test_a_name_that_is_none_is_refused(name):
    with pytest.raises(ValueError, match="letters, digits, hyphens and dots"):
        Site(**GOOD | {"domain": name})


@pytest.mark.parametrize("character", list("\t\n\r\0\x1b\u202e\\${}"))
@pytest.mark.parametrize("field", ["camera_certificate", "chain", "key", "directory"])
def test_a_path_that_a_configuration_reads_otherwise_is_refused(field, character):
    with pytest.raises(ValueError, match="use another folder"):
        Site(**GOOD | {field: Path(f"/a/b{character}c")})


@pytest.mark.parametrize("port", [0, 443, 65536])
def test_the_inner_port_is_another_one(port):
    with pytest.raises(ValueError, match="inner port"):
        Site(**GOOD | {"inner_port": port})


@given(st.text(min_size=1, max_size=20))
def test_a_quoted_path_ends_where_it_ends(text):
    """No path that is taken can end its quotes early; what is inside is the path."""
    try:
        path = check_path(Path(f"/{text}"))
    except ValueError:
        return
    word = quoted(path)
    assert word[0] == word[-1] == '"'
    inside = word[1:-1].replace('\\"', "")
    assert '"' not in inside
    assert "\\" not in inside
    assert word[1:-1].replace('\\"', '"') == str(path)


def test_an_entry_says_how_its_configuration_is_checked():
    for gateway in GATEWAYS.values():
        assert bool(gateway.check) != bool(gateway.or_check)
        assert gateway.file in gateway.line(gateway.run, Path("/a"))


def test_free_ports_differ_and_the_system_gives_them_to_nobody_else():
    ports = free_ports(200)
    assert len(set(ports)) == 200
    with contextlib.ExitStack() as stack:
        others = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(400)]
        given = [each.getsockname()[1] for each in others]
    assert max(ports) < min(given)


def test_free_ports_are_those_of_the_system_where_it_gives_out_all(tmp_path, monkeypatch):
    (tmp_path / "range").write_text("1024\t65535\n")
    # By this name, the package has its function.
    module = importlib.import_module("leafonly.gateways.running")
    monkeypatch.setattr(module, "_DYNAMIC_OF_LINUX", tmp_path / "range")
    assert len(set(free_ports(20))) == 20
