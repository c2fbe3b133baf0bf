"""Scripting and functional languages with their usual TLS modules. One entry is one client."""

from leafonly.clients.client import Client, Install, apt
from leafonly.clients.measured import measured
from leafonly.clients.own_trust import AS_RUN, NoneOfItsOwn, OwnTrust
from leafonly.clients.stack import ERLANG, LIBCURL, OPENSSL

__all__ = ["CLIENTS"]

# What the programs print whose TLS module does not tell the version it runs with.
_MODULE_LINES = r"\A\S+ (?P<version>\S+)\nmodule (?P<module>[^\n]+)"

CLIENTS = (
    Client(
        name="ruby",
        kind="runtime",
        stack=OPENSSL,
        run="ruby {programs}/ruby_get.rb {trust} {urls}",
        own_trust=AS_RUN,
        measured=measured("3.1.7/3.0.19", "3.3.8/3.5.9", "3.3.8/3.6.5"),
        install=apt("ruby", brew="ruby"),
    ),
    Client(
        name="php-streams",
        kind="runtime",
        stack=OPENSSL,
        run="php {programs}/php_streams_get.php {trust} {urls}",
        own_trust=AS_RUN,
        measured=measured("8.2.36/3.0.19", "8.4.27/3.5.9", "8.4.27/3.6.5"),
        install=apt("php-cli", brew="php"),
    ),
    Client(
        name="php-curl",
        kind="runtime",
        stack=LIBCURL,
        run="php {programs}/php_curl_get.php {trust} {urls}",
        # A file that it is given takes the place of libcurl's own file, not of its folder.
        own_trust=OwnTrust(adds=True),
        measured=measured("8.2.36/3.0.19", "8.4.27/3.5.9", "8.4.27/3.6.5"),
        install=apt("php-cli php-curl", brew="php"),
    ),
    Client(
        name="perl-lwp",
        kind="runtime",
        stack=OPENSSL,
        run="perl {programs}/lwp_get.pl {trust} {urls}",
        own_trust=AS_RUN,
        # IO::Socket::SSL sets X509_V_FLAG_PARTIAL_CHAIN (lib/IO/Socket/SSL.pm).
        measured=measured("6.68/3.0.19", "6.78/3.5.9", "6.83/3.6.5", cached="accepted: anchors"),
        install=Install(
            debian="apt install libwww-perl liblwp-protocol-https-perl",
            macos="cpan LWP::Protocol::https",
        ),
    ),
    Client(
        name="perl-io-socket-ssl",
        kind="runtime",
        stack=OPENSSL,
        run="perl {programs}/io_socket_ssl_get.pl {trust} {urls}",
        own_trust=AS_RUN,
        measured=measured("2.081/3.0.19", "2.089/3.5.9", "2.099/3.6.5", cached="accepted: anchors"),
        install=Install(
            debian="apt install libio-socket-ssl-perl liburi-perl",
            macos="cpan IO::Socket::SSL URI",
        ),
    ),
    Client(
        name="tcl",
        kind="runtime",
        stack=OPENSSL,
        run="tclsh {programs}/tcl_get.tcl {trust} {urls}",
        # It reads the system's roots only after a file that it was given (measured on 1.7.22).
        own_trust=NoneOfItsOwn("without a file of roots, the client trusts no root"),
        version=_MODULE_LINES,
        measured=measured("1.7.22/3.0.19", "1.8.0/3.5.9", "2.0.1/3.6.5"),
        install=apt("tcl tcl-tls", brew="tcl-tk"),
    ),
    Client(
        name="luasec",
        kind="runtime",
        stack=OPENSSL,
        run="lua5.4 {programs}/luasec_get.lua {trust} {urls}",
        own_trust=NoneOfItsOwn("without a given trust store, LuaSec verifies nothing"),
        version=_MODULE_LINES,
        measured=measured("1.2.0/3.0.19", "1.3.2/3.5.9", "1.3.2/3.6.5"),
        install=Install(debian="apt install lua5.4 lua-sec", macos="luarocks install luasec"),
    ),
    Client(
        name="erlang",
        kind="runtime",
        stack=ERLANG,
        run="escript {programs}/erlang_get.escript {trust} {urls}",
        own_trust=AS_RUN,
        version=r"\A\S+ (?P<version>\S+)\nssl (?P<stack_version>\S+)",
        cannot={
            "stale_cross": "Erlang picks one of two certificates with the same name and key at "
            "random: with 16 test CAs, it rejected 9 times (25/10.8.7)"
        },
        measured=measured("25/10.8.7", "27/11.2.12.1", "29/11.7.8"),
        install=apt("erlang-base erlang-inets erlang-ssl", brew="erlang"),
    ),
)
