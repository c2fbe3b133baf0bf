"""Programs that fetch over TLS on the way to something else. One entry is one client."""

from pathlib import Path

from leafonly.clients.client import Client, Install
from leafonly.clients.entries.python_core import VERSION_LINES
from leafonly.clients.error_messages import OPENSSL, OPENSSL_OR_GNUTLS, RUSTLS
from leafonly.clients.library_version import CURLS, Library, linked, output, rust_crate
from leafonly.clients.measured import by_default_context, measured
from leafonly.clients.refusal import REFUSED, Vocabulary

__all__ = ["CLIENTS"]


def _in_gits_helper(git: Path) -> Library | None:
    """Return the library of git's helper: git itself does not speak HTTPS."""
    return linked(Path(output(str(git), "--exec-path").strip()) / "git-remote-https")


# Neither tells more, measured on links 2.28 and ELinks 0.13.2.
_LINKS: Vocabulary = {r"Invalid certificate": REFUSED}
_ELINKS: Vocabulary = {r"ELinks: SSL error": REFUSED}
_FFMPEG = (
    *("-v", "error", "-tls_verify", "1", "-f", "data", "-i", "{url}"),
    *("-map", "0", "-c", "copy", "-f", "data", "-"),
)

_PIP = (
    *("{python}", "-m", "pip", "--isolated", "--no-cache-dir", "--retries=0"),
    *("--disable-pip-version-check", "install", "--dry-run", "--no-index"),
    "--requirement={url}",
)

