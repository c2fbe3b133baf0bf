"""What a gateway is, and how its configuration is written for one camera."""

import functools
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from leafonly.gateways.quoting import bare, check_name, check_path, quoted
from leafonly.tls.address import Target

if TYPE_CHECKING:
    import jinja2

__all__ = ["Gateway", "GatewayError", "Site", "bare_environment"]

_TIME_LIMIT = 30  # seconds for a version command


class GatewayError(Exception):
    """The gateway does not start, or refuses its configuration. The message is one line."""


@dataclass(frozen=True, kw_only=True)
class Site:
    """One camera behind a gateway: everything that enters the configuration.

    Attributes:
        domain: The name by which clients ask for the camera.
        camera: Where the camera is.
        camera_name: The dNSName in the camera's own certificate.
        camera_certificate: That certificate, PEM: the only one that the gateway accepts.
        chain: Leaf and intermediates, PEM.
        key: The leaf's private key, PEM.
        listen: Where clients connect.
        inner_port: A port on loopback, for a gateway that needs one (stunnel).
        directory: Where the configuration is, and what the gateway writes.

    Raises:
        ValueError: A name or a path cannot be written into a configuration.

    """

    domain: str
    camera: Target
    camera_name: str
    camera_certificate: Path
    chain: Path
    key: Path
    listen: Target
    directory: Path
    inner_port: int = 8444

    def __post_init__(self) -> None:
        for what, name in (
            ("the domain", self.domain),
            ("the camera", self.camera.host),
            ("the name in the camera's certificate", self.camera_name),
            ("the address to listen on", self.listen.host),
        ):
            check_name(what, name)
        ports = (self.camera.port, self.listen.port, self.inner_port)
        if not all(0 < port < 65536 for port in ports) or self.inner_port == self.listen.port:
            raise ValueError(f"the inner port {self.inner_port}: give another one, up to 65535")
        for path in (self.camera_certificate, self.chain, self.key, self.directory):
            if check_path(path) != path:
                raise ValueError(f"{path} is not an absolute path")


@dataclass(frozen=True, kw_only=True)
class Gateway:
    """A reverse proxy that was tried in front of a camera.

    In the commands, `{file}` is the configuration and `{directory}` the folder it is in.

    Attributes:
        name: As users write it: `leafonly gateway nginx`.
        program: The executable.
        file: The name of its configuration; its template has the same, with `.j2`.
        version: The command that prints its version.
        run: The command that runs it in the foreground.
        check: The command that checks a configuration; None if the program has none.
        or_check: What to do if there is no such command.
        install: How to install it on Debian.
        camera_down: What clients see if the camera does not answer, or is another one.
        key_beside_chain: It reads the key from the chain's path with `.key` at its end.
        is_http: It reads requests; otherwise it passes on bytes.
        half_close: It answers a client that has ended its own side of the connection.

    """

    name: str
    program: str
    file: str
    version: str
    run: str
    install: str
    check: str | None = None
    or_check: str = ""
    camera_down: str = "502 Bad Gateway"
    key_beside_chain: bool = False
    is_http: bool = True
    half_close: bool = True

    @property
    def path(self) -> str | None:
        """The path of its program; None if it is not on this machine.

        Debian puts servers into /usr/sbin, which only root has on PATH.
        """
        return shutil.which(self.program) or shutil.which(self.program, path="/usr/sbin")

    def render(self, site: Site) -> str:
        """Return the configuration for one camera."""
        return _templates().get_template(f"{self.file}.j2").render(site=site)

    def argv(self, command: str, directory: Path) -> list[str]:
        """Return one of the commands for the configuration in a folder, ready to be started."""
        return [self.path or self.program, *self._words(command, directory)[1:]]

    def line(self, command: str, directory: Path) -> str:
        """Return one of the commands as a line for a shell."""
        return shlex.join(self._words(command, directory))

    def _words(self, command: str, directory: Path) -> list[str]:
        values = {"file": str(directory / self.file), "directory": str(directory)}
        return [word.format_map(values) for word in command.split()]

    def installed_version(self) -> str | None:
        """Return the version that the program prints; None if it prints none."""
        if self.path is None:
            return None
        said = _said(self.argv(self.version, Path()), Path.cwd())
        found = re.search(r"\d+\.\d+(\.\d+)?", said)
        return found[0] if found else None


def _said(argv: Sequence[str], directory: Path) -> str:
    finished = subprocess.run(
        argv,
        cwd=directory,
        # Caddy writes into its user's home even when it does not serve.
        env=bare_environment(directory),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=_TIME_LIMIT,
        check=False,
    )
    return finished.stdout.decode("utf-8", "replace")


def bare_environment(directory: Path) -> dict[str, str]:
    """Return the whole environment of a gateway: PATH, and a home in this folder."""
    path = os.environ.get("PATH", os.defpath)
    return {"PATH": path, "HOME": str(directory), "TMPDIR": str(directory), "LC_ALL": "C.UTF-8"}


@functools.cache
def _templates() -> "jinja2.Environment":
    # Imported here, because every run loads this module, and few render.
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).with_name("templates")),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        autoescape=False,  # noqa: S701  # not HTML: `quoted` and `Site` guard what enters
    )
    environment.filters |= {"quoted": quoted, "bare": bare}
    return environment
