"""Language runtimes with TLS of their own. One entry is one client."""

from leafonly.clients import error_messages as says
from leafonly.clients.build import PROGRAMS, compiled, in_go
from leafonly.clients.client import Client, Install, NameOverride, apt
from leafonly.clients.measured import measured
from leafonly.clients.own_trust import AS_RUN, OwnTrust
from leafonly.clients.refusal import together
from leafonly.clients.stack import BORINGSSL, GO, OPENSSL, RUSTLS
from leafonly.clients.trust_store import mono_store

__all__ = ["CLIENTS"]

_PYPI = "uv sync --inexact --extra clients"
_NODE = Install(anywhere=_PYPI, debian="apt install nodejs", macos="brew install node")
_GOLANG = Install(anywhere=_PYPI, debian="apt install golang-go", macos="brew install go")

_DENO_VERSION = "deno run --no-config {programs}/deno_get.mjs --version"
_DENO_NET = "deno run --no-config --allow-net --allow-env"

CLIENTS = (
    Client(
        name="nodejs",
        kind="runtime",
        stack=OPENSSL,
        run="node {programs}/node_get.mjs {trust} {urls}",
        own_trust=OwnTrust(roots="program"),
        messages=says.NODE,
        measured=measured("24.19.0/3.5.7", "20.19.2/3.5.9", "24.22.2/3.6.5"),
        install=_NODE,
        name_override=NameOverride(environment={"LEAFONLY_MAP": "{host}={address}"}),
    ),
    Client(
        name="node-fetch",
        kind="runtime",
        stack=OPENSSL,
        run="node {programs}/fetch_get.mjs {trust} {urls}",
        environment={"NODE_EXTRA_CA_CERTS": "{trust}"},
        own_trust=OwnTrust(roots="program", adds=True),
        messages=says.NODE,
        measured=measured("7.29.0/3.5.7", "20.19.2/3.5.9", "24.22.2/3.6.5"),
        install=_NODE,
    ),
    Client(
        name="bun",
        kind="runtime",
        stack=BORINGSSL,
        run="bun run {programs}/fetch_get.mjs {trust} {urls}",
        environment={"NODE_EXTRA_CA_CERTS": "{trust}"},
        own_trust=OwnTrust(adds=True),
        messages=together((says.BORINGSSL, says.NODE)),
        # Up to 1.2.2, only the first certificate of NODE_EXTRA_CA_CERTS is read: the root.
        measured=measured("1.2.2", cached="rejected: missing_issuer") + measured("1.2.3", "1.4.5"),
        install=Install(
            anywhere="npm install --global bun@1.4.5", macos="brew install oven-sh/bun/bun"
        ),
    ),
    Client(
        name="deno",
        kind="runtime",
        stack=RUSTLS,
        run=(
            "deno run --no-config --allow-net --allow-read {programs}/deno_get.mjs {trust} {urls}"
        ),
        environment={"NO_COLOR": "1"},
        own_trust=OwnTrust(roots="program"),
        version=r"Deno (?P<version>\S+)",
        version_run=_DENO_VERSION,
        measured=measured("2.9.8/0.23.40"),
        install=Install(anywhere=_PYPI),
    ),
    Client(
        name="deno-cert",
        kind="runtime",
        stack=RUSTLS,
        run=f"{_DENO_NET} --cert={{trust}} {{programs}}/fetch_get.mjs {{trust}} {{urls}}",
        environment={"NO_COLOR": "1"},
        own_trust=OwnTrust(
            f"{_DENO_NET} {{programs}}/fetch_get.mjs native {{urls}}", roots="program", adds=True
        ),
        version=r"Deno (?P<version>\S+)",
        version_run=_DENO_VERSION,
        measured=measured("2.9.8/0.23.40"),
        install=Install(anywhere=_PYPI),
    ),
    Client(
        name="go",
        kind="runtime",
        stack=GO,
        build=in_go("go_get"),
        run="{program} {trust} {urls}",
        own_trust=AS_RUN,
        measured=measured("1.24.4", "1.27.3"),
        install=_GOLANG,
    ),
    Client(
        name="go-default",
        kind="runtime",
        stack=GO,
        build=in_go("go_default_get"),
        run="{program} {trust} {urls}",
        # crypto/x509/root_unix.go: both are read, so the directory is an empty one.
        environment={"SSL_CERT_FILE": "{trust}", "SSL_CERT_DIR": "{empty}"},
        own_trust=AS_RUN,
        measured=measured("1.24.4", "1.27.3"),
        install=_GOLANG,
    ),
    Client(
        name="mono",
        kind="runtime",
        stack=BORINGSSL,
        build=compiled(
            PROGRAMS / "mono_get.cs",
            ("mcs", "-r:Mono.Security", "-out:{output}/mono_get.exe", "{source}"),
            "mono_get.exe",
        ),
        trust=mono_store,
        run="mono {program} {trust} {urls}",
        own_trust=OwnTrust(adds=True),
        # btls is the BoringSSL inside Mono; it has no version.
        version=r"\AMono (?P<version>\S+)[^\n]*\nbtls",
        measured=measured("6.8.0.105", "6.12.0.199", absent="rejected: other"),
        install=apt("mono-mcs libmono-btls-interface4.0-cil", brew="mono"),
    ),
    Client(
        name="dotnet",
        kind="runtime",
        stack=OPENSSL,
        # Mono's compiler, because a .NET without its SDK has none; the runtime is .NET's own.
        build=compiled(
            PROGRAMS / "dotnet_get.cs",
            ("mcs", "-out:{output}/dotnet_get.dll", "{source}"),
            "dotnet_get.dll",
        ),
        run=(
            "dotnet exec --runtimeconfig {programs}/dotnet_get.runtimeconfig.json "
            "{program} {trust} {urls}"
        ),
        # A folder that is not there: in the home are pipes of its own, on which it would hang.
        environment={"SSL_CERT_FILE": "{trust}", "SSL_CERT_DIR": "{home}/none"},
        messages=says.DOTNET,
        # What it fetches it also keeps, in ~/.dotnet/corefx/cryptography/x509stores/ca, and the
        # next process completes from there a chain without AIA (measured on 3.1.23).
        cannot={
            "aia_dead": "the client waits for the URL until its request's time limit of 100 s, "
            "and gives no verdict (measured on 3.1.23)"
        },
        measured=measured("3.1.23", absent="rejected: other", aia="accepted"),
        install=Install(anywhere="install the .NET runtime and Mono's mcs"),
    ),
)
