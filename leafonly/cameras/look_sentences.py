"""What is wrong with a presented chain and its host, by kind, each in a sentence for people."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from cryptography import x509

from leafonly.cameras.presented_chain import PresentedChain
from leafonly.certificates.printable import printable
from leafonly.tls.address import Target
from leafonly.tls.read_host import TLS10, TLS12, Presented

if TYPE_CHECKING:
    from leafonly.certificates.verifiers import Opinion

__all__ = [
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
"""That are judged of one host: OpenSSL's own limit of a path; no camera has a reason for 10."""

_LONGEST_NAME = 200


def shapes(chain: PresentedChain, *, is_full: bool) -> Iterator[str]:
    """Give the kinds that are no fault by themselves."""
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
    """Say why no strict client accepts a chain, by kind."""
    faults: dict[str, str] = {}
    if chain.missing:
        faults["incomplete"] = _incomplete(chain)
    elif chain.anchor is None and chain.is_self_signed:
        faults["self_signed"] = "self-signed: no authority vouches for it"
    elif chain.anchor is None:
        issuer = shown(chain.path[-1].issuer.rfc4514_string())
        namesake = "; the trusted one of that name did not sign this" * chain.has_trusted_namesake
        faults["unknown_root"] = (
            f"unknown root: {issuer} is not trusted here; name it with --trust, or present it, "
            f"too, if it is no root{namesake}"
        )
    if not chain.covers(target.host):
        faults["another_name"] = another_name(target)
    untimely = chain.untimely(at)
    if untimely:
        faults["expired"] = "; ".join(_untimely(each, at) for each in untimely)
    if not faults:
        which = "strict clients" if any(each.accepts for each in opinions) else "clients"
        faults["refused"] = f"refused by {which}: {_refusals(opinions)}"
    return faults


def _incomplete(chain: PresentedChain) -> str:
    """Name what is missing, and where it is."""
    named = [
        shown(each.subject) + (f" (from {shown(each.url)})" if each.url else "")
        for each in chain.missing
    ]
    if len(named) > 1:
        text = f"incomplete: {len(named)} issuers are missing: {', then '.join(named)}"
    else:
        text = f"incomplete: the issuer {named[0]} is missing"
    if chain.has_namesake_of_issuer:
        text += "; one of that name is presented, but did not sign this"
    if len(chain.path) > 1 and not chain.leads_to_root:
        text += "; if clients trust it as a root, name it with --trust"
    return text


def _untimely(certificate: x509.Certificate, at: dt.datetime) -> str:
    if certificate.not_valid_after_utc < at:
        when = f"expired: on {certificate.not_valid_after_utc:%Y-%m-%d}"
    else:
        when = f"not yet valid: from {certificate.not_valid_before_utc:%Y-%m-%d} on"
    return f"{when}, {name_of(certificate)}"


def another_name(target: Target) -> str:
    """Say that the leaf is for others."""
    return f"another name: the leaf is not for {shown(target.host)}"


def chain_warnings(
    chain: PresentedChain, at: dt.datetime, opinions: "Sequence[Opinion]", *, accepted: bool
) -> dict[str, str]:
    """Say what other clients may refuse in a chain, by kind."""
    beside: dict[str, str] = {}
    if not chain.is_in_order:
        beside["wrong_order"] = (
            "wrong order: each certificate must be followed by its issuer (RFC 5246 section "
            "7.4.2), and not every client sorts them"
        )
    if not accepted:
        return beside
    if not all(each.accepts for each in opinions):
        beside["refused_by_some"] = f"refused by some clients: {_refusals(opinions)}"
    untimely = chain.untimely(at)
    if untimely:
        beside["expired"] = "; ".join(_untimely(each, at) for each in untimely)
    return beside


def host_faults_and_warnings(presented: Presented | None) -> tuple[dict[str, str], dict[str, str]]:
    """Say what is wrong with a host but its chain, and what is to be known of it, by kind."""
    faults: dict[str, str] = {}
    beside: dict[str, str] = {}
    if presented is None:
        return faults, beside
    if presented.problem:
        faults["no_handshake"] = shown(presented.problem)
    if presented.version < TLS12:
        faults["old_tls"] = (
            f"speaks TLS 1.{presented.version - TLS10} at most, which today's clients refuse"
        )
    if len(presented.certificates) > MOST_CERTIFICATES:
        faults["too_many"] = (
            f"too many: {len(presented.certificates)} certificates are presented; the first "
            f"{MOST_CERTIFICATES} were judged"
        )
    if presented.asks_for_certificate:
        beside["asks_for_certificate"] = "it asks its clients for a certificate of their own"
    return faults, beside


def _refusals(opinions: "Sequence[Opinion]") -> str:
    """Say what each verifier holds against a chain, the same message once."""
    first = {each.because: each.verifier for each in reversed(opinions) if not each.accepts}
    return "; ".join(f"{verifier}: {because}" for because, verifier in reversed(first.items()))


def name_of(certificate: x509.Certificate | None) -> str:
    """Return a certificate's subject for people."""
    return shown(certificate.subject.rfc4514_string()) if certificate else "a given root"


def shown(text: str) -> str:
    """Make a host's own text fit for a terminal: its names may be anything, of any length."""
    return printable(text, _LONGEST_NAME) + ("..." if len(text) > _LONGEST_NAME else "")
