"""The bundle: DER files for the camera, and the MicroPython code that loads them."""

import contextlib
import os
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
    load_pem_private_key,
)

from leafonly.audit.bundle_form import CHAIN_PEM, KEY_PEM, MICROPYTHON, Form
from leafonly.audit.context import Evidence
from leafonly.audit.files.credentials import spki
from leafonly.audit.finding import NotCheckedError
from leafonly.certificates.chain import der

__all__ = ["BundleError", "camera_files", "file_names", "micropython_lines", "write_bundle"]

LEAF, KEY = "server.der", "server.key.der"


class BundleError(Exception):
    """The bundle was not written. The message is one line: what happened and what to do."""


def write_bundle(
    evidence: Evidence,
    directory: Path,
    *,
    presents_chain: bool,
    reports: Sequence[Path] = (),
    form: Form | None = None,
) -> list[Path]:
    """Write the files for the camera into a new or empty folder, and verify them.

    Args:
        evidence: Has the leaf, the key and the intermediates to write.
        directory: Created with access for its owner only, if it does not exist.
        presents_chain: The firmware presents the full chain if every intermediate is loaded
            by another call, as the presentation suite found.
        reports: Folders of reports, which people share: no key is written into them.
        form: What the firmware that the user named loads; None if none was named.

    Returns:
        The paths of the written files.

    Raises:
        BundleError: The leaf or the key is missing, they do not fit each other, the camera
            cannot load them, the folder is not empty or is a folder of reports, or the files
            differ when they are read again.

    """
    try:
        files = camera_files(evidence)
    except BundleError as error:
        raise BundleError(f"--bundle: {error}") from error
    _check_place(directory, reports)
    contents = _contents(evidence, files, form, presents_chain=presents_chain)
    written = _write(directory, contents)
    _read_back(directory, contents, evidence.leaf)
    return written


def _contents(
    evidence: Evidence, files: dict[str, bytes], form: Form | None, *, presents_chain: bool
) -> dict[str, bytes]:
    """Return all files of the bundle by name, in the form that fits the firmware."""
    chain, in_der = [evidence.leaf, *evidence.issuers], files[KEY]
    if form is not None:
        presents_chain = form.fits(chain)
    lines = micropython_lines(len(evidence.issuers), presents_chain=presents_chain)
    if form is not None and form.is_pem:
        key = load_der_private_key(files[KEY], None)
        private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        files = dict(form.pem_files(chain, private))
        lines = "\n".join(form.pem_lines()) + "\n"
    if form is not None:
        lines = "".join(f"# {each}\n" for each in form.reasons(chain, in_der)) + lines
    return {**files, "load.py": lines.encode()}


def camera_files(evidence: Evidence, names: Sequence[str] = ()) -> dict[str, bytes]:
    """Return what the camera loads, as DER by file name: leaf, key, intermediates.

    Args:
        evidence: Has the leaf, the key and the intermediates.
        names: The names of the files, in that order; as many intermediates are returned as
            have a name. Empty for the bundle's names and every intermediate.

    Raises:
        BundleError: The leaf or the key is missing, they do not fit each other, or the camera
            cannot load them.

    """
    try:
        leaf, key = evidence.leaf, evidence.key
    except NotCheckedError as error:
        raise BundleError(str(error)) from error
    if spki(key.public_key()) != spki(leaf.public_key()):
        raise BundleError("the private key does not fit the certificate: give the right key")
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise BundleError("a camera loads only EC and RSA keys: have a certificate issued for one")
    private = key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
    contents = [der(leaf), private, *map(der, evidence.issuers)]
    return dict(zip(names or file_names(len(evidence.issuers)), contents, strict=False))


def file_names(intermediates: int) -> list[str]:
    """Return the names of the bundle's files: the leaf, the key, then the intermediates."""
    return [LEAF, KEY, *_intermediate_names(intermediates)]


def micropython_lines(intermediates: int, *, presents_chain: bool) -> str:
    """Return the MicroPython code that loads the bundle's files into a TLS context.

    Args:
        intermediates: The number of intermediates in the bundle.
        presents_chain: Load the intermediates too, each by another call with the same key.

    """
    lines = [
        *MICROPYTHON,
        f'key = read("{KEY}")',
        f'context.load_cert_chain(read("{LEAF}"), key)',
    ]
    names = _intermediate_names(intermediates)
    if presents_chain:
        lines += [f'context.load_cert_chain(read("{name}"), key)' for name in names]
    elif names:
        lines.append("# Only the leaf is presented: the intermediate is for clients and gateways.")
    return "\n".join(lines) + "\n"


def _intermediate_names(count: int) -> list[str]:
    return [f"intermediate{'' if n == 1 else n}.der" for n in range(1, count + 1)]


def _check_place(directory: Path, reports: Sequence[Path]) -> None:
    place = directory.resolve()
    for shared in reports:
        if place.is_relative_to(shared.resolve()):
            raise BundleError(f"--bundle: {directory} is among the reports: name another folder")
    try:
        if directory.exists() and (not directory.is_dir() or any(directory.iterdir())):
            raise BundleError(
                f"--bundle: {directory} is not an empty folder: name a new or empty one"
            )
    except OSError as error:
        raise BundleError(f"--bundle: {directory}: {error.strerror}") from error


def _write(directory: Path, contents: dict[str, bytes]) -> list[Path]:
    written: list[Path] = []
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name, data in contents.items():
            flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
            # The file is created with its mode, so that other users can never read it.
            descriptor = os.open(
                directory / name, flags, 0o600 if name in (KEY, KEY_PEM) else 0o644
            )
            written.append(directory / name)
            with os.fdopen(descriptor, "wb") as file:
                file.write(data)
    except OSError as error:
        for path in written:
            with contextlib.suppress(OSError):
                path.unlink()
        raise BundleError(f"--bundle: {directory}: {error.strerror}") from error
    return written


def _read_back(directory: Path, contents: dict[str, bytes], leaf: x509.Certificate) -> None:
    try:
        same = all((directory / name).read_bytes() == data for name, data in contents.items())
        key, certificate = _read(directory, in_pem=KEY_PEM in contents)
    except (OSError, ValueError) as error:
        raise BundleError(
            f"--bundle: {directory} cannot be read after writing: try another folder"
        ) from error
    if not same or certificate != leaf or spki(key.public_key()) != spki(leaf.public_key()):
        raise BundleError(
            f"--bundle: {directory} differs from what was written: try another folder"
        )


def _read(directory: Path, *, in_pem: bool) -> tuple[PrivateKeyTypes, x509.Certificate]:
    if in_pem:
        return (
            load_pem_private_key((directory / KEY_PEM).read_bytes(), None),
            x509.load_pem_x509_certificate((directory / CHAIN_PEM).read_bytes()),
        )
    return (
        load_der_private_key((directory / KEY).read_bytes(), None),
        x509.load_der_x509_certificate((directory / LEAF).read_bytes()),
    )
