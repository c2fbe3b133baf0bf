"""The camera's side, in MicroPython: present what the host sends, and report every connection.

Runs on MicroPython 1.20 and later, on a board and in the unix program. The host talks to it
over its own stdin and stdout, see leafonly/cameras/frames.py. Nothing is written to flash.
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


_stdin = sys.stdin.buffer
_stdout = sys.stdout.buffer


_unsent = []


def packet():
    """Say how many bytes of a frame's content the board's input buffer takes.

    744 are 1002 on the line, and two frames are on their way at a time. USB makes the host
    wait; behind a UART nothing does, and 260 bytes is what fits (MicroPython's
    ports/esp32/mphalport.c, and the same in main.c of ports stm32 and renesas-ra).
    """
    slow = sys.platform in ("esp32", "renesas-ra", "zephyr")
    try:
        import pyb

        slow = slow or pyb.repl_uart() is not None
    except (ImportError, AttributeError):  # every port but stm32
        pass
    return 72 if slow else 744


def put(kind, payload=b""):
    """Send a frame, at the latest before the next one is waited for."""
    text = binascii.b2a_base64(payload)
    _unsent.append(b"\x02" + kind + b"%04x%04x" % (sum(payload) & 0xFFFF, len(text)) + text)
    if len(_unsent) > 2:
        flush()


def flush():
    # One write, because each is a packet of its own on USB.
    data = b"".join(_unsent)
    _unsent.clear()
    _stdout.write(data)


def get():
    flush()
    byte = b""
    while byte != b"\x02":
        byte = _stdin.read(1)
        if not byte:
            raise SystemExit
    # By length, because a readline asks for every byte by itself.
    head = _stdin.read(9)
    try:
        length = int(head[5:], 16)
    except ValueError:
        length = 0
    if not 0 < length < 1100:
        raise ValueError("damaged frame")
    payload = binascii.a2b_base64(_stdin.read(length))
    if b"%04x" % (sum(payload) & 0xFFFF) != head[1:5]:
        raise ValueError("damaged frame")
    kind = head[:1]
    if kind in b"CKD":
        put(b"A")
    return kind, payload


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


def load():
    """Take certificates and keys from the host; None if the firmware refuses them."""
    if hasattr(tls, "SSLContext") and hasattr(tls.SSLContext, "load_cert_chain"):
        context = tls.SSLContext(tls.PROTOCOL_TLS_SERVER)
    else:
        context = OldContext()
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


def serve_usb():
    """Serve over stdin and stdout until the host says that it was enough."""
    put(b"H", str(packet()).encode())
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
