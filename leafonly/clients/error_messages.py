"""The messages of TLS libraries that reject a certificate, and what each message means.

A message that does not name the certificate with the unknown issuer means `UNKNOWN_ISSUER`.
`reason_of` derives it from the certificates that the client had. The patterns cover all versions
of a library that are in use, and the programs' own messages.
"""

from leafonly.clients.refusal import REFUSED, UNKNOWN_ISSUER, Vocabulary, together

__all__ = [
    "AWSCRT",
    "BORINGSSL",
    "BOUNCY_CASTLE",
    "CONSCRYPT",
    "DOTNET",
    "ERLANG",
    "GIO",
    "GNUTLS",
    "GO",
    "HASKELL_TLS",
    "JSSE",
    "NODE",
    "NSS",
    "NSS_CERTIFICATE_ERROR",
    "OPENSSL",
    "OPENSSL_OR_GNUTLS",
    "QT",
    "RUSTLS",
    "Vocabulary",
    "together",
]

# crypto/x509/x509_txt.c of OpenSSL 1.1.1 to 4.0; the number is what X509_V_ERR_* calls it.
# 1.1 writes "self signed" and "unsupported certificate purpose", 3.0 "self-signed" and
# "unsuitable", and 3.6 "not yet valid or the system clock is incorrect".
OPENSSL: Vocabulary = {
    r"unable to get local issuer certificate": UNKNOWN_ISSUER,  # 20
    r"unable to get issuer certificate": UNKNOWN_ISSUER,  # 2: an issuer's own issuer
    r"unable to verify the first certificate": "missing_issuer",  # 21: no path beyond the leaf
    r"self[- ]signed certificate": "untrusted_root",  # 18, 19
    r"certificate (has expired|is not yet valid)": "expired",  # 10, 9
    r"(hostname|IP address) mismatch": "wrong_name",  # 62, 64
    r"no alternative certificate subject name matches": "wrong_name",  # curl's own check
    r"subjectAltName does not match|certificate subject name .* does not match": "wrong_name",
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
    # "dh key too small" is the key exchange's.
    r"\b(ca|ee) (key too small|md too weak)|CA signature digest algorithm too weak": "too_weak",
    r"certificate key too weak": "too_weak",  # 66, 67
    r"(unsuitable|unsupported) certificate purpose": "other",  # 26
    r"invalid (non-)?CA certificate": "other",  # 24, 37
    r"path length constraint exceeded|certificate chain too long": "other",  # 25, 22
    r"unhandled critical extension|(permitted|excluded) subtree violation": "other",  # 34, 47, 48
    # 23, 28, 27; behind "alert" it is what the server says of the client's certificate.
    r"(?<!alert )certificate (revoked|rejected|not trusted)": "other",
    r"unable to get (certificate CRL|CRL issuer)|CRL (has expired|is not yet valid)": "other",
    r"invalid status response": "other",  # must-staple, and nothing was stapled
    r"certificate does not contain any .subjectAltName": "wrong_name",  # service_identity
    # After "SSL", it is libcurl's for the server's alert certificate_expired; its own verdict has
    # a cause (lib/vtls/openssl.c; measured on 7.88 to 8.23).
    r"(?<!SSL )certificate (verify|verification) (failed|error)": REFUSED,
    r"(sslv3|tlsv1|tlsv13|ssl/tls) alert ": "protocol",  # the server's: ssl/ssl_err.c
    r"(handshake failure|unsupported protocol|alert protocol version|wrong version number"
    r"|no protocols available)": "protocol",
}

# OpenSSL's messages, from which it was forked, and its own upper-case ones (ssl/ssl_errors).
BORINGSSL: Vocabulary = OPENSSL | {
    r"CERTIFICATE_VERIFY_FAILED": REFUSED,
    r"(SSLV3_ALERT_)?HANDSHAKE_FAILURE|UNSUPPORTED_PROTOCOL|WRONG_VERSION_NUMBER": "protocol",
    r"BAD_SIGNATURE": "bad_signature",
    r"verify cert failed: SAN matcher": "wrong_name",  # Envoy's default_validator.cc
    r"X\.509 certificate routines:.*public key routines": "bad_signature",  # a_verify.c, in Mono
}

