"""Reading the tables of a folder, and what is wrong with them said in words."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from schemas.errors import InputError

Integers = np.ndarray


def read(folder: Path, name: str, columns: tuple[str, ...], optional: tuple[str, ...] = ()) -> pl.DataFrame:
    """`name`.parquet of a folder; it has at least the named columns, and no nulls in them and in the optional ones."""
    path = folder / f"{name}.parquet"
    if not folder.is_dir():
        raise InputError("no-such-folder", f"{folder} is not a folder")
    if not path.is_file():
        raise InputError("no-such-table", f"{path} is missing", hint=f"it has the columns {', '.join(columns)}")
    try:
        table = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise InputError("bad-table", f"{path} cannot be read as parquet: {str(error).splitlines()[0]}") from None
    missing = [column for column in columns if column not in table.columns]
    if missing:
        hint = f"it has: {', '.join(table.columns)}"
        raise InputError("missing-column", f"{path} has no column {missing[0]!r}", hint=hint)
    present = (*columns, *(column for column in optional if column in table.columns))
    holes = [column for column in present if table[column].null_count()]
    if holes:
        raise InputError("null-values", f"{path}: column {holes[0]!r} holds {table[holes[0]].null_count()} nulls")
    return table


def filled(table: pl.DataFrame, path: Path) -> pl.DataFrame:
    """Itself, if it has a row."""
    if len(table) == 0:
        raise InputError("empty-table", f"{path} has no rows")
    return table


def integers(table: pl.DataFrame, column: str, where: str, low: int = 0, high: int | None = None) -> Integers:
    """A column of whole numbers from `low` to `high`, int64."""
    if not table[column].dtype.is_integer():
        raise InputError("bad-column", f"{where}: column {column!r} is {table[column].dtype}, not whole numbers")
    found = table[column].to_numpy().astype(np.int64)
    if len(found) and found.min() < low:
        raise InputError("bad-column", f"{where}: column {column!r} holds {found.min()}, less than {low}")
    if len(found) and high is not None and found.max() > high:
        raise InputError("bad-column", f"{where}: column {column!r} holds {found.max()}, more than {high}")
    return found
