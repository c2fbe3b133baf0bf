"""A self-signed certificate for a camera behind a gateway, which trusts no other."""

import contextlib
import datetime as dt
import ipaddress

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from leafonly.certificates.chain import Chain, KeyType, new_key

__all__ = ["self_signed"]

_DAY = dt.timedelta(days=1)
_DAYS = 3650


def self_signed(name: str, address: str | None = None, key_type: KeyType = "p256") -> Chain:
    """Return a self-signed leaf with its private key, valid for ten years.

    A gateway trusts this one certificate and no other, so it needs no renewal, and no CA's rule
    about lifetimes applies.

    Args:
        name: The dNSName in it.
        address: An IP address to go into it, too; None or a name for none.
        key_type: The leaf's key.

    """
    key, now = new_key(key_type), dt.datetime.now(dt.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])  # RFC 5280 ub
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    with contextlib.suppress(ValueError):
        names += [x509.IPAddress(ipaddress.ip_address(address))] if address else []
    leaf = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _DAY)
        .not_valid_after(now + _DAYS * _DAY)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        # No CA: a stolen key cannot issue other certificates.
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    return Chain(leaf, (), leaf, key)
