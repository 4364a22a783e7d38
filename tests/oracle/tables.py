"""A warehouse directory read, cleaned by the rules of data-model.md §1, and written. Knows no viewer."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import polars as pl

from .columns import REQUIRED, TABLES
from .errors import WarehouseError

Row = dict[str, Any]
Tables = dict[str, list[Row]]
Known = dict[str, set[int]]
"""The ids of the documents that stand, for each table of documents."""

Step = Callable[[str, Iterable[Row], Known], list[Row]]

SELF = {"follows": ("follower_id", "followee_id"), "blocks": ("blocker_id", "blocked_id")}
"""§1: who follows or blocks himself is kept out."""


def with_defaults(name: str, rows: Iterable[Row], known: Known) -> list[Row]:
    """§1: null means the default, null in a required column keeps the row out; other columns are ignored."""
    kept = []
    for row in rows:
        full = {}
        for column in TABLES[name].columns:
            value = row.get(column.name)
            full[column.name] = column.default if value is None else value
        if all(value is not REQUIRED for value in full.values()):
            kept.append(full)
    return kept


def with_referents(name: str, rows: Iterable[Row], known: Known) -> list[Row]:
    """§1: rows that refer to nothing, or to themselves, are kept out; an unknown place only is forgotten."""
    references = TABLES[name].references
    kept = [row for row in rows if all(row[column] in known[of] for column, of in references.items())]
    if name in SELF:
        one, other = SELF[name]
        kept = [row for row in kept if row[one] != row[other]]
    if name == "media":
        kept = [row if row["place_id"] in known["places"] else row | {"place_id": None} for row in kept]
    return kept


def standing(name: str, row: Row) -> tuple[Any, ...]:
    """§1: of rows with one key the larger time stands, then larger values (page order, null least)."""
    table = TABLES[name]
    values = tuple((row[column.name] is not None, row[column.name]) for column in table.columns)
    return (row[table.time] if table.time else 0, values)


def without_duplicates(name: str, rows: Iterable[Row], known: Known) -> list[Row]:
    """One row for each key, the one that stands."""
    best: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        key = tuple(row[column] for column in TABLES[name].key)
        if key not in best or standing(name, row) > standing(name, best[key]):
            best[key] = row
    return list(best.values())


CLEANING: tuple[Step, ...] = (with_defaults, with_referents, without_duplicates)


def clean(raw: Mapping[str, Iterable[Row]]) -> Tables:
    """Every table cleaned by the rules of §1, in their order; a missing table counts as empty."""
    tables: Tables = {}
    known: Known = {}
    for name in TABLES:
        rows = list(raw.get(name, ()))
        for step in CLEANING:
            rows = step(name, rows, known)
        tables[name] = rows
        if TABLES[name].key == ("id",):
            known[name] = {row["id"] for row in rows}
    return tables


def _read_file(name: str, path: Path) -> list[Row]:
    frame = pl.read_parquet(path)
    for column in TABLES[name].columns:
        if column.default is REQUIRED and column.name not in frame.columns:
            raise WarehouseError(f"table {name}: column {column.name} is missing in {path.name}")
    return frame.select([c.name for c in TABLES[name].columns if c.name in frame.columns]).to_dicts()


def read_tables(directory: Path) -> Tables:
    """The raw rows of `<table>.parquet` or `<table>/*.parquet`; a missing table is absent."""
    tables: Tables = {}
    for name in TABLES:
        file = directory / f"{name}.parquet"
        files = [file] if file.exists() else sorted((directory / name).glob("*.parquet"))
        if files:
            tables[name] = [row for path in files for row in _read_file(name, path)]
    return tables


def write_tables(tables: Mapping[str, list[Row]], directory: Path) -> None:
    """Rows as Parquet, one file a table; a column that no row has is left out, a missing value is null.

    Tables that no edge is made from take the types of their columns from the rows.
    """
    directory.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        present = {column for row in rows for column in row}
        schema: dict[str, Any] | None = None
        if name in TABLES:
            schema = {c.name: c.dtype for c in TABLES[name].columns if c.name in present or not rows}
            rows = [{column: row.get(column) for column in schema} for row in rows]
        frame = pl.DataFrame(rows, schema=schema, infer_schema_length=None)
        frame.write_parquet(directory / f"{name}.parquet")
