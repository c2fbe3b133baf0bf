"""What TLS libraries say when they reject a certificate, and what each saying means.

A saying that does not tell *whose* issuer is unknown means `UNKNOWN_ISSUER`; the verdict
works out the rest from what the client had in its hands.
"""

import re
from collections.abc import Iterable
from typing import Literal, get_args

__all__ = [
    "BORINGSSL",
    "GNUTLS",
    "GO",
    "JSSE",
    "NODE",
    "OPENSSL",
    "REASONS",
    "RUSTLS",
    "UNKNOWN_ISSUER",
    "Meaning",
    "Reason",
    "Vocabulary",
    "meanings",
    "together",
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
"""Why a client rejected: the closed list of the report."""

REASONS: tuple[Reason, ...] = get_args(Reason)

Meaning = Reason | Literal["unknown_issuer"]

UNKNOWN_ISSUER: Meaning = "unknown_issuer"
"""Some certificate's issuer is not known: the leaf's, or the last one's (an untrusted root)."""

Vocabulary = dict[str, Meaning]
"""Regular expression, searched without regard to case -> meaning. `other` is for sayings that
reject a certificate without saying why."""


def meanings(vocabulary: Vocabulary, text: str) -> set[Meaning]:
    """Find everything that a vocabulary recognises in a client's words."""
    return {
        meaning for saying, meaning in vocabulary.items() if re.search(saying, text, re.IGNORECASE)
    }


def together(vocabularies: Iterable[Vocabulary]) -> Vocabulary:
    """Join vocabularies, for a program whose TLS library differs from build to build."""
    joined: dict[str, Meaning] = {}
    for vocabulary in vocabularies:
        joined.update(vocabulary)
    return joined


# crypto/x509/x509_txt.c of OpenSSL 3 and 4; the number is what X509_V_ERR_* calls it.
OPENSSL: Vocabulary = {
    r"unable to get local issuer certificate": UNKNOWN_ISSUER,  # 20
    r"unable to get issuer certificate": "untrusted_root",  # 2: an issuer's own issuer
    r"unable to verify the first certificate": "missing_issuer",  # 21: no path beyond the leaf
    r"self[- ]signed certificate in certificate chain": "untrusted_root",  # 19
    r"certificate has expired": "expired",  # 10
    r"certificate is not yet valid": "expired",  # 9
    r"(hostname|IP address) mismatch": "wrong_name",  # 62, 64
    r"no alternative certificate subject name matches": "wrong_name",  # curl's own check
    r"certificate subject name .* does not match": "wrong_name",  # curl's own check
    r"hostname '.*' doesn't match": "wrong_name",
    r"certificate signature failure": "bad_signature",  # 7
    r"\bbad signature\b": "bad_signature",  # of ServerKeyExchange: the key is another's
    r"(key too small|md too weak|CA signature digest algorithm too weak)": "too_weak",
    r"certificate verify failed": "other",
    r"(handshake failure|unsupported protocol|alert protocol version|wrong version number"
    r"|no protocols available)": "protocol",
}

# As OpenSSL, from which it came, but for its upper-case reason strings (ssl/ssl_errors).
BORINGSSL: Vocabulary = OPENSSL | {
    r"CERTIFICATE_VERIFY_FAILED": "other",
    r"(SSLV3_ALERT_)?HANDSHAKE_FAILURE|UNSUPPORTED_PROTOCOL|WRONG_VERSION_NUMBER": "protocol",
    r"BAD_SIGNATURE": "bad_signature",
}

# lib/cert-session.c of GnuTLS 3.7, src/gnutls.c of wget 1.21, lib/vtls/gtls.c of curl.
GNUTLS: Vocabulary = {
    r"issuer is unknown": UNKNOWN_ISSUER,
    r"doesn't have a known issuer": UNKNOWN_ISSUER,
    r"certificate has expired|certificate chain uses expired certificate": "expired",
    r"certificate chain uses not yet valid certificate|not yet activated": "expired",
    r"name in the certificate does not match": "wrong_name",
    r"owner does not match (the )?host ?name": "wrong_name",
    r"signature in the certificate is invalid": "bad_signature",
    r"Public key signature verification has failed": "bad_signature",
    r"insecure algorithm": "too_weak",
    r"certificate is NOT trusted|certificate verification failed": "other",
    r"A TLS fatal alert has been received": "protocol",
}

# lib/internal/tls and src/crypto/crypto_common.cc of Node.js: OpenSSL's codes by name.
NODE: Vocabulary = OPENSSL | {
    r"UNABLE_TO_VERIFY_LEAF_SIGNATURE": "missing_issuer",
    r"UNABLE_TO_GET_ISSUER_CERT_LOCALLY": UNKNOWN_ISSUER,
    r"SELF_SIGNED_CERT_IN_CHAIN": "untrusted_root",
    r"CERT_HAS_EXPIRED|CERT_NOT_YET_VALID": "expired",
    r"ERR_TLS_CERT_ALTNAME_INVALID": "wrong_name",
    r"CERT_SIGNATURE_FAILURE": "bad_signature",
}

# webpki's and rustls's error names, as their Debug form prints them.
RUSTLS: Vocabulary = {
    r"UnknownIssuer": UNKNOWN_ISSUER,
    r"invalid peer certificate: (Expired|certificate expired|NotValidYet)": "expired",
    r"NotValidForName": "wrong_name",
    r"BadSignature": "bad_signature",
    r"invalid peer certificate": "other",
    r"HandshakeFailure|peer is incompatible": "protocol",
}

# crypto/x509/verify.go and crypto/tls of Go.
GO: Vocabulary = {
    r"certificate signed by unknown authority": UNKNOWN_ISSUER,
    r"certificate has expired or is not yet valid": "expired",
    r"certificate is (valid for|not valid for any names)": "wrong_name",
    r"ECDSA verification failure|crypto/rsa: verification error": "bad_signature",
    r"invalid signature by the server certificate": "bad_signature",
    r"insecure algorithm": "too_weak",
    r"tls: failed to verify certificate": "other",
    r"remote error: tls: handshake failure|protocol version not supported": "protocol",
}

# sun.security.provider.certpath and sun.security.validator of OpenJDK.
JSSE: Vocabulary = {
    r"unable to find valid certification path to requested target": UNKNOWN_ISSUER,
    r"CertificateExpiredException|NotAfter:|CertificateNotYetValidException": "expired",
    r"No (subject alternative|name matching)": "wrong_name",
    r"Invalid (ECDH ServerKeyExchange signature|signature)|Signature does not match": (
        "bad_signature"
    ),
    r"Algorithm constraints check failed": "too_weak",
    r"PKIX path (building|validation) failed": "other",
    r"handshake_failure|No appropriate protocol": "protocol",
}
