"""Read the chain that a remote host presents, and say whether a strict client accepts it.

Real verifiers judge the presented chain with the trusted roots only, so an intermediate in the
trust file does not hide that it was not sent. If the verifiers reject the chain, the names and
signatures of the certificates show what is wrong, for example which issuer is missing.
"""

import contextlib
import datetime as dt
import time
import warnings
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from cryptography import x509

from leafonly.cameras.at_once import in_order
from leafonly.cameras.look_result import DEPLOYED, Look, seen
from leafonly.cameras.look_sentences import (
    MOST_CERTIFICATES,
    another_name,
    chain_faults,
    chain_warnings,
    host_faults_and_warnings,
    name_of,
    shapes,
    shown,
)
from leafonly.cameras.presented_chain import PresentedChain
from leafonly.certificates.trusted import MissingIssuer, Trusted
from leafonly.tls.address import Target
from leafonly.tls.deadline import Deadline
from leafonly.tls.flight import FlightError
from leafonly.tls.read_host import Presented, read_host, version_name

if TYPE_CHECKING:
    from leafonly.certificates.verifiers import Opinion

__all__ = [
    "DEPLOYED",
    "Look",
    "Trusted",
    "classify",
    "contained",
    "look",
    "look_at_all",
    "quietly",
    "read_certificates",
]

_AT_ONCE = 64  # hosts; each has a thread, which mostly waits
_SECONDS = 20.0  # for one host; a microcontroller takes seconds to sign with RSA


def look_at_all(
    hosts: Sequence[Target], trusted: Trusted, *, seconds: float = _SECONDS
) -> Iterator[Look]:
    """Look at many hosts, 64 at a time; yield each result as soon as it is next in their order."""
    with quietly():
        yield from in_order(lambda target: look(target, trusted, seconds=seconds), hosts, _AT_ONCE)


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Silence cryptography's warnings about certificates that break RFC 5280; CAs issue them.

    The filter holds for the whole process, so call this outside of threads.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


@contextlib.contextmanager
def contained() -> Iterator[None]:
    """Raise ValueError or FlightError for whatever a host's bytes make a library raise.

    pyo3's PanicException, which cryptography's Rust code raises if it has a bug, is a
    BaseException.
    """
    try:
        yield
    except (FlightError, ValueError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as error:
        raise ValueError(str(error) or type(error).__name__) from error


def look(target: Target, trusted: Trusted, *, seconds: float = _SECONDS) -> Look:
    """Look at one host. A host that cannot be reached or read gives a result, not an exception.

    Args:
        target: The host.
        trusted: What clients trust.
        seconds: The limit for everything: its name's resolution, connecting, reading, verifying.

    """
    started, deadline = time.monotonic(), Deadline(seconds)
    try:
        with contained():
            presented = read_host(target, seconds=seconds)
            certificates = read_certificates(presented)
            found = classify(target, certificates, trusted, presented, deadline)
    except FlightError as error:
        found = Look(str(target), False, f"unreachable: {shown(str(error))}", ("unreachable",))
    except ValueError as error:
        because = f"unreadable certificate: {shown(' '.join(str(error).split()))}"
        found = Look(str(target), False, because, ("unreadable",))
    return replace(found, seconds=round(time.monotonic() - started, 3))


def read_certificates(presented: Presented) -> list[x509.Certificate]:
    """Return the presented certificates, at most as many as are judged.

    Raises:
        ValueError: A certificate cannot be read.

    """
    certificates = []
    for number, der in enumerate(presented.certificates[:MOST_CERTIFICATES], 1):
        try:
            certificates.append(x509.load_der_x509_certificate(der))
            certificates[-1].subject, certificates[-1].issuer
        except Exception as error:
            # ValueError, InvalidVersion, TypeError for a BIT STRING in a name: any may be next.
            raise ValueError(f"certificate {number}: {error}") from error
    return certificates


def classify(
    target: Target,
    certificates: Sequence[x509.Certificate],
    trusted: Trusted,
    presented: Presented | None = None,
    deadline: Deadline | None = None,
) -> Look:
    """Return the verdict on presented certificates, and on what else was seen of the host.

    Raises:
        TimeoutError: The deadline passed.

    """
    at, deadline = dt.datetime.now(dt.UTC), deadline or Deadline(_SECONDS)
    chain = PresentedChain(certificates, trusted, deadline.remaining)
    opinions = _opinions(chain, trusted, target.host, at)
    accepted = _is_accepted(opinions)
    faults_of_host, beside_of_host = host_faults_and_warnings(presented)
    faults = {} if accepted else chain_faults(chain, target, at, opinions)
    if not chain.covers(target.host):
        # OpenSSL also matches common names and a wildcard within a label; browsers do not.
        faults["another_name"] = another_name(target)
    faults |= faults_of_host
    beside = chain_warnings(chain, at, opinions, accepted=accepted) | beside_of_host
    said = list(faults.values()) or [
        f"complete: {len(certificates)} presented, trusted by {name_of(chain.anchor)}"
    ]
    missing = () if accepted else _shown_missing(chain)
    return Look(
        target=str(target),
        complete=not faults,
        verdict="; ".join(said) + "".join(f"; warning: {each}" for each in beside.values()),
        kinds=tuple(dict.fromkeys((*shapes(chain, is_full=accepted), *faults, *beside))),
        subjects=tuple(shown(each.subject.rfc4514_string()) for each in certificates),
        missing=missing[0].subject if missing else None,
        missing_issuers=missing,
        warnings=tuple(beside.values()),
        certificates=seen(certificates, chain.path, at),
        tls_version=version_name(presented.version) if presented else None,
    )


def _opinions(
    chain: PresentedChain, trusted: Trusted, name: str, at: dt.datetime
) -> tuple["Opinion", ...]:
    """Return what the verifiers say; nothing if no trusted root has a name of the chain."""
    roots = trusted.roots_above(chain.presented)
    if not roots:
        return ()
    # The verifiers take 0.13 s to import, and most cameras present no path to a root.
    from leafonly.certificates.verifiers import judge_chain

    return judge_chain(chain.leaf, chain.presented[1:], roots, name=name, at=at)


def _is_accepted(opinions: Sequence["Opinion"]) -> bool:
    """Return what OpenSSL says, as in strict clients (Python's default since 3.13).

    pyca/cryptography gives a warning only, because it accepts a leaf that must not sign, and
    rejects good private CAs.
    """
    decisive = [each for each in opinions if each.verifier.startswith("OpenSSL")]
    return bool(decisive) and all(each.accepts for each in decisive)


def _shown_missing(chain: PresentedChain) -> tuple[MissingIssuer, ...]:
    return tuple(
        replace(each, subject=shown(each.subject), url=each.url and shown(each.url))
        for each in chain.missing
    )
