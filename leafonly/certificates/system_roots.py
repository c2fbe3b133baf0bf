"""Where this system keeps the roots that its own programs trust."""

import re
import ssl
import sys
from pathlib import Path

__all__ = ["SYSTEM_BUNDLES", "system_roots"]

SYSTEM_BUNDLES = tuple(
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

_BLOCK = re.compile("-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----", re.DOTALL)


def system_roots() -> list[bytes]:
    """Return the system's roots as DER; Mozilla's list where the system has no file.

    SSL_CERT_FILE and its like are not followed: they are one program's, and clients are others.
    """
    if sys.platform == "win32":  # pragma: no cover
        return [
            data
            for data, encoding, trust in ssl.enum_certificates("ROOT")
            if encoding == "x509_asn" and trust
        ]
    bundle = next((each for each in SYSTEM_BUNDLES if each.is_file()), None)
    if bundle is None:
        import certifi

        bundle = Path(certifi.where())
    text = bundle.read_text(encoding="ascii", errors="replace")
    return [ssl.PEM_cert_to_DER_cert(block) for block in _BLOCK.findall(text)]
