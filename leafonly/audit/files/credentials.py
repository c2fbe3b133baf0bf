"""Credentials as CAs deliver them: a folder, or single files.

Supported are the folders of certbot, acme.sh, dehydrated and lego, the files of commercial CAs,
and any other folder with such files. The contents decide what a file is. What its name says is
kept as its `role`, and a check compares the two.
"""

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import (
    PrivateKeyTypes,
    PublicKeyTypes,
)
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from leafonly.audit.files.contents import Contents
from leafonly.audit.files.generations import IN_ONE_FOLDER, current
from leafonly.audit.files.parser import read_contents
from leafonly.audit.files.roles import SUFFIXES, Role, role_of
from leafonly.certificates.chain import der
from leafonly.certificates.inspection import covers, is_self_signed
from leafonly.certificates.printable import printable

__all__ = [
    "CredentialFile",
    "Credentials",
    "PasswordFor",
    "Role",
    "is_ca",
    "is_self_issued",
    "read_directory",
    "read_files",
    "spki",
]

PasswordFor = Callable[[Path], bytes | None]
"""Called with the path of an encrypted file; returns its password."""

_MOST_BYTES = 1 << 20  # a CA's delivery is some kilobytes; Mozilla's whole list 200
_MOST_FILES = 200


@dataclass(frozen=True)
class CredentialFile:
    """One file and its contents.

    Attributes:
        path: The path of the file.
        contents: What the file holds.
        role: What the file should hold, by its name or by the option that named it; None if
            unknown.
        mode: Its permission bits; None on a system without them (Windows).

    """

    path: Path
    contents: Contents
    role: Role | None = None
    mode: int | None = None

    @property
    def name(self) -> str:
        """The file's name, safe to print."""
        return printable(self.path.name)


@dataclass(frozen=True)
class Credentials:
    """All credentials in the files, by kind.

    Attributes:
        files: Every file that was read.
        leaves: All different leaves; there should be one.
        intermediates: All different intermediates, in the order of the files.
        roots: All different self-signed CA certificates.
        keys: All different private keys. Never in `repr`.
        csrs: All different signing requests.

    """

    files: tuple[CredentialFile, ...]
    leaves: tuple[x509.Certificate, ...]
    intermediates: tuple[x509.Certificate, ...]
    roots: tuple[x509.Certificate, ...]
    keys: tuple[PrivateKeyTypes, ...] = field(repr=False)
    csrs: tuple[x509.CertificateSigningRequest, ...]

    @property
    def leaf(self) -> x509.Certificate | None:
        """The leaf. Of several, the newest one that has a key."""
        with_key = [each for each in self.leaves if any(_belongs(key, each) for key in self.keys)]
        candidates = with_key or self.leaves
        return max(candidates, key=lambda each: each.not_valid_before_utc, default=None)

    @property
    def key(self) -> PrivateKeyTypes | None:
        """The private key. Of several, the one that fits the leaf."""
        leaf = self.leaf
        belonging = [key for key in self.keys if leaf is not None and _belongs(key, leaf)]
        return next(iter(belonging or self.keys), None)

    def about(self, domain: str) -> "Credentials":
        """Return the credentials without the leaves for other names, if one is for this name.

        Tools such as lego keep the certificates for all names in one folder.
        """
        leaves = tuple(each for each in self.leaves if covers(each, domain))
        keys = tuple(key for key in self.keys if any(_belongs(key, each) for each in leaves))
        return replace(self, leaves=leaves or self.leaves, keys=keys or self.keys)

    @property
    def problems(self) -> Iterator[tuple[CredentialFile, str]]:
        """Every file that could not be read, with the reason."""
        return ((file, problem) for file in self.files for problem in file.contents.problems)


def read_directory(directory: Path, password: PasswordFor) -> Credentials:
    """Return the credentials in a folder, without its subfolders and the ACME client's history.

    Raises:
        ValueError: The folder cannot be read, or has no credentials.

    """
    try:
        inside = sorted(directory.iterdir())
        # macOS stores metadata in files named ._file on other file systems.
        plain = [each for each in inside if not (each.is_dir() or each.name.startswith("._"))]
    except PermissionError as error:
        raise ValueError(
            f"{directory}: {error.strerror}: copy it to a folder that only you can read"
        ) from error
    except OSError as error:
        raise ValueError(f"{directory}: {error.strerror}: give a folder of credentials") from error
    paths = current(plain)
    if len(paths) > _MOST_FILES:
        raise ValueError(
            f"{directory} holds {len(paths)} files, more than {_MOST_FILES}: give the CA's folder"
        )
    files = [read_file(path, role_of(path), password) for path in paths]
    kept = _without_answered([each for each in files if _is_of_interest(each)])
    if not kept:
        raise ValueError(
            f"{directory} holds no certificate, key or signing request"
            f"{_look_at(files) or _look_into(inside)}"
        )
    return sort_out(kept)


