"""Checks of the camera's name: the certificate is for it, and a public CA could issue for it."""

import ipaddress
from collections.abc import Iterator

from cryptography.x509.oid import NameOID

from leafonly.audit.evidence import Evidence
from leafonly.audit.finding import Finding, blocker, info, warning
from leafonly.certificate import addresses, covers, dns_names

__all__ = ["CHECKS"]

_REISSUE = "have the CA issue a certificate for the camera's name"

# Top-level domains that are not in IANA's root zone, and one zone that belongs to everybody:
# special-use (RFC 6761, RFC 6762), RFC 8375, ICANN's board resolution 2024.07.29.06 for
# .internal; the rest from RFC 6762 appendix G, and what home routers hand out.
_PRIVATE_SUFFIXES = (
    *("local", "localhost", "test", "example", "invalid"),
    *("internal", "home.arpa", "lan", "home", "corp", "intranet", "private", "localdomain"),
)


def name_is_in_certificate(evidence: Evidence) -> Iterator[Finding]:
    """The camera's name is among the certificate's subject alternative names.

    RFC 9110 section 4.3.4 forbids clients to look elsewhere, and Apple's systems do not
    (support.apple.com/103769). Seen before a leaf with a common name alone: refused by
    Chromium 156, Firefox 153, Go 1.27, rustls 0.23 and Conscrypt 2.9; accepted still by the
    clients of OpenSSL 3.0, GnuTLS 3.7, NSS 3.87, mbedTLS 2.28 and Java 17.
    """
    leaf = evidence.leaf
    names = dns_names(leaf)
    if not names and not addresses(leaf):
        common = leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        seen = "its name only in the subject's common name" if common else "no name"
        yield blocker(
            f"the certificate has {seen}, and no subject alternative name: browsers, Apple's "
            "systems, Go and rustls look nowhere else",
            "have the CA issue one with the camera's name as a dNSName",
        )
        return
    domain = evidence.domain
    if covers(leaf, domain):
        if evidence.given_domain is None:
            number = len(names) + len(addresses(leaf))
            others = f", one of {number} names" if number > 1 else ""
            yield info(f"the camera's name is taken to be {domain}{others}; --domain names another")
        return
    if _is_address(domain) and domain in names:
        yield blocker(
            f"the certificate has the address {domain} as a DNS name, where no client looks for it",
            "have the CA issue one with it as an iPAddress",
        )
        return
    held = ", ".join([*names, *addresses(leaf)][:5])
    yield blocker(f"the certificate is not for {domain}, but for {held}", _REISSUE)


def name_is_public(evidence: Evidence) -> Iterator[Finding]:
    """The camera's name is one that public CAs issue certificates for.

    They must not for a name outside of the root zone, nor for a reserved address (Baseline
    Requirements 4.2.2, defined in 1.6.1). For other addresses they may (3.2.2.5).
    """
    domain = evidence.domain
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
                f"{domain} is an address: few public CAs issue for one, Let's Encrypt for six "
                "days at a time"
            )
            return
        what = "an address that is reserved for private networks and the like"
    yield warning(
        f"{domain} is {what}: public CAs must not issue for it, and every client must be given "
        "the root of whoever did",
        "use a name below a domain that you own, and point it at the camera's address",
    )


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


CHECKS = (name_is_in_certificate, name_is_public)