# lib/cert-session.c of GnuTLS 3.7 to 3.8, src/gnutls.c of wget 1.21 to 1.25. lib/vtls/gtls.c of
# curl gives no cause up to 8.9, and one since then ("server verification failed: CAUSE").
GNUTLS: Vocabulary = {
    r"issuer is unknown|certificate signer not trusted": UNKNOWN_ISSUER,
    r"doesn't have a known issuer": UNKNOWN_ISSUER,
    r"certificate has expired|certificate chain uses expired certificate": "expired",
    r"certificate chain uses not yet valid certificate": "expired",
    r"not yet (been )?activated|certificate (activation|expiration) date FAILED": "expired",
    r"name in the certificate does not match": "wrong_name",
    r"owner does not match (the )?host ?name": "wrong_name",
    r"signature in the certificate is invalid": "bad_signature",
    r"Public key signature verification has failed": "bad_signature",
    r"insecure algorithm": "too_weak",
    r"issuer is not known": UNKNOWN_ISSUER,  # aria2's LibgnutlsTLSSession.cc
    r"`(expired|not activated yet)'": "expired",  # the same
    r"`not signed by known authorities or invalid'": REFUSED,  # the same
    r"handshake failure: hostname does not match": "wrong_name",  # the same
    r"certificate subject name .* does not match": "wrong_name",  # curl's own check
    r"SSL error:host\(.*\)!=cert": "wrong_name",  # Lynx's HTTP.c
    r"certificate( of .*)? is NOT trusted|certificate failed verification": REFUSED,  # FFmpeg's
    r"(?<!SSL )certificate verification (failed|error)": REFUSED,
    r"server verification failed|Error in the certificate( verification)?\.": REFUSED,
    r"issuer is not a CA|certificate signer of .* was not a CA": "other",
    r"does not match the intended purpose|violates the signer's constraints": "other",
    r"unknown critical extension|certificate( chain)? (of .* )?(is|has been) revoked": "other",
    r"A TLS fatal alert has been received": "protocol",
}

# Debian and others build the same program with either, and change it between releases.
OPENSSL_OR_GNUTLS: Vocabulary = together((OPENSSL, GNUTLS))

# lib/internal/tls and src/crypto/crypto_common.cc of Node.js: OpenSSL's codes by name.
NODE: Vocabulary = OPENSSL | {
    r"UNABLE_TO_VERIFY_LEAF_SIGNATURE": "missing_issuer",
    r"UNABLE_TO_GET_ISSUER_CERT_LOCALLY": UNKNOWN_ISSUER,
    r"SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT": "untrusted_root",
    r"UNABLE_TO_GET_ISSUER_CERT\b": UNKNOWN_ISSUER,
    r"CERT_HAS_EXPIRED|CERT_NOT_YET_VALID": "expired",
    r"ERR_TLS_CERT_ALTNAME_INVALID": "wrong_name",
    r"CERT_SIGNATURE_FAILURE": "bad_signature",
}

# webpki's and rustls's errors: names in the Debug form of rustls 0.20 to 0.22, and sentences for
# times and names since 0.23. webpki calls an expired certificate CertExpired.
RUSTLS: Vocabulary = {
    r"UnknownIssuer": UNKNOWN_ISSUER,
    r"invalid peer certificate: (Expired|NotValidYet|certificate (expired|not valid yet))": (
        "expired"
    ),
    r"InvalidCertificate\(\s*(Expired|NotValidYet)|Cert(Expired|NotValidYet)": "expired",
    r"NotValidForName|certificate not valid for name": "wrong_name",
    r"InvalidSignatureForPublicKey": "bad_signature",
    r"BadSignature": "other",  # also for an RSA key of 1024 bits (0.23.36 to 0.23.46, measured)
    # rustls sends unknown_ca for this, too (CertificateError in rustls/src/error.rs).
    r"UnknownRevocationStatus": "other",
    r"invalid (peer )?certificate|InvalidCertificate\(": REFUSED,
    r"HandshakeFailure|peer is incompatible|received fatal alert": "protocol",
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
    r"x509: ": "other",
    r"tls: failed to verify certificate": REFUSED,  # since Go 1.20
    r"remote error: tls: |protocol version not supported": "protocol",
}

