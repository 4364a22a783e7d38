"""The reader of a warehouse in Hive.

Hive gives rows in no order, and a second query may see another state, so a table is fetched once, when it is first wanted,
into Parquet parts on the local disk, and read from there as often as wanted. Only what a build reads is fetched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from ingest.columns import check_columns
from ingest.hive.columns import dtype_of, expression, frame
from ingest.hive.session import rows_of, session
from ingest.hive.url import HiveUrl
from ingest.parquet import BATCH_ROWS, ParquetWarehouse
from ingest.parts import write_parts
from schemas.errors import InputError
from schemas.tables import TABLES


class HiveWarehouse:
    """The known tables of one Hive database; `spool` is an empty directory that outlives this value.

    A table is fetched in one query, so that it is one state of it; different tables are fetched at different moments.
    Raises `InputError`: `no-driver`, `no-warehouse` (no server, no such database, no table), `missing-column`,
    `bad-column`, and while reading `bad-table`, `bad-value`.
    """

    def __init__(self, url: HiveUrl, spool: Path, *, batch_rows: int = BATCH_ROWS) -> None:
        self._url = url
        self._spool = spool
        self._batch_rows = batch_rows
        self._fetched: dict[str, ParquetWarehouse] = {}
        with session(url) as connection:
            there = _names(connection, url)
            self._types = {name: _types(connection, url, name) for name in TABLES if name in there}
        for name, types in self._types.items():
            check_columns(TABLES[name], {column: dtype_of(kind) for column, kind in types.items()}, str(url))
        if not self._types:
            raise InputError(
                "no-warehouse", f"no warehouse: {url} holds no table", hint="a warehouse has tables such as users"
            )

    def tables(self) -> tuple[str, ...]:
        """As the Protocol says."""
        return tuple(self._types)

    def rows(self, table: str) -> int:
        """As the Protocol says; the table is fetched."""
        return self._local(table).rows(table) if table in self._types else 0

    def read(self, table: str, columns: Sequence[str], tally: Counter[str] | None = None) -> Iterator[pl.DataFrame]:
        """As the Protocol says; the table is fetched."""
        if table in self._types:
            yield from self._local(table).read(table, columns, tally)

    def times(self, table: str, now_ms: int) -> tuple[int | None, int]:
        """As the Protocol says. Hive is asked, since most tables with times are never fetched.

        Where rows are added before the table is fetched, the time is older than what is read: the safe side.
        """
        time = TABLES[table].time
        if time not in self._types.get(table, {}):
            return None, 0
        sql = f"SELECT max(`{time}`), count(CASE WHEN `{time}` > {now_ms} THEN 1 END) FROM {self._table(table)}"
        with session(self._url) as connection:
            for rows in rows_of(connection, sql, code="bad-table", what=f"table {table} of {self._url}"):
                newest, later = rows[0]
        return newest, later

    def _local(self, table: str) -> ParquetWarehouse:
        if table not in self._fetched:
            root = self._spool / table
            write_parts(root / table, self._fetch(table))
            self._fetched[table] = ParquetWarehouse(root, batch_rows=self._batch_rows)
        return self._fetched[table]

    def _fetch(self, table: str) -> Iterator[pl.DataFrame]:
        types = self._types[table]
        schema = {name: dtype_of(kind) for name, kind in types.items()}
        wanted = ", ".join(expression(name, kind) for name, kind in types.items())
        what = f"table {table} of {self._url}"
        yield frame([], schema)
        with session(self._url) as connection:
            for rows in rows_of(connection, f"SELECT {wanted} FROM {self._table(table)}", code="bad-table", what=what):
                yield frame(rows, schema)

    def _table(self, table: str) -> str:
        return f"`{self._url.database}`.`{table}`"


def _names(connection: Any, url: HiveUrl) -> set[str]:
    """The tables and views of a database. Hive answers with their names alone, Spark's server with the database before each."""
    found = rows_of(connection, f"SHOW TABLES IN `{url.database}`", code="no-warehouse", what=f"database {url}")
    return {row[1] if len(row) > 1 else row[0] for rows in found for row in rows}


def _types(connection: Any, url: HiveUrl, table: str) -> Mapping[str, str]:
    """The Hive types of the known columns of a table. Behind its columns, a description goes on with its partitions."""
    sql = f"DESCRIBE `{url.database}`.`{table}`"
    types: dict[str, str] = {}
    for rows in rows_of(connection, sql, code="bad-table", what=f"table {table} of {url}"):
        types.update((name.strip().lower(), kind.strip().lower()) for name, kind, *_ in rows if kind)
    known = [column.name for column in TABLES[table].columns]
    return {name: types[name] for name in known if name in types}
