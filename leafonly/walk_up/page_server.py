"""The page over plain HTTP: its files, and the requests of its script."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import jinja2
from cryptography import x509
from cryptography.hazmat.primitives import hashes

from leafonly.certificates.chain import der
from leafonly.walk_up.attempt import Outcome
from leafonly.walk_up.bounded_server import BoundedServer
from leafonly.walk_up.visitors import Device, RefusedError, Visitors
from leafonly.walk_up.words import QUESTIONS, answers, conclusion

__all__ = ["ISSUER_PATH", "ROOT_PATH", "PageServer", "Site", "fingerprint", "root_name"]

ROOT_PATH = "/leafonly-test-root.crt"
ISSUER_PATH = "/issuer.cer"

_STATIC = Path(__file__).with_name("static")
_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("leafonly.walk_up", "templates"),
    autoescape=True,
    undefined=jinja2.StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_NOTHING = b"Nothing is here.\n"
_JSON = "application/json"
_OUTCOMES: Mapping[str, Outcome] = {"loaded": "loaded", "timeout": "timeout"}


@dataclass
class Site:
    """What the page needs to know. The ports are filled in when they are open.

    Attributes:
        visitors: The devices.
        addresses: The addresses of this machine at which the page can be opened.
        domain: The name by which browsers ask for the ports; None for the page's address.
        ports: Scenario -> port.
        root: The test root; None for a user's own certificate.
        issuer: The intermediate that browsers may fetch.
        finished: Called with each device that has completed all scenarios.

    """

    visitors: Visitors
    addresses: tuple[str, ...]
    domain: str | None = None
    ports: dict[str, int] = field(default_factory=dict)
    root: x509.Certificate | None = None
    issuer: x509.Certificate | None = None
    finished: Callable[[Device], None] = lambda device: None

    def __post_init__(self) -> None:
        """Raise ValueError if the domain is not a DNS name, because headers and URLs have it."""
        if self.domain is not None:
            self.domain = self.domain.lower().rstrip(".")
            if not re.fullmatch(r"[a-z0-9._-]+", self.domain):
                raise ValueError(f"{self.domain!r} is no DNS name: give one by --domain=NAME")

    def is_known(self, host: str, port: int) -> bool:
        """Return whether a Host header names this page. A rebound DNS name does not."""
        names = {*self.addresses, *(("localhost",) if "127.0.0.1" in self.addresses else ())}
        names |= {self.domain} if self.domain else set()
        at = host.lower()
        return at in {f"{name}:{port}" for name in names} or (port == 80 and at in names)

    def https_host(self, host: str) -> str:
        """Return the host of the ports' URLs, for a page that was visited at `host`."""
        visited = host.rsplit(":", 1)[0]
        return self.domain or (visited if visited in self.addresses else self.addresses[0])

    def obstacle(self, scenario: str, host: str) -> str:
        """Return why a scenario shows nothing for a page that was visited at `host`.

        The leaf of `aia` names one address. A device that came by another address may be unable
        to reach it.
        """
        visited = host.rsplit(":", 1)[0]
        if scenario != "aia" or self.issuer is None or visited == self.addresses[0]:
            return ""
        return f"the leaf names {self.addresses[0]}: open the page there, not at {visited}"


