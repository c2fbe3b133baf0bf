"""Which clients reject what a host presents, and how to fix it."""

import re
import shlex
from collections.abc import Callable, Iterator
from typing import TypeGuard

from leafonly.cameras.look_result import Look
from leafonly.cameras.look_sentences import LONGEST_NAME

__all__ = ["concerned", "fixes"]

FETCHING, NOT_FETCHING = ("Chromium",), ("curl", "Python", "Node.js", "Firefox")
"""Clients that fetch a missing issuer from its URL, and clients that do not (docs/answer.md)."""

_PLAIN_URL = re.compile(r"https?://[\w.~:/?#@!$&'()*+,;=%\[\]-]+", re.ASCII)
_PKCS7 = (".p7c", ".p7b", ".p7s")


def concerned(look: Look) -> str:
    """Return one sentence: which clients accept what the host presents, and which do not."""
    return next(text(look) for kind, text in _CONCERNED if kind in (*look.kinds, "any"))


def fixes(look: Look) -> tuple[str, ...]:
    """Return what to do, one step each; commands begin with `$ `."""
    return tuple(
        step for kind, steps in _FIXES if kind in (*look.kinds, "any") for step in steps(look)
    )


def _incomplete(look: Look) -> str:
    count = len(look.missing_issuers)
    stored = "every missing issuer" if count > 1 else "the missing issuer"
    if not any(each.url for each in look.missing_issuers):
        return (
            f"Only clients that have {stored} stored accept it; all others reject it, "
            "because the certificate has no URL to fetch the issuer from."
        )
    fetched = "them from their URLs" if count > 1 else "it from its URL"
    return (
        f"Most clients reject it, for example {_listed(NOT_FETCHING)}. Clients that have "
        f"{stored} stored accept it, and so do those that fetch {fetched}, for "
        f"example {_listed(FETCHING)}."
    )


def _expired(look: Look) -> str:
    if look.complete:
        return (
            "Most clients that trust the root accept it; a client that builds its path through a "
            "certificate that is not valid now rejects it."
        )
    return "All clients that check dates reject it."


def _refused(look: Look) -> str:
    if "rejected by strict clients" in look.verdict:
        return "Strict clients reject it, for example Python 3.13 and later; others accept it."
    return "Clients reject it; the verdict has their reasons."


_CONCERNED: tuple[tuple[str, Callable[[Look], str]], ...] = (
    ("unreachable", lambda _: "Not known: the host presented nothing that could be read."),
    ("unreadable", lambda _: "Not known: what the host presents could not be read."),
    ("another_key", lambda _: "No client can connect, whatever the chain is."),
    ("no_handshake", lambda _: "Clients with OpenSSL's default settings cannot connect."),
    ("old_tls", lambda _: "Current clients cannot connect: they need TLS 1.2 or later."),
    ("another_name", lambda look: f"All clients that connect to {look.target} reject it."),
    ("too_many", lambda _: "Not known: not all certificates were judged."),
    ("too_large", lambda _: "Clients with OpenSSL reject it, for example curl and Python."),
    ("expired", _expired),
    ("self_signed", lambda _: "Only clients that trust this certificate itself accept it."),
    ("incomplete", _incomplete),
    ("unknown_root", lambda look: f"Only clients that trust {_top(look)} accept it."),
    ("refused_by_some", lambda _: "Most clients that trust the root accept it; some reject it."),
    ("refused", _refused),
    (
        "wrong_order",
        lambda _: (
            "Most clients that trust the root accept it; clients that do not sort the "
            "certificates reject it."
        ),
    ),
    (
        "any",
        lambda _: (
            "Clients that trust the root accept it. Revocation and Certificate "
            "Transparency were not checked."
        ),
    ),
)
"""By kind, the worst first."""


def _top(look: Look) -> str:
    path = [each for each in look.certificates if each.in_path]
    return path[-1].issuer_name if path else "its root"


def _listed(names: tuple[str, ...]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def _load_the_missing(look: Look) -> Iterator[str]:
    """Yield where each missing certificate is, and how to load all of them."""
    numbered = list(enumerate(look.missing_issuers, 1))
    for number, each in numbered:
        name = f"issuer{number}"
        if not _is_plain(each.url):
            yield f"Download {each.subject} from the CA's certificate page as {name}.pem."
            continue
        read = "pkcs7 -print_certs" if each.url.lower().endswith(_PKCS7) else "x509"
        yield f"$ curl -fsSo {name}.der {shlex.quote(each.url)}"
        yield f"$ openssl {read} -inform DER -in {name}.der -out {name}.pem"
    files = " ".join(f"issuer{number}.pem" for number, _ in numbered)
    presented = [each for each in look.certificates if each.in_path]
    if len(presented) > 1:
        yield (
            f"Write what is presented now, {', then '.join(each.name for each in presented)}, "
            "as PEM into presented.pem."
        )
    yield f"$ cat {'presented' if len(presented) > 1 else 'leaf'}.pem {files} > fullchain.pem"
    count = len(presented) + len(numbered)
    yield (
        f"Load fullchain.pem ({count} certificates). Firmware that reads DER only (MicroPython "
        f"before 1.29) needs {count} load_cert_chain calls, one per certificate, the leaf first. "
        "If the camera can load only its leaf, put a gateway in front of it. Then look again."
    )


def _is_plain(url: str | None) -> TypeGuard[str]:
    """Return whether a URL from a certificate is complete and safe in a command, quoted."""
    return url is not None and len(url) <= LONGEST_NAME and bool(_PLAIN_URL.fullmatch(url))


def _order(look: Look) -> Iterator[str]:
    if "incomplete" not in look.kinds:
        yield "Load the leaf first, then its issuer, then the issuer's issuer, and so on."


def _renew(look: Look) -> Iterator[str]:
    for each in look.certificates:
        if each.in_path and each.days_left < 0:
            yield f"Renew {each.name} and load the new certificate."


def _rename(look: Look) -> Iterator[str]:
    names = ", ".join(look.certificates[0].names) if look.certificates else ""
    yield (
        f"Connect by a name that the leaf is for ({names or 'it has none'}), or load a "
        "certificate for the name that clients use."
    )


_FIXES: tuple[tuple[str, Callable[[Look], Iterator[str]]], ...] = (
    ("another_key", lambda _: iter(["Load the private key that belongs to the leaf."])),
    ("old_tls", lambda _: iter(["Update the firmware, or put a gateway in front of it."])),
    ("another_name", _rename),
    ("expired", _renew),
    (
        "self_signed",
        lambda _: iter(["Load a certificate that a CA issued, or install this one on clients."]),
    ),
    ("incomplete", _load_the_missing),
    (
        "unknown_root",
        lambda look: iter([f"If {_top(look)} is your own root, name its file: --trust=FILE."]),
    ),
    ("too_many", lambda _: iter(["Load only the leaf and its issuers."])),
    ("too_large", lambda _: iter(["Load only the leaf and its issuers."])),
    ("wrong_order", _order),
)
"""By kind, in the order of doing."""
