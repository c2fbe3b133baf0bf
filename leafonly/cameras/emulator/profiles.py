"""The firmwares that the emulator can stand for: what each loads, and what it can send.

Two facts decide what a camera with such a firmware can present: which calls of
`load_cert_chain` it accepts, and how many bytes of a Certificate message fit its buffer. The
bytes on the wire are those recorded of the default profile in all of them: no client's verdict is
known to depend on the differences.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from leafonly.cameras import DER_CALLS, Ways

__all__ = ["DEFAULT", "PROFILES", "Profile", "TlsVersion", "profile_called"]

TlsVersion = Literal["1.2", "1.3"]


@dataclass(frozen=True)
class Profile:
    """One firmware.

    Attributes:
        name: What follows `--camera=emulator:`.
        title: The firmware's name, for sentences.
        basis: Whether its behaviour was recorded from the real program, or read in its source.
        source: The recording in `tests/data/camera-profile/`, or the files that were read.
        reads_pem: It loads PEM; a file of several certificates by one call.
        reads_der: It loads DER keys, so that a chain can be loaded as DER.
        second_call: A second `load_cert_chain` appends its certificate, or replaces the first.
        reads_pss: It loads certificates that are signed with RSASSA-PSS.
        takes_names: `load_cert_chain` takes names of files, not what is in them.
        message_limit: Bytes of a Certificate message that it can send.
        tls_versions: The versions that it speaks, the oldest first.
        invalid_key: The exception for a key that it does not load.
        ways: The loading method for the leaf alone, and for the full chain.

    """

    name: str
    title: str
    basis: Literal["recorded", "read from source"]
    source: str
    reads_pem: bool
    reads_der: bool = True
    second_call: Literal["appends", "replaces"] = "appends"
    reads_pss: bool = False
    takes_names: bool = False
    message_limit: int = 4096
    tls_versions: tuple[TlsVersion, ...] = ("1.2",)
    invalid_key: str = "ValueError('invalid key',)"
    ways: Ways = DER_CALLS


DEFAULT = Profile(
    name="openmv-5.0",
    title="OpenMV firmware 5.0.0",
    basis="recorded",
    source="micropython-1.28-der-only.json: MicroPython 1.28 as OpenMV configures it",
    reads_pem=False,
)

_PEM_FILE = Ways(leaf="pem_leaf", full_chain="pem_full_chain")

_ALL = (
    DEFAULT,
    # MBEDTLS_PEM_PARSE_C since the commit "extmod/mbedtls: Enable PEM parsing in common mbedTLS
    # config" (micropython/micropython#19569); all else as in 1.28.
    Profile(
        name="micropython-1.29",
        title="MicroPython 1.29",
        basis="recorded",
        source="micropython-1.29-pem.json: 1.29.0-preview of 2026-08-19, unix port, own mbedTLS",
        reads_pem=True,
        ways=_PEM_FILE,
    ),
    # ports/esp32/boards/sdkconfig.base changes neither figure of ESP-IDF 5.5's
    # components/mbedtls/Kconfig: MBEDTLS_PEM_PARSE_C is on, MBEDTLS_SSL_OUT_CONTENT_LEN is 4096,
    # MBEDTLS_SSL_PROTO_TLS1_3 is off. ESP-IDF's esp_config.h has MBEDTLS_X509_RSASSA_PSS_SUPPORT.
    Profile(
        name="esp32",
        title="MicroPython on ESP32",
        basis="read from source",
        source="MicroPython's ports/esp32/boards/sdkconfig.base and extmod/modtls_mbedtls.c, "
        "ESP-IDF 5.5's components/mbedtls/Kconfig",
        reads_pem=True,
        reads_pss=True,
        ways=_PEM_FILE,
    ),
    # load_cert_chain keeps one buffer for the certificate and one for the key, so the last call
    # counts (shared-module/ssl/SSLContext.c), and it takes names of
    # files (shared-bindings/ssl/SSLContext.c). The key is parsed with the byte behind it, as PEM
    # wants (SSLSocket.c), and mbedTLS 3.6 refuses a DER key that is followed by anything
    # (pkparse.c, pk_parse_key_pkcs8_unencrypted_der).
    Profile(
        name="circuitpython",
        title="CircuitPython on Espressif boards",
        basis="read from source",
        source="CircuitPython's shared-module/ssl/SSLContext.c and SSLSocket.c, "
        "ports/espressif/esp-idf-config/sdkconfig.defaults",
        reads_pem=True,
        reads_der=False,
        second_call="replaces",
        reads_pss=True,
        takes_names=True,
        message_limit=2048,
        invalid_key="OSError(-15616, 'MBEDTLS_ERR_PK_KEY_INVALID_FORMAT')",
        ways=_PEM_FILE,
    ),
)

PROFILES: Mapping[str, Profile] = {each.name: each for each in _ALL}
"""All profiles by name, the default first."""


def profile_called(name: str) -> Profile:
    """Return a profile.

    Raises:
        ValueError: No profile has this name. The message is one line with all names.

    """
    try:
        return PROFILES[name]
    except KeyError:
        known = ", ".join(PROFILES)
        raise ValueError(f"no firmware profile is called {name!r}: use one of {known}") from None
