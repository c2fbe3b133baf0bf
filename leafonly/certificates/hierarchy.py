"""The hierarchies that the matrix is measured with: how many certificates stand above a leaf.

The topologies of Let's Encrypt are those of its default chains since May 2026
(https://letsencrypt.org/certificates/). Only the topology is modelled: all keys but the leaf's
are P-256.
"""

from dataclasses import dataclass

from leafonly.certificates.authority import Authority

__all__ = ["CLASSIC", "HIERARCHIES", "Hierarchy"]


@dataclass(frozen=True, kw_only=True)
class Hierarchy:
    """The certificates above a leaf.

    Attributes:
        name: As users write it: `--hierarchy=deep`.
        purpose: One line for people.
        needed: How many intermediates stand between the leaf and the nearest trusted root.
        crossed: That root is also certified by an older one. Clients trust both, unless a
            scenario says otherwise, and the full chain has the cross-certificate besides.

    """

    name: str
    purpose: str
    needed: int
    crossed: bool = False

    def authority(self) -> Authority:
        """Return a new authority of this topology."""
        return Authority(self.needed, crossed=self.crossed)


CLASSIC = Hierarchy(name="classic", purpose="one intermediate", needed=1)

# The shortest chains first: see `leafonly.harness.hierarchies`.
_ALL = (
    CLASSIC,
    Hierarchy(
        name="cross",
        purpose="one intermediate below a root that an older root has certified; clients trust "
        "both, or one of them",
        needed=1,
        crossed=True,
    ),
    Hierarchy(
        name="letsencrypt-rsa",
        purpose="leaf <- YR <- Root YR <- X1: two intermediates",
        needed=2,
    ),
    Hierarchy(
        name="letsencrypt-ecdsa",
        purpose="leaf <- YE <- Root YE <- X2 <- X1: two intermediates below X2, which X1 has "
        "certified; clients trust X2 and X1",
        needed=2,
        crossed=True,
    ),
    Hierarchy(
        name="deep",
        purpose="three intermediates, as in letsencrypt-ecdsa for a client without X2",
        needed=3,
    ),
)

HIERARCHIES: dict[str, Hierarchy] = {each.name: each for each in _ALL}
