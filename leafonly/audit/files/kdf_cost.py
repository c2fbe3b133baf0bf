"""The cost of decrypting a key file, read from the file before it is decrypted.

A password-protected key says how many rounds its key derivation function (KDF) takes. A hostile
file may have any number there, so leafonly checks the number first.
"""

from collections.abc import Iterator

from leafonly.certificates.der_elements import elements

__all__ = ["is_too_costly"]

_MOST_ROUNDS = 10_000_000  # OWASP's advice for PBKDF2 is 600,000 rounds
_MOST_SCRYPT_BYTES = 1 << 30  # RFC 7914: 128 * N * r bytes of memory
_MOST_SCRYPT_TURNS = 16
_MOST_ELEMENTS = 5000
_MOST_DEPTH = 40

_INTEGER, _OCTET_STRING, _OBJECT_IDENTIFIER = 0x02, 0x04, 0x06
_PLAIN = frozenset(
    map(
        bytes.fromhex,
        (
            "2a864886f70d01091601",  # x509Certificate, RFC 7292 section 4.2.3
            "2a864886f70d010c0a0101",  # keyBag, section 4.2.1: a key that is not encrypted
        ),
    )
)
"""What follows is not encrypted, so its integers are not KDF parameters."""
_SCRYPT = bytes.fromhex("2b06010401da47040b")  # 1.3.6.1.4.1.11591.4.11, RFC 7914


def is_too_costly(der: bytes) -> bool:
    """Return whether decrypting a key or PKCS#12 file would take unreasonably long.

    Outside of its ciphertext, its certificates and its unencrypted keys, every integer in such a
    file is a version, a number of rounds, or a key length. So an integer larger than any
    sensible number of rounds means that the file is too costly. For scrypt, the product of
    its parameters counts.
    """
    budget = [_MOST_ELEMENTS]
    return _is_costly(der, budget, 0) or budget[0] <= 0


def _is_costly(data: bytes, budget: list[int], depth: int) -> bool:
    inside = list(_take(data, budget))
    for number, (tag, contents) in enumerate(inside):
        if number and inside[number - 1][1] in _PLAIN:
            continue
        if tag == _INTEGER and int.from_bytes(contents[:16], "big") > _MOST_ROUNDS:
            return True
        if tag == _OBJECT_IDENTIFIER and contents == _SCRYPT and number + 1 < len(inside):
            if _is_costly_scrypt(inside[number + 1][1]):
                return True
            continue
        is_constructed = bool(tag & 0x20) or (tag == _OCTET_STRING and _is_one_sequence(contents))
        if is_constructed and (depth >= _MOST_DEPTH or _is_costly(contents, budget, depth + 1)):
            return True
    return False


def _take(data: bytes, budget: list[int]) -> Iterator[tuple[int, bytes]]:
    for tag, contents, _ in elements(data):
        budget[0] -= 1
        if budget[0] <= 0:
            return
        yield tag, contents


def _is_costly_scrypt(parameters: bytes) -> bool:
    numbers = [
        int.from_bytes(contents[:16], "big")
        for tag, contents, _ in elements(parameters)
        if tag == _INTEGER
    ]
    if len(numbers) < 3:
        return False  # not scrypt's parameters: cryptography rejects the file
    cost, block, turns = numbers[:3]
    return 128 * cost * block > _MOST_SCRYPT_BYTES or turns > _MOST_SCRYPT_TURNS


def _is_one_sequence(data: bytes) -> bool:
    first = next(elements(data), None)
    return first is not None and first[0] == 0x30 and first[2] == len(data)
