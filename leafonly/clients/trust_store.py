"""The stores that tell clients what to trust."""

import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from OpenSSL import crypto

from leafonly.certificates.chain import der, pem

__all__ = ["Trust", "java_truststore", "mono_store", "nss_database", "pem_file"]

_TIME_LIMIT = 30  # seconds for `certutil`, which takes a tenth of one

Certificates = Sequence[x509.Certificate]


@dataclass(frozen=True)
class Trust:
    """One kind of trust store.

    Attributes:
        write: Writes the client's store and returns its path relative to the cell's directory,
            which entries call `{trust}`. Takes the directory, the trust anchors, and other
            certificates that the client holds without trusting them by themselves, if its
            store has such a place. Raises OSError if the tool that writes the store is
            missing or fails.
        advice: How a user adds the intermediate to such a store.

    """

    write: Callable[[Path, Certificates, Certificates], str]
    advice: str


TRUSTSTORE_PASSWORD = "changeit"  # noqa: S105
"""Java's usual password (keytool's documentation). Nothing in the store is secret."""


def _write_pem_file(directory: Path, anchors: Certificates, others: Certificates) -> str:
    """Write one PEM bundle, which cannot say which certificates are anchors."""
    (directory / "trust.pem").write_bytes(pem([*anchors, *others]))
    return "trust.pem"


def _write_java_truststore(directory: Path, anchors: Certificates, others: Certificates) -> str:
    """Write a PKCS#12 truststore, which Java reads since 9 (JEP 229).

    It is encrypted, because keytool and JSSE check its integrity with the password.
    """
    entries = [
        pkcs12.PKCS12Certificate(certificate, f"certificate {number}".encode())
        for number, certificate in enumerate([*anchors, *others])
    ]
    encryption = BestAvailableEncryption(TRUSTSTORE_PASSWORD.encode())
    data = pkcs12.serialize_java_truststore(entries, encryption)
    (directory / "trust.p12").write_bytes(data)
    return "trust.p12"


def _write_mono_store(directory: Path, anchors: Certificates, others: Certificates) -> str:
    """Write the user's store of trusted certificates that Mono's BoringSSL reads.

    The files are named as `openssl rehash` would (MonoBtlsX509StoreManager of Mono 6.8). Its
    other store, `CA`, is for intermediates, but an intermediate in it has no effect on a
    client (measured on 6.8.0.105).
    """
    store = directory / "home" / ".config" / ".mono" / "new-certs" / "Trust"
    store.mkdir(parents=True)
    for certificate in (*anchors, *others):
        name = f"{crypto.X509.from_cryptography(certificate).subject_name_hash():08x}"
        number = len(list(store.glob(f"{name}.*")))
        (store / f"{name}.{number}").write_bytes(pem([certificate]))
    return "home"


def nss_database(place: str) -> Trust:
    """Return an NSS database, which can hold certificates without trusting them.

    Args:
        place: Its folder, relative to the cell's directory.

    Returns:
        A store that `certutil` (NSS's own tool) writes. Anchors have the trust flags `C,,`
        (issuers of server certificates). Others have none, so they can complete a path but
        never end it.

    """

    def write(directory: Path, anchors: Certificates, others: Certificates) -> str:
        database = directory / place
        database.mkdir(parents=True)
        _certutil(database, "-N", "--empty-password")
        for flags, certificates in (("C,,", anchors), (",,", others)):
            for certificate in certificates:
                nickname = f"leafonly {certificate.serial_number:x}"
                _certutil(database, "-A", "-n", nickname, "-t", flags, given=der(certificate))
        return place

    return Trust(
        write,
        "add it to the NSS database without trust: "
        '`certutil -A -d sql:DIRECTORY -n intermediate -t ",," -i intermediate.pem`',
    )


def _certutil(database: Path, *arguments: str, given: bytes = b"") -> None:
    certutil = shutil.which("certutil")
    if certutil is None:
        raise FileNotFoundError("certutil is not installed: apt install libnss3-tools")
    try:
        finished = subprocess.run(
            [certutil, *arguments, "-d", f"sql:{database}"],
            input=given,
            capture_output=True,
            check=False,
            timeout=_TIME_LIMIT,
        )
    except subprocess.TimeoutExpired as error:
        raise OSError(f"certutil did not end within {_TIME_LIMIT} s") from error
    if finished.returncode != 0:
        said = finished.stderr.decode(errors="replace").strip()
        raise OSError(f"certutil could not write the NSS database: {said or finished.returncode}")


pem_file = Trust(
    _write_pem_file, "append it, as PEM, to the file of trusted certificates that the client reads"
)

java_truststore = Trust(
    _write_java_truststore,
    "import it into the truststore: "
    "`keytool -importcert -keystore trust.p12 -alias intermediate -file intermediate.pem`",
)

mono_store = Trust(
    _write_mono_store,
    "put it, as PEM named by `openssl x509 -hash`, into ~/.config/.mono/new-certs/Trust",
)