CLIENTS = (
    Client(
        name="lynx",
        kind="command-line",
        stack="GnuTLS",
        other_stacks=("OpenSSL",),
        needs=("lynx",),
        # Only its trace says what it holds against a certificate.
        command=(
            *("{python}", "{programs}/print_file.py", "{home}/Lynx.trace"),
            *("lynx", "-trace", "-tlog", "-dump", "{url}"),
        ),
        environment={"SSL_CERT_FILE": "{trust}", "SSL_CERT_DIR": "{empty}"},
        native=(
            *("{python}", "{programs}/print_file.py", "{home}/Lynx.trace"),
            *("lynx", "-trace", "-tlog", "-dump", "{url}"),
        ),
        version_command=("lynx", "-version"),
        version_pattern=r"Lynx Version (?P<version>\S+)",
        library=linked,
        words=OPENSSL_OR_GNUTLS,
        measured=measured(
            "2.9.0dev.12/3.7.9",
            "2.9.2/3.8.9",
            "2.9.3/3.8.13",
            absent="rejected: other",
            cached="accepted: anchors",
        ),
        install=Install(debian="apt install lynx", macos="brew install lynx"),
    ),
    Client(
        name="w3m",
        kind="command-line",
        stack="OpenSSL",
        needs=("w3m",),
        # It looks for a relative file in vain, and it asks whether to go on, to no answer.
        # One visit a process: a host that was fine once may be unverified later ("Accept
        # unsecure SSL session"), which tells of the host's name, not of the intermediate.
        command=(
            *("w3m", "-no-proxy", "-o", "ssl_verify_server=1", "-o", "ssl_ca_path="),
            *("-o", "ssl_ca_default=0"),
            *("-o", "ssl_ca_file={home}/../{trust}", "-dump", "{url}"),
        ),
        native=("w3m", "-no-proxy", "-dump", "{url}"),
        version_command=("w3m", "-version"),
        version_pattern=r"w3m/(?P<version>[^\s,]+)",
        library=linked,
        words=OPENSSL,
        exit_code_lies=True,
        measured=measured(
            "0.5.3+git20230121/3.0.19", "0.5.3+git20230121/3.5.9", "0.5.3+git20230121/3.6.5"
        ),
        install=Install(debian="apt install w3m", macos="brew install w3m"),
    ),
    Client(
        name="links",
        kind="command-line",
        stack="OpenSSL",
        needs=("links",),
        # 2: reject invalid certificates; the default would only warn.
        command=("links", "-ssl.certificates", "2", "-dump", "{url}"),
        environment={"SSL_CERT_FILE": "{trust}", "SSL_CERT_DIR": "{empty}"},
        native=("links", "-ssl.certificates", "2", "-dump", "{url}"),
        version_command=("links", "-version"),
        version_pattern=r"Links (?P<version>\S+)",
        library=linked,
        words=_LINKS,
        measured=measured("2.28/3.0.19", "2.29/3.5.9", "2.29/3.6.5", absent="rejected: other"),
        install=Install(debian="apt install links", macos="brew install links"),
    ),
    Client(
        name="elinks",
        kind="command-line",
        stack="GnuTLS",
        other_stacks=("OpenSSL",),
        needs=("elinks",),
        command=(
            *("elinks", "-no-home", "-eval", "set connection.ssl.cert_verify = 1"),
            *("-eval", 'set connection.ssl.trusted_ca_file = "{home}/../{trust}"'),
            *("-dump", "{url}"),
        ),
        not_native="without a file of roots it verifies nothing, and so connects to anybody",
        version_command=("elinks", "-version"),
        version_pattern=r"ELinks (?P<version>\S+)",
        library=linked,
        words=_ELINKS,
        measured=measured(
            "0.13.2/3.7.9",
            "0.18.0/3.8.9",
            "0.19.1/3.8.13",
            absent="rejected: other",
            cached="accepted: anchors",
        ),
        install=Install(debian="apt install elinks", macos="brew install felinks"),
    ),
    Client(
        name="git",
        kind="command-line",
        stack="GnuTLS",
        other_stacks=CURLS,
        needs=("git",),
        command=("git", "ls-remote", "{url}"),
        # The camera is no repository, so git fails in any case; its trace holds the token.
        environment={
            "GIT_SSL_CAINFO": "{trust}",
            "GIT_SSL_CAPATH": "{empty}",
            "GIT_TRACE_CURL": "1",
            "GIT_TERMINAL_PROMPT": "0",
        },
        native=("git", "ls-remote", "{url}"),
        version_command=("git", "--version"),
        version_pattern=r"git version (?P<version>\S+)",
        library=_in_gits_helper,
        words=OPENSSL_OR_GNUTLS,
        # Debian 13's libcurl names the cause on GnuTLS, as Debian 12's does not.
        measured=measured("2.39.5/3.7.9", absent="rejected: other", cached="accepted: anchors")
        + measured("2.47.3/3.8.9", "2.55.0/3.8.13", cached="accepted: anchors"),
        install=Install(debian="apt install git", macos="brew install git"),
    ),
    Client(
        name="ffmpeg",
        kind="command-line",
        stack="GnuTLS",
        other_stacks=("OpenSSL",),
        needs=("ffmpeg",),
        # Without -tls_verify 1 it verifies nothing. The body passes through as raw data.
        command=("ffmpeg", "-ca_file", "{trust}", *_FFMPEG),
        native=("ffmpeg", *_FFMPEG),
        version_command=("ffmpeg", "-version"),
        version_pattern=r"ffmpeg version (?P<version>\S+)",
        library=linked,
        words=OPENSSL_OR_GNUTLS,
        measured=measured(
            "5.1.9-0+deb12u1/3.7.9",
            "7.1.5-0+deb13u1/3.8.9",
            "9.0.2-4/3.8.13",
            absent="rejected: other",
            cached="accepted: anchors",
        ),
        install=Install(debian="apt install ffmpeg", macos="brew install ffmpeg"),
    ),
    Client(
        name="mosquitto_sub",
        kind="command-line",
        stack="OpenSSL",
        needs=("mosquitto_sub",),
        command=(
            *("mosquitto_sub", "-h", "{host}", "-p", "{port}", "--cafile", "{trust}"),
            *("-t", "leafonly", "-d", "-W", "2"),
        ),
        native=(
            *("mosquitto_sub", "-h", "{host}", "-p", "{port}", "--tls-use-os-certs"),
            *("-t", "leafonly", "-d", "-W", "2"),
        ),
        version_command=("mosquitto_sub", "--help"),
        version_exit_code=1,
        version_pattern=r"mosquitto_sub version (?P<version>\S+)",
        library=linked,
        words=OPENSSL,
        testimony="request",
        measured=measured("2.0.11/3.0.19", "2.0.21/3.5.9", "2.1.2/3.6.5"),
        install=Install(debian="apt install mosquitto-clients", macos="brew install mosquitto"),
    ),
    Client(
        name="pip",
        kind="command-line",
        stack="OpenSSL",
        needs=("python:pip",),
        # The answer is taken for a list of requirements; pip says which it cannot find.
        command=(*_PIP, "--cert={trust}"),
        native=_PIP,
        # truststore's roots and the file's are taken together.
        adds_to_native=True,
        version_command=(
            *("{python}", "-c"),
            "import pip, ssl; print('pip', pip.__version__); print(ssl.OPENSSL_VERSION)",
        ),
        version_pattern=VERSION_LINES,
        words=OPENSSL,
        measured=measured("26.3/3.0.19", "26.3/3.5.9", "26.3/3.6.5"),
        install=Install(anywhere="uv sync --extra clients"),
    ),
    Client(
        name="httpie",
        kind="command-line",
        stack="OpenSSL",
        needs=("python:httpie",),
        command=(
            *("{python}", "-m", "httpie", "--ignore-stdin", "--pretty=none"),
            *("--verify={trust}", "GET", "{url}"),
        ),
        native=(
            *("{python}", "-m", "httpie", "--ignore-stdin", "--pretty=none"),
            *("GET", "{url}"),
        ),
        # The system's are taken together with certifi's, or with those of the file.
        adds_to_native=True,
        version_command=(
            *("{python}", "-c"),
            "import httpie, ssl; print('httpie', httpie.__version__); print(ssl.OPENSSL_VERSION)",
        ),
        version_pattern=VERSION_LINES,
        words=OPENSSL,
        measured=by_default_context(
            "3.2.4/3.0.19",
            since=("3.2.4/3.0.19", "3.2.4/3.5.9", "3.2.4/3.6.5"),
        ),
        install=Install(anywhere="uv sync --extra clients"),
    ),
    Client(
        name="uv",
        kind="command-line",
        stack="rustls",
        needs=("uv",),
        # As with pip.
        command=(
            *("uv", "pip", "install", "--no-config", "--no-cache", "--dry-run", "--no-index"),
            *("--python={python}", "--requirement={url}"),
        ),
        # The crate webpki-roots is compiled in.
        native_roots="program",
        native=(
            *("uv", "pip", "install", "--no-config", "--no-cache", "--dry-run", "--no-index"),
            *("--python={python}", "--requirement={url}"),
        ),
        environment={"SSL_CERT_FILE": "{trust}"},
        version_command=("uv", "--version"),
        version_pattern=r"uv (?P<version>\S+)",
        library=rust_crate("rustls"),
        words=RUSTLS,
        measured=measured("0.13.9/0.23.46", cached="accepted: anchors"),
        install=Install(anywhere="uv sync --extra clients"),
    ),
)
