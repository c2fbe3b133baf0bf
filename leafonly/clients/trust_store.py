"""The trust stores of clients."""

import base64
import json
import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from OpenSSL import crypto

from leafonly.certificates.chain import der, pem

__all__ = [
    "BUNDLE",
    "Trust",
    "chromium_policy",
    "firefox_policy",
    "java_truststore",
    "mono_store",
    "nss_database",
    "pem_file",
    "system_bundle",
]

_TIME_LIMIT = 30  # seconds for `certutil`, which takes a tenth of one

Certificates = Sequence[x509.Certificate]


@dataclass(frozen=True)
class Trust:
    """One kind of trust store.

    Attributes:
        write: Writes the client's store and returns its path relative to the cell's directory,
            which entries call `{trust}`. Takes the directory, the trust anchors, and other
            certificates. If the store has a place for them, the others are not trust anchors.
            Raises OSError if the tool that writes the store is missing or fails.
        advice: How a user adds the intermediate to such a store.
        store: The store's name in the recipe for users, as `{trust}` in entries.
        lines: The shell lines that fill it from `BUNDLE`. None are needed if the client reads
            that file itself.

    """

    write: Callable[[Path, Certificates, Certificates], str]
    advice: str
    store: str
    lines: tuple[str, ...] = ()


BUNDLE = "camera-ca.pem"
"""The one file of every recipe: the root first, then every intermediate, as PEM."""

_SPLIT = ("""awk '/BEGIN CERTIFICATE/{n++} {print > ("camera-ca-" n ".pem")}' """ + BUNDLE,)
"""Most stores take one certificate per file. The first is the root."""

_EACH = "for file in camera-ca-[1-9].pem; do"
_ANCHOR, _HELD = "C,,", ",,"
"""NSS's trust flags (documentation of its certutil): a CA for server certificates, and none."""


TRUSTSTORE_PASSWORD = "changeit"  # noqa: S105
"""Java's usual password (keytool's documentation). Nothing in the store is secret."""


