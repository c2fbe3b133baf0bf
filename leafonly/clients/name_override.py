"""The command with which a client connects to loopback under a camera's real name.

Name and trust are independent. The client's own means or, if it has none, a private `/etc/hosts`
override the name's resolution. The client uses the trust store that it is given, or its default
one.
"""

import functools
import os
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from cryptography import x509

from leafonly.clients.client import CannotOverride, Client
from leafonly.clients.trust_store import Trust

__all__ = ["at_name", "why_not_runnable"]

_TIME_LIMIT = 20  # seconds for `unshare`, which takes milliseconds

# An ordinary user may mount only as root of a new user namespace. Root needs no such namespace,
# in which nginx and apt could not change to other users.
_AS_ROOT = () if hasattr(os, "geteuid") and os.geteuid() == 0 else ("--map-root-user",)

# Mounts another file over /etc/hosts in a new mount namespace, which only this process and its
# children see. It works for clients that resolve names as their system does.
_WITH_OWN_HOSTS = (
    *("unshare", *_AS_ROOT, "--mount", "sh", "-c"),
    'mount --bind "$0" /etc/hosts && exec "$@"',
    "hosts",
)


def why_not_runnable(client: Client, *, own_trust: bool) -> str | None:
    """Return why a client cannot run against a real name, for users; None if it can.

    Args:
        client: The client.
        own_trust: The client is to use its default trust store.

    """
    if isinstance(client.name_override, CannotOverride):
        return client.name_override.why
    if own_trust and client.own_trust_command is None:
        return client.why_no_own_trust
    if client.name_override is None and not _can_mount_privately():
        return (
            "cannot override name resolution for this client (needs Linux, and the right to "
            "create a mount namespace)"
        )
    return None


def at_name(
    client: Client, host: str, *, own_trust: bool, holds_more: bool = False, online: bool = False
) -> Client:
    """Return a client with its command for a camera's real name, see `why_not_runnable`.

    Args:
        client: The client.
        host: The name, which then resolves to 127.0.0.1.
        own_trust: The client uses its default trust store.
        holds_more: With `own_trust`: the client is also given a store with the intermediates,
            without anchors. Only for clients whose store adds to their default trust store.
        online: The client may connect to the issuer's URL in the leaf.

    """
    # A root of ours must not help the default trust store.
    if own_trust and holds_more:
        client = replace(client, trust=_without_anchors(client.trust))
    elif own_trust:
        client = _without_store(client)
    client = _overridden(client, host)
    if online:
        client = replace(client, environment={**client.environment, "LEAFONLY_ONLINE": "1"})
    return client


def _without_store(client: Client) -> Client:
    assert client.own_trust_command is not None, "see why_not_runnable"
    environment = {
        name: value
        for name, value in client.environment.items()
        if "{trust}" not in value and "{empty}" not in value
    }
    nothing = replace(client.trust, write=lambda *_: "")
    return replace(client, run=client.own_trust_command, environment=environment, trust=nothing)


def _without_anchors(trust: Trust) -> Trust:
    def write(
        directory: Path, _: Sequence[x509.Certificate], others: Sequence[x509.Certificate]
    ) -> str:
        return trust.write(directory, [], others)

    return replace(trust, write=write)


def _overridden(client: Client, host: str) -> Client:
    override = client.name_override
    if host == "localhost":
        return client
    if override is None:
        return _with_own_hosts(client, host)
    assert not isinstance(override, CannotOverride), "see why_not_runnable"
    program, *arguments = client.command
    return replace(
        client,
        run=(program, *override.options, *arguments),
        environment={**client.environment, **override.environment},
    )


def _with_own_hosts(client: Client, host: str) -> Client:
    def write(
        directory: Path, anchors: Sequence[x509.Certificate], others: Sequence[x509.Certificate]
    ) -> str:
        (directory / "hosts").write_text(f"127.0.0.1 localhost {host}\n")
        return client.trust.write(directory, anchors, others)

    return replace(
        client,
        run=(*_WITH_OWN_HOSTS, *client.command),
        trust=replace(client.trust, write=write),
    )


@functools.cache
def _can_mount_privately() -> bool:
    with tempfile.NamedTemporaryFile() as hosts:
        try:
            tried = subprocess.run(
                [*_WITH_OWN_HOSTS[:-1], hosts.name, "true"],
                capture_output=True,
                check=False,
                timeout=_TIME_LIMIT,
            )
        except (OSError, subprocess.TimeoutExpired):
            return False
    return tried.returncode == 0