# sun.security.provider.certpath and sun.security.validator of OpenJDK.
JSSE: Vocabulary = {
    r"unable to find valid certification path to requested target": UNKNOWN_ISSUER,
    r"Path does not chain with any of the trust anchors": UNKNOWN_ISSUER,
    r"CertificateExpiredException|NotAfter:|CertificateNotYetValidException": "expired",
    r"validity check failed|timestamp check failed": "expired",
    r"No (subject alternative|name matching)": "wrong_name",
    # Not the algorithm of one, nor the extension signature_algorithms.
    r"Invalid (ECDH ServerKeyExchange )?signature(?!_| algorithm)": "bad_signature",
    r"Signature does not match": "bad_signature",
    r"Algorithm constraints check failed": "too_weak",
    r"PKIX path (building|validation) failed|ValidatorException": REFUSED,
    r"handshake_failure|No appropriate protocol|Received fatal alert": "protocol",
}

# lib/ssl/src/ssl_alert.erl and ssl_handshake.erl of Erlang/OTP 25 to 28. The same names stand for
# the server's alerts, but those are "received".
ERLANG: Vocabulary = {
    r"tls_alert,\s*\{unknown_ca,(?![^}]{0,500}received)": UNKNOWN_ISSUER,
    r"tls_alert,\s*\{certificate_expired,(?![^}]{0,500}received)": "expired",
    r"hostname_check_failed": "wrong_name",
    r"invalid_signature": "bad_signature",
    r"tls_alert,\s*\{(\w+_certificate|certificate_unknown),(?![^}]{0,500}received)": REFUSED,
    r"\{bad_cert,": REFUSED,
    # A bad certificate without an alert of its own comes as a failed handshake.
    r"tls_alert,\s*\{handshake_failure,(?![\s\S]{0,2000}\{bad_cert,)": "protocol",
    r"tls_alert,\s*\{(protocol_version|insufficient_security),|received\s+SERVER ALERT": "protocol",
}

# org.conscrypt.TrustManagerImpl of Conscrypt 2.9; the exceptions around it are the JDK's.
CONSCRYPT: Vocabulary = {
    **JSSE,
    r"Trust anchor for certification path not found": UNKNOWN_ISSUER,
    r"CertPathValidatorException|CertificateException": REFUSED,
    r"Hostname \S+ not verified": "wrong_name",  # OkHttp's own check
}

# Network.TLS.Handshake.Certificate of Haskell's tls, Data.X509.Validation's FailedReason.
HASKELL_TLS: Vocabulary = {
    r"certificate has unknown CA": UNKNOWN_ISSUER,
    r"certificate has expired|InFuture": "expired",
    r"NameMismatch|InvalidName": "wrong_name",
    r"InvalidSignature": "bad_signature",
    r"certificate is (revoked|missing)": "other",
    r"certificate rejected": REFUSED,
    r"HandshakeFailed \(Error_Protocol|HandshakeFailure|ProtocolVersion": "protocol",
}

# System.Net.Security's Strings.resx: no cause up to .NET Core 3.1, and since .NET 5 the names of
# X509ChainStatusFlags or SslPolicyErrors.
DOTNET: Vocabulary = {
    r"certificate chain: .*PartialChain": UNKNOWN_ISSUER,
    r"certificate chain: .*UntrustedRoot": "untrusted_root",
    r"certificate chain: .*(NotTimeValid|CtlNotTimeValid)": "expired",
    r"certificate chain: .*NotSignatureValid": "bad_signature",
    r"RemoteCertificateNameMismatch": "wrong_name",
    r"certificate chain: .*(NotValidForUsage|Revoked|NameConstraints?|BasicConstraints)": "other",
    r"The remote certificate (is|was) (invalid|rejected)": REFUSED,
    r"Authentication failed, see inner exception": "protocol",
}

# CertPathValidatorUtilities and the BCJSSE provider of Bouncy Castle 1.84.
BOUNCY_CASTLE: Vocabulary = {
    r"No issuer certificate for certificate in certification path found": UNKNOWN_ISSUER,
    r"TrustAnchor for certification path not found": UNKNOWN_ISSUER,
    r"certificate expired on|certificate not valid (till|until)": "expired",
    r"No (subject alternative|name matching)": "wrong_name",
    r"Unable to construct a valid chain": REFUSED,
    r"Server extensions missing TLS Feature": "other",  # must-staple, and nothing was stapled
    r"TlsFatalAlert\w*: (handshake_failure|protocol_version)": "protocol",
}

