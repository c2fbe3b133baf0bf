"""Sentences about the faults of a presented chain and of its host, by kind."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cryptography import x509

from leafonly.cameras.presented_chain import PresentedChain
from leafonly.certificates.printable import printable
from leafonly.certificates.published_chain import PUBLISHER
from leafonly.certificates.trusted import MissingIssuer
from leafonly.tls.address import Target
from leafonly.tls.read_host import ANOTHER_KEY, TLS12, Presented, version_name

if TYPE_CHECKING:
    from leafonly.certificates.verifiers import Opinion

__all__ = [
    "LONGEST_NAME",
    "MOST_CERTIFICATES",
    "another_name",
    "chain_faults",
    "chain_warnings",
    "host_faults_and_warnings",
    "name_of",
    "shapes",
    "shown",
]

MOST_CERTIFICATES = 100
"""Certificates of one host that are judged: OpenSSL's own limit for a path."""

_MOST_BYTES = 100 * 1024
"""SSL_MAX_CERT_LIST_DEFAULT in OpenSSL's include/openssl/ssl.h.in."""

LONGEST_NAME = 200
"""Characters of a name or URL that are shown; three dots follow one that was cut."""


def shapes(chain: PresentedChain, *, is_full: bool) -> Iterator[str]:
    """Yield the kinds that describe a chain and are not faults."""
    if len(chain.presented) == 1 and not chain.is_self_signed:
        yield "leaf_only"
    if is_full and chain.is_in_order and not chain.is_self_signed:
        yield "full_chain"
    if chain.has_root:
        yield "root_included"
    if chain.has_unrelated:
        yield "unrelated"


def chain_faults(
    chain: PresentedChain, target: Target, at: dt.datetime, opinions: "Sequence[Opinion]"
) -> dict[str, str]:
    """Return why strict clients reject a chain, by kind."""
    faults: dict[str, str] = {}
    if chain.missing:
        faults["incomplete"] = _incomplete(chain)
    elif chain.anchor is None and chain.is_self_signed:
        faults["self_signed"] = "self-signed: no CA issued this certificate"
    elif chain.anchor is None:
        issuer = shown(chain.path[-1].issuer.rfc4514_string())
        namesake = (
            "; the trusted certificate of that name did not sign this one"
            if chain.has_trusted_namesake
            else ""
        )
        faults["unknown_root"] = (
            f"unknown root: {issuer} is not trusted here; if it is a root, name it with --trust; "
            f"if it is an intermediate, present it too{namesake}"
        )
    if not chain.covers(target.host):
        faults["another_name"] = another_name(target)
    untimely = chain.untimely(at)
    if untimely:
        faults["expired"] = "; ".join(_untimely(each, at) for each in untimely)
    if chain.gave_up:
        faults["too_many"] = (
            "too many: the certificates have so many issuers of the same name that not all "
            "signatures were verified"
        )
    if not faults:
        which = "strict clients" if any(each.accepts for each in opinions) else "clients"
        faults["refused"] = f"rejected by {which}: {_refusals(opinions)}"
    return faults


def _incomplete(chain: PresentedChain) -> str:
    """Return the names of the missing issuers, with their URLs."""
    named = [f"{shown(each.subject)}{_origin(each)}" for each in chain.missing]
    if len(named) > 1:
        text = f"incomplete: {len(named)} issuers are missing: {', then '.join(named)}"
    else:
        text = f"incomplete: the issuer {named[0]} is missing"
    if chain.has_namesake_of_issuer:
        text += "; a certificate of that name is presented, but did not sign this one"
    if len(chain.path) > 1 and not chain.leads_to_root:
        first = shown(chain.missing[0].subject) if len(named) > 1 else "it"
        text += f"; if {first} is a root that clients trust, name it with --trust"
    return text


def _origin(missing: MissingIssuer) -> str:
    if missing.url is None:
        return ""
    why = f", in {PUBLISHER}'s published chain" if missing.published else ""
    return f" (from {shown(missing.url)}{why})"


def _untimely(certificate: x509.Certificate, at: dt.datetime) -> str:
    if certificate.not_valid_after_utc < at:
        when = f"expired on {certificate.not_valid_after_utc:%Y-%m-%d}"
    else:
        when = f"not valid before {certificate.not_valid_before_utc:%Y-%m-%d}"
    return f"{when}: {name_of(certificate)}"


def another_name(target: Target) -> str:
    """Return the sentence about a leaf that does not cover the host's name."""
    return f"another name: the leaf is not for {shown(target.host)}"


def chain_warnings(
    chain: PresentedChain, at: dt.datetime, opinions: "Sequence[Opinion]", *, accepted: bool
) -> dict[str, str]:
    """Return what only some clients reject in a chain, by kind."""
    beside: dict[str, str] = {}
    if not chain.is_in_order:
        beside["wrong_order"] = (
            "wrong order: each certificate must be followed by its issuer (RFC 5246 section "
            "7.4.2); some clients do not sort them"
        )
    if not accepted:
        return beside
    if not all(each.accepts for each in opinions):
        beside["refused_by_some"] = f"rejected by some clients: {_refusals(opinions)}"
    untimely = chain.untimely(at)
    if untimely:
        beside["expired"] = "; ".join(_untimely(each, at) for each in untimely)
    return beside


def host_faults_and_warnings(presented: Presented | None) -> tuple[dict[str, str], dict[str, str]]:
    """Return the faults of a host other than its chain, and the warnings about it, by kind."""
    faults: dict[str, str] = {}
    beside: dict[str, str] = {}
    if presented is None:
        return faults, beside
    if presented.problem:
        kind = "another_key" if presented.problem == ANOTHER_KEY else "no_handshake"
        faults[kind] = shown(presented.problem)
    if presented.version < TLS12:
        faults["old_tls"] = (
            f"old TLS: the server speaks {version_name(presented.version) or 'SSL'} at most, which "
            "today's clients reject"
        )
    if len(presented.certificates) > MOST_CERTIFICATES:
        faults["too_many"] = (
            f"too many: the server presents {len(presented.certificates)} certificates; only the "
            f"first {MOST_CERTIFICATES} were judged"
        )
    size = sum(3 + len(each) for each in presented.certificates) + 3
    if size > _MOST_BYTES:
        faults["too_large"] = (
            f"too large: the server presents {size} bytes of certificates; clients with OpenSSL "
            f"take {_MOST_BYTES} at most"
        )
    if presented.asks_for_certificate:
        beside["asks_for_certificate"] = "the server asks for a client certificate"
    return faults, beside


def _refusals(opinions: "Sequence[Opinion]") -> str:
    """Return each verifier's reason to reject a chain; a repeated reason only once."""
    first = {each.because: each.verifier for each in reversed(opinions) if not each.accepts}
    return "; ".join(f"{verifier}: {because}" for because, verifier in reversed(first.items()))


def name_of(certificate: x509.Certificate | None) -> str:
    """Return a certificate's subject, printable."""
    return shown(certificate.subject.rfc4514_string()) if certificate else "a given root"


def shown(text: str) -> str:
    """Return text from a host, printable and short; a host may send any bytes as a name."""
    return printable(text, LONGEST_NAME) + ("..." if len(text) > LONGEST_NAME else "")
