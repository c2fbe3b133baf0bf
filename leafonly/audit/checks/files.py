"""Checks of the files: all are present, and each holds what its name says."""

from collections.abc import Iterator, Sequence

from cryptography import x509

from leafonly.audit.context import Evidence
from leafonly.audit.files.contents import Oddity
from leafonly.audit.files.credentials import CredentialFile, Credentials, is_ca, spki
from leafonly.audit.finding import Finding, NotCheckedError, blocker, info, warning
from leafonly.certificates.chain import der

__all__ = ["CHECKS", "READING_CHECKS"]

_PLURALS = {"certificates": "certificate", "keys": "private key", "csrs": "signing request"}


def files_are_understood(evidence: Evidence) -> Iterator[Finding]:
    """Every file can be read, and leafonly knows everything in it."""
    credentials = evidence.credentials
    for file, problem in credentials.problems:
        # lego writes a PKCS#12 file beside its PEM files, which have the same contents.
        is_spare = "no password was given" in problem and file.contents.form == "pkcs12"
        if is_spare and credentials.leaf is not None and credentials.key is not None:
            yield info(f"{file.name} is encrypted and was not opened; the other files are enough")
        else:
            yield blocker(f"{file.name}: {problem}", _remedy_for(problem))


def _remedy_for(problem: str) -> str:
    if "cannot be read" in problem:
        return "check the path, and run leafonly as a user with permission to read it"
    if "encrypted" in problem or "password does not open" in problem:
        return "give the right password in LEAFONLY_KEY_PASSWORD, or at the prompt"
    if "its END line is missing" in problem or "base64 is not whole" in problem:
        return "copy the complete file again from the CA's delivery"
    return "use the file that the CA delivered, in PEM, DER, PKCS#7 or PKCS#12"


def no_file_is_empty(evidence: Evidence) -> Iterator[Finding]:
    """No file is empty. A command that failed often leaves an empty file."""
    for file in evidence.credentials.files:
        if file.contents.form == "empty":
            yield blocker(
                f"{file.name} is empty", "download it again, or repeat the command that wrote it"
            )


def files_are_what_they_are_called(evidence: Evidence) -> Iterator[Finding]:
    """Each file holds what its name says, or the option that named it."""
    for file in evidence.credentials.files:
        held = file.contents
        is_reported = held.form == "empty" or (held.problems and not held.holds_anything)
        if file.role is not None and not is_reported:
            yield from _mistaken(file, evidence.credentials)


def _mistaken(file: CredentialFile, credentials: Credentials) -> Iterator[Finding]:
    held = file.contents
    leaves = [each for each in held.certificates if each in credentials.leaves]
    what = _what_is_in(file)
    if file.role == "csr" and not held.csrs:
        yield blocker(f"{file.name} should hold the signing request, but holds {what}", _GIVE_RIGHT)
    elif file.role == "key" and not held.keys:
        yield blocker(f"{file.name} should hold the key, but holds {what}", _GIVE_RIGHT)
    elif file.role in ("leaf", "fullchain") and not held.certificates:
        yield blocker(f"{file.name} should hold the certificate, but holds {what}", _GIVE_RIGHT)
    elif file.role == "chain" and leaves and len(held.certificates) == len(leaves):
        yield blocker(f"{file.name} should hold the intermediates, but holds the leaf", _GIVE_RIGHT)
    elif file.role == "chain" and not held.certificates:
        yield blocker(f"{file.name} should hold the intermediates, but holds {what}", _GIVE_RIGHT)
    elif file.role == "leaf" and not leaves and not held.keys:
        yield blocker(f"{file.name} should hold the leaf, but holds {what}", _GIVE_RIGHT)
    elif file.role == "fullchain" and not leaves and credentials.leaves:
        yield blocker(f"{file.name} should hold the full chain, but holds {what}", _GIVE_RIGHT)
    elif file.role == "fullchain" and held.certificates == leaves and credentials.intermediates:
        yield warning(
            f"{file.name} should hold the full chain, but holds only the leaf: a server that loads "
            "it presents no intermediate",
            "add the intermediates behind the leaf, or use --bundle DIR, which writes all of them",
        )
    elif file.role == "leaf" and len(held.certificates) > 1 and held.form == "pem":
        yield warning(
            f"{file.name} should hold the leaf, but holds a full chain of "
            f"{len(held.certificates)} certificates",
            "load only the leaf into a camera that reads DER; --bundle DIR writes it",
        )


