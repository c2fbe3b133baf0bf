"""How much longer a handshake takes through the serial cable than over a socket.

    python benchmarks/usb_link.py [HANDSHAKES]

Both measure the same MicroPython program: over its own TCP port, and inside the frames of the
usb link, through the relay and a pty. Needs micropython on PATH or in LEAFONLY_MICROPYTHON. A
pty has no baud rate: this measures the relay and the frames, not a cable.
"""

import socket
import ssl
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
BOARD = ROOT / "tests" / "helpers" / "software_board.py"
sys.path[:0] = [str(ROOT), str(BOARD.parent)]

from leafonly.cameras import loads_for  # noqa: E402
from leafonly.cameras.board.camera import SerialCamera  # noqa: E402
from leafonly.cameras.micropython import MicroPython  # noqa: E402
from leafonly.certificates.authority import Authority  # noqa: E402
from leafonly.certificates.chain import pem  # noqa: E402
from tests.helpers.software_board import micropython_program  # noqa: E402


def handshake(context: ssl.SSLContext, where: tuple[str, int]) -> float:
    """Return the seconds of one handshake, from the TCP connection to the end of TLS."""
    started = time.perf_counter()
    with (
        socket.create_connection(where, 30) as connection,
        context.wrap_socket(connection, server_hostname="localhost"),
    ):
        return time.perf_counter() - started


def main() -> None:
    """Measure, and print the ratio."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    program = micropython_program()
    if program is None:
        sys.exit("no micropython program: uv sync --extra micropython")
    authority = Authority()
    loads = loads_for("full_chain", authority.issue())
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(cadata=pem([authority.root]).decode())
    # Cameras speak TLS 1.2; and a TLS 1.3 client would finish before the camera.
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    with tempfile.TemporaryDirectory() as directory:
        # In a process of its own, as a board is.
        board = subprocess.Popen(
            [sys.executable, str(BOARD), directory],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert board.stdout is not None
        camera = SerialCamera(board.stdout.readline().strip())
        with MicroPython(program).serve(loads) as by_socket, camera.serve(loads) as by_cable:
            socket_times, cable_times = [], []
            # In turns, so that other load on this machine slows both alike.
            for _ in range(count):
                socket_times.append(handshake(context, by_socket.direct))
                cable_times.append(handshake(context, (by_cable.address, by_cable.port)))
                by_cable.settle()
        camera.close()
        board.communicate()
    by_socket_ms, by_cable_ms = (
        1000 * statistics.median(times) for times in (socket_times, cable_times)
    )
    print(f"socket {by_socket_ms:.1f} ms, usb link {by_cable_ms:.1f} ms, {count} handshakes each")
    print(f"usb link / socket: {by_cable_ms / by_socket_ms:.2f} (goal: at most 1.5)")


if __name__ == "__main__":
    main()
