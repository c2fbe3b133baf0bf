"""Benches for several hierarchies: each scenario is measured with the first that makes it possible.

Controls are measured with each hierarchy that is used, because a client may accept a short full
chain and reject a longer one (nginx's `proxy_ssl_verify_depth`).
"""

import contextlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import Self

from leafonly.cameras import Camera
from leafonly.certificates.chain import KeyType
from leafonly.certificates.hierarchy import Hierarchy
from leafonly.clients import Client
from leafonly.harness.bench import Bench
from leafonly.harness.cell import Cell
from leafonly.harness.scenario import Scenario, possible
from leafonly.harness.subjects.own_authority import OwnAuthority

__all__ = ["HierarchyBenches"]


class HierarchyBenches:
    """Where the cells of our own authority are measured.

    Args:
        camera: What presents the certificates.
        hierarchies: The chains above the leaves; the first also has the controls that the user
            asks for.
        directory: An empty folder for the cells' files.

    A context manager; leaving it closes every bench. Any number of threads may measure.

    """

    def __init__(self, camera: Camera, hierarchies: Sequence[Hierarchy], directory: Path) -> None:
        self._open = contextlib.ExitStack()
        self._benches: dict[Hierarchy, Bench] = {
            each: self._open.enter_context(
                Bench(camera, OwnAuthority(hierarchy=each), directory / each.name)
            )
            for each in hierarchies
        }

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._open.close()

    def measure(self, client: Client, scenario: Scenario, key_type: KeyType) -> Cell:
        """Return one measured cell; see `Bench.measure`."""
        first = next(each for each in self._benches if scenario in possible(each))
        cell = self._benches[first].measure(client, scenario, key_type)
        is_elsewhere = first is not next(iter(self._benches))
        if is_elsewhere and cell.blocked_by and cell.blocked_by.works:
            # This hierarchy's controls have no test of their own that could fail.
            return replace(cell, blocked_by=None)
        return cell
