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
from leafonly.audit.paths import Issuers, mozilla_roots, root_paths, system_roots
from leafonly.audit.reader import Credentials
from leafonly.certificate import dns_names, is_issued_by

__all__ = ["Evidence", "Fetched", "normal_name"]

Fetched = Mapping[str, x509.Certificate | str]
"""What came from each caIssuers URL: a certificate, or in words why none."""


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
        """The camera's name: the given one, else the first in the leaf.

        Raises:
            NotCheckedError: It was not given and cannot be told from the leaf.

        """
        if self.given_domain is not None:
            return self.given_domain
        plain = [name for name in dns_names(self.leaf) if not name.startswith("*.")]
        if not plain:
            raise NotCheckedError("the leaf does not tell the camera's name: --domain NAME")
        return plain[0]

    @functools.cached_property
    def issuers(self) -> Sequence[x509.Certificate]:
        """The given intermediates that stand above the leaf, its issuer first."""
        if self.public_paths:
            return self.public_paths[0][1:-1]
        above: list[x509.Certificate] = []
        last, left = self.leaf, list(self.credentials.intermediates)
        while True:
            found = next((each for each in left if is_issued_by(last, each)), None)
            if found is None or len(above) == _LONGEST:
                return above
            left.remove(found)
            above.append(found)
            last = found

    @functools.cached_property
    def public_paths(self) -> Sequence[Sequence[x509.Certificate]]:
        """The paths from the leaf to roots of Mozilla's list."""
        return self.paths_to(self.mozilla)

    def paths_to(self, roots: Issuers) -> Sequence[Sequence[x509.Certificate]]:
        """Find the paths from the leaf to these roots, through the given intermediates."""
        return root_paths(self.leaf, self.credentials.intermediates, roots)

    @property
    def is_issued_by_root(self) -> bool:
        """Whether a root that is known issued the leaf itself, so that no intermediate is."""
        known = (Issuers(self.credentials.roots), self.private, self.mozilla, self.system)
        return any(len(path) == 2 for roots in known for path in self.paths_to(roots))

    @property
    def is_public(self) -> bool:
        """Whether the rules for public CAs apply."""
        return bool(self.public_paths)


_LONGEST = 8


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