def _write_pem_file(directory: Path, anchors: Certificates, others: Certificates) -> str:
    """Write one PEM bundle, in which anchors and others cannot be told apart."""
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

    `certutil`, NSS's own tool, writes it. Anchors have the trust flags `C,,` (CA for server
    certificates). Others have none, so they can complete a path but never end it.

    Args:
        place: The folder of the database, relative to the cell's directory.

    """

    def write(directory: Path, anchors: Certificates, others: Certificates) -> str:
        database = directory / place
        database.mkdir(parents=True)
        _certutil(database, "-N", "--empty-password")
        for flags, certificates in ((_ANCHOR, anchors), (_HELD, others)):
            for certificate in certificates:
                nickname = f"leafonly {certificate.serial_number:x}"
                _certutil(database, "-A", "-n", nickname, "-t", flags, given=der(certificate))
        return place

    # Of a user, `home` is the home; a profile has a name of its own.
    store = {"home/.pki/nssdb": "$HOME/.pki/nssdb", "home/profile": "$PROFILE"}.get(place, place)
    add = f'certutil -A -d "sql:{store}"'
    return Trust(
        write,
        "add it to the NSS database without trust: "
        f'`certutil -A -d sql:DIRECTORY -n intermediate -t "{_HELD}" -i intermediate.pem`',
        store,
        (
            *_SPLIT,
            f'mkdir -p "{store}" && certutil -N -d "sql:{store}" --empty-password  # if it is new',
            f'{add} -n camera-ca-1 -t "{_ANCHOR}" -i camera-ca-1.pem',
            f'for file in camera-ca-[2-9].pem; do {add} -n "$file" -t "{_HELD}" -i "$file"; done',
        ),
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
    _write_pem_file,
    "append it, as PEM, to the file of trusted certificates that the client reads",
    BUNDLE,
)

system_bundle = Trust(
    _write_pem_file,
    "add it to the system's store of trusted certificates, one certificate a file",
    BUNDLE,
    (
        *_SPLIT,
        f'{_EACH} cp "$file" "/usr/local/share/ca-certificates/${{file%.pem}}.crt"; done',
        "update-ca-certificates",
    ),
)
"""For a client that reads only the system's bundle, as Debian writes it. The harness mounts its
own file over the bundle for this client alone, and does not change the system."""

java_truststore = Trust(
    _write_java_truststore,
    "import it into the truststore: "
    "`keytool -importcert -keystore trust.p12 -alias intermediate -file intermediate.pem`",
    "trust.p12",
    (
        *_SPLIT,
        f"{_EACH} keytool -importcert -noprompt -storetype PKCS12 -keystore trust.p12 "
        f'-storepass {TRUSTSTORE_PASSWORD} -alias "$file" -file "$file"; done',
    ),
)

_CHROMIUM_POLICY = "/etc/chromium/policies/managed/camera-ca.json"
_FIREFOX_POLICY = "/usr/lib/firefox-esr/distribution/policies.json"


def _write_chromium_policy(directory: Path, anchors: Certificates, others: Certificates) -> str:
    """Write a managed policy with anchors, and with hints, which are not trusted."""
    lists = {"CACertificates": anchors, "CAHintCertificates": others}
    policy = {
        name: [base64.b64encode(der(each)).decode() for each in certificates]
        for name, certificates in lists.items()
    }
    (directory / "policy.json").write_text(json.dumps(policy))
    return "policy.json"


def _write_firefox_policy(directory: Path, anchors: Certificates, others: Certificates) -> str:
    """Write a policy that installs certificates; Firefox trusts every CA certificate in it."""
    paths = []
    for number, certificate in enumerate((*anchors, *others), 1):
        paths.append(directory / f"camera-ca-{number}.pem")
        paths[-1].write_bytes(pem([certificate]))
    install = {"Certificates": {"Install": [str(path) for path in paths]}}
    (directory / "policies.json").write_text(json.dumps({"policies": install}))
    (directory / "home" / "profile").mkdir(parents=True)  # which Firefox wants to exist
    return "policies.json"


chromium_policy = Trust(
    _write_chromium_policy,
    "name it in the policy CAHintCertificates, as the DER form in Base64",
    _CHROMIUM_POLICY,
    (
        *_SPLIT,
        'encoded() { openssl x509 -in "$1" -outform DER | base64 -w0; }',
        "hints=$(for file in camera-ca-[2-9].pem; do "
        """printf '"%s",' "$(encoded "$file")"; done)""",
        f"mkdir -p {Path(_CHROMIUM_POLICY).parent}",
        """printf '{"CACertificates": ["%s"], "CAHintCertificates": [%s]}' """
        f'"$(encoded camera-ca-1.pem)" "${{hints%,}}" > {_CHROMIUM_POLICY}',
    ),
)
"""For a fleet of browsers; it replaces an NSS database in every user's home."""

firefox_policy = Trust(
    _write_firefox_policy,
    "name its file in the policy Certificates.Install",
    _FIREFOX_POLICY,
    (
        *_SPLIT,
        f"mkdir -p {Path(_FIREFOX_POLICY).parent}",
        f"cp camera-ca-[1-9].pem {Path(_FIREFOX_POLICY).parent}/",
        f"files=$(for file in {Path(_FIREFOX_POLICY).parent}/camera-ca-[1-9].pem; do "
        """printf '"%s",' "$file"; done)""",
        """printf '{"policies": {"Certificates": {"Install": [%s]}}}' "${files%,}" """
        f"> {_FIREFOX_POLICY}",
    ),
)
"""For a fleet of browsers. The folder is Debian's."""

_MONO = "$HOME/.config/.mono/new-certs/Trust"

mono_store = Trust(
    _write_mono_store,
    "put it, as PEM named by `openssl x509 -hash`, into ~/.config/.mono/new-certs/Trust",
    "home",
    (
        *_SPLIT,
        f'mkdir -p "{_MONO}"',
        f'{_EACH} cp "$file" "{_MONO}/$(openssl x509 -noout -hash -in "$file").0"; done',
    ),
)
