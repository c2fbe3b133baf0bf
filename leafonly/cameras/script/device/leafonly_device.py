"""The camera's side, in MicroPython: present what the host sends, and report every connection.

Runs on MicroPython 1.20 and later, on a board and in the unix program. The host talks to it
over its own stdin and stdout, see leafonly/cameras/script/frames.py. Nothing is written to flash.
"""

import binascii
import gc
import io
import os
import sys

try:
    import tls
except ImportError:  # before MicroPython 1.23
    import ssl as tls


LOST = "bytes were lost on the cable"

_HOLD_BACK = ("linux", "darwin", "alif", "mimxrt", "rp2", "samd")  # pipes, and TinyUSB
_stdin = sys.stdin.buffer
_stdout = sys.stdout.buffer
_unsent = []
_totals = [0, 0]  # of the frames sent and of those taken, see frames.py


def buffer_size():
    """Return how many bytes the board's input buffer holds until the script reads it.

    TinyUSB makes the host wait (MicroPython's shared/tinyusb/mp_usbd_cdc.c), and so does a
    pseudo-terminal. ST's USB stack discards what does not fit into its ring: 1024 bytes on
    every OpenMV Cam, as few as 256 on other boards (MICROPY_HW_USB_CDC_RX_DATA_SIZE in
    ports/stm32). Behind a UART 260 bytes fit. What an unknown port has is not known.
    """
    try:
        import pyb

        on_uart, on_st_stack = pyb.repl_uart() is not None, hasattr(pyb, "USB_VCP")
    except (ImportError, AttributeError):  # every port but stm32
        return 2048 if sys.platform in _HOLD_BACK else 256
    if on_uart:
        return 256
    if not on_st_stack:
        return 2048  # an STM32 board with TinyUSB
    try:
        import omv  # noqa: F401
    except ImportError:
        return 256
    return 1024


def put(kind, payload=b""):
    """Send a frame, at the latest before the next one is waited for."""
    text = binascii.b2a_base64(payload)
    _totals[0] = (_totals[0] + kind[0] + sum(payload)) & 0xFFFF
    _unsent.append(b"\x02" + kind + b"%04x%04x" % (_totals[0], len(text)) + text)
    if len(_unsent) > 2:
        flush()


def flush():
    # One write, because each is a packet of its own on USB.
    data = memoryview(b"".join(_unsent))
    _unsent.clear()
    # A port's write may return short when the host is late
    # (mp_hal_stdout_tx_strn in MicroPython's ports).
    while len(data):
        data = data[_stdout.write(data) or 0 :]


def get():
    """Wait for a frame, and say so; say before any computing that it was taken off the line.

    The host needs both to tell a board that computes from one to which bytes were lost.
    """
    put(b"W")
    flush()
    byte = b""
    while byte != b"\x02":
        byte = _stdin.read(1)
        if not byte:
            raise SystemExit
    # By length, because readline asks for each byte separately.
    head = _stdin.read(9)
    try:
        length = int(head[5:], 16)
    except ValueError:
        length = 0
    if not 0 < length < 1100:
        raise ValueError(LOST)
    text = _stdin.read(length)
    # MicroPython's a2b_base64 skips what is no base64.
    if text.find(b"\n") != length - 1 or b"\x02" in text:
        raise ValueError(LOST)
    kind, payload = head[:1], binascii.a2b_base64(text)
    _totals[1] = (_totals[1] + kind[0] + sum(payload)) & 0xFFFF
    if b"%04x" % _totals[1] != head[1:5]:
        raise ValueError(LOST)
    put(b"A")
    if kind in b"DLS":
        flush()  # what follows may take a board half a minute; after the others it waits again
    return kind, payload


def begin():
    """Start a conversation with the host, whatever has become of the one before."""
    _unsent.clear()
    _totals[:] = [0, 0]
    put(b"H", str(buffer_size()).encode())


class Cable(io.IOBase):
    """One connection inside the frames, as the stream that TLS is spoken over."""

    def __init__(self):
        self.data = b""
        self.unsent = b""
        self.ended = False

    def readinto(self, buffer):
        self.send_rest()
        while not self.data and not self.ended:
            kind, payload = get()
            if kind == b"D":
                self.data = payload
            elif kind == b"E":
                self.ended = True
        count = min(len(buffer), len(self.data))
        buffer[:count] = self.data[:count]
        self.data = self.data[count:]
        return count

    def write(self, buffer):
        # mbedTLS writes a flight in several records. Small ones wait for company; but the
        # certificates go at once, so that the client verifies them while we sign.
        self.unsent += bytes(buffer)
        if len(self.unsent) > 256:
            self.send_rest()
            flush()
        return len(buffer)

    def send_rest(self):
        for start in range(0, len(self.unsent), 744):
            put(b"D", self.unsent[start : start + 744])
        self.unsent = b""

    def ioctl(self, request, argument):
        return 0


class OldContext:
    """What SSLContext is from 1.22 on, for firmware that has wrap_socket alone."""

    def __init__(self):
        self.pair = None

    def load_cert_chain(self, certificate, key):
        if self.pair:
            raise ValueError("this firmware takes one certificate")
        # Nothing is read or written yet, but certificate and key are parsed.
        tls.wrap_socket(Cable(), server_side=True, key=key, cert=certificate, do_handshake=False)
        self.pair = certificate, key

    def wrap_socket(self, stream, server_side):
        return tls.wrap_socket(stream, server_side=True, key=self.pair[1], cert=self.pair[0])


def new_context():
    if hasattr(tls, "SSLContext") and hasattr(tls.SSLContext, "load_cert_chain"):
        return tls.SSLContext(tls.PROTOCOL_TLS_SERVER)
    return OldContext()


def load():
    """Take certificates and keys from the host; None if the firmware refuses them."""
    context = new_context()
    certificate = key = b""
    while True:
        kind, payload = get()
        if kind == b"C":
            certificate += payload
        elif kind == b"K":
            key += payload
        elif kind == b"L":
            try:
                context.load_cert_chain(certificate, key)
            except Exception as error:
                put(b"X", repr(error).encode())
                flush()
                return None
            put(b"L")
            certificate = key = b""
            gc.collect()
        elif kind == b"S":
            return context


def answer(context, stream, seen):
    """Speak with one client. `seen` is [handshake completed, request, token]."""
    connection = context.wrap_socket(stream, server_side=True)
    seen[0] = b"1"
    try:
        line = connection.readline(1024)
        seen[1] = line.strip()
        lines = 0
        while line and line.strip() and lines < 100:
            line = connection.readline(1024)
            lines += 1
        if seen[1]:
            token = binascii.hexlify(os.urandom(16))
            connection.write(
                b"HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 33\r\n"
                b"Connection: close\r\n\r\n" + token + b"\n"
            )
            seen[2] = token
    finally:
        connection.close()


def talk(context, stream):
    """Speak with one client, whatever it does, and tell what was seen."""
    seen = [b"0", b"", b""]
    error = b""
    gc.collect()
    try:
        answer(context, stream, seen)
    except (OSError, ValueError, MemoryError) as problem:
        error = repr(problem).encode()
    return b"\n".join(seen + [error])


def serve_usb(load=load):
    """Serve over stdin and stdout until the host says that it was enough."""
    begin()
    context = load()
    if context is None:
        return
    put(b"P")
    while True:
        kind, _ = get()
        if kind == b"Q":
            return
        if kind == b"O":
            cable = Cable()
            report = talk(context, cable)
            cable.send_rest()
            put(b"R", report)
