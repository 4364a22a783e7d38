"""Writes a warehouse, whole or not at all: parts go to a sibling directory that is renamed into place at
the end.

It owns the layout (`<table>/part-00000.parquet`) and the column types, which come from `schemas.tables`; it
refuses a target that holds anything, and leaves nothing behind when the block it guards ends in any
exception.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy.typing as npt
import polars as pl

from ingest.durable import sync, sync_tree
from schemas.errors import InputError
from schemas.tables import TABLES, Kind

ROW_GROUP_ROWS = 1 << 18

_DTYPES: dict[Kind, pl.DataType] = {
    "id": pl.Int64(),
    "ref": pl.Int64(),
    "text": pl.String(),
    "bool": pl.Boolean(),
    "int": pl.Int64(),
    "time": pl.Int64(),
    "float": pl.Float64(),
    "floats": pl.List(pl.Float32()),
}

Columns = Mapping[str, "pl.Series | npt.NDArray[Any]"]


class WarehouseWriter:
    """A context manager: `add` rows inside the block; leaving it without an exception publishes the
    warehouse.

    Errors: `InputError` `exists` when the target is not an empty or absent directory, `unwritable` when the
    file system refuses. Rows keep the order in which they were added.
    """

    def __init__(self, out: Path) -> None:
        self.out = Path(os.path.realpath(out))
        self.rows: dict[str, int] = {}
        """Rows written so far, by table."""
        self._partial = self.out.parent / f".{self.out.name}.partial-{os.getpid()}"
        self._parts: dict[str, int] = {}
        self._made: list[Path] = []

    def __enter__(self) -> Self:
        self._refuse_occupied()
        try:
            self._make_parents()
            shutil.rmtree(self._partial, ignore_errors=True)
            self._partial.mkdir()
        except OSError as error:
            self._abandon()
            raise self._unwritable(error) from error
        except BaseException:
            self._abandon()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._abandon()
            return
        try:
            self._publish()
        except OSError as failure:
            self._abandon()
            self._refuse_occupied()
            raise self._unwritable(failure) from failure
        except BaseException:
            self._abandon()
            raise

    def add(self, table: str, columns: Columns) -> None:
        """Append rows to `table`; columns that are left out take their defaults when the warehouse is
        read.

        A table to which only empty columns were added exists and is empty. A column that the table does not
        have, or a required one that is missing, is a bug of the caller and raises `ValueError`.
        """
        declared = {column.name: column for column in TABLES[table].columns}
        unknown = columns.keys() - declared.keys()
        missing = {name for name, column in declared.items() if column.required} - columns.keys()
        if unknown or missing:
            raise ValueError(f"{table}: unknown columns {sorted(unknown)}, missing columns {sorted(missing)}")
        frame = pl.DataFrame(
            [
                pl.Series(name, columns[name]).cast(_DTYPES[column.kind])
                for name, column in declared.items()
                if name in columns
            ]
        )
        part = self._parts.get(table, 0)
        if part and not frame.height:
            return
        directory = self._partial / table
        try:
            directory.mkdir(exist_ok=True)
            frame.write_parquet(
                directory / f"part-{part:05d}.parquet",
                compression="zstd",
                compression_level=1,
                row_group_size=ROW_GROUP_ROWS,
            )
        except (OSError, pl.exceptions.ComputeError) as error:
            raise self._unwritable(error) from error
        self._parts[table] = part + 1
        self.rows[table] = self.rows.get(table, 0) + frame.height

    def _refuse_occupied(self) -> None:
        try:
            occupied = self.out.exists() and (not self.out.is_dir() or any(self.out.iterdir()))
        except OSError as error:
            raise self._unwritable(error) from error
        if occupied:
            raise InputError(
                "exists",
                f"{self.out} exists and is not an empty directory",
                hint="name a directory that does not exist yet, or remove this one",
            )

    def _make_parents(self) -> None:
        absent = [self.out.parent, *self.out.parent.parents]
        for parent in reversed([path for path in absent if not path.exists()]):
            parent.mkdir()
            self._made.append(parent)

    def _publish(self) -> None:
        sync_tree(self._partial)
        self._partial.rename(self.out)
        sync(self.out.parent)

    def _abandon(self) -> None:
        shutil.rmtree(self._partial, ignore_errors=True)
        for parent in reversed(self._made):
            try:
                parent.rmdir()
            except OSError:
                return

    def _unwritable(self, error: Exception) -> InputError:
        return InputError(
            "unwritable",
            f"cannot write the warehouse {self.out}: {error}",
            hint="check the path, its permissions and the free space",
        )
