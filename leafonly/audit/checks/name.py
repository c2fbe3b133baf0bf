"""Checks of the camera's name: the leaf covers it, and a public CA can issue for it."""

import ipaddress
from collections.abc import Iterator

from cryptography.x509.oid import NameOID

from leafonly.audit.context import Evidence
from leafonly.audit.finding import Finding, blocker, info, warning
from leafonly.certificates.inspection import addresses, covers, dns_names

__all__ = ["CHECKS", "is_address", "judge_name"]

_REISSUE = "have the CA issue a certificate for the camera's name"

# Top-level domains that are not in IANA's root zone, and home.arpa:
# special-use (RFC 6761, RFC 6762), RFC 8375, ICANN's board resolution 2024.07.29.06 for
# .internal; the rest from RFC 6762 appendix G, and what home routers hand out.
_PRIVATE_SUFFIXES = (
    *("local", "localhost", "test", "example", "invalid"),
    *("internal", "home.arpa", "lan", "home", "corp", "intranet", "private", "localdomain"),
)


def name_is_in_certificate(evidence: Evidence) -> Iterator[Finding]:
    """The camera's name is among the certificate's subject alternative names.

    RFC 9110 section 4.3.4 forbids clients to use the common name, and Apple's systems do not
    (support.apple.com/103769). A leaf that has only a common name was refused by
    Chromium 156, Firefox 153, Go 1.27, rustls 0.23 and Conscrypt 2.9; still accepted by
    clients of OpenSSL 3.0, GnuTLS 3.7, NSS 3.87, mbedTLS 2.28 and Java 17.
    """
    leaf = evidence.leaf
    names = dns_names(leaf)
    if not names and not addresses(leaf):
        common = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        seen = "only a common name" if common else "no name"
        yield blocker(
            f"the certificate has {seen}, and no subject alternative name: browsers, Apple's "
            "systems, Go and rustls use no other name",
            "have the CA issue one with the camera's name as a dNSName",
        )
        return
    domain = evidence.domain
    if covers(leaf, domain):
        if evidence.given_domain is None:
            number = len(names) + len(addresses(leaf))
            others = f", one of {number} names" if number > 1 else ""
            yield info(f"no --domain: the camera's name is assumed to be {domain}{others}")
        return
    if is_address(domain) and domain in names:
        yield blocker(
            f"the certificate has the address {domain} as a DNS name, which clients do not match",
            "have the CA issue one with the address as an iPAddress",
        )
        return
    held = ", ".join([*names, *addresses(leaf)][:5])
    yield blocker(f"the certificate is not for {domain}, but for {held}", _REISSUE)


def name_is_public(evidence: Evidence) -> Iterator[Finding]:
    """Public CAs issue certificates for the camera's name.

    They must not for a name outside of the root zone, nor for a reserved address (Baseline
    Requirements 4.2.2, defined in 1.6.1). For other addresses they may (3.2.2.5).
    """
    yield from judge_name(evidence.domain)


def judge_name(domain: str) -> Iterator[Finding]:
    """Yield a finding if public CAs issue no certificates for a name or an address, or few do."""
    try:
        address = ipaddress.ip_address(domain)
    except ValueError:
        if "." not in domain:
            what = "a single label"
        elif any(domain.endswith(f".{suffix}") for suffix in _PRIVATE_SUFFIXES):
            what = "a name that exists only in private networks"
        else:
            return
    else:
        if address.is_global:
            # letsencrypt.org, 2026-01-15: "6-day and IP Address Certificates".
            yield info(
                f"{domain} is an address: few public CAs issue for addresses; Let's Encrypt does, "
                "for six days"
            )
            return
        what = "an address that is reserved, for private networks for example"
    yield warning(
        f"{domain} is {what}: public CAs must not issue for it, so clients must be given the root "
        "of the CA that issued it",
        "use a name below a domain that you own, and point its DNS record at the camera",
    )


def is_address(name: str) -> bool:
    """Return whether a name is an IP address."""
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


CHECKS = (name_is_in_certificate, name_is_public)
