"""The id of a cell, in node ids, in the report and on the command line."""

from typing import NamedTuple

__all__ = ["CellId"]


class CellId(NamedTuple):
    """The id of a cell: `CLIENT-SCENARIO-KEYTYPE`. Only the client's name may hold a `-`."""

    client: str
    scenario: str
    key_type: str

    def __str__(self) -> str:
        return "-".join(self)

    @classmethod
    def parse(cls, text: str) -> "CellId":
        """Return the id in a text.

        Raises:
            ValueError: The text has fewer than three parts, or a part is empty.

        """
        parts = text.rsplit("-", 2)
        if len(parts) != 3 or not all(parts):
            raise ValueError(
                f"{text} is not a cell: write CLIENT-SCENARIO-KEYTYPE, as curl-absent-p256"
            )
        return cls(*parts)
