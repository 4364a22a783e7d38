"""The tables of a warehouse as Spark reads them: the known columns only, numbers in one width."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING

import polars as pl

from ingest.columns import DTYPES, check_columns
from ingest.hive.columns import dtype_of
from ingest.parquet import ParquetWarehouse, table_files
from schemas.errors import InputError
from schemas.tables import TABLES, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

CATALOG = "catalog://"
"""What stands before the name of a database of Spark's own catalogue, which is the Hive metastore where it has one."""
_WIDE = {"tinyint": "bigint", "smallint": "bigint", "int": "bigint", "float": "double"}


class SparkTables:
    """The known tables, and of a `Warehouse` as much as tells their times: `read` fetches a table whole, so it is for
    small ones. Errors are those of the other readers; a whole number without a sign, of 64 bits, is a `bad-column`."""

    def __init__(self, spark: SparkSession, location: str) -> None:
        if location.startswith(CATALOG):
            self.frames = _from_catalog(spark, location.removeprefix(CATALOG), location)
        else:
            ParquetWarehouse(Path(location))  # what it refuses is refused here
            self.frames = _from_files(spark, Path(location).resolve())

    def tables(self) -> tuple[str, ...]:
        """As `Warehouse` says."""
        return tuple(self.frames)

    def rows(self, table: str) -> int:
        """As `Warehouse` says."""
        return self.frames[table].count() if table in self.frames else 0

    def read(self, table: str, columns: Sequence[str], tally: Counter[str] | None = None) -> Iterator[pl.DataFrame]:
        """As `Warehouse` says, of columns that are all required; in one batch, and in no order."""
        if table not in self.frames:
            return
        found = [tuple(row) for row in self.frames[table].select(*columns).collect()]
        whole = [row for row in found if None not in row]
        if tally is not None:
            tally.update(rows=len(found), null_required=len(found) - len(whole))
        yield pl.DataFrame(whole, {name: DTYPES[TABLES[table].column(name).kind] for name in columns}, orient="row")

    def times(self, table: str, now_ms: int) -> tuple[int | None, int]:
        """As `Warehouse` says."""
        from pyspark.sql import functions

        time = TABLES[table].time
        if table not in self.frames or time not in self.frames[table].columns:
            return None, 0
        column = functions.col(time)
        found = self.frames[table].agg(functions.max(column), functions.count_if(column > now_ms)).collect()[0]
        return found[0], found[1]


def _from_files(spark: SparkSession, root: Path) -> dict[str, DataFrame]:
    """Parts are read one by one, since they may differ in columns and in the width of numbers."""
    frames = {}
    for table in TABLES.values():
        parts = [_known(spark.read.parquet(_literal(file)), table, str(file)) for file in table_files(root, table.name)]
        if parts:
            frames[table.name] = reduce(lambda one, other: one.unionByName(other, allowMissingColumns=True), parts)
    return frames


def _from_catalog(spark: SparkSession, database: str, location: str) -> dict[str, DataFrame]:
    names = {f"{database}.{table}": table for table in TABLES}
    there = {
        table: _known(spark.table(name), TABLES[table], location) for name, table in names.items() if _has(spark, name)
    }
    if not there:
        raise InputError(
            "no-warehouse",
            f"no warehouse: {location} holds no table",
            hint="name a database of the metastore that hive-site.xml of Spark's configuration names",
        )
    return there


def _has(spark: SparkSession, name: str) -> bool:
    return bool(spark.catalog.tableExists(name))


def _known(frame: DataFrame, table: Table, where: str) -> DataFrame:
    types = dict(frame.dtypes)
    known = [column.name for column in table.columns if column.name in types]
    check_columns(table, {name: dtype_of(types[name]) for name in known}, where)
    return frame.select(*(frame[f"`{name}`"].cast(_WIDE.get(types[name], types[name])).alias(name) for name in known))


def _literal(path: Path) -> str:
    """The path as Spark's globbing takes it for itself."""
    return "".join(f"\\{letter}" if letter in "{}[]*?\\" else letter for letter in str(path))
