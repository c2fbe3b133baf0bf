"""The number of intermediates above a run's leaf, with words for sentences and remedies."""

from dataclasses import dataclass

from leafonly.certificates.hierarchy import CLASSIC, HIERARCHIES
from leafonly.report.chain_diagram import paths
from leafonly.report.counting import many
from leafonly.report.rows import ReportBody

__all__ = ["Intermediates", "above_the_leaf"]


@dataclass(frozen=True)
class Intermediates:
    """The intermediates between the leaf and the nearest root.

    Attributes:
        count: Their number; None if the report does not contain it.
        crossed: An older root has certified the root. A client that trusts only the older root
            also needs the cross-certificate.

    """

    count: int | None
    crossed: bool = False

    @property
    def is_one(self) -> bool:
        """Whether there is exactly one intermediate."""
        return self.count == 1

    @property
    def named(self) -> str:
        """`the intermediate` or `the intermediates`."""
        return "the intermediate" if self.is_one else "the intermediates"

    @property
    def themselves(self) -> str:
        """The same with `itself` or `themselves`, for clients that trust them as anchors."""
        return f"{self.named} {'itself' if self.is_one else 'themselves'}"

    @property
    def to_hold(self) -> str:
        """A sentence: what a client must hold if the camera presents its leaf alone."""
        return self._counted("A client must hold", "the root", "the older root")

    @property
    def to_present(self) -> str:
        """A sentence: what a camera must present if clients hold the root alone."""
        return self._counted("The camera must present", "the leaf", "the leaf")

    def _counted(self, must: str, other: str, other_if_crossed: str) -> str:
        if self.count is None:
            return f"{must} {other} and every intermediate."
        number = many(self.count + 1, "certificate")
        between = "the intermediate" if self.is_one else f"{self.count} intermediates"
        sentence = f"{must} {number}: {other} and {between}."
        if self.crossed:
            more = many(self.count + 2, "certificate")
            sentence += (
                f" For clients that trust only the older root, {more}: {other_if_crossed}, "
                f"{between} and the cross-certificate."
            )
        return sentence


def above_the_leaf(report: ReportBody) -> Intermediates:
    """Return the intermediates of a run: its `--hierarchy`, or the user's own chain."""
    if report["run"]["kind"] in ("matrix", "gateway"):
        name = report["run"]["options"].get("hierarchy", CLASSIC.name)
        hierarchy = HIERARCHIES.get(str(name))
        return Intermediates(hierarchy.needed, hierarchy.crossed) if hierarchy else _UNKNOWN
    counts = sorted({len(names) - 2 for names in paths(report)})
    # Two lengths that differ by one: the second is that over the cross-certificate.
    if not counts or counts[0] < 1 or counts[-1] - counts[0] > 1:
        return _UNKNOWN
    return Intermediates(counts[0], crossed=len(counts) > 1)


_UNKNOWN = Intermediates(None)
