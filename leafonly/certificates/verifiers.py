"""Judge a chain with real verifiers: OpenSSL, configured as in clients, and pyca/cryptography.

The libraries of real clients judge here, because rules written for leafonly would have other
errors. None of them checks revocation, Certificate Transparency, or the dates after which browsers
distrust a root.
"""

import calendar
import datetime as dt
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

import cryptography
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.x509.verification import PolicyBuilder, Store, VerificationError
from OpenSSL import SSL, crypto

from leafonly.certificates.chain import der
from leafonly.certificates.inspection import addresses, dns_names
from leafonly.certificates.printable import printable

__all__ = ["Opinion", "judge_chain"]

_MOST_INTERMEDIATES = 32  # handed to a verifier; hostile servers send hundreds of one name
_LONGEST_MESSAGE = 200
_ASN1 = crypto.FILETYPE_ASN1

# pyOpenSSL does not offer these functions, so they are called as its own X509Store calls others.
_ffi, _lib = crypto._ffi, crypto._lib  # type: ignore[attr-defined]


@dataclass(frozen=True)
class Opinion:
    """The verdict of one verifier on one chain.

    Attributes:
        verifier: Its name and version.
        strict: Whether it also rejects what RFC 5280 or the Baseline Requirements forbid
            and most clients accept.
        accepts: Whether it accepts the chain.
        because: Its message, printable and short; None if it accepts.

    """

    verifier: str
    strict: bool
    accepts: bool
    because: str | None = None


def judge_chain(
    leaf: x509.Certificate,
    intermediates: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    *,
    name: str | None,
    at: dt.datetime,
) -> tuple[Opinion, ...]:
    """Return the opinion of every verifier on whether a client may accept this chain.

    Each verifier builds the path itself from the certificates that are given, and judges
    everything from the leaf to the root: signatures, dates, the right to issue (CA flag,
    path length, key usage), server authentication, name constraints, critical extensions
    that it does not know, and the leaf's name.

    OpenSSL is asked twice. By default it accepts what lacks something that RFC 5280 demands
    (a key identifier, for example) and compares the common name of a leaf that has no dNSName; with
    X509_V_FLAG_X509_STRICT, which Python sets since 3.13, it refuses the first. Keys and
    digests are those of security level 2, OpenSSL's own since 3.2 and Debian's since 1.1.1.

    pyca/cryptography follows the Baseline Requirements: it is strict, and refuses some private
    CAs that most clients accept. It must have a name; without one it takes the leaf's first.

    Args:
        leaf: The certificate to judge.
        intermediates: What a server sends beside it, or a client has stored, in any order.
            More than 32 are too many: those that the leaf's issuer names lead to are judged.
        roots: The trust anchors.
        name: The DNS name or IP address to connect to; None if it does not matter.
        at: The moment to judge as of.

    """
    name = name.rstrip(".").strip("[]") if name else None
    above = _possible(leaf, intermediates)
    return (
        _openssl(leaf, above, roots, name, at, strict=False),
        _openssl(leaf, above, roots, name, at, strict=True),
        _pyca(leaf, above, roots, name, at),
    )


def _possible(
    leaf: x509.Certificate, intermediates: Sequence[x509.Certificate]
) -> list[x509.Certificate]:
    """Return each intermediate once; of too many, those that issuer names lead to."""
    each_once = list(dict.fromkeys(intermediates))
    if len(each_once) <= _MOST_INTERMEDIATES:
        return each_once
    found: dict[x509.Certificate, None] = {}
    names = [leaf.issuer]
    while names and len(found) < _MOST_INTERMEDIATES:
        name = names.pop(0)
        new = [each for each in each_once if each not in found and each.subject == name]
        found.update(dict.fromkeys(new))
        names += dict.fromkeys(each.issuer for each in new)
    return list(found)[:_MOST_INTERMEDIATES]


