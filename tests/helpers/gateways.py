"""Gateways in tests: one that runs in front of a port, and a client that verifies it."""

import contextlib
import http.client
import ssl
import subprocess

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import der, pem
from leafonly.gateways import GATEWAYS, Site, free_ports, running
from leafonly.gateways.gateway import bare_environment
from leafonly.tls.address import Target
from tests.helpers.waiting import LONGEST

AUTHORITY = Authority()

EACH = pytest.mark.parametrize("gateway", GATEWAYS.values(), ids=list(GATEWAYS))


def skip_without(gateway):
    if gateway.path is None:
        pytest.skip(f"{gateway.name} is not on this machine: {gateway.install}")


def checked(gateway, directory):
    """Run a gateway's own check of the configuration in a folder."""
    return subprocess.run(
        gateway.argv(gateway.check, directory),
        cwd=directory,
        env=bare_environment(directory),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=LONGEST,
        text=True,
        check=False,
    )


def site_for(directory, port, pinned, camera_name="localhost"):
    """The files of a gateway for localhost in a folder, and its parameters."""
    chain = AUTHORITY.issue()
    listen, inner = free_ports(2)
    files = {name: directory / name for name in ("fullchain.pem", "fullchain.pem.key")}
    files["fullchain.pem"].write_bytes(pem(chain.full))
    files["fullchain.pem.key"].write_bytes(chain.key_bytes(Encoding.PEM))
    files["fullchain.pem.key"].chmod(0o600)
    (directory / "camera.pem").write_bytes(pem([pinned]))
    return Site(
        domain="localhost",
        camera=Target("127.0.0.1", port),
        camera_name=camera_name,
        camera_certificate=directory / "camera.pem",
        chain=files["fullchain.pem"],
        key=files["fullchain.pem.key"],
        listen=Target("127.0.0.1", listen),
        inner_port=inner,
        directory=directory,
    )


@contextlib.contextmanager
def in_front_of(gateway, site):
    skip_without(gateway)
    (site.directory / gateway.file).write_text(gateway.render(site))
    with running(gateway, site.directory, site.listen):
        yield site


def trusting(root, **versions):
    context = ssl.create_default_context(cadata=der(root))
    for name, value in versions.items():
        setattr(context, name, value)
    return context


def asked(port, path, context=None):
    """An answer whose body was not read."""
    context = context or trusting(AUTHORITY.root)
    connection = http.client.HTTPSConnection("localhost", port, timeout=LONGEST, context=context)
    connection.request("GET", path, headers={"Connection": "close"})
    return connection.getresponse()


def status_of(port):
    """The HTTP status, or None if the connection is closed without an answer."""
    try:
        with asked(port, "/") as answer:
            return answer.status
    except (http.client.RemoteDisconnected, ConnectionError):
        return None
