"""TLS records, as they pass by (RFC 8446 section 5.1; every version frames them alike)."""

__all__ = [
    "ALERT",
    "APPLICATION_DATA",
    "CHANGE_CIPHER_SPEC",
    "HANDSHAKE",
    "RecordReader",
]

CHANGE_CIPHER_SPEC, ALERT, HANDSHAKE, APPLICATION_DATA = 20, 21, 22, 23

_MOST_BYTES = 1 << 15  # of one record; a longer one is none


class RecordReader:
    """Takes records off one direction of a connection, piece by piece.

    What is no TLS makes it `lost`, and then it gives nothing more.
    """

    def __init__(self) -> None:
        self.lost = False
        self._data = bytearray()

    @property
    def begun(self) -> int | None:
        """The type of the record of which the first bytes are here, None if there are none."""
        return self._data[0] if self._data else None

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Give the records that are now complete: type and body."""
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
