"""Every chain of the laboratory, judged by the audit as OpenSSL and GnuTLS judge it."""

import contextlib
import ipaddress
import shutil
import subprocess
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from leafonly.audit import CHECKS, Evidence, run_check
from leafonly.audit.files.credentials import CredentialFile, sort_out
from leafonly.audit.files.parser import read_contents
from leafonly.certificates.chain import pem
from leafonly.certificates.paths import Issuers
from tests.helpers.laboratory import CHAINS
from tests.helpers.making import NOW

# Rules of our own, about what the two programs do not look at: whether a camera can load it,
# and whether clients do that these two do not speak for.
DECLARED = {
    "common_name_alone": "browsers, Go and rustls look nowhere but in the SAN",
    "version_1_leaf": "it has a common name alone, too",
    "ed25519_leaf": "cameras refuse to load it",
    "wildcard_inside": "browsers, Python and Go know a star for a whole label only",
}


def audited(laid):
    """Return what the audit finds in a delivery of this chain."""
    key = laid.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    delivered = read_contents(key + pem(laid.presented), lambda: None)
    credentials = sort_out([CredentialFile(Path("fullchain.pem"), delivered)])
    evidence = Evidence(credentials, NOW, laid.host.rstrip("."), private=Issuers(laid.roots))
    return [each for check in CHECKS.values() for each in run_check(check, evidence)]


def laid_out(laid, directory):
    for name, certificates in (
        ("leaf", laid.presented[:1]),
        ("others", laid.presented[1:]),
        ("chain", laid.presented),
        ("roots", laid.roots),
    ):
        (directory / f"{name}.pem").write_bytes(pem(certificates))


def openssl_accepts(laid, directory):
    """Ask `openssl verify`, at the security level that TLS clients have."""
    host = laid.host.rstrip(".")
    named = ["-verify_hostname", host]
    with contextlib.suppress(ValueError):
        named = ["-verify_ip", str(ipaddress.ip_address(host))]
    others = ["-untrusted", "others.pem"] if len(laid.presented) > 1 else []
    command = [
        *("openssl", "verify", "-purpose", "sslserver", "-auth_level", "2", *named),
        *("-attime", str(int(NOW.timestamp())), "-no-CAfile", "-no-CApath", "-no-CAstore"),
        *("-CAfile", "roots.pem", *others, "leaf.pem"),
    ]
    ended = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    return ended.returncode == 0


def gnutls_accepts(laid, directory):
    """Ask `certtool --verify`; None where it is not there."""
    if shutil.which("certtool") is None:
        return None
    command = [
        *("certtool", "--verify", "--load-ca-certificate", "roots.pem", "--infile", "chain.pem"),
        *("--verify-hostname", laid.host.rstrip("."), "--verify-purpose", "1.3.6.1.5.5.7.3.1"),
    ]
    ended = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    return ended.returncode == 0


@pytest.mark.needs("openssl")
@pytest.mark.parametrize("name", CHAINS)
def test_the_audit_agrees(name, tmp_path):
    laid = CHAINS[name]()
    laid_out(laid, tmp_path)
    openssl, gnutls = openssl_accepts(laid, tmp_path), gnutls_accepts(laid, tmp_path)
    found = audited(laid)
    blockers = [each for each in found if each.severity == "blocker"]
    said = f"openssl accepts: {openssl}, GnuTLS: {gnutls}\n" + "\n".join(map(str, found))
    if not openssl and not gnutls:
        assert blockers, said
    elif openssl and gnutls is not False:
        assert not blockers or name in DECLARED, said
    elif not blockers:
        assert [each for each in found if each.severity == "warning"], said
    if gnutls is None:
        pytest.skip("compared with OpenSSL alone: certtool is missing (apt install gnutls-bin)")
