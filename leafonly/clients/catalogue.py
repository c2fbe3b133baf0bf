"""docs/clients.md, written from the entries."""

import shlex
from collections.abc import Iterable

from leafonly.clients import CLIENTS, Client
from leafonly.clients.changes import changes
from leafonly.clients.client import CannotOverride
from leafonly.clients.measured import DEFAULT_SCENARIOS, in_words

__all__ = ["markdown"]

_HEAD = """\
# Clients

`uv run python -m leafonly docs clients` writes this page from the entries in `leafonly/clients/entries/`. Every outcome was measured with the versions in the client's section, which names the client's version and, in brackets, the version of its TLS library. `uv run pytest` measures the outcomes again on your machine. With a version that is not on this page, a different outcome is reported as news and fails no test.

`completes`: a stored intermediate only helps to build the path, and the root is still the trust anchor. `anchors`: a stored intermediate is a trust anchor itself. `→`: a newer version has another outcome; see [below](#what-a-new-version-changed).

Some clients are compiled from third-party packages; their sections say so. Build them once with `uv run python -m leafonly build`. `uv run pytest` then finds them.
"""

_TAIL = """\
## Not on this page

- gRPC: it requires HTTP/2 by ALPN, which a camera does not offer. It fails even with the full chain, with `Cannot check peer: missing selected ALPN property` (measured with grpcio 1.85.1). Because gRPC fails its control, none of its other verdicts would count.
- Safari, Edge, and all clients that verify with Windows' or Apple's own library: not measured yet. WebKitGTK has Safari's engine, but not its TLS library.
- Android's browser and system library: not measured yet. OkHttp on Conscrypt, measured with a desktop's Java, is close to what Android apps use.
- Electron: its package contains no program, only a downloader. Its engine is Chromium's.
"""


def markdown() -> str:
    """Return the catalogue: a table of all clients, and a section for each."""
    clients = sorted(CLIENTS.values(), key=lambda client: (client.kind, client.name.lower()))
    changed = f"## What a new version changed\n\n{changes(clients)}"
    sections = (_section(client) for client in clients)
    parts = [_HEAD, "\n".join(_table(clients)), changed, *sections, _TAIL]
    return "\n".join(parts)


def _table(clients: Iterable[Client]) -> Iterable[str]:
    yield f"| client | kind | TLS library | {' | '.join(DEFAULT_SCENARIOS)} |"
    yield "|---" * (3 + len(DEFAULT_SCENARIOS)) + "|"
    for client in clients:
        outcomes = " | ".join(_outcome(client, name) for name in DEFAULT_SCENARIOS)
        link = f"[{client.name}](#{_anchor(client.name)})"
        yield f"| {link} | {client.kind} | {client.stack.name} | {outcomes} |"
    yield ""


def _outcome(client: Client, scenario: str) -> str:
    if scenario in client.cannot:
        return "n/a"
    return " → ".join(dict.fromkeys(each.outcomes[scenario] for each in client.measured))


def _anchor(name: str) -> str:
    return "".join(c for c in name.lower().replace(" ", "-") if c.isalnum() or c in "-_")


_ROOTS = {
    "system": "the system's roots",
    "package": "the roots in a file of its packages",
    "program": "the roots compiled into it",
}


def _own_trust(client: Client) -> str:
    if client.own_roots is None:
        return f"- default trust store not tried: {client.why_no_own_trust}"
    adds = ". A given trust store is used in addition" if client.adds_to_own_trust else ""
    return f"- default trust store: {_ROOTS[client.own_roots]}{adds}"


def _section(client: Client) -> str:
    install = client.install
    ways = {
        "Debian, Ubuntu": install.debian,
        "macOS": install.macos,
        "Windows": install.windows,
        "anywhere": install.anywhere,
    }
    lines = [
        f"## {client.name}\n",
        f"- {client.kind}, TLS by {client.stack.name}; measured with {in_words(client.measured)}",
        *(f"- install ({system}): `{command}`" for system, command in ways.items() if command),
    ]
    if client.build is not None and client.build.by_hand:
        lines.append(f"- build once: `uv run python -m leafonly build {client.name}`")
    lines += [
        f"- runs as: `{shlex.join(client.command)}`",
        f"- to give it the intermediate: {client.trust.advice}",
    ]
    lines.append(_own_trust(client))
    if isinstance(client.name_override, CannotOverride):
        lines.append(f"- no result at a camera's real name: {client.name_override.why}")
    if client.mends is not None:
        mended = ", ".join(client.mends.clients)
        lines.append(
            f"- application code that makes these clients connect: {mended}. "
            f"What it widens: {client.mends.widens}"
        )
    if client.asks_ocsp:
        lines.append("- asks the OCSP responder that a leaf names")
    if client.testimony == "request":
        lines.append("- does not speak HTTP: the client accepts if it sends its request")
    lines += [f"- {name}: not applicable, {why}" for name, why in client.cannot.items()]
    return "\n".join(lines) + "\n"
