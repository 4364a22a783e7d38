"""Which rows of a table stand (data-model.md §1): references, self-facts, then duplicates, each counted by reason.

Rows are named by their place in the reading, which `Warehouse.read` promises to be the same each time; so only ids
are held while a table is cleaned, and its texts are read when they are wanted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from index import I64, NONE, BulkIdMap, Pairs
from ingest.columns import DTYPES
from ingest.warehouse import Warehouse
from schemas.tables import TABLES, Table

NO_DOCUMENTS: Mapping[str, BulkIdMap] = {}


@dataclass(frozen=True, slots=True)
class Kept:
    """The rows that stand, one an id, in the order of reading."""

    rows: I64
    ids: I64


def keep(
    warehouse: Warehouse,
    table: str,
    tally: Counter[str],
    known: Mapping[str, BulkIdMap] = NO_DOCUMENTS,
    places: BulkIdMap | None = None,
) -> Kept:
    """The rows of a table with key `id` that stand: every reference is in `known` (by table), one row an id.

    With `places` a `place_id` outside them counts as `unknown_place` and, where duplicates are compared, as null.
    `tally` gets the counts of the table.
    """
    spec = TABLES[table]
    references = {column.name: known[column.references] for column in spec.columns if column.references}
    names = ["id", *references, *(["place_id"] if places else [])]
    rows: list[I64] = []
    ids: list[I64] = []
    start = 0
    for batch in warehouse.read(table, names, tally):
        stands = np.ones(batch.height, dtype=np.bool_)
        for name, documents in references.items():
            stands &= documents.numbers(batch[name].to_numpy()) != NONE
        at = np.flatnonzero(stands)
        tally["dangling"] += batch.height - len(at)
        if places:
            tally["unknown_place"] += int(np.count_nonzero(stands & unknown(batch["place_id"], places)))
        rows.append(at + start)
        ids.append(batch["id"].to_numpy()[at])
        start += batch.height
    kept = Kept(_joined(rows), _joined(ids))
    losers = _losers(warehouse, spec, kept, places)
    tally["duplicate"] += len(losers)
    return Kept(np.delete(kept.rows, losers), np.delete(kept.ids, losers)) if len(losers) else kept


def unknown(references: pl.Series, documents: BulkIdMap) -> NDArray[np.bool_]:
    """Where a column of references names something that is no document; null names nothing."""
    lost: NDArray[np.bool_] = documents.numbers(references.fill_null(0).to_numpy()) == NONE
    lost[references.is_null().to_numpy()] = False
    return lost


def kept_batches(warehouse: Warehouse, table: str, columns: Sequence[str], rows: I64) -> Iterator[pl.DataFrame]:
    """These columns of these rows, which are ascending, batch by batch."""
    start = 0
    for batch in warehouse.read(table, columns):
        low, high = rows.searchsorted([start, start + batch.height])
        yield batch if high - low == batch.height else batch[rows[low:high] - start]
        start += batch.height


def load(warehouse: Warehouse, table: str, columns: Sequence[str], rows: I64) -> pl.DataFrame:
    """These columns of these rows, which are ascending, at once."""
    empty = pl.DataFrame(schema={name: DTYPES[TABLES[table].column(name).kind] for name in columns})
    return pl.concat([empty, *kept_batches(warehouse, table, columns, rows)], rechunk=True)


def _losers(warehouse: Warehouse, spec: Table, kept: Kept, places: BulkIdMap | None) -> NDArray[np.intp]:
    """Places in `kept` of the rows that yield to another of the same id: smaller time, then smaller values."""
    ordered = np.sort(kept.ids)
    repeated = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    if not len(repeated):
        return np.empty(0, dtype=np.intp)
    suspects = np.flatnonzero(BulkIdMap(repeated).numbers(kept.ids) != NONE)
    names = [column.name for column in spec.columns]
    frame = load(warehouse, spec.name, names, kept.rows[suspects])
    if places:
        lost = pl.Series(unknown(frame["place_id"], places))
        frame = frame.with_columns(frame["place_id"].set(lost, None))
    values = [name for name in (spec.time, *names) if name and name not in spec.key]
    by = list(dict.fromkeys((*spec.key, *values)))
    standing = (
        frame.with_columns(pl.Series("", suspects))
        .sort(by, descending=True, nulls_last=True)
        .unique(spec.key, keep="first", maintain_order=True)
    )
    return np.setdiff1d(suspects, standing[""].to_numpy(), assume_unique=True)


@dataclass(frozen=True, slots=True)
class End:
    """One side of a pair table: the column and the documents that its ids name."""

    column: str
    documents: BulkIdMap


def pairs(warehouse: Warehouse, table: str, left: End, right: End, tally: Counter[str]) -> Pairs:
    """The facts of a pair table as document numbers, in the order of reading, repeated ones included."""
    lefts = np.empty(warehouse.rows(table), dtype=np.uint32)
    rights = np.empty(warehouse.rows(table), dtype=np.uint32)
    selves = TABLES[table].distinct is not None
    size = 0
    for batch in warehouse.read(table, [left.column, right.column], tally):
        a = left.documents.numbers(batch[left.column].to_numpy())
        b = right.documents.numbers(batch[right.column].to_numpy())
        stands = (a != NONE) & (b != NONE)
        tally["dangling"] += int(batch.height - np.count_nonzero(stands))
        if selves:
            itself = stands & (a == b)
            tally["self"] += int(np.count_nonzero(itself))
            stands &= ~itself
        if not stands.all():
            a, b = a[stands], b[stands]
        lefts[size : size + len(a)] = a
        rights[size : size + len(b)] = b
        size += len(a)
    return Pairs(lefts[:size], rights[:size])


def _joined(pieces: Sequence[NDArray[np.int64]]) -> I64:
    return np.concatenate([np.empty(0, dtype=np.int64), *pieces])
