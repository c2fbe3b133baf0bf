"""Read the chain that a remote host presents, and say whether a strict client accepts it.

Real verifiers judge the presented chain with the trusted roots only, so an intermediate in the
trust file does not hide that it was not sent. If the verifiers reject the chain, the names and
signatures of the certificates show what is wrong, for example which issuer is missing.
"""

import contextlib
import datetime as dt
import warnings
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING

from cryptography import x509

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
from leafonly.tls.flight import FlightError
from leafonly.tls.read_host import Presented, read_host

if TYPE_CHECKING:
    from leafonly.certificates.verifiers import Opinion

__all__ = [
    "DEPLOYED",
    "Look",
    "Trusted",
    "classify",
    "look",
    "look_at_all",
    "quietly",
    "read_certificates",
]

DEPLOYED = "deployed_chain"
"""The check's name in the report's `findings`; one finding per host."""

_WARNING = "deployed_warning"
"""The check's name of a warning about the same host."""

_MISSING = (
    "load the missing certificates too, if the firmware can (suites/presentation tests a board), "
    "or put a gateway in front of the camera"
)
_AT_ONCE = 64  # hosts; each has a thread, which mostly waits


@dataclass(frozen=True)
class Look:
    """What one host presents, and the verdict on it.

    Attributes:
        target: The host as asked for, `HOST:PORT`.
        complete: A strict client that trusts the root accepts what is presented.
        verdict: One line for users.
        kinds: Any of `leaf_only`, `full_chain`, `wrong_order`, `self_signed`,
            `root_included`, `unrelated`, `incomplete`, `unknown_root`, `another_name`,
            `expired`, `refused`, `refused_by_some`, `too_many`, `old_tls`, `no_handshake`,
            `asks_for_certificate`, `unreadable`, `unreachable`.
        subjects: The subjects of the presented certificates, in the order sent.
        missing: The name of the first issuer that was not sent.
        missing_issuers: All issuers that were not sent, as far as known.
        warnings: Why some clients reject what a strict client accepts; also in the verdict.

    """

    target: str
    complete: bool
    verdict: str
    kinds: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    missing: str | None = None
    missing_issuers: tuple[MissingIssuer, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def asks_for_certificate(self) -> bool:
        """The host asks its clients for a certificate."""
        return "asks_for_certificate" in self.kinds

    def as_presentation(self) -> dict[str, object]:
        """Return the fields of the report's `presentation`."""
        read = not {"unreachable", "unreadable"} & set(self.kinds)
        return {
            "method": f"as presented by {self.target}",
            "loaded": read,
            "presented": len(self.subjects) if read else None,
            "subjects": list(self.subjects),
            "error": None if read else self.verdict,
        }

    def as_findings(self) -> list[dict[str, object]]:
        """Return the rows of the report's `findings`: the verdict, then each warning."""
        # Some clients get the missing issuer elsewhere; the matrix says which.
        severity = "info" if self.complete else "warning" if self.missing else "blocker"
        verdict: dict[str, object] = {
            "check": DEPLOYED,
            "severity": severity,
            "message": f"{self.target}: {self.verdict}",
            "remedy": _MISSING if self.missing else None,
        }
        beside = [
            verdict
            | {"check": _WARNING, "severity": "warning", "remedy": None}
            | {"message": f"{self.target}: {each}"}
            for each in self.warnings
        ]
        return [verdict, *beside]


def look_at_all(hosts: Sequence[Target], trusted: Trusted) -> Iterator[Look]:
    """Look at many hosts at once; yield the results in the order of the hosts."""
    # A pool starts no more threads than it has tasks.
    with quietly(), ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        return iter(list(pool.map(lambda target: look(target, trusted), hosts)))


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Silence cryptography's warnings about certificates that break RFC 5280; CAs issue them.

    The filter holds for the whole process, so call this outside of threads.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def look(target: Target, trusted: Trusted) -> Look:
    """Look at one host. A host that cannot be reached or read gives a result, not an exception."""
    try:
        presented = read_host(target)
    except FlightError as error:
        return Look(str(target), False, f"unreachable: {shown(str(error))}", ("unreachable",))
    try:
        return classify(target, read_certificates(presented), trusted, presented)
    except Exception as error:  # noqa: BLE001 - one host's oddity must not lose the others' lines
        because = shown(str(error) or type(error).__name__)
        return Look(str(target), False, f"unreadable certificate: {because}", ("unreadable",))


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
        except (ValueError, x509.InvalidVersion) as error:
            raise ValueError(f"certificate {number}: {error}") from error
    return certificates


def classify(
    target: Target,
    certificates: Sequence[x509.Certificate],
    trusted: Trusted,
    presented: Presented | None = None,
) -> Look:
    """Return the verdict on presented certificates, and on what else was seen of the host."""
    at = dt.datetime.now(dt.UTC)
    chain = PresentedChain(certificates, trusted)
    roots = trusted.roots_above(certificates)
    opinions: tuple[Opinion, ...] = ()
    if roots:
        # The verifiers take 0.13 s to import, and most cameras present no path to a root.
        from leafonly.certificates.verifiers import judge_chain

        opinions = judge_chain(chain.leaf, certificates[1:], roots, name=target.host, at=at)
    # OpenSSL decides, as in strict clients (Python's default since 3.13). pyca/cryptography gives
    # a warning only, because it accepts a leaf that must not sign, and rejects good private CAs.
    decisive = [each for each in opinions if each.verifier.startswith("OpenSSL")]
    accepted = bool(decisive) and all(each.accepts for each in decisive)
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
    return Look(
        target=str(target),
        complete=not faults,
        verdict="; ".join(said) + "".join(f"; warning: {each}" for each in beside.values()),
        kinds=tuple(dict.fromkeys((*shapes(chain, is_full=accepted), *faults, *beside))),
        subjects=tuple(shown(each.subject.rfc4514_string()) for each in certificates),
        missing=chain.missing[0].subject if chain.missing and not accepted else None,
        missing_issuers=() if accepted else tuple(chain.missing),
        warnings=tuple(beside.values()),
    )
