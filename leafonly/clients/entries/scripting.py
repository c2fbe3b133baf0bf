"""Scripting and functional languages with their usual TLS modules. One entry is one client."""

from dataclasses import replace

from leafonly.clients.client import Client, Install
from leafonly.clients.entries.python_core import VERSION_LINES
from leafonly.clients.error_messages import ERLANG, HASKELL_TLS, OPENSSL
from leafonly.clients.library_version import CURLS, haskell_package, linked
from leafonly.clients.measured import Measurements, measured
from leafonly.clients.refusal import Vocabulary

__all__ = ["CLIENTS"]

# What the programs print whose TLS module does not tell the version it runs with.
_MODULE_LINES = r"\A\S+ (?P<version>\S+)\nmodule (?P<module>[^\n]+)"


def _script(
    name: str,
    *command: str,
    measured: Measurements,
    install: Install,
    stack: str = "OpenSSL",
    version_pattern: str = VERSION_LINES,
    words: Vocabulary = OPENSSL,
) -> Client:
    """Declare a script whose program follows the contract of programs/README.md."""
    return Client(
        name=name,
        kind="runtime",
        stack=stack,
        needs=(command[0],),
        command=(*command, "{trust}", "{urls}"),
        native=(*command, "native", "{urls}"),
        version_command=(*command, "--version"),
        version_pattern=version_pattern,
        library=linked if version_pattern == _MODULE_LINES else None,
        words=words,
        measured=measured,
        install=install,
    )


CLIENTS = (
    _script(
        "ruby",
        *("ruby", "{programs}/ruby_get.rb"),
        measured=measured("3.1.7/3.0.19", "3.3.8/3.5.9", "3.3.8/3.6.5"),
        install=Install(debian="apt install ruby", macos="brew install ruby"),
    ),
    _script(
        "php-streams",
        *("php", "{programs}/php_streams_get.php"),
        measured=measured("8.2.36/3.0.19", "8.4.27/3.5.9", "8.4.27/3.6.5"),
        install=Install(debian="apt install php-cli", macos="brew install php"),
    ),
    replace(
        _script(
            "php-curl",
            *("php", "{programs}/php_curl_get.php"),
            measured=measured(
                "8.2.36/3.0.19", "8.4.27/3.5.9", "8.4.27/3.6.5", cached="accepted: anchors"
            ),
            install=Install(debian="apt install php-cli php-curl", macos="brew install php"),
        ),
        other_stacks=CURLS,
        # A file that it is given takes the place of libcurl's own file, not of its folder.
        adds_to_native=True,
    ),
    _script(
        "perl-lwp",
        *("perl", "{programs}/lwp_get.pl"),
        # IO::Socket::SSL sets X509_V_FLAG_PARTIAL_CHAIN (lib/IO/Socket/SSL.pm).
        measured=measured("6.68/3.0.19", "6.78/3.5.9", "6.83/3.6.5", cached="accepted: anchors"),
        install=Install(
            debian="apt install libwww-perl liblwp-protocol-https-perl",
            macos="cpan LWP::Protocol::https",
        ),
    ),
    _script(
        "perl-io-socket-ssl",
        *("perl", "{programs}/io_socket_ssl_get.pl"),
        measured=measured("2.081/3.0.19", "2.089/3.5.9", "2.099/3.6.5", cached="accepted: anchors"),
        install=Install(
            debian="apt install libio-socket-ssl-perl liburi-perl",
            macos="cpan IO::Socket::SSL URI",
        ),
    ),
    replace(
        _script(
            "tcl",
            *("tclsh", "{programs}/tcl_get.tcl"),
            version_pattern=_MODULE_LINES,
            measured=measured("1.7.22/3.0.19", "1.8.0/3.5.9", "2.0.1/3.6.5"),
            install=Install(debian="apt install tcl tcl-tls", macos="brew install tcl-tk"),
        ),
        # It reads the system's roots only after a file that it was given (measured on 1.7.22).
        native=None,
        not_native="without a file of roots it trusts nobody",
        adds_to_native=True,
    ),
    replace(
        _script(
            "luasec",
            *("lua5.4", "{programs}/luasec_get.lua"),
            version_pattern=_MODULE_LINES,
            measured=measured("1.2.0/3.0.19", "1.3.2/3.5.9", "1.3.2/3.6.5"),
            install=Install(debian="apt install lua5.4 lua-sec", macos="luarocks install luasec"),
        ),
        native=None,
        not_native="it trusts what it is given, and by itself verifies nothing",
    ),
    _script(
        "erlang",
        *("escript", "{programs}/erlang_get.escript"),
        stack="Erlang/OTP ssl",
        version_pattern=r"\A\S+ (?P<version>\S+)\nssl (?P<stack_version>\S+)",
        words=ERLANG,
        measured=measured("25/10.8.7", "27/11.2.12.1", "29/11.7.8"),
        install=Install(
            debian="apt install erlang-base erlang-inets erlang-ssl", macos="brew install erlang"
        ),
    ),
    # The one packaged program that fetches with Haskell's own TLS.
    Client(
        name="pandoc",
        kind="command-line",
        stack="Haskell tls",
        needs=("pandoc",),
        # One address at a time: given two, pandoc prints nothing if the second one fails.
        command=("pandoc", "--from=html", "--to=plain", "{url}"),
        # getSystemCertificateStore of x509-system.
        environment={"SYSTEM_CERTIFICATE_PATH": "{trust}"},
        native=("pandoc", "--from=html", "--to=plain", "{url}"),
        version_command=("pandoc", "--version"),
        version_pattern=r"pandoc (?P<version>\S+)",
        library=haskell_package("tls"),
        words=HASKELL_TLS,
        measured=measured(
            "2.17.1.1/1.5.8", "3.1.11.1/1.8.0", "3.11/2.1.8", cached="accepted: anchors"
        ),
        install=Install(debian="apt install pandoc", macos="brew install pandoc"),
    ),
)
