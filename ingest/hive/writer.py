"""A warehouse in Hive is replaced by a snapshot: new tables first, then views onto them, so that no name is ever missing.

    users                   a view of the newest
    users__000007           the rows; those of the snapshot before stay for whoever is reading them

Rows go through the connection, as INSERT statements, some thousands a second: for databases of up to some millions of rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from ingest.hive.session import rows_of, session
from ingest.hive.url import HiveUrl
from schemas.errors import InputError
from schemas.tables import TABLES

INSERT_ROWS = 2_000
_TYPES = {
    pl.Int64(): "bigint",
    pl.String(): "string",
    pl.Boolean(): "boolean",
    pl.Float64(): "double",
    pl.List(pl.Float64()): "array<double>",
    pl.List(pl.Int64()): "array<bigint>",
}


def load_snapshot(url: HiveUrl, directory: Path, progress: Callable[[str], None]) -> None:
    """Put the tables `directory/<table>/*.parquet` in place of those that an earlier snapshot wrote to the database.

    Until all rows are there, everything is as it was. Then one view after another moves on, `snapshot` last: whoever reads
    meanwhile takes new rows for older ones, which is the safe side. `InputError` `exists` where a table of such a name was
    made by somebody else; what a load that failed left behind goes with the next.
    """
    with session(url) as connection:

        def run(sql: str) -> list[tuple[Any, ...]]:
            found = rows_of(connection, sql, code="unwritable", what=f"{url} while a snapshot is written to it")
            return [row for rows in found for row in rows]

        there = {row[1] if len(row) > 1 else row[0] for row in run(f"SHOW TABLES IN `{url.database}`")}
        views = {row[1] if len(row) > 1 else row[0] for row in run(f"SHOW VIEWS IN `{url.database}`")}
        for name in TABLES:
            if name in there and name not in views:
                raise InputError(
                    "exists", f"table {name} of {url} was not written by a snapshot", hint="name another database"
                )
        versions = {name: _version(name) for name in there if _version(name)}
        version = 1 + max(versions.values(), default=0)
        new = [name for name in TABLES if (directory / name).is_dir()]
        for name in new:
            progress(name)
            _fill(run, f"`{url.database}`.`{name}__{version:06}`", pl.scan_parquet(directory / name / "*.parquet"))
        for name in sorted(new, key="snapshot".__eq__):
            run(
                f"CREATE OR REPLACE VIEW `{url.database}`.`{name}` AS "
                f"SELECT * FROM `{url.database}`.`{name}__{version:06}`"
            )
        for name in views - set(new):
            if name in TABLES:
                run(f"DROP VIEW `{url.database}`.`{name}`")
        complete = max((v for v in versions.values() if _was_complete(v, versions)), default=0)
        for name, old in versions.items():
            if old != complete:
                run(f"DROP TABLE `{url.database}`.`{name}`")


def _version(name: str) -> int:
    """The number in the name of a table that a snapshot made, 0 in others."""
    table, separator, number = name.rpartition("__")
    return int(number) if separator and table in TABLES and number.isdecimal() else 0


def _was_complete(version: int, versions: dict[str, int]) -> bool:
    """Table `snapshot` is filled last."""
    return versions.get(f"snapshot__{version:06}") == version


def _fill(run: Callable[[str], object], table: str, rows: pl.LazyFrame) -> None:
    schema = rows.collect_schema()
    columns = ", ".join(f"`{name}` {_TYPES[dtype]}" for name, dtype in schema.items())
    run(f"CREATE TABLE {table} ({columns}) STORED AS PARQUET")
    lists = any(isinstance(dtype, pl.List) for dtype in schema.values())
    for batch in _batches(rows, INSERT_ROWS // 20 if lists else INSERT_ROWS):
        texts = (", ".join(_literal(value) for value in row) for row in batch.iter_rows())
        if lists:  # VALUES of Hive knows no arrays
            run(f"INSERT INTO {table} " + " UNION ALL ".join(f"SELECT {text}" for text in texts))
        else:
            run(f"INSERT INTO {table} VALUES " + ", ".join(f"({text})" for text in texts))


def _batches(rows: pl.LazyFrame, size: int) -> Iterator[pl.DataFrame]:
    for batch in rows.collect_batches(chunk_size=size, maintain_order=True):
        yield from batch.iter_slices(size)


def _literal(value: object) -> str:
    """A value in the SQL of Hive and of Spark. `$` is escaped, since `${…}` would be replaced by a setting."""
    match value:
        case None:
            return "NULL"
        case bool():
            return str(value).upper()
        case int():
            return str(value) if value != -(2**63) else "(-9223372036854775807 - 1)"
        case float():
            return f"CAST('{value!r}' AS double)" if math.isfinite(value) else _UNUSUAL[str(value)]
        case str():
            escaped = value.replace("\\", "\\\\").replace("'", "\\'").replace("$", "\\u0024").replace("\0", "\\0")
            return f"'{escaped}'"
        case list():
            return f"array({', '.join(map(_literal, value))})"
        case _:
            raise TypeError(f"no literal of {type(value)}")


_UNUSUAL = {
    name: f"CAST('{text}' AS double)" for name, text in (("nan", "NaN"), ("inf", "Infinity"), ("-inf", "-Infinity"))
}
