"""A real ACME server on loopback, and certbot as its user runs it."""

import contextlib
import importlib.util
import json
import os
import shutil
import socket
import ssl
import subprocess
import sys
import urllib.request
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

from leafonly.certificates.authority import Authority
from leafonly.certificates.chain import pem
from leafonly.gateways import free_ports
from tests.helpers.waiting import LONGEST, until

NAME = "cam.example.com"
MISSING = [
    f"{each} is missing: apt install pebble"
    for each in ("pebble", "pebble-challtestsrv")
    if not shutil.which(each)
]
if not importlib.util.find_spec("certbot"):
    MISSING.append("certbot is missing: uv sync --inexact --extra acme")

CERTBOT = "import sys; from certbot.main import main; sys.exit(main())"


@contextlib.contextmanager
def started(argv, directory, port, environment=None):
    """Run a server until the context ends; wait for its port, not for luck."""
    with (directory / f"{Path(argv[0]).name}.log").open("wb") as log:
        process = subprocess.Popen(
            argv,
            cwd=directory,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env={"PATH": os.environ["PATH"], **(environment or {})},
        )
        try:

            def listens():
                assert process.poll() is None, f"{argv[0]} ended; see its log"
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    return True
                return False

            until(listens)
            yield
        finally:
            process.kill()
            process.wait()


class Acme:
    """An ACME server on loopback, and what certbot needs to get there."""

    def __init__(self, directory):
        self.directory = directory
        self.acme, self.management, self.http, self.tls, self.dns, self.hooks = free_ports(6)

    @contextlib.contextmanager
    def running(self):
        own = Authority()
        chain = own.issue("localhost")
        (self.directory / "own.pem").write_bytes(pem(chain.full))
        (self.directory / "own.key").write_bytes(chain.key_bytes(Encoding.PEM))
        (self.directory / "own-root.pem").write_bytes(pem([own.root]))
        config = {
            "listenAddress": f"127.0.0.1:{self.acme}",
            "managementListenAddress": f"127.0.0.1:{self.management}",
            "certificate": "own.pem",
            "privateKey": "own.key",
            "httpPort": self.http,
            "tlsPort": self.tls,
            "ocspResponderURL": "",
            "externalAccountBindingRequired": False,
        }
        (self.directory / "pebble.json").write_text(json.dumps({"pebble": config}))
        dns = [
            *("pebble-challtestsrv", "-defaultIPv4", "127.0.0.1", "-defaultIPv6", ""),
            *("-http01", "", "-https01", "", "-tlsalpn01", ""),
            *("-dns01", f"127.0.0.1:{self.dns}", "-management", f"127.0.0.1:{self.hooks}"),
        ]
        acme = ["pebble", "-config", "pebble.json", "-dnsserver", f"127.0.0.1:{self.dns}"]
        settings = {
            "PEBBLE_VA_NOSLEEP": "1",
            "PEBBLE_WFE_NONCEREJECT": "0",
            "PEBBLE_CHAIN_LENGTH": "2",
        }
        with (
            started(dns, self.directory, self.hooks),
            started(acme, self.directory, self.acme, settings),
        ):
            yield

    def root(self):
        """Fetch the root that this server made when it started."""
        context = ssl.create_default_context(cafile=self.directory / "own-root.pem")
        url = f"https://localhost:{self.management}/roots/0"
        with urllib.request.urlopen(url, context=context, timeout=LONGEST) as response:
            return x509.load_pem_x509_certificate(response.read())

    def obtain(self, *challenge, name=NAME):
        """Run certbot as its user does, and give the live folder."""
        finished = self.certbot(
            *("certonly", "--server", f"https://localhost:{self.acme}/dir", "--agree-tos"),
            *("--register-unsafely-without-email", "-d", name, *challenge),
        )
        assert finished.returncode == 0, finished.stdout + finished.stderr
        return self.directory / "certbot" / "live" / name

    @property
    def by_http(self):
        """The options of the HTTP-01 challenge."""
        return (
            *("--standalone", "--preferred-challenges", "http"),
            *("--http-01-port", str(self.http), "--http-01-address", "127.0.0.1"),
        )

    def certbot(self, command, *options):
        """Run certbot without a terminal, with folders of its own."""
        home = self.directory / "certbot"
        return subprocess.run(
            [
                *(sys.executable, "-c", CERTBOT, command, "--non-interactive"),
                *("--config-dir", home, "--work-dir", home / "work", "--logs-dir", home / "logs"),
                *options,
            ],
            cwd=self.directory,
            env={
                "PATH": os.environ["PATH"],
                "HOME": str(self.directory),
                "REQUESTS_CA_BUNDLE": str(self.directory / "own-root.pem"),
            },
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