def _openssl(
    leaf: x509.Certificate,
    intermediates: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    name: str | None,
    at: dt.datetime,
    *,
    strict: bool,
) -> Opinion:
    version = SSL.SSLeay_version(SSL.SSLEAY_VERSION).decode().rsplit(" ", 3)[0]
    verifier = f"{version}, strict" if strict else version
    try:
        store = _openssl_store(roots, name, at, strict=strict)
        context = crypto.X509StoreContext(
            store,
            crypto.X509.from_cryptography(leaf),
            [crypto.X509.from_cryptography(each) for each in intermediates],
        )
        known = {der(each): each for each in (leaf, *intermediates, *roots)}
        path = [crypto.dump_certificate(_ASN1, each) for each in context.get_verified_chain()]
        because = _too_weak([known[each] for each in path])
    except crypto.X509StoreContextError as error:
        because = f"{error} ({_place(error.errors[1])})"
    except (crypto.Error, ValueError, UnsupportedAlgorithm) as error:
        because = str(error) or "cannot be read"
    return Opinion(verifier, strict, because is None, _shown(because))


def _openssl_store(
    roots: Sequence[x509.Certificate], name: str | None, at: dt.datetime, *, strict: bool
) -> crypto.X509Store:
    """Return a store with these roots, set up as a TLS client does it."""
    store = crypto.X509Store()
    for root in roots:
        store.add_cert(crypto.X509.from_cryptography(root))
    parameters = _ffi.gc(_lib.X509_VERIFY_PARAM_new(), _lib.X509_VERIFY_PARAM_free)
    _lib.X509_VERIFY_PARAM_set_time(parameters, calendar.timegm(at.utctimetuple()))
    if strict:
        _lib.X509_VERIFY_PARAM_set_flags(parameters, crypto.X509StoreFlags.X509_STRICT)
    if name is not None:
        try:
            address = ipaddress.ip_address(name).packed
            done = _lib.X509_VERIFY_PARAM_set1_ip(parameters, address, len(address))
        except ValueError:
            encoded = name.encode()
            done = _lib.X509_VERIFY_PARAM_set1_host(parameters, encoded, len(encoded))
        if done != 1:
            raise ValueError(f"OpenSSL cannot compare this name: {name}")
    _lib.X509_STORE_set1_param(store._store, parameters)
    _lib.X509_STORE_set_purpose(store._store, _lib.X509_PURPOSE_SSL_SERVER)
    return store


def _too_weak(path: Sequence[x509.Certificate]) -> str | None:
    """Return why a path that OpenSSL verified is below security level 2; None if it is not.

    The bindings cannot set the level. It asks for 112 bits of every key, and of every
    signature but the anchor's own (check_key_level and check_sig_level in OpenSSL's
    crypto/x509/x509_vfy.c); digests are counted by their resistance to collisions.
    """
    for depth, each in enumerate(path):
        key, digest = each.public_key(), each.signature_hash_algorithm
        small = (isinstance(key, rsa.RSAPublicKey | dsa.DSAPublicKey) and key.key_size < 2048) or (
            isinstance(key, ec.EllipticCurvePublicKey) and key.key_size < 224
        )
        if small:
            return f"{'CA' if depth else 'EE'} certificate key too weak ({_place(depth)})"
        if digest is not None and digest.digest_size < 28 and depth < len(path) - 1:
            return f"CA signature digest algorithm too weak ({_place(depth)})"
    return None


def _place(depth: int) -> str:
    return f"certificate {depth} above the leaf" if depth else "the leaf"


def _pyca(
    leaf: x509.Certificate,
    intermediates: Sequence[x509.Certificate],
    roots: Sequence[x509.Certificate],
    name: str | None,
    at: dt.datetime,
) -> Opinion:
    """Ask pyca/cryptography, which itself bounds signatures and comparisons of names."""
    because = None
    try:
        subject = _subject(name or _first_name(leaf))
        builder = PolicyBuilder().store(Store(list(roots))).time(at)
        builder.build_server_verifier(subject).verify(leaf, list(intermediates))
    except (VerificationError, ValueError, TypeError, OverflowError) as error:
        # Behind these words is a certificate's repr, which says less than the message.
        message = str(error).removeprefix("validation failed: ")
        because = message.split(" (encountered processing")[0] or type(error).__name__
    return Opinion(
        f"pyca/cryptography {cryptography.__version__}", True, because is None, _shown(because)
    )


def _subject(name: str) -> x509.DNSName | x509.IPAddress:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _first_name(leaf: x509.Certificate) -> str:
    names = [name.replace("*", "any") for name in dns_names(leaf)] + addresses(leaf)
    if not names:
        raise ValueError("the leaf names neither a DNS name nor an address")
    return names[0]


def _shown(message: str | None) -> str | None:
    return None if message is None else printable(message, _LONGEST_MESSAGE)
