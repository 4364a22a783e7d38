"""What the types of Hive are here, and how a column is asked for so that it comes over the wire as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import polars as pl

from ingest.hive.session import Row

_SCALARS: Mapping[str, pl.DataType] = {
    "tinyint": pl.Int64(),
    "smallint": pl.Int64(),
    "int": pl.Int64(),
    "bigint": pl.Int64(),
    "boolean": pl.Boolean(),
    "float": pl.Float64(),
    "double": pl.Float64(),
    "string": pl.String(),
    "varchar": pl.String(),
    "char": pl.String(),
    "void": pl.Null(),
    "date": pl.Date(),
    "timestamp": pl.Datetime("us"),
    "timestamp_ntz": pl.Datetime("us"),
    "decimal": pl.Decimal(38, 18),
    "binary": pl.Binary(),
}


def dtype_of(hive_type: str) -> pl.DataType:
    """The type of a column of that Hive type; what the data model has no use for keeps a type that it refuses."""
    if hive_type.startswith("array<"):
        return pl.List(dtype_of(hive_type.removeprefix("array<").removesuffix(">")))
    return _SCALARS.get(hive_type.partition("(")[0], pl.Object())


def expression(name: str, hive_type: str) -> str:
    """The SQL of a column. A float is made a double by the server, which would else send it as its shortest text."""
    return f"CAST(`{name}` AS double) AS `{name}`" if hive_type == "float" else f"`{name}`"


def frame(rows: Sequence[Row], schema: Mapping[str, pl.DataType]) -> pl.DataFrame:
    """Rows of that schema; arrays come as JSON."""
    lists = {name: dtype for name, dtype in schema.items() if isinstance(dtype, pl.List)}
    raw = {name: pl.String() if name in lists else dtype for name, dtype in schema.items()}
    table = pl.DataFrame(rows, schema=raw, orient="row")
    return table.with_columns(pl.col(name).str.json_decode(dtype) for name, dtype in lists.items())
