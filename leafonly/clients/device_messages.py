"""The messages of devices' TLS libraries, see `leafonly.clients.error_messages`."""

from leafonly.clients.refusal import REFUSED, UNKNOWN_ISSUER, Vocabulary

__all__ = ["BEARSSL", "MBEDTLS", "WOLFSSL"]

# library/x509_crt.c and error.c of mbedTLS 2.28 to 3.6. The error code alone names no cause.
MBEDTLS: Vocabulary = {
    r"certificate is not correctly signed by the trusted CA": UNKNOWN_ISSUER,
    r"certificate validity (has expired|starts in the future)": "expired",
    r"Common Name .* does not match": "wrong_name",
    r"certificate is signed with an unacceptable (hash|key)": "too_weak",
    r"Usage does not match the \w+ extension|certificate has been revoked": "other",
    r"Certificate verification failed|MBEDTLS_ERR_X509_CERT_VERIFY_FAILED": REFUSED,
    r"Processing of the Certificate handshake message failed": REFUSED,
    r"MBEDTLS_ERR_SSL_BAD_CERTIFICATE": REFUSED,  # the same in mbedTLS 3, and by its name
    # It does not even parse.
    r"X509 - (?!Certificate verification)|MBEDTLS_ERR_X509_(?!CERT_VERIFY_FAILED)": "other",
    r"The requested feature is not available|fatal alert message": "protocol",
}

# wolfSSL_ERR_reason_error_string, src/internal.c and wolfcrypt/src/error.c.
WOLFSSL: Vocabulary = {
    r"ASN no signer error to confirm failure": UNKNOWN_ISSUER,
    r"ASN self-signed certificate error": "untrusted_root",
    r"ASN sig error, confirm failure": "bad_signature",
    r"ASN date error, current date": "expired",
    r"peer subject name mismatch": "wrong_name",
    r"Ext Key Use server/client auth not set|Critical extension ignored": "other",
    r"certificate verify failed": REFUSED,
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
