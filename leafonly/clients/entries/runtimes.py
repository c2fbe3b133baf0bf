"""Language runtimes with TLS of their own. One entry is one client."""

from leafonly.clients.build import compiled
from leafonly.clients.client import Client, Install, Led, by_itself
from leafonly.clients.discovery import PROGRAMS
from leafonly.clients.entries.python_core import VERSION_LINES
from leafonly.clients.error_messages import BORINGSSL, DOTNET, GO, NODE, RUSTLS
from leafonly.clients.library_version import rust_crate
from leafonly.clients.measured import measured
from leafonly.clients.refusal import together
from leafonly.clients.trust_store import mono_store

__all__ = ["CLIENTS"]

_PYPI = "uv sync --extra clients"

# Never let an old go fetch a newer one.
_GO = {"GOTOOLCHAIN": "local", "GOFLAGS": "", "GO111MODULE": "off"}

_DOTNET = ("dotnet", "exec", "--runtimeconfig", "{programs}/dotnet_get.runtimeconfig.json")
_DENO = (
    *("deno", "run", "--no-config", "--allow-net", "--allow-read"),
    *("{programs}/deno_get.mjs", "{trust}", "{urls}"),
)

CLIENTS = (
    Client(
        name="nodejs",
        kind="runtime",
        stack="OpenSSL",
        needs=("node",),
        command=("node", "{programs}/node_get.mjs", "{trust}", "{urls}"),
        version_command=("node", "{programs}/node_get.mjs", "--version"),
        version_pattern=VERSION_LINES,
        words=NODE,
        measured=measured("24.19.0/3.5.7", "20.19.2/3.5.9", "24.22.2/3.6.5"),
        install=Install(anywhere=_PYPI, debian="apt install nodejs", macos="brew install node"),
        led=Led(environment={"LEAFONLY_MAP": "{host}={address}"}),
        native=("node", "{programs}/node_get.mjs", "native", "{urls}"),
        native_roots="program",
    ),
    Client(
        name="node-fetch",
        kind="runtime",
        stack="OpenSSL",
        needs=("node",),
        command=("node", "{programs}/fetch_get.mjs", "{trust}", "{urls}"),
        environment={"NODE_EXTRA_CA_CERTS": "{trust}"},
        native=("node", "{programs}/fetch_get.mjs", "native", "{urls}"),
        native_roots="program",
        adds_to_native=True,
        version_command=("node", "{programs}/fetch_get.mjs", "--version"),
        version_pattern=VERSION_LINES,
        words=NODE,
        measured=measured("7.29.0/3.5.7", "20.19.2/3.5.9", "24.22.2/3.6.5"),
        install=Install(anywhere=_PYPI, debian="apt install nodejs", macos="brew install node"),
    ),
    Client(
        name="bun",
        kind="runtime",
        stack="BoringSSL",
        needs=("bun",),
        command=("bun", "run", "{programs}/fetch_get.mjs", "{trust}", "{urls}"),
        environment={"NODE_EXTRA_CA_CERTS": "{trust}"},
        native=("bun", "run", "{programs}/fetch_get.mjs", "native", "{urls}"),
        adds_to_native=True,
        version_command=("bun", "run", "{programs}/fetch_get.mjs", "--version"),
        version_pattern=VERSION_LINES,
        words=together((BORINGSSL, NODE)),
        measured=measured("1.4.5"),
        install=Install(
            anywhere="npm install --global bun@1.4.5", macos="brew install oven-sh/bun/bun"
        ),
    ),
    Client(
        name="deno",
        kind="runtime",
        stack="rustls",
        needs=("deno",),
        command=_DENO,
        native=by_itself(_DENO),
        native_roots="program",
        environment={"NO_COLOR": "1"},
        version_command=("deno", "run", "--no-config", "{programs}/deno_get.mjs", "--version"),
        version_pattern=r"Deno (?P<version>\S+)",
        library=rust_crate("rustls"),
        words=RUSTLS,
        measured=measured("2.9.8/0.23.40", cached="accepted: anchors"),
        install=Install(anywhere=_PYPI),
    ),
    Client(
        name="deno-cert",
        kind="runtime",
        stack="rustls",
        needs=("deno",),
        command=(
            *("deno", "run", "--no-config", "--allow-net", "--allow-env", "--cert={trust}"),
            *("{programs}/fetch_get.mjs", "{trust}", "{urls}"),
        ),
        native=(
            *("deno", "run", "--no-config", "--allow-net", "--allow-env"),
            *("{programs}/fetch_get.mjs", "native", "{urls}"),
        ),
        native_roots="program",
        adds_to_native=True,
        environment={"NO_COLOR": "1"},
        version_command=("deno", "run", "--no-config", "{programs}/deno_get.mjs", "--version"),
        version_pattern=r"Deno (?P<version>\S+)",
        library=rust_crate("rustls"),
        words=RUSTLS,
        measured=measured("2.9.8/0.23.40", cached="accepted: anchors"),
        install=Install(anywhere=_PYPI),
    ),
    Client(
        name="go",
        kind="runtime",
        stack="crypto/tls",
        needs=("go",),
        build=compiled(
            PROGRAMS / "go_get.go",
            ("go", "build", "-trimpath", "-o", "{output}/go_get", "{source}"),
            "go_get",
            _GO,
        ),
        command=("{program}", "{trust}", "{urls}"),
        native=("{program}", "native", "{urls}"),
        version_command=("{program}", "--version"),
        version_pattern=VERSION_LINES,
        words=GO,
        measured=measured("1.24.4", "1.27.3", cached="accepted: anchors"),
        install=Install(anywhere=_PYPI, debian="apt install golang-go", macos="brew install go"),
    ),
    Client(
        name="go-default",
        kind="runtime",
        stack="crypto/tls",
        needs=("go",),
        build=compiled(
            PROGRAMS / "go_default_get.go",
            ("go", "build", "-trimpath", "-o", "{output}/go_default_get", "{source}"),
            "go_default_get",
            _GO,
        ),
        command=("{program}", "{trust}", "{urls}"),
        # crypto/x509/root_unix.go: both are read, so the directory is an empty one.
        environment={"SSL_CERT_FILE": "{trust}", "SSL_CERT_DIR": "{empty}"},
        native=("{program}", "native", "{urls}"),
        version_command=("{program}", "--version"),
        version_pattern=VERSION_LINES,
        words=GO,
        measured=measured("1.24.4", "1.27.3", cached="accepted: anchors"),
        install=Install(anywhere=_PYPI, debian="apt install golang-go", macos="brew install go"),
    ),
    Client(
        name="mono",
        kind="runtime",
        stack="BoringSSL",
        needs=("mono", "mcs"),
        build=compiled(
            PROGRAMS / "mono_get.cs",
            ("mcs", "-r:Mono.Security", "-out:{output}/mono_get.exe", "{source}"),
            "mono_get.exe",
        ),
        trust=mono_store,
        command=("mono", "{program}", "{trust}", "{urls}"),
        native=("mono", "{program}", "native", "{urls}"),
        adds_to_native=True,
        version_command=("mono", "{program}", "--version"),
        # btls is the BoringSSL inside Mono; it has no version.
        version_pattern=r"\AMono (?P<version>\S+)[^\n]*\nbtls",
        words=BORINGSSL,
        measured=measured("6.8.0.105", "6.12.0.199", absent="rejected: other"),
        install=Install(
            debian="apt install mono-mcs libmono-btls-interface4.0-cil", macos="brew install mono"
        ),
    ),
    Client(
        name="dotnet",
        kind="runtime",
        stack="OpenSSL",
        # Mono's compiler, because a .NET without its SDK has none; the runtime is .NET's own.
        needs=("dotnet", "mcs"),
        build=compiled(
            PROGRAMS / "dotnet_get.cs",
            ("mcs", "-out:{output}/dotnet_get.dll", "{source}"),
            "dotnet_get.dll",
        ),
        command=(*_DOTNET, "{program}", "{trust}", "{urls}"),
        # A folder that is not there: in the home are pipes of its own, on which it would hang.
        environment={"SSL_CERT_FILE": "{trust}", "SSL_CERT_DIR": "{home}/none"},
        version_command=(*_DOTNET, "{program}", "--version"),
        version_pattern=VERSION_LINES,
        words=DOTNET,
        # What it fetches it also keeps, in ~/.dotnet/corefx/cryptography/x509stores/ca, and the
        # next process completes from there a chain without AIA (measured on 3.1.23).
        cannot={
            "aia_dead": "it waits for the address until its request's own time limit, 100 s, "
            "and never comes to a verdict (measured on 3.1.23)"
        },
        measured=measured("3.1.23", absent="rejected: other", aia="accepted"),
        install=Install(anywhere="install the .NET runtime and Mono's mcs"),
    ),
)
