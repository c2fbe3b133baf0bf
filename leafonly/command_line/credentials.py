"""What several commands read of the user's files: a key's password, and the roots of --trust."""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from leafonly.certificates.printable import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from cryptography import x509

__all__ = ["PASSWORD", "asked_password", "trusted_certificates"]

PASSWORD = "LEAFONLY_KEY_PASSWORD"  # noqa: S105  # the name of a variable


def asked_password(path: Path) -> bytes | None:
    """Return the password of a key file, from the environment or a prompt.

    Returns:
        None if the variable is not set and there is no terminal, or the prompt was left.

    """
    if PASSWORD in os.environ:
        return os.environ[PASSWORD].encode()
    if sys.stdin is None or not sys.stdin.isatty():
        return None
    import getpass

    with suppress(EOFError):  # Ctrl-D
        return getpass.getpass(f"password of {printable(path.name)}: ").encode() or None
    return None


def trusted_certificates(path: Path) -> "Sequence[x509.Certificate]":
    """Return the certificates in a --trust file: PEM, DER or PKCS#7.

    Raises:
        ValueError: No certificate can be read from the file. The message is one line.

    """
    from leafonly.audit.files.credentials import read_file

    contents = read_file(path, None, lambda _: None).contents
    if not contents.certificates:
        problem = next(iter(contents.problems), "it holds no certificate")
        raise ValueError(f"--trust={path}: {problem}")
    return contents.certificates