def _without_answered(files: Sequence[CredentialFile]) -> list[CredentialFile]:
    """Leave out older certificates for a signing request that certbot was given repeatedly."""
    numbered = [each for each in files if IN_ONE_FOLDER.fullmatch(each.path.name)]
    leaves = [c for file in numbered for c in file.contents.certificates if not is_ca(c)]
    newest = max(leaves, key=lambda each: each.not_valid_before_utc, default=None)
    if newest is None or len({spki(each.public_key()) for each in leaves}) > 1:
        return list(files)
    old = [each for each in leaves if each != newest]
    return [
        each
        for each in files
        if each not in numbered or not any(c in old for c in each.contents.certificates)
    ]


def _look_at(files: Sequence[CredentialFile]) -> str:
    """Return what is wrong with a Java keystore in the folder, if there is one."""
    keystores = (
        f": {file.name}: {problem}"
        for file in files
        for problem in file.contents.problems
        if "keytool" in problem
    )
    return next(keystores, "")


def _look_into(inside: Sequence[Path]) -> str:
    """Return where else to look: tools have a folder for each name, and CAs send archives."""
    folders = [path.name for path in inside if path.is_dir()]
    archives = [path.name for path in inside if path.suffix.lower() == ".zip"]
    if archives:
        return f": unpack {archives[0]!r} first"
    if "live" in folders:
        return ": give one of the folders in 'live/', where certbot keeps the current files"
    return f": give one of its folders, such as {folders[0]!r}" if folders else ""


def read_files(
    certificate: Path | None,
    key: Path | None,
    chain: Path | None,
    password: PasswordFor,
    csr: Path | None = None,
) -> Credentials:
    """Return the credentials in these files; None for a file that was not named."""
    named: list[tuple[Path | None, Role]] = [
        (certificate, "leaf"),
        (key, "key"),
        (chain, "chain"),
        (csr, "csr"),
    ]
    return sort_out([read_file(path, role, password) for path, role in named if path is not None])


def read_file(path: Path, role: Role | None, password: PasswordFor) -> CredentialFile:
    """Return one file; what is wrong with it is among its problems."""
    try:
        # Without O_NONBLOCK, opening a named pipe waits for a writer.
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        descriptor = os.open(path, flags)
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return CredentialFile(
                    path,
                    Contents(problems=["it is not an ordinary file: give a regular file"]),
                    role,
                )
            data = file.read(_MOST_BYTES + 1)
    except OSError as error:
        problem = f"it cannot be read: {error.strerror or type(error).__name__}"
        return CredentialFile(path, Contents(problems=[problem]), role)
    mode = stat.S_IMODE(status.st_mode) if os.name == "posix" else None
    if len(data) > _MOST_BYTES:
        problem = f"it is larger than {_MOST_BYTES} bytes, so it holds no credentials"
        return CredentialFile(path, Contents(problems=[problem]), role, mode)
    return CredentialFile(path, read_contents(data, lambda: password(path)), role, mode)


def sort_out(files: Sequence[CredentialFile]) -> Credentials:
    """Return the credentials in these files, sorted by kind."""
    certificates = _distinct((each for file in files for each in file.contents.certificates), der)
    keys = _distinct(
        (each for file in files for each in file.contents.keys), lambda key: spki(key.public_key())
    )
    csrs = _distinct(
        (each for file in files for each in file.contents.csrs),
        lambda csr: csr.public_bytes(Encoding.DER),
    )
    issuing = {each.issuer for each in certificates if not is_self_issued(each)}
    leaves = [each for each in certificates if not is_ca(each) and each.subject not in issuing]
    if not leaves:
        # `openssl req -x509` marks its certificates as CA, and users serve them.
        leaves = [c for c in certificates if any(_belongs(key, c) for key in keys)]
    others = [each for each in certificates if each not in leaves]
    roots = [each for each in others if is_self_signed(each)]
    return Credentials(
        files=tuple(files),
        leaves=tuple(leaves),
        intermediates=tuple(each for each in others if each not in roots),
        roots=tuple(roots),
        keys=tuple(keys),
        csrs=tuple(csrs),
    )


def is_ca(certificate: x509.Certificate) -> bool:
    """Return whether a certificate is a CA certificate (RFC 5280 section 4.2.1.9)."""
    try:
        return certificate.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    except x509.ExtensionNotFound:
        # Old roots of version 1 have no extensions; they are self-issued.
        return certificate.version is x509.Version.v1 and is_self_issued(certificate)


def is_self_issued(certificate: x509.Certificate) -> bool:
    """Return whether subject and issuer are the same."""
    return certificate.subject == certificate.issuer


def spki(key: PublicKeyTypes) -> bytes:
    """Return a public key as DER, to compare it with others."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _belongs(key: PrivateKeyTypes, certificate: x509.Certificate) -> bool:
    return spki(key.public_key()) == spki(certificate.public_key())


def _is_of_interest(file: CredentialFile) -> bool:
    held = file.contents
    return held.holds_anything or held.form == "pkcs12" or file.path.suffix.lower() in SUFFIXES


T = TypeVar("T")


def _distinct(things: Iterable[T], identity: Callable[[T], bytes]) -> list[T]:
    found: dict[bytes, T] = {}
    for thing in things:
        found.setdefault(identity(thing), thing)
    return list(found.values())