_GIVE_RIGHT = "give the right file; files_are_listed says what each file holds"


def _what_is_in(file: CredentialFile) -> str:
    held = file.contents
    counts = {name: len(getattr(held, attribute)) for attribute, name in _PLURALS.items()}
    if held.certificates:
        cas = sum(map(is_ca, held.certificates))
        counts = {"leaf": counts["certificate"] - cas, "CA certificate": cas} | counts
        del counts["certificate"]
    counted = [f"{n} {name}{'s' if n > 1 else ''}" for name, n in counts.items() if n]
    return " and ".join(counted).replace("leafs", "leaves") or "nothing that leafonly uses"


def files_are_listed(evidence: Evidence) -> Iterator[Finding]:
    """What each file holds, whatever its name."""
    for file in evidence.credentials.files:
        if file.contents.holds_anything:
            form = {"pem": "PEM", "der": "DER", "pkcs7": "PKCS#7", "pkcs12": "PKCS#12"}
            yield info(f"{file.name}: {_what_is_in(file)} ({form[file.contents.form]})")


# Tried with OpenSSL 3.0, GnuTLS 3.7 and Go 1.27: all ignore Windows line ends and text; only Go
# fails on a byte order mark; none reads the other two.
_ODDITIES: dict[Oddity, tuple[str, str]] = {
    "bom": (
        "begins with a byte order mark, so Go programs do not find its BEGIN line",
        "save it as UTF-8 without BOM, or use --bundle DIR, which writes DER",
    ),
    "utf16": (
        "is in UTF-16, which TLS programs cannot read",
        "save it as plain ASCII, or use --bundle DIR, which writes DER",
    ),
    "no_armour": (
        "is base64 without BEGIN and END lines, which TLS programs cannot read",
        "add the two lines, or use --bundle DIR, which writes DER",
    ),
}


def text_files_are_plain(evidence: Evidence) -> Iterator[Finding]:
    """Text files have no byte order mark and no UTF-16, hold only PEM, and have Unix line ends."""
    for file in evidence.credentials.files:
        for oddity, (message, remedy) in _ODDITIES.items():
            if oddity in file.contents.oddities:
                yield warning(f"{file.name} {message}", remedy)
        if "crlf" in file.contents.oddities:
            yield info(f"{file.name} has Windows line ends; TLS programs ignore them")
        if "text" in file.contents.oddities:
            yield info(f"{file.name} has text around its PEM; TLS programs ignore it")


def key_is_not_encrypted(evidence: Evidence) -> Iterator[Finding]:
    """The key is not encrypted, because `load_cert_chain` on a camera takes no password."""
    for file in evidence.credentials.files:
        if "encrypted" in file.contents.oddities and file.contents.keys:
            yield warning(
                f"{file.name} holds an encrypted key, and a camera cannot ask for a password",
                "load the unencrypted copy that --bundle DIR writes, and keep that copy safe",
            )


def leaf_is_there(evidence: Evidence) -> Iterator[Finding]:
    """The files include a certificate that is not a CA certificate."""
    credentials = evidence.credentials
    if credentials.leaf is not None:
        return
    if any(credentials.problems):
        raise NotCheckedError("some files could not be read, and the leaf may be in them")
    if credentials.csrs:
        message = "the files include a signing request, but not its certificate"
        yield blocker(message, "send the request to the CA, and add the certificate that it issues")
    elif credentials.intermediates or credentials.roots:
        message = (
            "the files include only CA certificates; the leaf, the camera's certificate, is missing"
        )
        yield blocker(message, "add the certificate that the CA issued for the camera's name")
    else:
        yield blocker(
            "there is no certificate", "add the certificate that the CA issued: --certificate FILE"
        )


