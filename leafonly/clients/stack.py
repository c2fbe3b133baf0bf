"""TLS libraries: the declarations that all clients of one library share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from leafonly.clients import device_messages as device
from leafonly.clients import error_messages as says
from leafonly.clients.library_version import (
    CURLS,
    Library,
    haskell_package,
    inscription,
    linked,
    rust_crate,
)
from leafonly.clients.measured import checked_outcomes
from leafonly.clients.refusal import Vocabulary

__all__ = ["Stack"]

# They keep OpenSSL's interface, so a program that is built with OpenSSL can be built with them.
_FORKS = ("LibreSSL", "AWS-LC")


@dataclass(frozen=True)
class Stack:
    """A TLS library.

    Attributes:
        name: The library's own name.
        messages: Its error messages about certificates.
        version: Finds the library's version in a program that does not print it; see
            `leafonly.clients.library_version`.
        others: Libraries with which the same programs are also built. A client with any other
            library is not available, because leafonly does not know its messages.
        usual: Scenario -> outcome, where it differs from the usual one
            (`leafonly.clients.measured.USUAL`) in nearly all clients of this library.

    """

    name: str
    messages: Vocabulary = field(default_factory=dict)
    version: Callable[[Path], Library | None] | None = None
    others: tuple[str, ...] = ()
    usual: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        checked_outcomes(self.usual)

    @property
    def names(self) -> tuple[str, ...]:
        """Every library that its clients can have."""
        declared = (self.name, *self.others)
        forks = _FORKS if "OpenSSL" in declared else ()
        return tuple(dict.fromkeys((*declared, *forks)))


# Whatever is in the store is a trust anchor: gnutls_x509_trust_list_add_cas, webpki's and Go's
# root stores, mbedtls_x509_crt_verify, JSSE's TrustAnchor.
_ANCHORS = {"cached": "accepted: anchors"}
# For these an anchor is a name and a key (RFC 5280 section 6.1.1), so its dates do not count:
# webpki's and JSSE's TrustAnchor, BearSSL's br_x509_trust_anchor.
_ANCHORS_FOREVER = {**_ANCHORS, "stale_cached": "accepted: anchors"}
# OpenSSL looks for an issuer in the store before it looks in the presented chain, and an expired
# issuer in the store ends the search: X509_V_FLAG_TRUSTED_FIRST, which is on since OpenSSL 1.1.0
# (X509_VERIFY_PARAM_set_flags(3)).
_STORE_FIRST = {"stale_full_chain": "rejected"}

OPENSSL = Stack("OpenSSL", says.OPENSSL, linked, usual=_STORE_FIRST)
BORINGSSL = Stack("BoringSSL", says.BORINGSSL)  # it has no version
GNUTLS = Stack("GnuTLS", says.GNUTLS, linked, usual=_ANCHORS)
NSS = Stack("NSS", says.NSS, linked)
RUSTLS = Stack("rustls", says.RUSTLS, rust_crate("rustls"), usual=_ANCHORS_FOREVER)
# runtime/debug.BuildInfo: the string after the 32 bytes of its header, since Go 1.18.
GO = Stack(
    "crypto/tls",
    says.GO,
    inscription(rb"(?s)\xff Go buildinf:.{19}go(\d+\.\d+(?:\.\d+)?)"),
    usual=_ANCHORS,
)
JSSE = Stack("JSSE", says.JSSE, usual=_ANCHORS_FOREVER)
BCJSSE = Stack("BCJSSE", says.BOUNCY_CASTLE, usual=_ANCHORS)
CONSCRYPT = Stack("Conscrypt", says.CONSCRYPT, usual=_ANCHORS)
ERLANG = Stack("Erlang/OTP ssl", says.ERLANG)
HASKELL_TLS = Stack("Haskell tls", says.HASKELL_TLS, haskell_package("tls"), usual=_ANCHORS_FOREVER)
# Its one message does not name the cause.
S2N = Stack("s2n-tls", says.AWSCRT, usual={"absent": "rejected: other", **_ANCHORS, **_STORE_FIRST})
MBEDTLS = Stack("mbedTLS", device.MBEDTLS, usual={**_ANCHORS, **_STORE_FIRST})
WOLFSSL = Stack("wolfSSL", device.WOLFSSL, usual=_ANCHORS)
# No function of the library tells its version.
BEARSSL = Stack("BearSSL", device.BEARSSL, linked, usual=_ANCHORS_FOREVER)

# Debian and others build the same program with either, and change from release to release.
GNUTLS_OR_OPENSSL = Stack(
    "GnuTLS", says.OPENSSL_OR_GNUTLS, linked, others=("OpenSSL",), usual=_ANCHORS
)
# libcurl has set X509_V_FLAG_PARTIAL_CHAIN since 7.68.0 (lib/vtls/openssl.c).
LIBCURL = Stack("OpenSSL", says.OPENSSL, linked, others=CURLS, usual={**_ANCHORS, **_STORE_FIRST})
LIBCURL_GNUTLS = Stack("GnuTLS", says.OPENSSL_OR_GNUTLS, linked, others=CURLS, usual=_ANCHORS)
