"""What TLS libraries say when they reject a certificate, and what each saying means.

A saying that does not tell *whose* issuer is unknown means `UNKNOWN_ISSUER`; the verdict
works out the rest from what the client had in its hands.
"""

import re
from collections.abc import Iterable
from typing import Literal, get_args

__all__ = [
    "AWSCRT",
    "BEARSSL",
    "BORINGSSL",
    "BOUNCY_CASTLE",
    "CHROMIUM",
    "CONSCRYPT",
    "DOTNET",
    "ERLANG",
    "FIREFOX",
    "GIO",
    "GNUTLS",
    "GO",
    "HASKELL_TLS",
    "JSSE",
    "MBEDTLS",
    "NODE",
    "NSS",
    "OPENSSL",
    "QT",
    "QTWEBENGINE",
    "REASONS",
    "RUSTLS",
    "UNKNOWN_ISSUER",
    "WEBKIT",
    "WOLFSSL",
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
    r"(DNSMismatch|doesn't match any of) *\(": "wrong_name",  # service_identity
    r"host ?name verification failed": "wrong_name",  # IO::Socket::SSL, Mosquitto
    r"Peer certificate \w+ did not match expected name": "wrong_name",  # PHP's xp_ssl.c
    r"Peer certificate does not match for hostname": "wrong_name",  # Apache's ssl_engine_io.c
    r"CERT: Subject checks failed": "wrong_name",  # stunnel's verify.c
    r"upstream SSL certificate does not match": "wrong_name",  # nginx's ngx_http_upstream.c
    r"commonName does not match hostname": "wrong_name",  # socat's xio-openssl.c
    r"Certificate verification error\. QUITTING": "other",  # Ncat's own check of the name
    r"Bad cert ident from": "wrong_name",  # w3m's istream.c
    r"certificate signature failure": "bad_signature",  # 7
    r"\bbad signature\b": "bad_signature",  # of ServerKeyExchange: the key is another's
    r"asn1 encoding routines:.*EVP lib": "bad_signature",  # crypto/asn1/a_verify.c
    r"(key too small|md too weak|CA signature digest algorithm too weak)": "too_weak",
    r"certificate key too weak": "too_weak",  # 66, 67
    r"(unsuitable|unsupported) certificate purpose|invalid CA certificate": "other",  # 26, 24
    r"unhandled critical extension|(permitted|excluded) subtree violation": "other",  # 34, 47, 48
    r"certificate (revoked|rejected|not trusted)": "other",  # 23, 28, 27
    r"invalid status response": "other",  # must-staple, and nothing was stapled
    r"certificate does not contain any .subjectAltName": "wrong_name",  # service_identity
    r"certificate verify failed": "other",
    r"(handshake failure|unsupported protocol|alert protocol version|wrong version number"
    r"|no protocols available)": "protocol",
}

# As OpenSSL, from which it came, but for its upper-case reason strings (ssl/ssl_errors).
BORINGSSL: Vocabulary = OPENSSL | {
    r"CERTIFICATE_VERIFY_FAILED": "other",
    r"(SSLV3_ALERT_)?HANDSHAKE_FAILURE|UNSUPPORTED_PROTOCOL|WRONG_VERSION_NUMBER": "protocol",
    r"BAD_SIGNATURE": "bad_signature",
    r"verify cert failed: SAN matcher": "wrong_name",  # Envoy's default_validator.cc
    r"X\.509 certificate routines:.*public key routines": "bad_signature",  # a_verify.c, in Mono
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
    r"issuer is not known": UNKNOWN_ISSUER,  # aria2's LibgnutlsTLSSession.cc
    r"`(expired|not activated yet)'": "expired",  # the same
    r"`not signed by known authorities or invalid'": "other",  # the same
    r"handshake failure: hostname does not match": "wrong_name",  # the same
    r"certificate subject name .* does not match": "wrong_name",  # curl's own check
    r"SSL error:host\(.*\)!=cert": "wrong_name",  # Lynx's HTTP.c
    r"certificate( of .*)? is NOT trusted|certificate verification failed": "other",
    r"certificate failed verification": "other",  # libavformat/tls_gnutls.c
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
    r"InvalidCertificate\(\s*(Expired|NotValidYet)": "expired",
    r"NotValidForName|certificate not valid for name": "wrong_name",
    r"BadSignature": "bad_signature",
    r"invalid peer certificate|InvalidCertificate\(": "other",
    r"HandshakeFailure|peer is incompatible": "protocol",
}

