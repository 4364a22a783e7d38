"""All known tables of a database in one transaction that sees one state of it and writes nothing.

It owns what PostgreSQL is asked; it refuses to clean rows, which is the build's part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, LiteralString, NamedTuple

import polars as pl

from ingest.columns import check_columns
from ingest.parts import write_parts
from ingest.postgres.columns import cast_of, dtype_of
from schemas.errors import InputError
from schemas.tables import TABLES, Table

if TYPE_CHECKING:
    from psycopg import Connection
    from psycopg.sql import Composed

FETCH_ROWS = 10_000
_NO_TIME = ("snapshot", "rank_counts")
"""Tables that speak about others."""


class _Column(NamedTuple):
    name: str
    dtype: pl.DataType
    cast: str


def scrape(url: str, directory: Path, progress: Callable[[str], None]) -> dict[str, int]:
    """Write every known table of the database `postgresql://…` into `directory/<table>/`; the answer is their rows.

    Tables, views and foreign tables are found by the search path of the role. All are read in one REPEATABLE READ, READ ONLY
    transaction; table `snapshot` says its beginning, by the server's clock, for each of them, in place of one that the
    database may have. Memory holds one part of a table. Raises `InputError`: `no-driver`, `no-source` (no server, not let
    in), `no-tables`, `missing-column`, `bad-column`, `bad-table`, `unwritable`.
    """
    with _transaction(url) as connection:
        as_of_ms = _started_ms(connection)
        where = f"database {connection.info.dbname}"
        tables = {
            name: columns
            for name, table in TABLES.items()
            if name != "snapshot" and (columns := _columns(connection, table, where))
        }
        if not tables:
            raise InputError(
                "no-tables", f"{where} holds no known table", hint="it takes tables such as users, follows"
            )
        rows = {}
        for name, columns in tables.items():
            progress(name)
            rows[name] = write_parts(directory / name, _batches(connection, name, columns))
    times = [name for name in tables if name not in _NO_TIME]
    frame = pl.DataFrame(
        {"table": times, "as_of_ms": [as_of_ms] * len(times)}, schema={"table": pl.String, "as_of_ms": pl.Int64}
    )
    return {**rows, "snapshot": write_parts(directory / "snapshot", [frame])}


@contextmanager
def _transaction(url: str) -> Iterator[Connection]:
    try:
        import psycopg
    except ImportError as error:
        raise InputError(
            "no-driver",
            f"reading PostgreSQL needs psycopg: {error}",
            hint="install it: pip install 'monoceros[postgres]'",
        ) from error
    try:
        connection = psycopg.connect(url)
    except psycopg.Error as error:
        raise InputError(
            "no-source",
            f"cannot connect to PostgreSQL: {_reason(error)}",
            hint="write postgresql://USER@HOST:PORT/DATABASE, and the password in ~/.pgpass",
        ) from error
    with closing(connection):
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        connection.read_only = True
        yield connection


def _started_ms(connection: Connection) -> int:
    """When the transaction began. Asking takes its snapshot: whatever was committed before that moment is in it."""
    row = connection.execute("SELECT floor(extract(epoch FROM transaction_timestamp()) * 1000)::bigint").fetchone()
    assert row is not None
    return int(row[0])


def _columns(connection: Connection, table: Table, where: str) -> list[_Column]:
    """The known columns of a table, checked; none where it does not exist."""
    known = connection.execute(
        "SELECT a.attname, coalesce(b.typname, t.typname), coalesce(b.typtype, t.typtype)"
        " FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid"
        " LEFT JOIN pg_type b ON b.oid = t.typbasetype AND t.typtype = 'd'"
        " WHERE c.oid = to_regclass(quote_ident(%s)) AND c.relkind IN ('r', 'p', 'v', 'm', 'f')"
        " AND a.attnum > 0 AND NOT a.attisdropped",
        [table.name],
    ).fetchall()
    if not known:
        return []
    types = {name: (kind, category) for name, kind, category in known}
    check_columns(table, {name: dtype_of(*of) for name, of in types.items()}, where)
    return [
        _Column(column.name, dtype_of(*types[column.name]), cast_of(*types[column.name]))
        for column in table.columns
        if column.name in types
    ]


def _batches(connection: Connection, table: str, columns: list[_Column]) -> Iterator[pl.DataFrame]:
    import psycopg

    schema = {column.name: column.dtype for column in columns}
    yield pl.DataFrame(schema=schema)
    try:
        with connection.cursor("monoceros", binary=True) as cursor:
            cursor.execute(_query(table, columns))
            while rows := cursor.fetchmany(FETCH_ROWS):
                yield pl.DataFrame(rows, schema=schema, orient="row")
    except (psycopg.Error, pl.exceptions.PolarsError, TypeError) as error:
        raise InputError(
            "bad-table", f"cannot read table {table} of PostgreSQL: {_reason(error)}", hint="its log says more"
        ) from error


def _query(table: str, columns: list[_Column]) -> Composed:
    from psycopg.sql import SQL, Identifier

    casts: dict[str, LiteralString] = {"": "{}", "text": "{}::text", "float8": "{}::float8", "float8[]": "{}::float8[]"}
    wanted = SQL(", ").join(SQL(casts[column.cast]).format(Identifier(column.name)) for column in columns)
    return SQL("SELECT {} FROM {}").format(wanted, Identifier(table))


def _reason(error: Exception) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
