"""Writing the search log as searches are told of: Parquet files of the table `search_log`, few and whole at every moment."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from index import changing
from ranking.log.searches import COLUMNS, SCHEMA, SEARCHES

_MOST_SMALL = 64
"""Files of one writer that are put together once there are so many."""


class SearchRows:
    """Appends to `LOGS/search_log/`; one writer a name, one thread. What was appended stands in a whole file, as rows of a
    warehouse do.

    Small files are put together; where the process ends in the middle of that, rows stand twice, and readers of the log take
    them once. `InputError` `unwritable` where the system does not let it.
    """

    def __init__(self, logs: Path, name: str) -> None:
        self._directory = logs / SEARCHES
        self._name = name
        with changing(self._directory):
            self._directory.mkdir(parents=True, exist_ok=True)
        self._next = 1 + max((_number(path) for path in self._directory.glob(f"{name}-*.parquet")), default=0)
        self._small: list[Path] = []

    def append(self, rows: Sequence[Mapping[str, Any]]) -> None:
        """Rows with all columns of the table."""
        if rows:
            self._small.append(self._write(pl.DataFrame(rows, schema=SCHEMA, orient="row").select(COLUMNS)))
        if len(self._small) >= _MOST_SMALL:
            self._put_together()

    def close(self) -> None:
        """Leave few files."""
        if len(self._small) > 1:
            self._put_together()

    def _put_together(self) -> None:
        self._write(pl.concat([pl.read_parquet(path) for path in self._small]))
        for path in self._small:
            path.unlink(missing_ok=True)
        self._small.clear()

    def _write(self, frame: pl.DataFrame) -> Path:
        path = self._directory / f"{self._name}-{self._next:06}.parquet"
        self._next += 1
        new = path.with_suffix(".new")
        with changing(path):
            frame.write_parquet(new)
            with new.open("rb") as file:
                os.fsync(file.fileno())
            new.rename(path)
        return path


def _number(path: Path) -> int:
    text = path.stem.rpartition("-")[2]
    return int(text) if text.isdecimal() else 0
