"""The search log: one row for each slot that was shown, and whether it was clicked and its account followed after that."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import polars as pl

from schemas.tables import TABLES

SEARCHES = "search_log"
COLUMNS = tuple(column.name for column in TABLES[SEARCHES].columns)
DAY_MS = 86_400_000
_KEY = ("request_id", "position")


@dataclass(frozen=True, slots=True)
class Searches:
    """`frame` has COLUMNS and `day` (days since 1970, UTC), in order of time, request and position, each slot once."""

    frame: pl.DataFrame
    repeated: int

    @staticmethod
    def of(frames: Iterable[pl.DataFrame]) -> Searches:
        """From what a warehouse reads, in any order. Of rows of one slot the later stands, as data-model.md §1 has it; a click
        that was told of on its own is such a row."""
        pieces = [frame.select(COLUMNS) for frame in frames]
        whole = pl.concat(pieces) if pieces else pl.DataFrame(schema=SCHEMA)
        others = [name for name in COLUMNS if name not in (*_KEY, "ts_ms")]
        kept = whole.sort(["ts_ms", *others]).unique(_KEY, keep="last").sort(["ts_ms", *_KEY])
        first = pl.col("ts_ms").min().over("request_id")  # a request is of the day on which it was made
        return Searches(kept.with_columns(day=first // DAY_MS), whole.height - kept.height)


_KINDS = {"text": pl.String(), "bool": pl.Boolean()}
SCHEMA = {column.name: _KINDS.get(column.kind, pl.Int64()) for column in TABLES[SEARCHES].columns}
