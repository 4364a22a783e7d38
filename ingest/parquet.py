"""The reader of a warehouse of Parquet files: which tables exist, and their rows, typed, batch by batch.

It owns the layout on disk and what makes a file unreadable; it refuses to interpret rows, which is cleaning's part.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from ingest.columns import check_columns, typed
from schemas.errors import InputError
from schemas.tables import TABLES, Table

BATCH_ROWS = 2_000_000


@dataclass(frozen=True, slots=True)
class _Part:
    """One Parquet file of a table."""

    path: Path
    rows: int
    schema: dict[str, pl.DataType]


class ParquetWarehouse:
    """The tables under one directory, `<table>.parquet` or `<table>/*.parquet` in order of file name.

    Parts may differ in the columns that have defaults, and in the width of numbers. Opening reads every schema of every
    known table and checks it. Raises `InputError`: `no-warehouse`, `bad-table` (a file that is no whole Parquet file, a
    table that is there twice), `missing-column`, `bad-column`. Unknown tables and columns are passed over.

    A link is followed once, here, so a warehouse that is replaced behind one is still read as it was.
    """

    def __init__(self, path: Path, *, batch_rows: int = BATCH_ROWS) -> None:
        self._batch_rows = batch_rows
        if not os.path.isdir(path):  # False too where the way to it may not be searched
            raise _no_warehouse(f"{path} is no directory")
        path = path.resolve() if path.is_symlink() else path
        self._parts: dict[str, tuple[_Part, ...]] = {}
        for table in TABLES.values():
            files = table_files(path, table.name)
            if files:
                self._parts[table.name] = tuple(_open(table, file) for file in files)
        if not self._parts:
            raise _no_warehouse(f"{path} holds no table")

    def tables(self) -> tuple[str, ...]:
        """As the Protocol says."""
        return tuple(self._parts)

    def rows(self, table: str) -> int:
        """As the Protocol says; Parquet files announce it."""
        return sum(part.rows for part in self._parts.get(table, ()))

    def read(self, table: str, columns: Sequence[str], tally: Counter[str] | None = None) -> Iterator[pl.DataFrame]:
        """As the Protocol says, one batch at a time in memory."""
        spec = TABLES[table]
        wanted = [spec.column(name) for name in columns]
        required = [column.name for column in spec.columns if column.required]
        if tally is not None:
            tally["rows"] += self.rows(table)
        for part in self._parts.get(table, ()):
            needed = [name for name in dict.fromkeys((*required, *spec.key, *columns)) if name in part.schema]
            for start in range(0, part.rows, self._batch_rows):
                with _naming(spec, part.path):
                    batch = _scan(part.path).select(needed).slice(start, self._batch_rows).collect()
                if batch.height != min(self._batch_rows, part.rows - start):
                    raise _bad_table(spec, part.path, f"it does not hold the {part.rows} rows that it announces")
                whole = batch.drop_nulls(required) if any(batch[name].null_count() for name in required) else batch
                if tally is not None:
                    tally["null_required"] += batch.height - whole.height
                with _naming(spec, part.path):
                    series = [typed(spec, column, whole) for column in wanted]
                yield pl.DataFrame(series)

    def times(self, table: str, now_ms: int) -> tuple[int | None, int]:
        """As the Protocol says."""
        spec = TABLES[table]
        newest: int | None = None
        later = 0
        for part in self._parts.get(table, ()):
            if spec.time not in part.schema:
                continue
            time = pl.col(spec.time)
            with _naming(spec, part.path):
                found = _scan(part.path).select(time.max(), (time > now_ms).sum().alias("later"))
                highest, after = found.collect(engine="streaming").row(0)
            if highest is not None:
                newest = highest if newest is None else max(newest, highest)
            later += after or 0
        return newest, later


def table_files(root: Path, table: str) -> list[Path]:
    """The files of a table in the order in which they are read; none where it is missing."""
    single, directory = root / f"{table}.parquet", root / table
    try:
        whole = single.exists()
        found = directory.iterdir() if directory.is_dir() else ()
        parts = sorted(file for file in found if file.suffix == ".parquet" and not file.name.startswith("."))
    except OSError as error:
        raise _bad_table(TABLES[table], directory, str(error)) from error
    if whole and parts:
        raise InputError(
            "bad-table",
            f"table {table} is there twice: as {single} and as {directory}",
            hint="keep one of the two",
        )
    return [single] if whole else parts


def _scan(path: Path) -> pl.LazyFrame:
    """One file under exactly this name: no patterns, no columns from directory names."""
    return pl.scan_parquet(path, glob=False, hive_partitioning=False)


def _open(table: Table, path: Path) -> _Part:
    if not path.is_file():
        raise _bad_table(table, path, "it is no file")
    with _naming(table, path):
        schema = dict(_scan(path).collect_schema())
        rows = _scan(path).select(pl.len()).collect().item()
    check_columns(table, schema, str(path))
    return _Part(path, rows, {name: kind for name, kind in schema.items() if name in _names(table)})


def _names(table: Table) -> set[str]:
    return {column.name for column in table.columns}


@contextmanager
def _naming(table: Table, path: Path) -> Iterator[None]:
    """Turn whatever the Parquet decoder throws at damaged bytes, its panics too, into an error that names the file."""
    try:
        yield
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, OSError) as error:
        raise _bad_table(table, path, (str(error).splitlines() or [type(error).__name__])[0]) from error


def _bad_table(table: Table, path: Path, reason: str) -> InputError:
    return InputError(
        "bad-table",
        f"table {table.name}: cannot read {path}: {reason}",
        hint="the file is damaged, half-written or no Parquet file; write it again",
    )


def _no_warehouse(problem: str) -> InputError:
    return InputError(
        "no-warehouse",
        f"no warehouse: {problem}",
        hint="name a directory with tables such as users.parquet or users/*.parquet; "
        "'monoceros generate' and 'monoceros import' make one",
    )