NSS_CERTIFICATE_ERROR = (
    r"SEC_ERROR_(\w*(CERT|ISSUER|CRL|OCSP)|UNKNOWN_CRITICAL_EXT|EXTENSION_VALUE|PATH_LEN"
    r"|INADEQUATE_KEY_USAGE|INVALID_TIME|POLICY_VALIDATION)\w*"
)
"""The names in NSS's secerr.h that are about certificates. Others are also a failed key exchange's
(INVALID_KEY, BAD_DER, UNSUPPORTED_ELLIPTIC_CURVE: 3.87 and 3.125, measured) or NSS's own. Where
one of those is about a certificate, NSS's alert says so."""

# lib/util/SECerrs.h and lib/ssl/SSLerrs.h of NSS: its programs print the names, libcurl sentences.
NSS: Vocabulary = {
    r"SEC_ERROR_UNKNOWN_ISSUER": UNKNOWN_ISSUER,
    r"Peer's Certificate issuer is not recognized": UNKNOWN_ISSUER,  # the same in libcurl
    r"SSL peer certificate or SSH remote key was not OK": REFUSED,  # libcurl's lib/strerror.c
    r"SEC_ERROR_UNTRUSTED_ISSUER|SEC_ERROR_CA_CERT_INVALID": "untrusted_root",
    r"SEC_ERROR_EXPIRED_(ISSUER_)?CERTIFICATE": "expired",
    r"Peer's Certificate has expired|issuer's certificate has expired": "expired",
    r"SSL_ERROR_BAD_CERT_DOMAIN|domain name does not match the server's": "wrong_name",
    r"SEC_ERROR_BAD_SIGNATURE": "bad_signature",
    r"SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED|SSL_ERROR_WEAK_SERVER_CERT_KEY": "too_weak",
    NSS_CERTIFICATE_ERROR: "other",
    r"SSL_ERROR_(NO_CYPHER_OVERLAP|\w+_ALERT|UNSUPPORTED_VERSION)": "protocol",
}

# error/s2n_errno.c of s2n-tls, in the log of aws-c-io. "Untrusted" is for all but the others here,
# a wrong signature included (tls/s2n_x509_validator.c). Systems other than Linux have other TLS
# libraries, and no more than the name from aws-c-io's source/io.c for any failure. It is no
# rejection: s2n-tls has it alone where a connection breaks (0.38.1, measured).
AWSCRT: Vocabulary = {
    r"negotiation failed with error Certificate is untrusted": REFUSED,
    r"negotiation failed with error Certificate (has expired|is not yet valid)": "expired",
    r"negotiation failed with error Certificate is not valid for the supplied hostname": (
        "wrong_name"
    ),
    r"negotiation failed with error The certificate key or signature is not allowed": "too_weak",
    r"negotiation failed with error (Certificate is invalid|The maximum certificate chain)": (
        "other"
    ),
    r"negotiation failed with error (Unhandled critical|Certificate has been revoked)": "other",
    # s2n_x509_validator.c: a leaf that is for clients.
    r"negotiation failed with error Certificate intent is invalid": "other",
    r"negotiation failed with error (?!(The (maximum )?)?certificate|Unhandled critical)": (
        "protocol"
    ),
    r"AWS_IO_TLS_ERROR_NEGOTIATION_FAILURE": "protocol",
}

# QSslError::errorString of Qt 5 and 6. "SSL handshake failed" alone may be the server's refusal.
QT: Vocabulary = {
    r"issuer certificate of a locally looked up certificate could not be found": UNKNOWN_ISSUER,
    r"issuer certificate could not be found": "untrusted_root",
    r"no certificates could be verified": "missing_issuer",
    r"certificate( of the certificate chain)? is self-signed, and untrusted": "untrusted_root",
    r"certificate has expired|certificate is not yet valid": "expired",
    r"host name did not match": "wrong_name",
    r"signature of the certificate is invalid": "bad_signature",
    r"unsuitable for this purpose|not trusted for this purpose|path length parameter": "other",
    r"CA certificates is invalid|certificate is (blacklisted|blocklisted)": "other",
    r"SSL handshake failed": "protocol",
}

# The nicks of GTlsCertificateFlags, as programs/gio_get.py prints them.
GIO: Vocabulary = {
    r"certificate errors: .*unknown-ca": UNKNOWN_ISSUER,
    r"certificate errors: .*(expired|not-activated)": "expired",
    r"certificate errors: .*bad-identity": "wrong_name",
    r"certificate errors: .*insecure": "too_weak",
    r"Unacceptable TLS certificate": REFUSED,
}
