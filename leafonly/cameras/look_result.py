"""What a look at one host found."""

import datetime as dt
import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Self

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from leafonly.cameras.look_sentences import shown
from leafonly.certificates.chain import der
from leafonly.certificates.inspection import addresses, dns_names, key_name
from leafonly.certificates.names import name_of
from leafonly.certificates.trusted import MissingIssuer

__all__ = ["DEPLOYED", "UNREAD", "Look", "SeenCertificate"]

DEPLOYED = "deployed_chain"
"""The check's name in the report's `findings`; one finding per host."""

UNREAD = frozenset(("unreachable", "unreadable"))
"""The kinds of hosts whose chain was not read."""

_WARNING = "deployed_warning"
"""The check's name of a warning about the same host."""

_MISSING = (
    "load the missing certificates too, if the firmware can (suites/presentation tests a board), "
    "or put a gateway in front of the camera"
)
_MOST_NAMES = 20  # of a leaf that are kept

_STORED_ISSUER_DOES_NOT_HELP = frozenset(
    ("another_key", "another_name", "expired", "no_handshake", "old_tls", "too_large", "too_many")
)
"""Faults because of which a client that has the missing issuer rejects the host, too."""


@dataclass(frozen=True)
class SeenCertificate:
    """What is said of one certificate. All text is printable and short.

    Attributes:
        sha256: The fingerprint: SHA-256 of the DER, in hexadecimal.
        subject: Its whole name (RFC 4514).
        issuer: Its issuer's whole name.
        name: Its common name, or the subject if it has none.
        issuer_name: Its issuer's common name.
        names: The DNS names and addresses that it is for, the first 20.
        key: The key type: `p256`, `rsa2048`, `ed25519`, `other`.
        key_sha256: SHA-256 of the public key (SubjectPublicKeyInfo); None if it cannot be read.
        not_before: When it becomes valid.
        not_after: When it expires.
        days_left: Whole days until it expires; negative afterwards.
        in_path: It is on the path from the leaf towards the root.

    """

    sha256: str
    subject: str
    issuer: str
    name: str
    issuer_name: str
    names: tuple[str, ...]
    key: str
    key_sha256: str | None
    not_before: dt.datetime
    not_after: dt.datetime
    days_left: int
    in_path: bool = True

    @classmethod
    def of(cls, certificate: x509.Certificate, at: dt.datetime, *, in_path: bool = True) -> Self:
        """Return what is said of this certificate at this time."""
        try:
            key = certificate.public_key()
            spki = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
            kind, key_sha256 = key_name(key), hashlib.sha256(spki).hexdigest()
        except (ValueError, UnsupportedAlgorithm):
            kind, key_sha256 = "other", None
        names = [*dns_names(certificate), *addresses(certificate)][:_MOST_NAMES]
        return cls(
            sha256=hashlib.sha256(der(certificate)).hexdigest(),
            subject=shown(certificate.subject.rfc4514_string()),
            issuer=shown(certificate.issuer.rfc4514_string()),
            name=name_of(certificate.subject),
            issuer_name=name_of(certificate.issuer),
            names=tuple(shown(each) for each in names),
            key=kind,
            key_sha256=key_sha256,
            not_before=certificate.not_valid_before_utc,
            not_after=certificate.not_valid_after_utc,
            days_left=(certificate.not_valid_after_utc - at).days,
            in_path=in_path,
        )


@dataclass(frozen=True)
class Look:
    """What one host presents, and the verdict on it.

    Attributes:
        target: The host as asked for, `HOST:PORT`.
        complete: A strict client that trusts the root accepts what is presented.
        verdict: One line for users.
        kinds: Any of `leaf_only`, `full_chain`, `wrong_order`, `self_signed`,
            `root_included`, `unrelated`, `incomplete`, `unknown_root`, `another_name`,
            `expired`, `refused`, `refused_by_some`, `too_many`, `too_large`, `old_tls`,
            `another_key`, `no_handshake`, `asks_for_certificate`, `unreadable`, `unreachable`.
        subjects: The subjects of the presented certificates, in the order sent.
        missing: The name of the first issuer that was not sent.
        missing_issuers: All issuers that were not sent, as far as known.
        warnings: Why some clients reject what a strict client accepts; also in the verdict.
        certificates: The presented certificates, in the order sent, at most 100.
        tls_version: The version that the server chose, such as `TLS 1.2`; None if unknown. A
            server of TLS 1.2 may speak TLS 1.3 too.
        seconds: How long the look took.

    """

    target: str
    complete: bool
    verdict: str
    kinds: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    missing: str | None = None
    missing_issuers: tuple[MissingIssuer, ...] = ()
    warnings: tuple[str, ...] = ()
    certificates: tuple[SeenCertificate, ...] = ()
    tls_version: str | None = None
    seconds: float = 0.0

    @property
    def asks_for_certificate(self) -> bool:
        """The host asks its clients for a certificate."""
        return "asks_for_certificate" in self.kinds

    @property
    def is_read(self) -> bool:
        """The chain was read; otherwise the verdict says why not."""
        return not UNREAD & set(self.kinds)

    @property
    def days_left(self) -> int | None:
        """Days until the first certificate of the path expires; None if there is none."""
        return min((each.days_left for each in self.certificates if each.in_path), default=None)

    def as_presentation(self) -> dict[str, object]:
        """Return the fields of the report's `presentation`."""
        return {
            "method": f"as presented by {self.target}",
            "loaded": self.is_read,
            "presented": len(self.subjects) if self.is_read else None,
            "subjects": list(self.subjects),
            "error": None if self.is_read else self.verdict,
        }

    def as_findings(self) -> list[dict[str, object]]:
        """Return the rows of the report's `findings`: the verdict, then each warning."""
        # Some clients get the missing issuer elsewhere; the matrix says which.
        is_only_missing = self.missing is not None and not _STORED_ISSUER_DOES_NOT_HELP & set(
            self.kinds
        )
        severity = "info" if self.complete else "warning" if is_only_missing else "blocker"
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


def seen(
    certificates: Sequence[x509.Certificate], path: Collection[x509.Certificate], at: dt.datetime
) -> tuple[SeenCertificate, ...]:
    """Return what is said of each presented certificate."""
    return tuple(SeenCertificate.of(each, at, in_path=each in path) for each in certificates)
