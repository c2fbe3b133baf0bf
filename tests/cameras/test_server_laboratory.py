"""Every server of the laboratory: look says of it what OpenSSL and GnuTLS say."""

import contextlib
import ipaddress
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from leafonly.cameras.look import Look
from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import pem
from leafonly.harness.subjects.remote_host import read_remote_host
from leafonly.tls.address import Target
from leafonly.tls.flight import FlightError
from tests.helpers.making import Laid
from tests.helpers.servers import SERVERS, Served

# Rules of our own, about what the two programs accept.
DECLARED = {
    "common_name_alone": "browsers, Go and rustls look nowhere but in the SAN",
    "version_1_leaf": "it has a common name alone, too",
    "tls10_rsa_key_exchange": "RFC 8996 retired TLS 1.0; browsers and OpenSSL 3.5 refuse it",
    "wildcard_inside": "browsers, Python and Go know a star for a whole label only",
}
_SECONDS = 30
_EVERYTHING = (
    *("-cipher", "ALL:COMPLEMENTOFALL:@SECLEVEL=0", "-min_protocol", "TLSv1"),
    *("-ciphersuites", "TLS_AES_128_GCM_SHA256:TLS_AES_128_CCM_SHA256:TLS_AES_128_CCM_8_SHA256"),
)


def looked_at(served: Served) -> Look:
    """Look at it by the name that its clients want."""
    host = served.laid.host
    try:
        found = read_remote_host(Target("127.0.0.1", served.port), host, served.laid.roots)
    except (FlightError, ValueError) as error:
        return Look(host, False, str(error), ("unreachable",))
    return found.look


def ran(command: list[str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, input="", capture_output=True, text=True, timeout=_SECONDS, check=False
    )


def laid_out(laid: Laid, directory: Path) -> None:
    """Write what clients trust, and a certificate of their own for who demands one."""
    (directory / "roots.pem").write_bytes(pem(laid.roots))
    own = Authority().issue("client.example")
    (directory / "client.pem").write_bytes(pem(own.full))
    assert own.key
    key = own.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    (directory / "client.key").write_bytes(key)


def s_client(served: Served, directory: Path, *more: str) -> subprocess.CompletedProcess[str]:
    named = ["-servername", served.laid.host]
    if is_address(served.laid.host):
        named = ["-noservername"]
    own = ["-cert", str(directory / "client.pem"), "-key", str(directory / "client.key")]
    where = ["-connect", f"127.0.0.1:{served.port}"]
    return ran(["openssl", "s_client", *where, *named, *own, *more])


def is_address(host: str) -> bool:
    with contextlib.suppress(ValueError):
        return bool(ipaddress.ip_address(host))
    return False


def openssl_reads(served: Served, directory: Path) -> bool:
    return "BEGIN CERTIFICATE" in s_client(served, directory, *_EVERYTHING).stdout


def openssl_accepts(served: Served, directory: Path) -> bool:
    host = served.laid.host.rstrip(".")
    option = "-verify_ip" if is_address(host) else "-verify_hostname"
    trust = ["-CAfile", str(directory / "roots.pem"), "-no-CApath", "-no-CAstore"]
    strict = ["-verify_return_error", "-x509_strict", option, host]
    asked = s_client(served, directory, *trust, *strict)
    # The exit code alone is 0 for a server that says close_notify in place of a handshake.
    return asked.returncode == 0 and "BEGIN CERTIFICATE" in asked.stdout


def gnutls_accepts(served: Served, directory: Path) -> bool | None:
    """Ask `gnutls-cli`; None where it is not there."""
    if shutil.which("gnutls-cli") is None:
        return None
    host = served.laid.host.rstrip(".")
    command = [
        *("gnutls-cli", "--x509cafile", str(directory / "roots.pem")),
        *("--x509certfile", str(directory / "client.pem")),
        *("--x509keyfile", str(directory / "client.key")),
        *("--verify-hostname", host, "--port", str(served.port)),
        *(() if is_address(host) else ("--sni-hostname", host)),
    ]
    return ran([*command, "127.0.0.1"]).returncode == 0


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("name", SERVERS)
def test_look_agrees(name: str, tmp_path: Path) -> None:
    if name.startswith("gnutls") and shutil.which("gnutls-serv") is None:
        pytest.skip("gnutls-serv is not on this machine")
    with SERVERS[name](tmp_path) as served:
        laid_out(served.laid, tmp_path)
        openssl = openssl_accepts(served, tmp_path)
        gnutls = gnutls_accepts(served, tmp_path)
        look = looked_at(served)
        said = f"openssl accepts: {openssl}, GnuTLS: {gnutls}; look: {look.verdict}"
        if "unreachable" in look.kinds:
            assert not openssl_reads(served, tmp_path), said
    if not openssl and not gnutls:
        assert not look.complete, said
    elif openssl and gnutls is not False:
        assert look.complete or name.removeprefix("chain_") in DECLARED, said
