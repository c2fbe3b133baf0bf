"""What the checks judge: the credentials, the moment, the name, and who is trusted."""

import datetime as dt
import functools
import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import idna
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from leafonly.audit.finding import NotCheckedError
from leafonly.audit.paths import Issuers, longest_path, mozilla_roots, root_paths, system_roots
from leafonly.audit.reader import Credentials, is_self_issued
from leafonly.certificate import addresses, dns_names
from leafonly.verifiers import Opinion, judge_chain

__all__ = ["Answer", "Evidence", "Fetched", "normal_name"]


@dataclass(frozen=True)
class Answer:
    """What a caIssuers URL gave.

    Attributes:
        certificates: All that were there; at least one.
        redirected: The URL led to another one first.

    """

    certificates: Sequence[x509.Certificate]
    redirected: bool = False


Fetched = Mapping[str, Answer | str]
"""What came from each caIssuers URL, or in words why nothing."""


@dataclass(frozen=True)
class Evidence:
    """Everything that a check may look at.

    Attributes:
        credentials: What the CA delivered.
        at: The moment to judge as of.
        given_domain: The camera's name as the user gave it; None if not.
        mozilla: The roots of Mozilla's list.
        system: The roots that this system trusts.
        private: Roots that the user says his clients will be given.
        fetched: What was found at the caIssuers URLs; None without `--online`.

    """

    credentials: Credentials
    at: dt.datetime
    given_domain: str | None = None
    mozilla: Issuers = field(default_factory=mozilla_roots)
    system: Issuers = field(default_factory=system_roots)
    private: Issuers = field(default_factory=lambda: Issuers(()))
    fetched: Fetched | None = None

    @property
    def leaf(self) -> x509.Certificate:
        """The leaf.

        Raises:
            NotCheckedError: There is none.

        """
        if self.credentials.leaf is None:
            raise NotCheckedError("there is no leaf certificate among the files")
        return self.credentials.leaf

    @property
    def key(self) -> PrivateKeyTypes:
        """The private key.

        Raises:
            NotCheckedError: There is none.

        """
        if self.credentials.key is None:
            raise NotCheckedError("no private key was given: --key FILE")
        return self.credentials.key

    @property
    def domain(self) -> str:
        """The camera's name: the given one, else the first in the leaf, else its first address.

        Raises:
            NotCheckedError: It was not given and cannot be told from the leaf.

        """
        if self.given_domain is not None:
            return self.given_domain
        plain = [name for name in dns_names(self.leaf) if not name.startswith("*.")]
        if not dns_names(self.leaf):
            plain = addresses(self.leaf)
        if not plain:
            raise NotCheckedError("the leaf does not tell the camera's name: --domain NAME")
        return plain[0]

    @functools.cached_property
    def issuers(self) -> Sequence[x509.Certificate]:
        """The given intermediates that stand above the leaf, its issuer first: all of them.

        A client may know a root that is nearer; which one it knows is not for the camera to say.
        """
        return longest_path(self.leaf, self.credentials.intermediates)[1:]

    @functools.cached_property
    def public_paths(self) -> Sequence[Sequence[x509.Certificate]]:
        """The paths from the leaf to roots of Mozilla's list."""
        return self.paths_to(self.mozilla)

    def paths_to(self, roots: Issuers) -> Sequence[Sequence[x509.Certificate]]:
        """Find the paths from the leaf to these roots, through the given intermediates."""
        return root_paths(self.leaf, self.credentials.intermediates, roots)

    @functools.cached_property
    def paths(self) -> Sequence[Sequence[x509.Certificate]]:
        """The paths to roots that clients can be expected to trust, with the best first.

        Of Mozilla's list and those that the user named; else of this system; else of those
        that were delivered.
        """
        named = [*self.public_paths, *self.paths_to(self.private)]
        given = Issuers(self.credentials.roots)
        return named or self.paths_to(self.system) or self.paths_to(given)

    @functools.cached_property
    def opinions(self) -> Sequence[Opinion]:
        """What verifiers say of all that was delivered; nothing where no root is known."""
        anchors = list(dict.fromkeys(path[-1] for path in self.paths))
        if is_self_issued(self.leaf) and not self.is_stranger:
            anchors = [self.leaf]
        return self._judged(self.credentials.intermediates, anchors) if anchors else ()

    @property
    def is_stranger(self) -> bool:
        """Whether none of the roots that the user named stands above the leaf."""
        is_itself = self.leaf in self.private.named(self.leaf.subject)
        return bool(self.private) and not is_itself and not self.paths_to(self.private)

    def judged(self, path: Sequence[x509.Certificate]) -> Sequence[Opinion]:
        """Ask the verifiers about one path alone, as a client sees it that knows no other."""
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
        """Whether most clients refuse what was delivered: every verifier does that is not strict.

        What a strict one accepts and OpenSSL does not is of no use to OpenSSL's many clients.
        """
        lenient = [each for each in self.opinions if not each.strict]
        return bool(lenient) and not any(each.accepts for each in lenient)

    @property
    def is_issued_by_root(self) -> bool:
        """Whether a root that is known issued the leaf itself, so that no intermediate is."""
        known = (Issuers(self.credentials.roots), self.private, self.mozilla, self.system)
        return any(len(path) == 2 for roots in known for path in self.paths_to(roots))

    @property
    def is_public(self) -> bool:
        """Whether the rules for public CAs apply."""
        return bool(self.public_paths)


def normal_name(name: str) -> str:
    """Write a name as certificates do: lower case, no dot at the end, IDNA as A-labels.

    Raises:
        ValueError: It is neither a name nor an address; one line for people.

    """
    plain = name.strip().lower().rstrip(".")
    try:
        return str(ipaddress.ip_address(plain.strip("[]")))
    except ValueError:
        pass
    try:
        # Underscores and the like are no business of this: the SAN decides.
        return plain if plain and plain.isascii() else idna.encode(plain, uts46=True).decode()
    except idna.IDNAError as error:
        raise ValueError(f"--domain: {name!r} is no name a camera can have: {error}") from error
