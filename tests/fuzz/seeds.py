"""Good input for each target, made anew for each run so that no key is committed."""

from leafonly.cameras.script.frames import FrameWriter
from leafonly.certificates.chain import der
from leafonly.clients import CLIENTS
from tests.audit.test_hostile import SEEDS as DELIVERIES
from tests.helpers.credentials import INTERMEDIATE, LEAF
from tests.tls.test_readers import GOOD

__all__ = ["SEEDS"]

_WRITER = FrameWriter()

SEEDS: dict[str, list[bytes]] = {
    "client_output": [
        *(bytes([flags]) + b"certificate has expired\nREJECT\n" for flags in (1, 0x84, 0x81)),
        *(b"\0" + "\n".join(CLIENTS[name].error_messages).encode() for name in ("curl", "java")),
        b"\4ACCEPT\n",
    ],
    "credentials": DELIVERIES,
    "emulator_http": [b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"],
    "emulator_tls": GOOD,
    "flight": GOOD,
    "frames": [
        _WRITER.encode("A") + b"noise\r\n" + _WRITER.encode("D", bytes(range(90))) + b"\4end\4>"
    ],
    "host_certificates": [der(LEAF) + der(INTERMEDIATE[0])],
    "records": GOOD,
    "report": [bytes(range(64))],
}
"""By the target's name."""