# crypto/x509/verify.go and crypto/tls of Go.
GO: Vocabulary = {
    r"certificate signed by unknown authority": UNKNOWN_ISSUER,
    r"certificate has expired or is not yet valid": "expired",
    r"certificate is (valid for|not valid for any names)": "wrong_name",
    r"certificate relies on legacy Common Name field": "wrong_name",
    r"ECDSA verification failure|crypto/rsa: verification error": "bad_signature",
    r"invalid signature by the server certificate": "bad_signature",
    r"insecure algorithm": "too_weak",
    r"tls: failed to verify certificate|x509: ": "other",
    r"remote error: tls: handshake failure|protocol version not supported": "protocol",
}

# sun.security.provider.certpath and sun.security.validator of OpenJDK.
JSSE: Vocabulary = {
    r"unable to find valid certification path to requested target": UNKNOWN_ISSUER,
    r"Path does not chain with any of the trust anchors": UNKNOWN_ISSUER,
    r"CertificateExpiredException|NotAfter:|CertificateNotYetValidException": "expired",
    r"No (subject alternative|name matching)": "wrong_name",
    r"Invalid (ECDH ServerKeyExchange signature|signature)|Signature does not match": (
        "bad_signature"
    ),
    r"Algorithm constraints check failed": "too_weak",
    r"PKIX path (building|validation) failed|ValidatorException": "other",
    r"handshake_failure|No appropriate protocol": "protocol",
}

# lib/ssl/src/ssl_alert.erl and ssl_handshake.erl of Erlang/OTP 25.
ERLANG: Vocabulary = {
    r"tls_alert,\s*\{unknown_ca,": UNKNOWN_ISSUER,
    r"tls_alert,\s*\{certificate_expired,": "expired",
    r"hostname_check_failed": "wrong_name",
    r"invalid_signature": "bad_signature",
    r"tls_alert,\s*\{((bad|unsupported)_certificate|certificate_unknown),": "other",
    r"\{bad_cert,": "other",
    # A bad certificate without an alert of its own comes as a failed handshake.
    r"tls_alert,\s*\{handshake_failure,(?![\s\S]*\{bad_cert,)": "protocol",
    r"tls_alert,\s*\{(protocol_version|insufficient_security),": "protocol",
}

# org.conscrypt.TrustManagerImpl of Conscrypt 2.9; the exceptions around it are the JDK's.
CONSCRYPT: Vocabulary = {
    **JSSE,
    r"Trust anchor for certification path not found": UNKNOWN_ISSUER,
    r"CertPathValidatorException|CertificateException": "other",
    r"Hostname \S+ not verified": "wrong_name",  # OkHttp's own check
}

# Network.TLS.Handshake.Certificate of Haskell's tls, Data.X509.Validation's FailedReason.
HASKELL_TLS: Vocabulary = {
    r"certificate has unknown CA": UNKNOWN_ISSUER,
    r"certificate has expired|InFuture": "expired",
    r"NameMismatch|InvalidName": "wrong_name",
    r"InvalidSignature": "bad_signature",
    r"certificate rejected|certificate is (revoked|missing)": "other",
    r"HandshakeFailed \(Error_Protocol|HandshakeFailure|ProtocolVersion": "protocol",
}

# System.Net.Security's resources: until .NET 3.1 it gives no reason.
DOTNET: Vocabulary = {
    r"The remote certificate is invalid": "other",
    r"Authentication failed, see inner exception": "protocol",
}

