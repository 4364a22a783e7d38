"""How often arms of experiments were met since the service began, in memory that all workers share."""

from __future__ import annotations

from collections.abc import Iterable
from typing import final

from api.http.shared import NamedRows
from ranking import Exposure


@final
class ArmCounts:
    """Counts of up to `room` arms; those that a reload brings are counted too."""

    def __init__(self, room: int = 1024) -> None:
        self._rows = NamedRows(room, 1)

    def add(self, met: Iterable[Exposure]) -> None:
        """Each of them was met once more."""
        for one in met:
            with self._rows.row(_name(one.experiment, one.arm), (0.0,)) as row:
                if row is not None:
                    row[0] += 1

    def of(self, experiment: str, arm: str) -> int:
        """How often an arm was met."""
        with self._rows.row(_name(experiment, arm), (0.0,)) as row:
            return 0 if row is None else int(row[0])


def _name(experiment: str, arm: str) -> str:
    return f"{len(experiment)}:{experiment}{arm}"