def leaf_is_one(evidence: Evidence) -> Iterator[Finding]:
    """All files have the same leaf. Two leaves are often the rest of a failed renewal."""
    leaves = evidence.credentials.leaves
    if len(leaves) > 1:
        where = {
            file.name
            for file in evidence.credentials.files
            for each in file.contents.certificates
            if each in leaves
        }
        yield blocker(
            f"{', '.join(sorted(where))} hold {len(leaves)} different leaves: files of "
            "different issuances are mixed",
            "keep the files of one issuance only, or name them one by one: --certificate, --key",
        )


def key_is_one(evidence: Evidence) -> Iterator[Finding]:
    """There is only one private key, so that the wrong key cannot be loaded."""
    if len(evidence.credentials.keys) > 1:
        yield warning(
            f"there are {len(evidence.credentials.keys)} different private keys",
            "keep only the one that belongs to the certificate, or name it: --key FILE",
        )


def chain_is_in_order(evidence: Evidence) -> Iterator[Finding]:
    """Leaf first, then each certificate's issuer after it (RFC 5246 section 7.4.2)."""
    for file in evidence.credentials.files:
        certificates = file.contents.certificates
        if file.contents.form not in ("pem", "der"):
            continue  # PKCS#7 and PKCS#12 hold sets: there is no order in them
        if not _is_in_order(certificates, evidence.credentials.leaves):
            yield warning(
                f"{file.name} has its certificates in the wrong order: the leaf must be first, "
                "and each certificate must be followed by its issuer",
                "put them in order; many servers reject the key if the leaf is not first",
            )


def _is_in_order(
    certificates: Sequence[x509.Certificate], leaves: Sequence[x509.Certificate]
) -> bool:
    if certificates and certificates[0] not in leaves and set(certificates) & set(leaves):
        return False
    names = [each.subject for each in certificates]
    for number, certificate in enumerate(certificates):
        others = names[:number] + names[number + 1 :]
        if certificate.issuer in others and certificate.issuer not in names[number + 1 :][:1]:
            return False
    return True


def certificates_are_given_once(evidence: Evidence) -> Iterator[Finding]:
    """No file has a certificate twice. Appending a chain twice causes that."""
    for file in evidence.credentials.files:
        held = file.contents.certificates
        more = len(held) - len(set(held))
        if more and file.contents.form == "pem":
            yield warning(
                f"{file.name} has {more} of its {len(held)} certificates twice: a server would "
                "present them twice too",
                "use the file that the CA delivered, or remove the repeated certificates",
            )


def root_is_left_out(evidence: Evidence) -> Iterator[Finding]:
    """The intermediates do not include the root, because clients trust no root that is sent.

    RFC 5246 section 7.4.2 allows a server to leave it out.
    """
    if not evidence.credentials.intermediates:
        return
    for file in evidence.credentials.files:
        held = file.contents.certificates
        if len(held) > 1 and any(each in evidence.credentials.roots for each in held):
            size = sum(len(der(each)) for each in held if each in evidence.credentials.roots)
            yield warning(
                f"{file.name} includes the root, which clients ignore: it wastes {size} of the "
                f"camera's {evidence.message_limit} bytes",
                "do not present the root; --bundle DIR leaves it out",
            )


def csr_belongs(evidence: Evidence) -> Iterator[Finding]:
    """A signing request beside the certificate has the same key."""
    leaf = evidence.leaf
    for csr in evidence.credentials.csrs:
        if spki(csr.public_key()) != spki(leaf.public_key()):
            yield warning(
                "the signing request has another key than the certificate",
                "if the request is newer than the certificate, wait for the CA's new one",
            )


READING_CHECKS = (
    files_are_listed,
    files_are_understood,
    no_file_is_empty,
    files_are_what_they_are_called,
    text_files_are_plain,
)
"""The checks that hold for files of every kind."""

CHECKS = (
    *READING_CHECKS,
    leaf_is_there,
    leaf_is_one,
    key_is_one,
    key_is_not_encrypted,
    chain_is_in_order,
    certificates_are_given_once,
    root_is_left_out,
    csr_belongs,
)
