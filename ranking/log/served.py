"""The log of features as served: what each scorer saw of each slot, by request and position, for training to learn from.

A model learns from the figures that were there at the time of the request, never from those of today.
"""

from __future__ import annotations

import base64
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ranking.features.schema import F32, FeatureSchema
from ranking.log.lines import LineWriter, read_lines
from ranking.pipeline.slate import ServedRows

FOLDER = "served"
"""Where it stands in the directory of the logs, beside `search_log`."""
_DTYPE = "<f4"


class ServedLog(LineWriter):
    """Appends to `LOGS/served/NAME.log`; one writer a process, say with its process id as the name."""

    def __init__(self, logs: Path, name: str) -> None:
        super().__init__(logs / FOLDER, name)

    def write(self, request_id: str, ts_ms: int, served: Sequence[ServedRows]) -> None:
        """Write down what the scorers of one request saw of the slots that were shown; no rows, no lines."""
        for rows in served:
            if len(rows.positions):
                features = base64.b64encode(np.ascontiguousarray(rows.matrix, dtype=_DTYPE).tobytes()).decode()
                self.append(
                    {
                        "request_id": request_id,
                        "ts_ms": ts_ms,
                        "task": rows.task,
                        "scorer": rows.scorer,
                        "schema": rows.schema_hash,
                        "positions": list(map(int, rows.positions)),
                        "features": features,
                    }
                )


@dataclass(frozen=True, slots=True)
class Served:
    """The rows of one task: row i of `matrix` [n, features] is that of the slot at `positions[i]` of `requests[i]`.

    `counts` says what became of the lines: `lines`, `damaged`, `other_task`, `other_schema`, and `repeated` rows.
    """

    requests: npt.NDArray[np.str_]
    positions: npt.NDArray[np.int64]
    matrix: F32
    counts: Counter[str]


def read_served(logs: Path, schema: FeatureSchema) -> Served:
    """The rows that were served of the task `schema.name`, with features of exactly this schema; others are counted.

    Of rows with one request and position the first stands: a line that a client's repetition wrote again says nothing new.
    """
    counts: Counter[str] = Counter()
    requests: list[str] = []
    positions: list[int] = []
    pieces: list[F32] = [np.zeros((0, len(schema.features)), np.float32)]
    for record in read_lines(logs / FOLDER, counts):
        if record["task"] != schema.name:
            counts["other_task"] += 1
            continue
        if record["schema"] != schema.hash:
            counts["other_schema"] += 1
            continue
        values = np.frombuffer(base64.b64decode(record["features"]), dtype=_DTYPE)
        pieces.append(values.reshape(len(record["positions"]), len(schema.features)).astype(np.float32))
        requests += [record["request_id"]] * len(record["positions"])
        positions += record["positions"]
    keys = list(zip(requests, positions, strict=True))
    first = np.array(list({key: place for place, key in reversed(list(enumerate(keys)))}.values()), np.int64)
    kept = np.sort(first)
    counts["repeated"] = len(keys) - len(kept)
    return Served(
        np.array(requests, dtype=np.str_)[kept],
        np.array(positions, dtype=np.int64)[kept],
        np.concatenate(pieces)[kept],
        counts,
    )
