"""The result of a look with the user's options: `--expires-within` and `--expect`."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from leafonly.cameras.look_result import Look, SeenCertificate

__all__ = ["Difference", "Outcome", "compare"]


@dataclass(frozen=True)
class Difference:
    """How what is presented differs from what was issued.

    Attributes:
        kind: `older_certificate`, `newer_certificate`, `another_certificate`, `another_key`,
            `leaf_only`, `missing_intermediate`, `another_intermediate`.
        text: The same in a sentence.

    """

    kind: str
    text: str


@dataclass(frozen=True)
class Outcome:
    """A look, and the checks that the user added.

    Attributes:
        look: The look.
        expires_within: The days that the user named; None for none.
        differences: From what was issued; None without `--expect`, or if nothing was read.

    """

    look: Look
    expires_within: int | None = None
    differences: tuple[Difference, ...] | None = None

    @property
    def expiring(self) -> tuple[str, ...]:
        """A sentence for each certificate of the path that expires within the user's days."""
        if self.expires_within is None:
            return ()
        return tuple(
            f"expires within {self.expires_within} days: {each.name} in {each.days_left} days "
            f"(on {each.not_after:%Y-%m-%d})"
            for each in self.look.certificates
            if each.in_path and 0 <= each.days_left < self.expires_within
        )

    @property
    def reasons(self) -> tuple[str, ...]:
        """Why the exit code is not 0; empty if it is."""
        because = [] if self.look.complete else [self.look.verdict]
        because += self.expiring
        return (*because, *(each.text for each in self.differences or ()))

    @property
    def is_good(self) -> bool:
        """The chain is complete, does not expire too soon, and is the one that was issued."""
        return not self.reasons

    @property
    def verdict(self) -> str:
        """The verdict with all reasons, in one line."""
        return "; ".join(dict.fromkeys((self.look.verdict, *self.reasons)))


def compare(look: Look, issued: Sequence[SeenCertificate]) -> tuple[Difference, ...] | None:
    """Return how what a host presents differs from what was issued.

    Args:
        look: What the host presents.
        issued: The issued leaf, then its intermediates.

    Returns:
        None if the host presents nothing that could be read.

    """
    if not look.certificates:
        return None
    served, leaf = look.certificates[0], issued[0]
    if served.sha256 == leaf.sha256:
        return tuple(_other_intermediates(look, issued[1:]))
    return tuple(_another_leaf(served, leaf))


def _another_leaf(served: SeenCertificate, leaf: SeenCertificate) -> Iterator[Difference]:
    of_one_name = sorted(served.names) == sorted(leaf.names)
    if of_one_name and served.not_before < leaf.not_before:
        yield Difference(
            "older_certificate",
            f"an older certificate is still served: valid from {served.not_before:%Y-%m-%d} to "
            f"{served.not_after:%Y-%m-%d}; the issued one is valid from {leaf.not_before:%Y-%m-%d}",
        )
    elif of_one_name and served.not_before > leaf.not_before:
        yield Difference(
            "newer_certificate",
            f"a newer certificate is served: valid from {served.not_before:%Y-%m-%d}; the issued "
            f"one is valid from {leaf.not_before:%Y-%m-%d}",
        )
    else:
        yield Difference(
            "another_certificate",
            f"another certificate is served: {served.name}, issued by {served.issuer_name}",
        )
    if served.key_sha256 != leaf.key_sha256:
        yield Difference("another_key", "another key: the served certificate has another key")


def _other_intermediates(look: Look, issued: Sequence[SeenCertificate]) -> Iterator[Difference]:
    presented = look.certificates[1:]
    absent = [each for each in issued if each.sha256 not in {seen.sha256 for seen in presented}]
    if absent and not presented:
        yield Difference(
            "leaf_only",
            f"leaf only, although a full chain of {len(issued) + 1} certificates was issued: "
            "load fullchain.pem",
        )
        return
    for each in absent:
        if any(seen.subject == each.subject for seen in presented):
            yield Difference(
                "another_intermediate",
                f"not the issued intermediate, but another one named {each.name} is served",
            )
        else:
            yield Difference(
                "missing_intermediate", f"the issued intermediate {each.name} is not served"
            )
