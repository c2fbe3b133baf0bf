"""What the checks judge: the credentials, the time, the camera's name, the trusted roots."""

import datetime as dt
import functools
import ipaddress
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import idna
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from leafonly.audit.files.credentials import Credentials, is_self_issued
from leafonly.audit.finding import NotCheckedError
from leafonly.certificates.firefox_preload import Preloaded, firefox_preloads
from leafonly.certificates.inspection import addresses, dns_names
from leafonly.certificates.paths import (
    Issuers,
    longest_path,
    mozilla_roots,
    root_paths,
    system_roots,
)
from leafonly.certificates.verifiers import Opinion, judge_chain
from leafonly.tls.message_size import CERTIFICATE_MESSAGE_LIMIT

__all__ = ["Answer", "Evidence", "Fetched", "normal_name"]


@dataclass(frozen=True)
class Answer:
    """The certificates at a caIssuers URL.

    Attributes:
        certificates: At least one.
        redirected: The server redirected to another URL.

    """

    certificates: Sequence[x509.Certificate]
    redirected: bool = False


Fetched = Mapping[str, Answer | str]
"""The answer of each caIssuers URL, or the reason why there is none."""


@dataclass(frozen=True)
class Evidence:
    """Everything that a check may use.

    Attributes:
        credentials: The user's files.
        at: The time of the judgement.
        given_domain: The camera's name from the user; None if none was given.
        mozilla: The roots of Mozilla's list.
        system: The roots of this system's trust store.
        private: The roots from --trust, which the user's clients will have.
        fetched: The answers of the caIssuers URLs; None without `--online`.
        firefox: Reads the intermediates that the Firefox on this machine preloads.
        message_limit: Bytes of a Certificate message that fit the camera.

    """

    credentials: Credentials
    at: dt.datetime
    given_domain: str | None = None
    mozilla: Issuers = field(default_factory=mozilla_roots)
    system: Issuers = field(default_factory=system_roots)
    private: Issuers = field(default_factory=lambda: Issuers(()))
    fetched: Fetched | None = None
    firefox: Callable[[], Preloaded | None] = firefox_preloads
    message_limit: int = CERTIFICATE_MESSAGE_LIMIT

    @property
    def leaf(self) -> x509.Certificate:
        """The leaf.

        Raises:
            NotCheckedError: The files include no leaf.

        """
        if self.credentials.leaf is None:
            raise NotCheckedError("the files include no leaf certificate")
        return self.credentials.leaf

    @property
    def key(self) -> PrivateKeyTypes:
        """The private key.

        Raises:
            NotCheckedError: The files include no private key.

        """
        if self.credentials.key is None:
            raise NotCheckedError("no private key was given: --key FILE")
        return self.credentials.key

    @property
    def request(self) -> x509.CertificateSigningRequest:
        """The signing request.

        Raises:
            NotCheckedError: The files include no signing request.

        """
        if not self.credentials.csrs:
            raise NotCheckedError("the files include no signing request that can be read")
        return self.credentials.csrs[0]

    @property
    def domain(self) -> str:
        """The camera's name: the given one, else the first in the leaf, else its first address.

        Raises:
            NotCheckedError: It was not given, and the leaf has none.

        """
        if self.given_domain is not None:
            return self.given_domain
        plain = [name for name in dns_names(self.leaf) if not name.startswith("*.")]
        if not dns_names(self.leaf):
            plain = addresses(self.leaf)
        if not plain:
            raise NotCheckedError("the leaf does not say the camera's name: --domain NAME")
        return plain[0]

    @functools.cached_property
    def issuers(self) -> Sequence[x509.Certificate]:
        """All given intermediates above the leaf, its issuer first.

        Some clients trust a nearer root, but the camera does not know which.
        """
        return longest_path(self.leaf, self.credentials.intermediates)[1:]

    @functools.cached_property
    def public_paths(self) -> Sequence[Sequence[x509.Certificate]]:
        """The paths from the leaf to roots of Mozilla's list."""
        return self.paths_to(self.mozilla)

    def paths_to(self, roots: Issuers) -> Sequence[Sequence[x509.Certificate]]:
        """Return the paths from the leaf to these roots, through the given intermediates."""
        return root_paths(self.leaf, self.credentials.intermediates, roots)

    @functools.cached_property
    def paths(self) -> Sequence[Sequence[x509.Certificate]]:
        """The paths to roots that clients probably trust, the best first.

        These are the roots of Mozilla's list and from --trust. If there are none, this
        system's roots; if there are none either, the roots among the files.
        """
        named = [*self.public_paths, *self.paths_to(self.private)]
        given = Issuers(self.credentials.roots)
        return named or self.paths_to(self.system) or self.paths_to(given)

    @functools.cached_property
    def opinions(self) -> Sequence[Opinion]:
        """The verifiers' opinions on all given certificates; empty if no root is known."""
        anchors = list(dict.fromkeys(path[-1] for path in self.paths))
        if is_self_issued(self.leaf) and not self.has_unknown_root:
            anchors = [self.leaf]
        return self._judged(self.credentials.intermediates, anchors) if anchors else ()

    @property
    def has_unknown_root(self) -> bool:
        """Whether the user named roots, and none of them is above the leaf."""
        is_itself = self.leaf in self.private.named(self.leaf.subject)
        return bool(self.private) and not is_itself and not self.paths_to(self.private)

    def judged(self, path: Sequence[x509.Certificate]) -> Sequence[Opinion]:
        """Return the verifiers' opinions on one path, as for a client that knows only its root."""
        return self._judged(path[1:-1], path[-1:])

    def _judged(
        self, intermediates: Sequence[x509.Certificate], anchors: Sequence[x509.Certificate]
    ) -> Sequence[Opinion]:
        try:
            name = self.domain
        except NotCheckedError:
            name = None
        return judge_chain(self.leaf, intermediates, anchors, name=name, at=self.at)

    @property
    def is_refused(self) -> bool:
        """Whether every verifier that is not strict rejects the chain, as most clients do.

        The strict ones do not count here: if only they accept, clients with OpenSSL reject it.
        """
        lenient = [each for each in self.opinions if not each.strict]
        return bool(lenient) and not any(each.accepts for each in lenient)

    @property
    def is_issued_by_root(self) -> bool:
        """Whether a known root issued the leaf directly, so that there is no intermediate."""
        known = (Issuers(self.credentials.roots), self.private, self.mozilla, self.system)
        return any(len(path) == 2 for roots in known for path in self.paths_to(roots))

    @property
    def is_public(self) -> bool:
        """Whether the rules for public CAs apply."""
        return bool(self.public_paths)


def normal_name(name: str) -> str:
    """Return a name as in certificates: lower case, no dot at the end, IDNA as A-labels.

    Raises:
        ValueError: The text is neither a name nor an address. The message is one line for users.

    """
    plain = name.strip().lower().rstrip(".")
    try:
        return str(ipaddress.ip_address(plain.strip("[]")))
    except ValueError:
        pass
    try:
        # Underscores for example are allowed here, because the SAN decides.
        return plain if plain and plain.isascii() else idna.encode(plain, uts46=True).decode()
    except idna.IDNAError as error:
        raise ValueError(f"--domain: {name!r} is not a DNS name or an address: {error}") from error
