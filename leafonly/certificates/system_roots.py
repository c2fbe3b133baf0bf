"""The lists of trusted roots on this machine: the system's own, and Mozilla's from certifi."""

import binascii
import contextlib
import re
import sys
from pathlib import Path

__all__ = ["mozilla_list", "system_list"]

_SYSTEM_BUNDLES = tuple(
    map(
        Path,
        (
            "/etc/ssl/certs/ca-certificates.crt",
            "/etc/pki/tls/certs/ca-bundle.crt",
            "/etc/ssl/ca-bundle.pem",
            "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
            "/etc/ssl/cert.pem",
        ),
    )
)
"""Systems' lists of roots in one file (crypto/x509/root_linux.go and root_bsd.go of Go)."""

_BLOCK = re.compile("-----BEGIN CERTIFICATE-----(.*?)-----END CERTIFICATE-----", re.DOTALL)


def system_list() -> list[bytes]:
    """Return the roots that this system's own programs trust, as DER; empty if none are found.

    SSL_CERT_FILE and similar variables are not followed: they concern one shell's programs,
    and the system's other programs do not see them.
    """
    if sys.platform == "win32":  # pragma: no cover
        import ssl

        return [
            data
            for data, encoding, trust in ssl.enum_certificates("ROOT")
            if encoding == "x509_asn" and trust
        ]
    bundle = next((each for each in _SYSTEM_BUNDLES if each.is_file()), None)
    return _certificates_in(bundle) if bundle else []


def mozilla_list() -> list[bytes]:
    """Return Mozilla's list of roots, as DER; certifi delivers it."""
    import certifi  # 10 ms, and most systems have a list of their own

    return _certificates_in(Path(certifi.where()))


def _certificates_in(bundle: Path) -> list[bytes]:
    text = bundle.read_text(encoding="ascii", errors="replace")
    found = []
    for block in _BLOCK.findall(text):
        # One damaged block must not end every command.
        with contextlib.suppress(binascii.Error):
            # As ssl.PEM_cert_to_DER_cert does it; to import ssl takes 17 ms.
            found.append(binascii.a2b_base64(block))
    return found
