"""What a base build asks of a warehouse, wherever its tables are kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Protocol

import polars as pl


class Warehouse(Protocol):
    """The tables of data-model.md §1 that exist in one store, and their rows, typed, batch by batch.

    Making one looks at every known table and checks its columns, and raises `InputError`: `no-warehouse`,
    `missing-column`, `bad-column`, and what else its store can get wrong. Unknown tables and columns are passed over.
    """

    def tables(self) -> tuple[str, ...]:
        """The names of the known tables that exist, in the order of `schemas.tables`."""

    def rows(self, table: str) -> int:
        """How many rows a table holds, 0 where it is missing."""

    def read(self, table: str, columns: Sequence[str], tally: Counter[str] | None = None) -> Iterator[pl.DataFrame]:
        """These columns of the rows that have no null in a required column, defaults applied.

        The same rows come in the same order in batches of the same size whatever the columns, so a row's place in the
        reading names it. Integers and times are Int64, text String, flags Boolean, numbers Float64. `tally` gets
        `rows` and `null_required`. Raises `InputError` `bad-value`, `bad-table`.
        """

    def times(self, table: str, now_ms: int) -> tuple[int | None, int]:
        """The newest time in a table, None where it has none, and how many of its times are later than `now_ms`."""
