"""Look at what a deployed camera presents, and say whether a client can verify it.

What is presented is read off the wire, and real verifiers judge it with the trusted roots
alone: an intermediate in the trust file does not hide that it was not sent. Where they refuse,
the certificates' names and signatures say what is wrong: which issuer is missing, say.
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
"""The check's name in the report's `findings`: one for each camera."""

_WARNING = "deployed_warning"
"""The check's name of what is said beside it."""

_MISSING = (
    "load the missing certificates too, if this firmware can (suites/presentation finds out on a "
    "board), or put a gateway in front of the camera"
)
_AT_ONCE = 64  # hosts; each costs a thread that mostly waits


@dataclass(frozen=True)
class Look:
    """What one host presents.

    Attributes:
        target: The host as asked for, `HOST:PORT`.
        complete: A strict client that trusts the root accepts what is presented.
        verdict: The one line for people.
        kinds: Any of `leaf_only`, `full_chain`, `wrong_order`, `self_signed`,
            `root_included`, `unrelated`, `incomplete`, `unknown_root`, `another_name`,
            `expired`, `refused`, `refused_by_some`, `too_many`, `old_tls`, `no_handshake`,
            `asks_for_certificate`, `unreadable`, `unreachable`.
        subjects: Of the presented certificates, in the order sent.
        missing: The name of the first issuer that was not sent.
        missing_issuers: All that were not sent, as far as they can be told.
        warnings: What does not stop a strict client but others; also in the verdict.

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
            "method": f"as deployed ({self.target})",
            "loaded": read,
            "presented": len(self.subjects) if read else None,
            "subjects": list(self.subjects),
            "error": None if read else self.verdict,
        }

    def as_findings(self) -> list[dict[str, object]]:
        """Return the rows of the report's `findings`: the verdict, then each warning."""
        # Some clients come by the missing one in other ways; the matrix says which.
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
    """Look at many hosts at once; what is found comes in the order asked."""
    with (
        quietly(),
        ThreadPoolExecutor(max_workers=min(_AT_ONCE, max(1, len(hosts)))) as pool,
    ):
        return iter(list(pool.map(lambda target: look(target, trusted), hosts)))


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """Silence cryptography, which warns of what RFC 5280 forbids in certificates; CAs do it.

    Not for one thread's use: the filter of warnings is the process's.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def look(target: Target, trusted: Trusted) -> Look:
    """Look at one host; one that cannot be reached or read is a finding, not an exception."""
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
    """Return the presented certificates, as many as are judged.

    Raises:
        ValueError: One cannot be read.

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
    """Say what a list of presented certificates is, and what else was seen of the host."""
    at = dt.datetime.now(dt.UTC)
    chain = PresentedChain(certificates, trusted)
    roots = trusted.roots_above(certificates)
    opinions: tuple[Opinion, ...] = ()
    if roots:
        # The libraries that judge take 0.13 s to load, and most cameras present no path.
        from leafonly.certificates.verifiers import judge_chain

        opinions = judge_chain(chain.leaf, certificates[1:], roots, name=target.host, at=at)
    # The strict client is OpenSSL's, which Python's default is since 3.13; what else refuses is
    # said. pyca/cryptography alone accepts too much (a leaf that must not sign), and too little.
    decisive = [each for each in opinions if each.verifier.startswith("OpenSSL")]
    accepted = bool(decisive) and all(each.accepts for each in decisive)
    faults_of_host, beside_of_host = host_faults_and_warnings(presented)
    faults = {} if accepted else chain_faults(chain, target, at, opinions)
    if not chain.covers(target.host):
        # OpenSSL also compares a common name, and a star within a label; browsers do not.
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
