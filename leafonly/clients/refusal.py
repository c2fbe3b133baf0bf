"""The reason of a rejection, from the client's messages and from the alert that it sent.

A message says more than an alert, but a new release may change its wording. The alerts are the
same in every TLS library since RFC 5246.
"""

import re
from collections.abc import Iterable
from typing import Literal, get_args

from leafonly.clients.bounded import bounded

__all__ = [
    "CERTIFICATE_ALERTS",
    "FAILED",
    "REASONS",
    "REFUSED",
    "UNKNOWN_ISSUER",
    "Meaning",
    "Reason",
    "Vocabulary",
    "meanings",
    "reason_of",
    "together",
    "without_names",
]

Reason = Literal[
    "missing_issuer",
    "untrusted_root",
    "expired",
    "wrong_name",
    "bad_signature",
    "too_weak",
    "protocol",
    "other",
]
"""The reasons of a rejection: the closed list of the report."""

REASONS: tuple[Reason, ...] = get_args(Reason)

Meaning = Reason | Literal["unknown_issuer", "refused", "failed"]

UNKNOWN_ISSUER: Meaning = "unknown_issuer"
"""The issuer of some certificate is unknown: the leaf's, or the last one's (untrusted root)."""

REFUSED: Meaning = "refused"
"""A certificate was rejected, and the message does not say why. `other` is for a message with a
cause that is not on the list, such as a wrong purpose."""

FAILED: Meaning = "failed"
"""TLS failed, and the message names neither a cause nor the certificate. It counts only if the
client itself ended a completed handshake without a request, because then only the certificate can
be the cause. A connection that breaks earlier has the same message (ELinks 0.13.2, measured)."""

Vocabulary = dict[str, Meaning]
"""Error messages: regular expression, searched without regard to case -> meaning."""

CERTIFICATE_ALERTS: dict[str, Meaning] = {
    "bad_certificate": REFUSED,
    "unsupported_certificate": "other",
    "certificate_revoked": "other",
    "certificate_expired": "expired",
    "certificate_unknown": REFUSED,
    "unknown_ca": UNKNOWN_ISSUER,
}
"""The alerts that RFC 5246 section 7.2.2 and RFC 8446 section 6.2 reserve for certificates, and
what each means by itself.

Go sends bad_certificate and JSSE certificate_unknown whatever the cause (handshake_client.go,
CertificateMessage.java). unknown_ca is mostly sent for an issuer that is not found; OpenSSL also
sends it for an issuer that is no CA and for a path that is too long (x509table in
ssl/statem/statem_lib.c), NSS for an issuer that has expired (lib/ssl/ssl3con.c). Therefore a
message that names a cause has precedence. decrypt_error is not in the list, because clients also
send it if somebody tampered with the handshake."""

# If a client names several faults, the reason is one that remains when the issuer is found.
# Therefore `missing_issuer` means that the client found no other fault.
_GRAVEST_FIRST: tuple[Meaning, ...] = (
    "expired",
    "wrong_name",
    "bad_signature",
    "too_weak",
    "untrusted_root",
    "missing_issuer",
    UNKNOWN_ISSUER,
    "other",
)


def meanings(vocabulary: Vocabulary, text: str) -> set[Meaning]:
    """Return the meanings of all known messages in a client's output."""
    text = bounded(text)
    return {
        meaning for saying, meaning in vocabulary.items() if re.search(saying, text, re.IGNORECASE)
    }


def without_names(text: str, names: Iterable[str], vocabulary: Vocabulary) -> str:
    """Return a client's output without those names that read like one of its known messages.

    Many clients print the names of the certificates that they are shown, and a CA may be called
    "Self-Signed Certificate".

    Args:
        text: The client's output.
        names: What is written in the certificates.
        vocabulary: Its known messages.

    """
    telling = [name for name in names if meanings(vocabulary, name)]
    for name in sorted(telling, key=len, reverse=True):
        text = text.replace(name, "(a name)")
    return text


def together(vocabularies: Iterable[Vocabulary]) -> Vocabulary:
    """Return all messages of several libraries, for a program that is built with any of them."""
    joined: dict[str, Meaning] = {}
    for vocabulary in vocabularies:
        joined.update(vocabulary)
    return joined


def reason_of(
    text: str,
    alert: str | None,
    vocabulary: Vocabulary,
    *,
    had_issuer: bool | None,
    client_left: bool = False,
) -> Reason | None:
    """Return why a client rejected the certificate; None if neither message nor alert says so.

    Args:
        text: The client's output.
        alert: The alert that it sent, by name.
        vocabulary: Its known messages.
        had_issuer: Whether the client had the leaf's issuer; None if that is not known.
        client_left: The client itself ended a completed handshake without a request.

    """
    found = meanings(vocabulary, text)
    gravest = next((each for each in _GRAVEST_FIRST if each in found), None)
    by_alert = CERTIFICATE_ALERTS.get(alert or "")
    if gravest is None:
        refuses = REFUSED in found or (FAILED in found and client_left)
        refused = REFUSED if refuses else None
        gravest = by_alert or refused
    if gravest == "unknown_issuer":
        # If the client had only the leaf, the leaf's issuer is unknown; if it also had the
        # leaf's issuer, the root is unknown.
        if had_issuer is None:
            return "other"
        return "untrusted_root" if had_issuer else "missing_issuer"
    return "other" if gravest == "refused" or gravest == "failed" else gravest
