"""TLS records of one direction (RFC 8446 section 5.1; all versions have the same framing)."""

__all__ = [
    "ALERT",
    "APPLICATION_DATA",
    "CHANGE_CIPHER_SPEC",
    "HANDSHAKE",
    "RECORD_TYPES",
    "RecordReader",
]

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23
RECORD_TYPES = range(CHANGE_CIPHER_SPEC, 25)
"""The types above, and heartbeat (RFC 6520)."""

_MOST_BYTES = 1 << 15  # of one record; TLS allows 2^14 + 2048 (RFC 5246 section 6.2.3)


class RecordReader:
    """Splits a byte stream into records.

    Attributes:
        lost: A record was longer than TLS allows: this is not TLS, and `feed` returns no more.

    """

    def __init__(self) -> None:
        self.lost = False
        self._data = bytearray()

    @property
    def begun(self) -> int | None:
        """The type of the record that has begun but is not complete; None if there is none."""
        return self._data[0] if self._data else None

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Return the records that these bytes complete, as type and body."""
        records: list[tuple[int, bytes]] = []
        if self.lost:
            return records
        self._data += data
        while len(self._data) >= 5:
            end = 5 + int.from_bytes(self._data[3:5], "big")
            self.lost = end > _MOST_BYTES
            if self.lost or len(self._data) < end:
                break
            records.append((self._data[0], bytes(self._data[5:end])))
            del self._data[:end]
        return records
