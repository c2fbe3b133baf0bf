"""A real board on a serial port: an OpenMV Cam, or any MicroPython board with TLS.

Everything runs in the board's RAM. Its files are listed before and after, and at the end it
is reset as if by its button, because a soft reset would not start its main.py again.
"""

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from types import MappingProxyType
from typing import Literal

from leafonly.cameras import CameraError, CameraInfo, FirmwareLimit, Load
from leafonly.cameras.board.repl import Repl, wait_for_return
from leafonly.cameras.board.wifi import Wifi, is_in_network, join, wifi_from_environment
from leafonly.cameras.emulator.loading_rules import is_rsa
from leafonly.cameras.relay import Relay
from leafonly.cameras.script.link import (
    DEVICE_SCRIPT,
    NETWORK_SCRIPT,
    STORED_SCRIPT,
    CableLink,
)
from leafonly.cameras.script.network_link import NetworkLink
from leafonly.certificates.printable import printable

__all__ = ["BoardLink", "SerialCamera"]

BoardLink = Literal["usb", "network"]

LEAST_MEMORY = 54 * 1024
LEAST_MEMORY_RSA = 62448
"""Bytes of heap that are free before the script is loaded, for keys on elliptic curves and RSA
keys: mbedTLS's buffers of 16384 in and 4096 out (MicroPython's mbedtls_config_common.h), the
handshake, and the script itself. Measured on MicroPython 1.28 on an emulated Cortex-M7: with
62448 bytes every key type worked, with 58416 RSA and with 50416 P-256 failed by OSError(12)."""

_MOST_WORDS = 300  # characters of a board's own words in a message
_NETWORK_PORT = 8443
_LISTING = 600.0  # seconds; an SD card with 50 000 files takes five minutes behind a UART
_FILES_SCRIPT = DEVICE_SCRIPT.with_name("leafonly_files.py")
_IDENTIFY = """\
import gc, os, sys
gc.collect()
print("@name", sys.implementation.name)
print("@version", ".".join(str(part) for part in sys.implementation[1][:3]))
print("@machine", getattr(sys.implementation, "_machine", sys.platform))
try:
    import tls
except ImportError:
    try:
        import ssl as tls
    except ImportError:
        tls = None
print("@tls", "yes" if tls else "")
print("@mbedtls", getattr(tls, "MBEDTLS_VERSION", ""))
print("@free", gc.mem_free())
try:
    import network
    print("@network", "yes")
except ImportError:
    # The unix program has none, and needs none; no board has an environment.
    print("@network", "yes" if hasattr(os, "getenv") else "")
try:
    import omv
    print("@openmv", omv.version_string())
except (ImportError, AttributeError):
    pass
"""

Files = MappingProxyType[str, str]


