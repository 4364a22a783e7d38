"""The log of exposures: which unit met which arm of an experiment, when, in which request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from ranking.experiments.assignment import Exposure
from ranking.log.lines import LineWriter, read_lines

FOLDER = "exposures"
"""Where it stands in the directory of the logs, beside `search_log`."""


@dataclass(frozen=True, slots=True)
class Exposed:
    """One line. `teams` says, of an answer that two rankers drafted in turn, whose each slot is: 'a', 'b', or '-' for neither."""

    ts_ms: int
    unit: str
    request_id: str
    exposure: Exposure
    teams: str = ""


class ExposureLog(LineWriter):
    """Appends to `LOGS/exposures/NAME.log`; one writer a process, say with its process id as the name."""

    def __init__(self, logs: Path, name: str) -> None:
        super().__init__(logs / FOLDER, name)

    def write(self, ts_ms: int, unit: str, request_id: str, exposures: Iterable[Exposure], teams: str = "") -> None:
        """Write down what one request met."""
        for met in exposures:
            record = {"ts_ms": ts_ms, "unit": unit, "request_id": request_id}
            record |= {"experiment": met.experiment, "arm": met.arm, "share": met.share}
            self.append(record | ({"teams": teams} if teams else {}))


def read_exposures(logs: Path, counts: Counter[str]) -> Iterator[Exposed]:
    """All exposures of a directory of logs; `counts` as in `read_lines`."""
    for record in read_lines(logs / FOLDER, counts):
        exposure = Exposure(record["experiment"], record["arm"], record["share"])
        yield Exposed(record["ts_ms"], record["unit"], record["request_id"], exposure, record.get("teams", ""))
