"""The messages of browsers that reject a certificate, see `leafonly.clients.error_messages`."""

from leafonly.clients.error_messages import NSS_CERTIFICATE_ERROR
from leafonly.clients.refusal import REFUSED, UNKNOWN_ISSUER, Vocabulary

__all__ = ["CHROMIUM", "FIREFOX", "QTWEBENGINE", "WEBKIT"]

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
    NSS_CERTIFICATE_ERROR: "other",
    r"MOZILLA_PKIX_ERROR_\w+": "other",
    r"SSL_ERROR_BAD_CERTIFICATE": REFUSED,
    r"SSL_ERROR_(NO_CYPHER_OVERLAP|UNSUPPORTED_VERSION|\w+_ALERT)": "protocol",
}

# QtWebEngine prints Qt's name (QWebEngineCertificateError::Type) and Chromium's.
QTWEBENGINE: Vocabulary = CHROMIUM | {
    r"CertificateAuthorityInvalid": UNKNOWN_ISSUER,
    r"CertificateDateInvalid": "expired",
    r"CertificateCommonNameInvalid": "wrong_name",
    r"CertificateWeak(SignatureAlgorithm|Key)": "too_weak",
}

# GTlsCertificateFlags of GLib, by name: WebKitGTK passes them on from glib-networking.
WEBKIT: Vocabulary = {
    r"G_TLS_CERTIFICATE_UNKNOWN_CA": UNKNOWN_ISSUER,
    r"G_TLS_CERTIFICATE_(EXPIRED|NOT_ACTIVATED)": "expired",
    r"G_TLS_CERTIFICATE_BAD_IDENTITY": "wrong_name",
    r"G_TLS_CERTIFICATE_INSECURE": "too_weak",
    r"G_TLS_CERTIFICATE_(REVOKED|GENERIC_ERROR)": "other",
}