# CertPathValidatorUtilities and the BCJSSE provider of Bouncy Castle 1.84.
BOUNCY_CASTLE: Vocabulary = {
    r"No issuer certificate for certificate in certification path found": UNKNOWN_ISSUER,
    r"TrustAnchor for certification path not found": UNKNOWN_ISSUER,
    r"certificate expired on|certificate not valid (till|until)": "expired",
    r"No (subject alternative|name matching)": "wrong_name",
    r"Unable to construct a valid chain": "other",
    r"Server extensions missing TLS Feature": "other",  # must-staple, and nothing was stapled
    r"TlsFatalAlert\w*: (handshake_failure|protocol_version)": "protocol",
}

# net/base/net_error_list.h of Chromium. Its path builder (BoringSSL's pki library) ends without
# a path whatever the cause, so AUTHORITY_INVALID also stands for a signature that is wrong.
CHROMIUM: Vocabulary = {
    r"ERR_CERT_AUTHORITY_INVALID": UNKNOWN_ISSUER,
    r"ERR_CERT_DATE_INVALID": "expired",
    r"ERR_CERT_COMMON_NAME_INVALID": "wrong_name",
    r"ERR_CERT_(WEAK_SIGNATURE_ALGORITHM|WEAK_KEY)": "too_weak",
    r"ERR_CERT_\w+|ERR_CERTIFICATE_TRANSPARENCY_REQUIRED|ERR_SSL_SERVER_CERT_BAD_FORMAT": "other",
    r"ERR_SSL_(PROTOCOL_ERROR|VERSION_OR_CIPHER_MISMATCH)": "protocol",
}

# mozilla/pkix and NSS's secerr.h, sslerr.h, as Firefox names their errors.
FIREFOX: Vocabulary = {
    r"SEC_ERROR_UNKNOWN_ISSUER": UNKNOWN_ISSUER,
    r"SEC_ERROR_UNTRUSTED_ISSUER|MOZILLA_PKIX_ERROR_SELF_SIGNED_CERT": "untrusted_root",
    r"SEC_ERROR_EXPIRED(_ISSUER)?_CERTIFICATE|MOZILLA_PKIX_ERROR_NOT_YET_VALID": "expired",
    r"SSL_ERROR_BAD_CERT_DOMAIN": "wrong_name",
    r"SEC_ERROR_BAD_SIGNATURE|SSL_ERROR_SIGN_HASHES_FAILURE": "bad_signature",
    r"SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED|ERROR_INADEQUATE_KEY_SIZE": "too_weak",
    r"(SEC|MOZILLA_PKIX)_ERROR_\w+|SSL_ERROR_BAD_CERTIFICATE": "other",
    r"SSL_ERROR_(NO_CYPHER_OVERLAP|UNSUPPORTED_VERSION|HANDSHAKE_FAILURE_ALERT)": "protocol",
}

# QtWebEngine gives Qt's name (QWebEngineCertificateError::Type) and Chromium's beside it.
QTWEBENGINE: Vocabulary = CHROMIUM | {
    r"CertificateAuthorityInvalid": UNKNOWN_ISSUER,
    r"CertificateDateInvalid": "expired",
    r"CertificateCommonNameInvalid": "wrong_name",
    r"CertificateWeak(SignatureAlgorithm|Key)": "too_weak",
}

# GTlsCertificateFlags of GLib, by name: WebKitGTK hands them on from glib-networking.
WEBKIT: Vocabulary = {
    r"G_TLS_CERTIFICATE_UNKNOWN_CA": UNKNOWN_ISSUER,
    r"G_TLS_CERTIFICATE_(EXPIRED|NOT_ACTIVATED)": "expired",
    r"G_TLS_CERTIFICATE_BAD_IDENTITY": "wrong_name",
    r"G_TLS_CERTIFICATE_INSECURE": "too_weak",
    r"G_TLS_CERTIFICATE_(REVOKED|GENERIC_ERROR)": "other",
}

