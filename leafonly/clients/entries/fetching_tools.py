"""Programs that fetch over TLS on the way to something else. One entry is one client."""

from pathlib import Path

from leafonly.clients.client import VERSION_LINES, Client, Install, apt
from leafonly.clients.library_version import Library, linked, output
from leafonly.clients.measured import measured
from leafonly.clients.own_trust import AS_RUN, OwnTrust
from leafonly.clients.stack import (
    GNUTLS_OR_OPENSSL,
    GO,
    HASKELL_TLS,
    LIBCURL_GNUTLS,
    OPENSSL,
    RUSTLS,
)

__all__ = ["CLIENTS"]

_APT_HELPER = "/usr/lib/apt/apt-helper"
_APT_METHOD = Path("/usr/lib/apt/methods/http")  # what speaks TLS for it
# It cannot become the user _apt where root is the only user, as in a namespace.
_APT = (
    "{python} {programs}/print_file.py body "
    f"{_APT_HELPER} -o Acquire::Retries=0 -o APT::Sandbox::User=root"
)

_FFMPEG = "-v error -tls_verify 1 -f data -i {url} -map 0 -c copy -f data -"

_MOSQUITTO = "mosquitto_sub -h {host} -p {port}"

_PIP = (
    "{python} -m pip --isolated --no-cache-dir --retries=0 --disable-pip-version-check "
    "install --dry-run --no-index --requirement={url}"
)

_RCLONE = "rclone copyurl --stdout {url} --retries 1 --low-level-retries 1"


def _in_gits_helper(git: Path) -> Library | None:
    """Return the library of git's helper: git itself does not speak HTTPS."""
    return linked(Path(output(str(git), "--exec-path").strip()) / "git-remote-https")


def _in_apts_method(_: Path) -> Library | None:
    return linked(_APT_METHOD)


CLIENTS = (
    Client(
        name="git",
        kind="command-line",
        stack=LIBCURL_GNUTLS,
        run="git ls-remote {url}",
        # The camera is no repository, so git fails in any case; its trace holds the token.
        environment={
            "GIT_SSL_CAINFO": "{trust}",
            "GIT_SSL_CAPATH": "{empty}",
            "GIT_TRACE_CURL": "1",
            "GIT_TERMINAL_PROMPT": "0",
        },
        own_trust=AS_RUN,
        version=r"git version (?P<version>\S+)",
        library=_in_gits_helper,
        # Debian 13's libcurl names the cause on GnuTLS, as Debian 12's does not.
        measured=measured("2.39.5/3.7.9", absent="rejected: other")
        + measured("2.47.3/3.8.9", "2.55.0/3.8.13"),
        install=apt("git", brew="git"),
    ),
    Client(
        name="ffmpeg",
        kind="command-line",
        stack=GNUTLS_OR_OPENSSL,
        # Without -tls_verify 1 it verifies nothing. The body passes through as raw data.
        run=f"ffmpeg -ca_file {{trust}} {_FFMPEG}",
        own_trust=f"ffmpeg {_FFMPEG}",
        version=r"ffmpeg version (?P<version>\S+)",
        version_run="ffmpeg -version",
        measured=measured(
            "5.1.9-0+deb12u1/3.7.9",
            "7.1.5-0+deb13u1/3.8.9",
            "9.0.2-4/3.8.13",
            absent="rejected: other",
        ),
        install=apt("ffmpeg", brew="ffmpeg"),
    ),
    Client(
        name="mosquitto_sub",
        kind="command-line",
        stack=OPENSSL,
        run=f"{_MOSQUITTO} --cafile {{trust}} -t leafonly -d -W 2",
        own_trust=f"{_MOSQUITTO} --tls-use-os-certs -t leafonly -d -W 2",
        testimony="request",
        version=r"mosquitto_sub version (?P<version>\S+)",
        version_run="mosquitto_sub --help",
        version_exit_code=1,
        measured=measured("2.0.11/3.0.19", "2.0.21/3.5.9", "2.1.2/3.6.5"),
        install=apt("mosquitto-clients", brew="mosquitto"),
    ),
    Client(
        name="pip",
        kind="command-line",
        stack=OPENSSL,
        needs=("python:pip",),
        # The response is read as a list of requirements; pip says which it cannot find.
        run=f"{_PIP} --cert={{trust}}",
        # truststore's roots and the file's are taken together.
        own_trust=OwnTrust(_PIP, adds=True),
        version=VERSION_LINES,
        version_run=(
            *("{python}", "-c"),
            "import pip, ssl; print('pip', pip.__version__); print(ssl.OPENSSL_VERSION)",
        ),
        measured=measured("26.3/3.0.19", "26.3/3.5.9", "26.3/3.6.5"),
        install=Install(anywhere="uv sync --inexact --extra clients"),
    ),
    Client(
        name="uv",
        kind="command-line",
        stack=RUSTLS,
        # As with pip.
        run=(
            "uv pip install --no-config --no-cache --dry-run --no-index --python={python} "
            "--requirement={url}"
        ),
        environment={"SSL_CERT_FILE": "{trust}"},
        own_trust=OwnTrust(roots="program"),  # the crate webpki-roots is compiled in
        version=r"uv (?P<version>\S+)",
        measured=measured("0.13.9/0.23.46"),
        install=Install(anywhere="uv sync --inexact --extra clients"),
    ),
    Client(
        name="apt",
        kind="command-line",
        # 2.6 (Debian 12) links GnuTLS; 3.0 (Debian 13) OpenSSL, by way of libapt-pkg.
        stack=GNUTLS_OR_OPENSSL,
        needs=(_APT_HELPER,),
        run=f"{_APT} -o Acquire::https::CaInfo={{home}}/../{{trust}} download-file {{url}} body",
        own_trust=f"{_APT} download-file {{url}} body",
        version=r"apt (?P<version>\S+)",
        version_run=f"{_APT_HELPER} --version",
        library=_in_apts_method,
        measured=measured("2.6.1/3.7.9")
        + measured("3.0.4/3.5.9", "3.3.5/3.6.5", cached="accepted: completes"),
        install=Install(debian="it is part of Debian"),
    ),
    Client(
        name="rclone",
        kind="command-line",
        stack=GO,
        run=f"{_RCLONE} --ca-cert {{trust}}",
        own_trust=_RCLONE,
        version=r"rclone (?P<version>\S+).*go/version: go(?P<stack_version>\S+)",
        version_run="rclone version",
        measured=measured("v1.60.1-DEV/1.19.8", "v1.60.1-DEV/1.23.2", "v1.75.2/1.27.2"),
        install=apt("rclone", brew="rclone"),
    ),
    Client(
        name="pandoc",
        kind="command-line",
        stack=HASKELL_TLS,
        # One address at a time: given two, pandoc prints nothing if the second one fails.
        run="pandoc --from=html --to=plain {url}",
        environment={"SYSTEM_CERTIFICATE_PATH": "{trust}"},  # x509-system's store
        own_trust=AS_RUN,
        version=r"pandoc (?P<version>\S+)",
        measured=measured("2.17.1.1/1.5.8", "3.1.11.1/1.8.0", "3.11/2.1.8"),
        install=apt("pandoc", brew="pandoc"),
    ),
)
