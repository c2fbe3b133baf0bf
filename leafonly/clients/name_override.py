"""A client at a camera's real name: led to loopback, and trusting as it is asked to.

The two are independent. It is led by its own means or, where it has none, by a private
`/etc/hosts`; and it is told whom to trust, or trusts what it trusts by itself.
"""

import functools
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cryptography import x509

from leafonly.clients.client import Client
from leafonly.clients.trust_store import Trust

__all__ = ["at_name", "hindrance"]

# A user may mount where they seem to be root. Who is root stays so: nginx and apt become others.
_AS_ROOT = () if hasattr(os, "geteuid") and os.geteuid() == 0 else ("--map-root-user",)

# In a mount namespace of its own, another file lies over /etc/hosts, for this one process and
# its children alone: the way for all who look names up as their system does.
_WITH_OWN_HOSTS = (
    *("unshare", *_AS_ROOT, "--mount", "sh", "-c"),
    'mount --bind "$0" /etc/hosts && exec "$@"',
    "hosts",
)


def hindrance(client: Client, *, native: bool) -> str | None:
    """Say in words why a client cannot be run at a real name; None if it can.

    Args:
        client: Who is to be asked.
        native: By the roots that it trusts by itself.

    """
    if client.not_led:
        return client.not_led
    if native and client.native is None:
        return client.not_native
    if client.led is None and not _can_mount_privately():
        return "this system lets nobody lead this client to a name on loopback"
    return None


def at_name(
    client: Client, host: str, *, native: bool, holds_more: bool = False, online: bool = False
) -> Client:
    """Give a client as it is to be run against a camera's real name, see `hindrance`.

    Args:
        client: Who is to be asked.
        host: The name, which is to lead to 127.0.0.1.
        native: By the roots that it trusts by itself.
        holds_more: Natively, it is told of its store as well, without the anchors in there:
            for clients whose store adds to what they trust by themselves.
        online: It may go elsewhere too, to where the leaf says that its issuer is.

    """
    # What a client trusts by itself must not be helped by a root of ours.
    if native and holds_more:
        client = replace(client, trust=_without_anchors(client.trust))
    elif native:
        client = _untold(client)
    client = _led(client, host)
    if online:
        client = replace(client, environment={**client.environment, "LEAFONLY_ONLINE": "1"})
    return client


def _untold(client: Client) -> Client:
    assert client.native is not None, "see hindrance"
    environment = {
        name: value
        for name, value in client.environment.items()
        if "{trust}" not in value and "{empty}" not in value
    }
    nothing = replace(client.trust, write=lambda *_: "")
    return replace(client, command=client.native, environment=environment, trust=nothing)


def _without_anchors(trust: Trust) -> Trust:
    def write(
        directory: Path, _: Sequence[x509.Certificate], others: Sequence[x509.Certificate]
    ) -> str:
        return trust.write(directory, [], others)

    return replace(trust, write=write)


def _led(client: Client, host: str) -> Client:
    if host == "localhost":
        return client
    if client.led is None:
        return _with_own_hosts(client, host)
    program, *arguments = client.command
    return replace(
        client,
        command=(program, *client.led.options, *arguments),
        environment={**client.environment, **client.led.environment},
    )


def _with_own_hosts(client: Client, host: str) -> Client:
    def write(
        directory: Path, anchors: Sequence[x509.Certificate], others: Sequence[x509.Certificate]
    ) -> str:
        (directory / "hosts").write_text(f"127.0.0.1 localhost {host}\n")
        return client.trust.write(directory, anchors, others)

    return replace(
        client,
        command=(*_WITH_OWN_HOSTS, *client.command),
        trust=replace(client.trust, write=write),
    )


@functools.cache
def _can_mount_privately() -> bool:
    with tempfile.NamedTemporaryFile() as hosts:
        try:
            tried = subprocess.run(
                [*_WITH_OWN_HOSTS[:-1], hosts.name, "true"], capture_output=True, check=False
            )
        except OSError:
            return False
    return tried.returncode == 0
