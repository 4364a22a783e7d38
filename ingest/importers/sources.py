"""Reads the Parquet files of a data set: checks that files, columns and types are there, and says what
is not.

Refuses nulls and values of another type in the columns that an adapter asks for; other columns are not
read.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import polars as pl

from schemas.errors import InputError

Shape = Literal["integer", "float", "text", "day", "instant"]
Columns = Mapping[str, Shape]

_SELECTORS = {
    "integer": (pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32),
    "float": (pl.Float32, pl.Float64),
    "text": (pl.String, pl.Categorical),
    "day": (pl.Date,),
    "instant": (pl.Datetime,),
}
_CASTS: dict[Shape, pl.DataType] = {
    "integer": pl.Int64(),
    "float": pl.Float64(),
    "text": pl.String(),
    "day": pl.Datetime("ms"),
    "instant": pl.Datetime("ms"),
}


def read(source: Path, file: str, columns: Columns) -> pl.DataFrame:
    """The columns of `source/file`: integers and floats as 64 bits, days and instants as milliseconds
    (Int64).

    Errors: `InputError` `missing-source`, `missing-file`, `corrupt-file`, `missing-column`, `wrong-type`,
    `null-value`.
    """
    path = source / file
    if not source.is_dir():
        raise InputError(
            "missing-source",
            f"{source} is not a directory",
            hint=f"name the directory of the data set, the one that holds {file}",
        )
    if not path.is_file():
        raise InputError(
            "missing-file",
            f"{file} is not in {source}",
            hint="is this the directory of that data set? see its README",
        )
    try:
        schema = pl.read_parquet_schema(path)
        _check(file, schema, columns)
        frame = pl.read_parquet(path, columns=list(columns))
    except InputError:
        raise
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise InputError(
            "corrupt-file", f"{path} cannot be read as Parquet: {reason}", hint="fetch the file again"
        ) from error
    for name in columns:
        if nulls := frame[name].null_count():
            raise InputError(
                "null-value",
                f"{file}: column {name} has {nulls} empty values",
                hint="every row of this column needs a value",
            )
    return frame.select(_converted(name, shape) for name, shape in columns.items())


def _check(file: str, schema: Mapping[str, pl.DataType], columns: Columns) -> None:
    for name, shape in columns.items():
        if name not in schema:
            raise InputError(
                "missing-column",
                f"{file} has no column {name}",
                hint=f"it has {', '.join(schema)}; this adapter needs {', '.join(columns)}",
            )
        if not isinstance(schema[name], _SELECTORS[shape]):
            raise InputError(
                "wrong-type",
                f"{file}: column {name} is {schema[name]}, not {shape}",
                hint="fetch the file again, or convert the column",
            )


def _converted(name: str, shape: Shape) -> pl.Expr:
    column = pl.col(name)
    if shape == "instant":
        column = column.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
    column = column.cast(_CASTS[shape])
    return column.cast(pl.Int64) if shape in ("day", "instant") else column


def mutual(edges: pl.DataFrame) -> pl.DataFrame:
    """Follows of an undirected graph with columns src, dst: each pair once in each direction, sorted, no
    loops.
    """
    pairs = edges.filter(pl.col("src") != pl.col("dst")).select("src", "dst")
    both = pl.concat([pairs, pairs.select(src="dst", dst="src")])
    return both.unique().sort("src", "dst").rename({"src": "follower_id", "dst": "followee_id"})
