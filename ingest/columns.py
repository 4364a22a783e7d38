"""From what a file holds to what `schemas.tables` says a column is: types, allowed values, defaults.

It refuses, by `InputError`, types and values that the data model does not know; it never guesses.
"""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

from schemas.errors import InputError
from schemas.ids import INT64_MAX, INT64_MIN
from schemas.tables import Column, Kind, Table

_EXPECTED: dict[Kind, str] = {
    "id": "a whole number of up to 64 bits",
    "ref": "a whole number of up to 64 bits",
    "int": "a whole number of up to 64 bits",
    "time": "a whole number: milliseconds since 1970, UTC",
    "text": "text",
    "bool": "true or false, or the whole numbers 0 and 1",
    "float": "a number",
    "floats": "a list of numbers",
}
DTYPES: dict[Kind, pl.DataType] = {
    "id": pl.Int64(),
    "ref": pl.Int64(),
    "int": pl.Int64(),
    "time": pl.Int64(),
    "text": pl.String(),
    "bool": pl.Boolean(),
    "float": pl.Float64(),
    "floats": pl.List(pl.Float64()),
}
"""The type of a column once it is read."""


def check_columns(table: Table, schema: Mapping[str, pl.DataType], where: str) -> None:
    """Raise `InputError` where a table of that schema lacks a required column (`missing-column`) or one cannot hold what
    it should (`bad-column`). `where` names the file or the store."""
    for column in table.columns:
        if column.name in schema:
            _check_dtype(table, column, schema[column.name], where)
        elif column.required:
            raise InputError(
                "missing-column",
                f"table {table.name}: column {column.name} is missing in {where}",
                hint="the column is required; write it, or remove the table",
            )


def _check_dtype(table: Table, column: Column, dtype: pl.DataType, where: str) -> None:
    """Raise `InputError` `bad-column` where a column of that type cannot hold what `column` says.

    A column of type null is a column of nulls, whatever it was meant to be.
    """
    if _holds(column.kind, dtype):
        return
    raise InputError(
        "bad-column",
        f"table {table.name}: column {column.name} in {where} has type {dtype}",
        hint=f"write it as {_EXPECTED[column.kind]}",
    )


def _holds(kind: Kind, dtype: pl.DataType) -> bool:
    if isinstance(dtype, pl.Null):
        return True
    match kind:
        case "id" | "ref" | "int" | "time":
            return dtype.is_integer()
        case "text":
            return isinstance(dtype, pl.String | pl.Categorical | pl.Enum)
        case "bool":
            return isinstance(dtype, pl.Boolean) or dtype.is_integer()
        case "float":
            return dtype.is_integer() or dtype.is_float()
        case "floats":
            inner = getattr(dtype, "inner", None)
            return isinstance(inner, pl.DataType) and (inner.is_integer() or inner.is_float())


def typed(table: Table, column: Column, rows: pl.DataFrame) -> pl.Series:
    """The column of these rows in its own type, defaults in place of nulls and of a missing column.

    `rows` holds the first column of the table's key, which names the row in an error, without nulls. A number that is
    NaN is a null, and -0.0 is 0.0. Raises `InputError` `bad-value`.
    """
    dtype = DTYPES[column.kind]
    if column.name not in rows.columns:
        return pl.Series(column.name, [column.default], dtype=dtype).new_from_index(0, rows.height)
    raw = rows[column.name]
    if column.kind in ("id", "ref", "int", "time") and raw.dtype in (pl.UInt64, pl.Int128, pl.UInt128):
        _refuse(table, column, rows, (raw > INT64_MAX) | (raw.cast(pl.Float64) < INT64_MIN))
    if column.kind == "bool" and raw.dtype.is_integer():
        _refuse(table, column, rows, (raw != 0) & (raw != 1))
    values = raw.cast(dtype)
    if column.kind == "float":
        values = values.fill_nan(None) + 0.0
    if column.default is not None and values.null_count():
        values = values.fill_null(column.default)
    if column.one_of:
        _refuse(table, column, rows, ~values.is_in(column.one_of))
    return values


def _refuse(table: Table, column: Column, rows: pl.DataFrame, bad: pl.Series) -> None:
    """Raise for the first row that is bad; null is never bad."""
    for at in bad.fill_null(False).arg_true().head(1):
        key = table.key[0]
        name = rows[key][at] if key in rows.columns else ""
        raise bad_value(table, column, rows[column.name][at], f"{key} {name}")


def bad_value(table: Table, column: Column, value: object, row: str) -> InputError:
    """The error for one value of the row that `row` names."""
    expected = "one of " + ", ".join(column.one_of) if column.one_of else _EXPECTED[column.kind]
    return InputError(
        "bad-value",
        f"table {table.name}: column {column.name} holds {value!r} in the row of {row}",
        hint=f"it takes {expected}",
    )
