"""`leafonly.serve`, and what a wheel adds to other people's pytest."""

import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography import x509

import leafonly
from leafonly.certificates.chain import KEY_TYPES, KeyType
from leafonly.pytest_plugin import leaf_only_server
from tests.helpers.waiting import LONGEST

ROOT = Path(__file__).parents[1]

assert leaf_only_server  # a fixture, also where leafonly is not installed


def fetch(server: leafonly.LeafOnlyServer, *trusted: Path) -> bytes:
    context = ssl.create_default_context(cafile=server.root)
    for each in trusted:
        context.load_verify_locations(each)
    with urllib.request.urlopen(server.url, context=context, timeout=10) as answer:
        return bytes(answer.read())


def test_names_of_the_public_api() -> None:
    assert leafonly.__all__ == ["Connection", "LeafOnlyServer", "__version__", "serve"]
    assert all(hasattr(leafonly, name) for name in leafonly.__all__)
    assert (ROOT / "leafonly/py.typed").exists()
    with pytest.raises(AttributeError, match="no attribute 'Serve'"):
        _ = leafonly.Serve


@pytest.mark.parametrize("key_type", KEY_TYPES)
def test_leaf_alone_needs_the_intermediate(key_type: KeyType) -> None:
    with leafonly.serve(key_type=key_type) as server:
        with pytest.raises(urllib.error.URLError, match="unable to get local issuer"):
            fetch(server)
        assert fetch(server, server.intermediate)
        rejected, accepted = server.connections
        assert (rejected.alert, rejected.request) == ("unknown_ca", None)
        assert (accepted.alert, accepted.request) == (None, "GET / HTTP/1.1")
        assert accepted.server_name == "localhost"
    assert not server.root.exists()


def test_full_chain_needs_the_root_alone() -> None:
    with leafonly.serve("full_chain") as server:
        assert fetch(server)


def test_name_in_the_leaf_is_chosen() -> None:
    with leafonly.serve(name="cam.example.com") as server:
        assert server.url == f"https://cam.example.com:{server.port}/"
        leaf = x509.load_pem_x509_certificate(
            ssl.get_server_certificate(("127.0.0.1", server.port)).encode()
        )
        san = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        assert san.get_values_for_type(x509.DNSName) == ["cam.example.com"]


def test_wrong_argument_is_named() -> None:
    with pytest.raises(ValueError, match="presents='chain': it must be one of leaf, full_chain"):
        leafonly.serve("chain").__enter__()  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="key_type='ed25519'"):
        leafonly.serve(key_type="ed25519").__enter__()  # type: ignore[arg-type]


def test_fixture_starts_several_servers(
    leaf_only_server: Callable[..., leafonly.LeafOnlyServer],
) -> None:
    one, other = leaf_only_server(), leaf_only_server("full_chain", key_type="p384")
    assert one.port != other.port
    assert fetch(other)


def test_plugin_adds_no_option_and_loads_nothing_of_leafonly(tmp_path: Path) -> None:
    (tmp_path / "test_theirs.py").write_text(
        "import sys\n"
        "def test_loaded():\n"
        "    heavy = {'cryptography', 'OpenSSL', 'trustme', 'leafonly.clients', 'leafonly.tls'}\n"
        "    assert not heavy & sys.modules.keys()\n"
        "def test_options(pytestconfig):\n"
        "    assert not hasattr(pytestconfig.option, 'camera')\n"
    )
    (tmp_path / "pytest.ini").write_text("[pytest]\nleafonly_clients = curl\n")
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--strict-config", "-p", "leafonly.pytest_plugin"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST,
    )
    assert "2 passed" in finished.stdout, finished.stdout
