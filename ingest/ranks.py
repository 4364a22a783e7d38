"""The static rank of data-model.md §3: the counts behind it and the total order, best first."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np
import polars as pl
from numpy.typing import NDArray

from index import I64, NONE, U32, BulkIdMap
from ingest.columns import bad_value
from ingest.ledger import Ledger
from ingest.warehouse import Warehouse
from schemas.catalogue import Vertical
from schemas.tables import TABLES

Order = NDArray[np.intp]


class GivenCounts:
    """Counts of one vertical from table `rank_counts`; an id that is not in it has 0."""

    def __init__(self, ids: I64, counts: I64) -> None:
        self._places = BulkIdMap(ids)
        self._counts = np.append(counts, np.int64(0))

    def of(self, ids: I64) -> I64:
        """The counts of these ids."""
        places = self._places.numbers(ids).astype(np.intp)
        places[places == NONE] = len(self._counts) - 1
        return self._counts[places]


def given_counts(warehouse: Warehouse, ledger: Ledger) -> Mapping[Vertical, GivenCounts]:
    """The verticals that table `rank_counts` has rows for; of several rows for one id the larger count stands.

    Raises `InputError` `bad-value` for an unknown vertical. Media have no count: their rows change nothing.
    """
    spec = TABLES["rank_counts"]
    columns = ["vertical", "id", "count"]
    tally = Counter[str]()
    frames = list(warehouse.read(spec.name, columns, tally))
    if not frames:
        ledger.note(spec.name, tally)
        return {}
    rows = pl.concat(frames)
    for row in rows.filter(~pl.col("vertical").is_in(list(Vertical))).head(1).iter_rows(named=True):
        raise bad_value(spec, spec.column("vertical"), row["vertical"], f"id {row['id']}")
    standing = rows.group_by("vertical", "id", maintain_order=True).agg(pl.col("count").max())
    tally["duplicate"] += rows.height - standing.height
    ledger.note(spec.name, tally)
    return {
        Vertical(vertical): GivenCounts(part["id"].to_numpy(), part["count"].to_numpy())
        for (vertical,), part in standing.partition_by("vertical", as_dict=True).items()
    }


def distinct_counts(of: U32, by: U32, size: int) -> I64:
    """For each number below `size`, how many distinct `by` stand beside it in `of`."""
    keys = of.astype(np.uint64) << np.uint64(32)
    keys |= by
    keys.sort()
    first = np.ones(len(keys), dtype=np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=first[1:])
    keys >>= np.uint64(32)
    return np.bincount(keys[first].view(np.int64), minlength=size).astype(np.int64, copy=False)


def most_first(counts: I64, ties: I64) -> Order:
    """Rows by count, more first, then by `ties`, smaller first."""
    return np.lexsort((ties, ~counts))


def newest_first(times: I64, ids: I64) -> Order:
    """Rows by time, newer first, then by id, larger first."""
    return np.lexsort((~ids, ~times))


def numbers_of(order: Order) -> U32:
    """The document number of each row, given the rows in the order of document number."""
    numbers = np.empty(len(order), dtype=np.uint32)
    numbers[order] = np.arange(len(order), dtype=np.uint32)
    return numbers
