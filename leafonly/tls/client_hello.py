"""ClientHellos for reading a server: OpenSSL's own, and one that every server answers."""

import ipaddress
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import ssl

__all__ = [
    "CLIENT_RANDOM",
    "COMMON_SUITES",
    "DHE_SUITES",
    "client_hello",
    "open_client_hello",
    "sni_name",
]

CLIENT_RANDOM = slice(11, 43)
"""Where the client's random is in the bytes of a ClientHello (record header, type, version)."""

_HANDSHAKE, _CLIENT_HELLO, _TLS10, _TLS12 = 22, 1, 0x0301, 0x0303

# Numbers of IANA's registry "TLS Cipher Suites", by key exchange. Suites that need no certificate
# (anonymous, PSK) and export suites are left out.
_ECDHE_SUITES = (
    *(0xC02B, 0xC02C, 0xCCA9, 0xC02F, 0xC030, 0xCCA8, 0xC0AC, 0xC0AD, 0xC0AE, 0xC0AF),
    *(0xC023, 0xC024, 0xC027, 0xC028, 0xC009, 0xC00A, 0xC013, 0xC014, 0xC008, 0xC012),
    *(0xC072, 0xC073, 0xC076, 0xC077, 0xC086, 0xC087, 0xC08A, 0xC08B, 0xC05C, 0xC05D),
    *(0xC060, 0xC061, 0xC007, 0xC011, 0xC006, 0xC010),
)
DHE_SUITES = (
    *(0x009E, 0x009F, 0xCCAA, 0xC09E, 0xC09F, 0xC0A2, 0xC0A3, 0x0067, 0x006B, 0x0033),
    *(0x0039, 0x0016, 0x0015, 0x0045, 0x0088, 0x00BE, 0x00C4, 0x009A, 0xC052, 0xC053),
    *(0xC07C, 0xC07D, 0x00A2, 0x00A3, 0x0040, 0x006A, 0x0032, 0x0038, 0x0013),
)
"""Suites whose ServerKeyExchange has DHE parameters, RFC 5246 section 7.4.3."""
COMMON_SUITES = frozenset(
    (
        *(0xC02B, 0xC02C, 0xCCA9, 0xC02F, 0xC030, 0xCCA8, 0xC023, 0xC024, 0xC027, 0xC028),
        *(0xC009, 0xC00A, 0xC013, 0xC014, 0x009E, 0x009F, 0xCCAA, 0x0067, 0x006B, 0x0033),
        *(0x0039, 0x009C, 0x009D, 0x003C, 0x003D, 0x002F, 0x0035),
    )
)
"""Suites that current clients offer: OpenSSL's list at security level 2, its AES and ChaCha."""
_STATIC_SUITES = (
    *(0x009C, 0x009D, 0xC09C, 0xC09D, 0xC0A0, 0xC0A1, 0x003C, 0x003D, 0x002F, 0x0035),
    *(0x000A, 0x0041, 0x0084, 0x00BA, 0x00C0, 0x0096, 0xC050, 0xC051, 0xC07A, 0xC07B),
    *(0xC02D, 0xC02E, 0xC025, 0xC026, 0xC004, 0xC005, 0xC003, 0xC031, 0xC032, 0xC029),
    *(0xC02A, 0xC00E, 0xC00F, 0xC00D, 0x0005, 0x0004, 0x0009, 0x003B, 0x0002, 0x0001),
)
_RENEGOTIATION_INFO_SCSV = 0x00FF  # RFC 5746 section 3.3

# Numbers of IANA's registry "TLS ExtensionType Values" and of those beside it.
_SERVER_NAME, _GROUPS, _POINT_FORMATS, _SIGNATURE_ALGORITHMS = 0, 10, 11, 13
_EXTENDED_MASTER_SECRET, _SESSION_TICKET = 23, 35
_NAMED_GROUPS = (29, 23, 24, 25, 30, 26, 27, 28, 22, 21, 19)
_SIGNATURES = (
    *(0x0403, 0x0503, 0x0603, 0x0807, 0x0808, 0x0804, 0x0805, 0x0806, 0x0809, 0x080A, 0x080B),
    *(0x0401, 0x0501, 0x0601, 0x0303, 0x0301, 0x0203, 0x0201, 0x0402, 0x0302, 0x0202, 0x0101),
)


def sni_name(server_name: str) -> bytes | None:
    """Return a name as SNI has it (RFC 6066 section 3); None for an address, which has none.

    Raises:
        ValueError: DNS cannot hold such a name.

    """
    try:
        ipaddress.ip_address(server_name.strip("[]"))
    except ValueError:
        try:
            return server_name.rstrip(".").encode("idna")
        except UnicodeError as error:
            raise ValueError(f"{server_name[:200]!r} is no DNS name: {error}") from error
    return None


def client_hello(server_name: str, context: "ssl.SSLContext | None" = None) -> bytes:
    """Return the ClientHello that OpenSSL sends, for TLS 1.2 at most, with SNI.

    Args:
        server_name: The DNS name to ask for.
        context: Another client's settings, to see what a server answers to those.

    """
    import ssl  # 17 ms, and most cameras are read without it

    if context is None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.maximum_version = ssl.TLSVersion.TLSv1_2
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    connection = context.wrap_bio(incoming, outgoing, server_hostname=server_name)
    try:
        connection.do_handshake()
    except ssl.SSLWantReadError:
        return outgoing.read()
    raise ValueError("no ClientHello could be made")  # pragma: no cover


def open_client_hello(server_name: str) -> bytes:
    """Return a ClientHello for TLS 1.0 to 1.2 that offers everything a server may choose.

    A TLS library offers only what its version, its build and the system's policy allow. An old
    camera answers that with an alert, and would seem to have no certificate. Offering weak
    suites is safe here, because only the server's plain-text answer is read.

    Args:
        server_name: The DNS name to ask for; an address is not sent.

    Raises:
        ValueError: DNS cannot hold such a name.

    """
    suites = (*_ECDHE_SUITES, *DHE_SUITES, *_STATIC_SUITES, _RENEGOTIATION_INFO_SCSV)
    name = sni_name(server_name)
    extensions = b"".join(
        (
            _extension(_SERVER_NAME, _vector(2, b"\0" + _vector(2, name))) if name else b"",
            _extension(_GROUPS, _vector(2, _numbers(_NAMED_GROUPS))),
            _extension(_POINT_FORMATS, _vector(1, b"\0")),
            _extension(_SIGNATURE_ALGORITHMS, _vector(2, _numbers(_SIGNATURES))),
            _extension(_EXTENDED_MASTER_SECRET, b""),
            _extension(_SESSION_TICKET, b""),
        )
    )
    body = _TLS12.to_bytes(2, "big") + os.urandom(32) + _vector(1, b"")
    body += _vector(2, _numbers(suites)) + _vector(1, b"\0") + _vector(2, extensions)
    message = bytes([_CLIENT_HELLO]) + _vector(3, body)
    # Old servers drop a record of a version that they do not know (RFC 5246 appendix E.1).
    return bytes([_HANDSHAKE]) + _TLS10.to_bytes(2, "big") + _vector(2, message)


def _vector(width: int, data: bytes) -> bytes:
    return len(data).to_bytes(width, "big") + data


def _numbers(numbers: tuple[int, ...]) -> bytes:
    return b"".join(number.to_bytes(2, "big") for number in numbers)


def _extension(number: int, body: bytes) -> bytes:
    return number.to_bytes(2, "big") + _vector(2, body)
