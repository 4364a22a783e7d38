"""Reading the tables of a folder: what is wrong with them is said in words, rows that say nothing are left out and counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import numpy as np
import polars as pl

from schemas.errors import InputError

Integers = np.ndarray
Say = Callable[[str], object]

EXACT = 2**53
"""Up to which whole numbers stand in floats as they are."""


def read(
    folder: Path,
    name: str,
    columns: Sequence[str],
    optional: Sequence[str] = (),
    *,
    texts: Sequence[str] = (),
    say: Say = print,
) -> pl.DataFrame:
    """`name`.parquet of a folder: its `columns`, and those of the optional ones that it has; at least one row.

    A null is '' in `texts`; a row with one elsewhere is left out, which is said.
    """
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
    table = table.select(*columns, *(column for column in optional if column in table.columns))
    table = table.with_columns(pl.col(text).cast(pl.String).fill_null("") for text in texts if text in table.columns)
    whole = table.drop_nulls()
    if len(whole) == 0:
        raise InputError("empty-table", f"{path} has no rows{', but for such with nulls' if len(table) else ''}")
    if len(whole) < len(table):
        say(f"{path}: {len(table) - len(whole):,} of {len(table):,} rows have a null and are left out")
    return whole


def integers(table: pl.DataFrame, column: str, where: str, low: int = 0, high: int | None = None) -> Integers:
    """A column of whole numbers from `low` to `high`, int64."""
    found = _whole(table[column])
    if found is None:
        raise InputError("bad-column", f"{where}: column {column!r} is {table[column].dtype}, not whole numbers")
    if len(found) and found.min() < low:
        raise InputError("bad-column", f"{where}: column {column!r} holds {found.min()}, less than {low}")
    if len(found) and high is not None and found.max() > high:
        raise InputError("bad-column", f"{where}: column {column!r} holds {found.max()}, more than {high}")
    return found


def numbered(columns: Iterable[pl.Series], where: str) -> tuple[list[Integers], pl.Series]:
    """Columns of ids of one kind as places among all that they hold, and these ids, ascending.

    Ids are whole numbers or texts; where a column holds texts, all are compared as texts.
    """
    given = list(columns)
    whole = [_whole(column) for column in given]
    if all(found is not None for found in whole):
        series = [pl.Series(found) for found in whole]
    else:
        series = [_text(column, found, where) for column, found in zip(given, whole, strict=True)]
    known = pl.concat(series).unique().sort()
    return [known.search_sorted(one).to_numpy().astype(np.int64) for one in series], known


def _whole(column: pl.Series) -> Integers | None:
    """As int64, if it holds whole numbers that fit; floats too, which tables with gaps come to hold on their way."""
    values = column.to_numpy() if column.dtype.is_numeric() else None
    if values is None or (column.dtype.is_float() and not (np.mod(values, 1) == 0).all()):
        return None
    fits = np.abs(values).max(initial=0) <= EXACT if column.dtype.is_float() else True
    if not fits or (len(values) and values.max() > np.iinfo(np.int64).max):
        return None
    return values.astype(np.int64)


def _text(column: pl.Series, whole: Integers | None, where: str) -> pl.Series:
    if whole is not None:
        return pl.Series(whole).cast(pl.String)
    try:
        if column.dtype.is_numeric() and not column.dtype.is_integer():
            raise pl.exceptions.InvalidOperationError
        return column.cast(pl.String)
    except pl.exceptions.PolarsError:
        message = f"{where}: column {column.name!r} is {column.dtype}; ids are whole numbers or texts"
        raise InputError("bad-column", message) from None
