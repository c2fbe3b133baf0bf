"""The check of which lists of roots and intermediates have the certificates of the chain."""

from collections.abc import Iterator

from cryptography import x509

from leafonly.audit.context import Evidence
from leafonly.audit.distrust import chrome_distrusts
from leafonly.audit.files.credentials import spki
from leafonly.audit.finding import Finding, NotCheckedError, info
from leafonly.certificates.firefox_preload import Preloaded
from leafonly.certificates.names import called, name_of
from leafonly.certificates.paths import Issuers
from leafonly.certificates.printable import printable

__all__ = ["CHECKS"]


def certificates_are_known(evidence: Evidence) -> Iterator[Finding]:
    """Clients have the certificates above the leaf already: which list has which certificate.

    Mozilla's list is certifi's. Chrome's own root store is not asked, because no maintained
    package was found that carries it. Firefox's preloaded intermediates are read from the Firefox
    on this machine.
    """
    if not evidence.public_paths and evidence.paths_to(evidence.private):
        return  # a private CA is in no public list
    if not evidence.public_paths:
        raise NotCheckedError("the chain reaches no root of Mozilla's list")
    firefox = evidence.firefox()
    roots = [path[-1] for path in evidence.public_paths]
    for each in dict.fromkeys([*evidence.issuers, *roots]):
        yield info(_line(evidence, each, firefox))
    yield info(_who_needs_nothing(evidence, firefox))


def _line(evidence: Evidence, certificate: x509.Certificate, firefox: Preloaded | None) -> str:
    known = [
        _said("Mozilla's list", has=_has(evidence.mozilla, certificate)),
        _said("this system's store", has=_has(evidence.system, certificate)),
    ]
    if firefox is not None and certificate.issuer != certificate.subject:
        which = f"Firefox {printable(firefox.version, 40)}"
        known.append(f"{'' if certificate in firefox else 'not '}preloaded by {which}")
    if (day := chrome_distrusts(evidence.leaf, certificate)) is not None:
        known.append(f"trusted by Chrome only for certificates logged until {day}")
    # A root, and a certificate of the same name by an older root, are two.
    is_root = certificate.issuer == certificate.subject
    by = "" if is_root else f", issued by {name_of(certificate.issuer)}"
    return f"{called(certificate)}{by}: {'; '.join(known)}"


def _said(store: str, *, has: bool) -> str:
    return f"{'in' if has else 'not in'} {store}"


def _has(pool: Issuers, certificate: x509.Certificate) -> bool:
    """Return whether a list has this name with this key: a cross-certificate's root, too."""
    key = spki(certificate.public_key())
    return any(spki(each.public_key()) == key for each in pool.named(certificate.subject))


def _who_needs_nothing(evidence: Evidence, firefox: Preloaded | None) -> str:
    chrome = "Chrome's root store was not checked: no maintained package carries it"
    needed = min((path[1:-1] for path in evidence.public_paths), key=len)
    if not needed:
        return f"a root issued the leaf: a client that has the root needs nothing else. {chrome}"
    count = f"{len(needed)} intermediates" if len(needed) > 1 else "intermediate"
    if firefox is None:
        return (
            f"clients need the {count} of this chain, from the camera or stored; no Firefox was "
            f"found here, which preloads intermediates. {chrome}"
        )
    which = f"Firefox {printable(firefox.version, 40)}"
    paths = [path[1:-1] for path in evidence.public_paths]
    if any(all(each in firefox for each in path) for path in paths):
        return (
            f"{which} preloads every intermediate: after it has downloaded them (in the "
            "background, not measured here), it needs only the leaf. Other clients need the "
            f"{count}, from the camera or stored. {chrome}"
        )
    return (
        f"clients need the {count} of this chain, from the camera or stored; {which} does not "
        f"preload all of them. {chrome}"
    )


CHECKS = (certificates_are_known,)