class PageServer(BoundedServer):
    """Serves the page.

    Args:
        address: Where to listen.
        site: What is shown.

    Raises:
        OSError: It cannot listen there.

    """

    def __init__(self, address: tuple[str, int], site: Site) -> None:
        self.site = site
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    server: PageServer
    timeout = 10  # seconds for each read

    def version_string(self) -> str:
        return "leafonly"

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing, because a visitor's request is hostile text."""

    def do_GET(self) -> None:
        site = self.server.site
        if not self._is_at_home():
            return
        if self.path == "/":
            self._send(200, "text/html; charset=utf-8", _page(site).encode())
        elif self.path in ("/page.css", "/page.js"):
            kind = "text/css" if self.path.endswith("css") else "text/javascript"
            data = (_STATIC / self.path.removeprefix("/")).read_bytes()
            self._send(200, f"{kind}; charset=utf-8", data)
        elif self.path == ROOT_PATH and site.root is not None:
            # The type by which Android, iOS, Windows and Firefox offer to install it.
            self._send(200, "application/x-x509-ca-cert", der(site.root))
        elif self.path == ISSUER_PATH and site.issuer is not None:
            site.visitors.fetched(self.client_address[0])
            self._send(200, "application/pkix-cert", der(site.issuer))  # RFC 5280 section 4.2.2.1
        else:
            self._send(404, "text/plain; charset=utf-8", _NOTHING)

    def do_POST(self) -> None:
        actions = {"/enter": self._enter, "/begin": self._begin, "/end": self._end}
        if not self._is_at_home():
            return
        if self.path not in actions:
            self._send(404, "text/plain; charset=utf-8", _NOTHING)
            return
        try:
            status, said = actions[self.path](self._asked())
        except RefusedError as refusal:
            status, said = 400, {"error": str(refusal)}
        self._send(status, _JSON, json.dumps(said).encode())

    def _asked(self) -> dict[str, str]:
        length = self.headers.get("Content-Length", "")
        if not re.fullmatch("[0-9]{1,4}", length):
            raise RefusedError("the request is too long")
        # Another site's page must ask before it sends JSON (CORS), and is always refused.
        if self.headers.get("Content-Type") != _JSON:
            raise RefusedError("the request is not JSON")
        if self.headers.get("Origin") not in (None, self._origin):
            raise RefusedError("the request is from another page")
        try:
            asked = json.loads(self.rfile.read(int(length)))
        except (ValueError, RecursionError) as error:
            raise RefusedError("the request is not JSON") from error
        if not isinstance(asked, dict) or not all(isinstance(v, str) for v in asked.values()):
            raise RefusedError("a value in the request is not a string")
        return asked

    def _enter(self, asked: Mapping[str, str]) -> tuple[int, Mapping[str, object]]:
        agent = self.headers.get("User-Agent", "")
        known, name = asked.get("device", ""), asked.get("name", "")
        device = self.server.site.visitors.enter(known, name, agent)
        return 200, {"device": device.id, "name": device.name}

    def _begin(self, asked: Mapping[str, str]) -> tuple[int, Mapping[str, object]]:
        site, peer = self.server.site, self.client_address[0]
        device, scenario = asked.get("device", ""), asked.get("scenario", "")
        obstacle = site.obstacle(scenario, self.headers["Host"])
        attempt = site.visitors.begin(device, scenario, peer, self._origin, obstacle)
        if attempt is None:
            return 409, {"error": "another browser at this address is being tested; wait"}
        host = site.https_host(self.headers["Host"])
        return 200, {"url": f"https://{host}:{site.ports[scenario]}{attempt.path}"}

    def _end(self, asked: Mapping[str, str]) -> tuple[int, Mapping[str, object]]:
        site, peer = self.server.site, self.client_address[0]
        # Every other outcome counts as a failure.
        outcome = _OUTCOMES.get(asked.get("outcome", ""), "failed")
        device = site.visitors.end(asked.get("device", ""), peer, outcome, asked.get("token", ""))
        if len(device.seen) < len(site.visitors.scenarios):
            return 200, {}
        site.finished(device)
        judged = device.judgements(site.visitors.scenarios)
        return 200, {
            "conclusion": conclusion(judged),
            "again": not device.accepts_full_chain,
            "answers": answers(judged, has_test_root=site.root is not None),
        }

    @property
    def _origin(self) -> str:
        return f"http://{self.headers['Host']}"

    def _is_at_home(self) -> bool:
        """Return whether the request is for this host; refuse rebound DNS names."""
        if self.server.site.is_known(self.headers.get("Host", ""), self.server.port):
            return True
        self._send(421, "text/plain; charset=utf-8", b"This is not that host.\n")
        return False

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", self._policy())
        self.send_header("Cache-Control", "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(body)

    def _policy(self) -> str:
        site, host = self.server.site, self.headers.get("Host", "")
        there = ""
        if site.is_known(host, self.server.port):
            at = site.https_host(host)
            there = "".join(f" https://{at}:{port}" for port in site.ports.values())
        return (
            f"default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'{there}; "
            "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )


def root_name(root: x509.Certificate) -> str:
    """Return the name under which systems list the test root."""
    return ", ".join(str(part.value) for part in root.subject)


def fingerprint(certificate: x509.Certificate) -> str:
    """Return the SHA-256 of a certificate as systems show it."""
    return certificate.fingerprint(hashes.SHA256()).hex(":").upper()


def _page(site: Site) -> str:
    scenarios = [(each.name, QUESTIONS[each.name]) for each in site.visitors.scenarios]
    return _TEMPLATES.get_template("page.html.j2").render(
        scenarios=scenarios,
        root_name=root_name(site.root) if site.root else None,
        root_path=ROOT_PATH,
        domain=site.domain,
    )
