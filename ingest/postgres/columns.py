"""What the types of PostgreSQL are here, and how a column is asked for."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl

_INTEGERS = ("int2", "int4", "int8")
_TEXTS = ("text", "varchar", "bpchar", "name", "citext")
_SCALARS: Mapping[str, pl.DataType] = {
    **dict.fromkeys(_INTEGERS, pl.Int64()),
    **dict.fromkeys(_TEXTS, pl.String()),
    "bool": pl.Boolean(),
    "float4": pl.Float64(),
    "float8": pl.Float64(),
    "numeric": pl.Decimal(38, 18),
    "date": pl.Date(),
    "timestamp": pl.Datetime("us"),
    "timestamptz": pl.Datetime("us", "UTC"),
    "bytea": pl.Binary(),
}
_CASTS: Mapping[str, str] = {"float4": "float8", "_float4": "float8[]", **dict.fromkeys(_TEXTS, "text")}
"""Four bytes of a float are widened there, and not through their shortest text; blanks that pad are dropped."""


def dtype_of(name: str, kind: str) -> pl.DataType:
    """The type of a column of the type `name` of `kind` (`pg_type.typtype`); what is no use keeps a type that is refused."""
    if kind == "e":
        return pl.String()
    if name.startswith("_") and name[1:] in _SCALARS:
        return pl.List(_SCALARS[name[1:]])
    return _SCALARS.get(name, pl.Object())


def cast_of(name: str, kind: str) -> str:
    """The type that a column is cast to in the query, '' where it comes as it is."""
    return "text" if kind == "e" else _CASTS.get(name, "")