# lib/util/secerr.h and lib/ssl/sslerr.h of NSS, by the names its programs print.
NSS: Vocabulary = {
    r"SEC_ERROR_UNKNOWN_ISSUER": UNKNOWN_ISSUER,
    r"Peer's Certificate issuer is not recognized": UNKNOWN_ISSUER,  # the same in libcurl
    r"SSL peer certificate or SSH remote key was not OK": "other",  # libcurl's lib/strerror.c
    r"SEC_ERROR_UNTRUSTED_ISSUER|SEC_ERROR_CA_CERT_INVALID": "untrusted_root",
    r"SEC_ERROR_EXPIRED_(ISSUER_)?CERTIFICATE": "expired",
    r"SSL_ERROR_BAD_CERT_DOMAIN": "wrong_name",
    r"SEC_ERROR_BAD_SIGNATURE": "bad_signature",
    r"SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED|SSL_ERROR_WEAK_SERVER": "too_weak",
    r"SEC_ERROR_\w+": "other",
    r"SSL_ERROR_(NO_CYPHER_OVERLAP|HANDSHAKE_FAILURE_ALERT|UNSUPPORTED_VERSION)": "protocol",
}

# source/io.c of aws-c-io: one word for whatever s2n-tls holds against a handshake.
AWSCRT: Vocabulary = {r"AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE": "other"}

# library/x509_crt.c and error.c of mbedTLS 2.28; the error alone does not tell the reason.
MBEDTLS: Vocabulary = {
    r"certificate is not correctly signed by the trusted CA": UNKNOWN_ISSUER,
    r"certificate validity (has expired|starts in the future)": "expired",
    r"Common Name .* does not match": "wrong_name",
    r"certificate is signed with an unacceptable (hash|key)": "too_weak",
    r"Certificate verification failed|Usage does not match the \w+ extension": "other",
    r"Processing of the Certificate handshake message failed": "other",
    r"MBEDTLS_ERR_SSL_BAD_CERTIFICATE": "other",  # the same in mbedTLS 3, and by its name
    r"X509 - |MBEDTLS_ERR_X509_": "other",  # it does not even parse
    r"The requested feature is not available|fatal alert message": "protocol",
}

# QSslError::errorString of Qt 6.
QT: Vocabulary = {
    r"issuer certificate of a locally looked up certificate could not be found": UNKNOWN_ISSUER,
    r"issuer certificate could not be found": "untrusted_root",
    r"no certificates could be verified": "missing_issuer",
    r"root certificate of the certificate chain is self-signed, and untrusted": "untrusted_root",
    r"certificate has expired|certificate is not yet valid": "expired",
    r"host name did not match": "wrong_name",
    r"signature of the certificate is invalid": "bad_signature",
    r"SSL handshake failed": "other",
}

# The nicks of GTlsCertificateFlags, as programs/gio_get.py prints them.
GIO: Vocabulary = {
    r"certificate errors: .*unknown-ca": UNKNOWN_ISSUER,
    r"certificate errors: .*(expired|not-activated)": "expired",
    r"certificate errors: .*bad-identity": "wrong_name",
    r"certificate errors: .*insecure": "too_weak",
    r"Unacceptable TLS certificate": "other",
}

# wolfSSL_ERR_reason_error_string, src/internal.c and wolfcrypt/src/error.c.
WOLFSSL: Vocabulary = {
    r"ASN no signer error to confirm failure": UNKNOWN_ISSUER,
    r"ASN sig error, confirm failure": "bad_signature",
    r"ASN date error, current date": "expired",
    r"peer subject name mismatch": "wrong_name",
    r"Ext Key Use server/client auth not set|Critical extension ignored": "other",
    r"certificate verify failed": "other",
}

# The names of inc/bearssl_x509.h, as programs/bearssl_get.c prints them.
BEARSSL: Vocabulary = {
    r"BR_ERR_X509_NOT_TRUSTED": UNKNOWN_ISSUER,
    r"BR_ERR_X509_EXPIRED": "expired",
    r"BR_ERR_X509_BAD_SERVER_NAME": "wrong_name",
    r"BR_ERR_X509_BAD_SIGNATURE": "bad_signature",
    r"BR_ERR_X509_WEAK_PUBLIC_KEY": "too_weak",
    r"BR_ERR_X509_": "other",
}
