"""The check of issuing rules that today's verifiers ignore and future clients may enforce."""

import re
from collections.abc import Callable, Iterator

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from leafonly.audit.context import Evidence
from leafonly.audit.finding import Finding, warning
from leafonly.certificates.der_elements import elements
from leafonly.certificates.inspection import dns_names
from leafonly.certificates.names import called, shown

__all__ = ["CHECKS"]

_DAMAGE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.UnsupportedGeneralNameType,
)
_REMEDY = "tell the CA; if the CA is your own, issue a new certificate by these rules"
_LIKE_A_NAME = re.compile(r"0x\w+|\S*[.:]\S*")
_INTEGER = 0x02
_SECOND_LEVEL = frozenset(("ac", "co", "com", "edu", "go", "gov", "ne", "net", "or", "org"))
"""Labels below which registries of two-letter domains register names: a small part of the Public
Suffix List."""


def _serial_number(certificate: x509.Certificate) -> str | None:
    # Not by cryptography 50, which warns about such a number.
    body = next(elements(certificate.tbs_certificate_bytes))[1]
    number = next(contents for tag, contents, _ in elements(body) if tag == _INTEGER)
    if int.from_bytes(number, signed=True) <= 0:
        return "its serial number is not positive (RFC 5280 section 4.1.2.2)"
    return None


def _modulus(certificate: x509.Certificate) -> str | None:
    key = certificate.public_key()
    if isinstance(key, rsa.RSAPublicKey) and key.key_size % 8:
        return f"its RSA key has {key.key_size} bits, not whole bytes (Baseline Requirements 6.1.5)"
    return None


def _common_name(leaf: x509.Certificate) -> str | None:
    """Check common names that look like a host; private CAs write other things there."""
    held = {str(each.value) for each in _names(leaf)}
    for each in leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME):
        common = str(each.value)
        is_name = _LIKE_A_NAME.fullmatch(common)
        if is_name and held and common not in held:
            return (
                f"its common name {shown(common)} is not exactly one of its DNS names or "
                "addresses (Baseline Requirements 7.1.4.3)"
            )
    return None


def _names(leaf: x509.Certificate) -> Iterator[x509.DNSName | x509.IPAddress]:
    for each in leaf.extensions:
        if isinstance(each.value, x509.SubjectAlternativeName):
            yield from (n for n in each.value if isinstance(n, x509.DNSName | x509.IPAddress))


def _any_usage(leaf: x509.Certificate) -> str | None:
    for each in leaf.extensions:
        usages = list(each.value) if isinstance(each.value, x509.ExtendedKeyUsage) else []
        if len(usages) > 1 and ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in usages:
            return "it also allows any usage (Baseline Requirements 7.1.2.7.10)"
    return None


def _wildcard(leaf: x509.Certificate) -> str | None:
    for name in dns_names(leaf):
        labels = name.split(".")
        is_short = labels[0] == "*" and len(labels) == 3 and len(labels[2]) == 2
        if is_short and labels[1] in _SECOND_LEVEL:
            return f"{shown(name)} covers a whole registry (Baseline Requirements 3.2.2.6)"
    return None


def _critical(certificate: x509.Certificate) -> str | None:
    for each in certificate.extensions:
        is_limit = isinstance(each.value, x509.NameConstraints | x509.PolicyConstraints)
        if is_limit and not each.critical:
            return (
                "its name or policy constraints are not marked critical (RFC 5280 sections "
                "4.2.1.10 and 4.2.1.11)"
            )
    return None


def _root_usage(root: x509.Certificate) -> str | None:
    if any(isinstance(each.value, x509.ExtendedKeyUsage) for each in root.extensions):
        return "it is a root, but has an extended key usage (Baseline Requirements 7.1.2.1.2)"
    return None


Rule = Callable[[x509.Certificate], str | None]
_EVERY: tuple[Rule, ...] = (_serial_number, _modulus)
_LEAF: tuple[Rule, ...] = (*_EVERY, _common_name, _any_usage, _wildcard)
_ISSUER: tuple[Rule, ...] = (*_EVERY, _critical)
_ROOT: tuple[Rule, ...] = (*_ISSUER, _root_usage)


def issuing_rules_are_kept(evidence: Evidence) -> Iterator[Finding]:
    """Every certificate follows RFC 5280 and the Baseline Requirements.

    Only rules that x509-limbo checks and OpenSSL and pyca/cryptography do not.
    """
    roots = [] if evidence.is_public else list(dict.fromkeys(path[-1] for path in evidence.paths))
    rules = [(evidence.leaf, _LEAF), *((each, _ISSUER) for each in evidence.issuers)]
    for certificate, which in [*rules, *((each, _ROOT) for each in roots)]:
        for rule in which:
            try:
                broken = rule(certificate)
            except _DAMAGE:
                continue  # the verifiers reject an extension that cannot be read
            if broken is not None:
                yield warning(f"{called(certificate)}: {broken}", _REMEDY)


CHECKS = (issuing_rules_are_kept,)
