"""Programs that download files. One entry is one client."""

from pathlib import Path

from leafonly.clients.client import Client, Install
from leafonly.clients.error_messages import GO, OPENSSL_OR_GNUTLS
from leafonly.clients.library_version import Library, linked
from leafonly.clients.measured import measured

__all__ = ["CLIENTS"]

_APT_HELPER = "/usr/lib/apt/apt-helper"
# It cannot become the user _apt where root is the only user, as in a namespace.
_APT = (
    *("{python}", "{programs}/print_file.py", "body", _APT_HELPER),
    *("-o", "Acquire::Retries=0", "-o", "APT::Sandbox::User=root"),
)
_APT_METHOD = Path("/usr/lib/apt/methods/http")  # what speaks TLS for it

_RCLONE = (
    *("rclone", "copyurl", "--stdout", "{url}"),
    *("--retries", "1", "--low-level-retries", "1"),
)


def _in_apts_method(_: Path) -> Library | None:
    return linked(_APT_METHOD)


CLIENTS = (
    Client(
        name="apt",
        kind="command-line",
        stack="GnuTLS",
        # 2.6 (Debian 12) links GnuTLS; 3.0 (Debian 13) OpenSSL, by way of libapt-pkg.
        other_stacks=("OpenSSL",),
        needs=(_APT_HELPER,),
        command=(
            *(*_APT, "-o", "Acquire::https::CaInfo={home}/../{trust}"),
            *("download-file", "{url}", "body"),
        ),
        native=(*_APT, "download-file", "{url}", "body"),
        version_command=(_APT_HELPER, "--version"),
        version_pattern=r"apt (?P<version>\S+)",
        library=_in_apts_method,
        words=OPENSSL_OR_GNUTLS,
        # GnuTLS has been replaced by OpenSSL in between (Debian 13).
        measured=measured("2.6.1/3.7.9", cached="accepted: anchors")
        + measured("3.0.4/3.5.9", "3.3.5/3.6.5"),
        install=Install(debian="it is part of Debian"),
    ),
    Client(
        name="rclone",
        kind="command-line",
        stack="crypto/tls",
        needs=("rclone",),
        command=(*_RCLONE, "--ca-cert", "{trust}"),
        native=_RCLONE,
        version_command=("rclone", "version"),
        version_pattern=r"rclone (?P<version>\S+).*go/version: go(?P<stack_version>\S+)",
        words=GO,
        measured=measured(
            "v1.60.1-DEV/1.19.8", "v1.60.1-DEV/1.23.2", "v1.75.2/1.27.2", cached="accepted: anchors"
        ),
        install=Install(debian="apt install rclone", macos="brew install rclone"),
    ),
)