class SerialCamera:
    """A board on its cable. Presents one chain at a time.

    Args:
        port: The serial port.
        link: `usb` for TLS inside the cable, `network` for the board's own network.
        ask_wifi: Gives the Wi-Fi to join for `network`; called if the board is in no network.

    Raises:
        CameraError: The board cannot be used; one line says why and what to do.

    """

    def __init__(
        self,
        port: str,
        link: BoardLink = "usb",
        ask_wifi: Callable[[], Wifi | None] = wifi_from_environment,
    ) -> None:
        self._port, self._link, self._ask_wifi = port, link, ask_wifi
        self._wifi: Wifi | None = None
        self._lost: str | None = None
        self._serving = threading.Lock()
        self._repl = Repl(port)
        with contextlib.ExitStack() as undo:
            undo.callback(self._repl.close)
            # A restart frees what the board's own program holds; but it also leaves the network.
            self._repl.enter(restart=link == "usb")
            undo.callback(self._repl.reset)
            self._info = self._identify()
            self._files = self._list_files()
            self._repl.run(DEVICE_SCRIPT.read_text(encoding="utf-8"))
            if link == "network":
                self._repl.run(NETWORK_SCRIPT.read_text(encoding="utf-8"))
                self._join_network()
            undo.pop_all()

    def info(self) -> CameraInfo:
        """Return the identity of this camera."""
        return self._info

    def serve(self, loads: Sequence[Load]) -> contextlib.AbstractContextManager[Relay]:
        """Load certificates into the board's RAM, and serve them until the context ends.

        Raises:
            LoadRefused: The board refuses to load them; the text is its exception.
            CameraError: The board is gone, or already presents something.

        """
        return self._serve(loads, "serve_usb()")

    def serve_stored(
        self, files: Sequence[tuple[str, str]]
    ) -> contextlib.AbstractContextManager[Relay]:
        """Serve what is in files on the board, over the cable, until the context ends.

        Args:
            files: The paths of a certificate and its key, for each `load_cert_chain` call.

        Raises:
            LoadRefused: As for `serve`; also if a file is missing.
            CameraError: As for `serve`.

        """
        self._repl.run(STORED_SCRIPT.read_text(encoding="utf-8"))
        return self._serve((), f"serve_usb(stored({list(files)!r}))")

    @contextlib.contextmanager
    def _serve(self, loads: Sequence[Load], script: str) -> Iterator[Relay]:
        if not self._serving.acquire(blocking=False):
            raise CameraError(f"{self._port}: a board presents one chain at a time")
        try:
            if self._lost is not None:
                raise CameraError(self._lost)
            self._check_memory(loads)
            with self._script(script) as link:
                try:
                    link.load(loads)
                    link.start()
                    endpoint = Relay(link)
                    link.listener = endpoint.hear
                    try:
                        yield endpoint
                    finally:
                        endpoint.close()
                except Exception as error:
                    # If the board is gone, that is the cause of every error.
                    if link.failure is not None:
                        raise CameraError(link.failure) from error
                    raise
        finally:
            self._serving.release()

    def close(self) -> None:
        """Reset the board, and wait until it has started again.

        Raises:
            CameraError: A file on the board differs from before, or the board is gone.

        """
        try:
            if self._lost is not None:
                raise CameraError(f"{self._lost} (so its files could not be compared)")
            self._repl.enter()
            differences = _differences(self._files, self._list_files())
            self._repl.reset()
        finally:
            self._repl.close()
        wait_for_return(self._port)
        if differences:
            raise CameraError(f"{self._port}: files on the board have changed: {differences}")

    @contextlib.contextmanager
    def _script(self, on_cable: str) -> Iterator[CableLink]:
        """Run the device script; afterwards the board is at its prompt, or known to be lost."""
        if self._link == "usb":
            self._repl.start(on_cable)
            link = CableLink(self._repl, self._port)
        else:
            self._join_network()
            self._repl.start(f"serve_network({_NETWORK_PORT})")
            link = NetworkLink(self._repl, self._port)
        try:
            yield link
        finally:
            link.expect_the_end()
            if link.failure is None and self._link == "usb":
                link.quit()
            link.stop_reading()
            try:
                self._repl.enter()
                # Only a board that has not restarted still knows the script.
                self._repl.run("talk")
            except CameraError as error:
                self._lost = link.failure or str(error)

    def _check_memory(self, loads: Sequence[Load]) -> None:
        if self._free < LEAST_MEMORY_RSA and any(is_rsa(load.key) for load in loads):
            raise FirmwareLimit(
                f"{self._port}: {self._free} bytes of RAM are free, TLS with an RSA key needs "
                f"{LEAST_MEMORY_RSA}: take out what boot.py loads, or use a key on an elliptic "
                "curve"
            )

    def _identify(self) -> CameraInfo:
        lines = self._repl.ask(_IDENTIFY)
        told = {key: value.strip() for key, _, value in (line.partition(" ") for line in lines)}
        name, tls, free = (told.get(key, "") for key in ("name", "tls", "free"))
        if name != "micropython":
            raise CameraError(
                f"{self._port}: this board runs {name or 'something else'}, not MicroPython"
            )
        if not tls:
            raise CameraError(
                f"{self._port}: this firmware has no tls module: install one that has, for an "
                "OpenMV Cam with Wi-Fi or Ethernet the newest from OpenMV IDE"
            )
        if not free.isdigit() or int(free) < LEAST_MEMORY:
            raise CameraError(
                f"{self._port}: {free} bytes of RAM are free, TLS needs {LEAST_MEMORY}: "
                "take out what boot.py loads, or use a board with more"
            )
        self._free = int(free)
        if self._link == "network" and not told.get("network"):
            raise CameraError(
                f"{self._port}: this firmware has no network module: leave --camera-link=network "
                "out, and TLS runs inside the cable"
            )
        firmware = f"MicroPython {told.get('version', '')}"
        if openmv := told.get("openmv"):
            firmware = f"OpenMV {openmv} ({firmware})"
        return CameraInfo(
            kind="board",
            description=printable(told.get("machine", ""), _MOST_WORDS),
            firmware=printable(firmware, _MOST_WORDS),
            tls_version=printable(told.get("mbedtls", ""), _MOST_WORDS) or None,
            link=self._link,
        )

    def _join_network(self) -> None:
        if is_in_network(self._repl):
            return
        self._wifi = self._wifi or self._ask_wifi()
        if self._wifi is None:
            raise CameraError(
                f"{self._port}: the board is in no network; set LEAFONLY_WIFI_NAME and "
                "LEAFONLY_WIFI_PASSWORD, or use the usb link"
            )
        if because := join(self._repl, self._wifi):
            raise CameraError(
                f"{self._port}: the board did not join the Wi-Fi: {because}; "
                "check name and password, or use the usb link"
            )

    def _list_files(self) -> Files:
        lines = self._repl.ask(_FILES_SCRIPT.read_text(encoding="utf-8"), limit=_LISTING)
        rows = [line.rsplit(" ", 2) for line in lines]
        return MappingProxyType({row[0]: " ".join(row[1:]) for row in rows})


def _differences(before: Files, after: Files) -> str:
    kinds = {
        "added": after.keys() - before.keys(),
        "removed": before.keys() - after.keys(),
        "changed": {name for name in before.keys() & after.keys() if before[name] != after[name]},
    }
    return "; ".join(
        f"{kind} {printable(', '.join(sorted(names)), _MOST_WORDS)}"
        for kind, names in kinds.items()
        if names
    )
