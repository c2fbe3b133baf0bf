"""Language runtimes with TLS of their own. One entry is one client."""

from leafonly.clients.build import compiled
from leafonly.clients.client import Client, Install, expects
from leafonly.clients.library import rust_crate
from leafonly.clients.probe import PROGRAMS
from leafonly.clients.python import VERSION_LINES
from leafonly.clients.trust import TRUSTSTORE_PASSWORD, java_truststore
from leafonly.clients.words import GO, JSSE, NODE, RUSTLS

__all__ = ["CLIENTS"]

_PYPI = "uv sync --extra clients"

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
        seen="20.20.2",
        install=Install(anywhere=_PYPI, debian="apt install nodejs", macos="brew install node"),
    ),
    Client(
        name="deno",
        kind="runtime",
        stack="rustls",
        needs=("deno",),
        command=(
            *("deno", "run", "--no-config", "--allow-net", "--allow-read"),
            *("{programs}/deno_get.mjs", "{trust}", "{urls}"),
        ),
        environment={"NO_COLOR": "1"},
        version_command=("deno", "run", "--no-config", "{programs}/deno_get.mjs", "--version"),
        version_pattern=r"Deno (?P<version>\S+)",
        library=rust_crate("rustls"),
        words=RUSTLS,
        expected=expects(cached="accepted: anchors"),
        seen="2.9.8",
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
            # Never let an old go fetch a newer one.
            {"GOTOOLCHAIN": "local", "GOFLAGS": "", "GO111MODULE": "off"},
        ),
        command=("{program}", "{trust}", "{urls}"),
        version_command=("{program}", "--version"),
        version_pattern=VERSION_LINES,
        words=GO,
        expected=expects(cached="accepted: anchors"),
        seen="1.26.8",
        install=Install(anywhere=_PYPI, debian="apt install golang-go", macos="brew install go"),
    ),
    Client(
        name="java",
        kind="runtime",
        stack="JSSE",
        needs=("java", "javac"),
        build=compiled(
            PROGRAMS / "JavaHttpClient.java", ("javac", "-d", "{output}", "{source}"), "."
        ),
        trust=java_truststore,
        command=(
            *("java", "-Djavax.net.ssl.trustStore={trust}"),
            f"-Djavax.net.ssl.trustStorePassword={TRUSTSTORE_PASSWORD}",
            *("-Duser.home={home}", "-cp", "{program}", "JavaHttpClient", "{trust}", "{urls}"),
        ),
        version_command=("java", "-cp", "{program}", "JavaHttpClient", "--version"),
        version_pattern=VERSION_LINES,
        words=JSSE,
        expected=expects(cached="accepted: anchors"),
        seen="17.0.15",
        install=Install(debian="apt install default-jdk-headless", macos="brew install openjdk"),
    ),
)
