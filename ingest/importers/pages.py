"""Verified Facebook pages: accounts with names in many scripts, mutual likes → mutual follows."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import polars as pl

from ingest.importers.sources import mutual, read
from ingest.warehouse_writer import WarehouseWriter

FILES = ("nodes.parquet", "edges.parquet")
_HANDLE_LETTERS = 40


def import_pages(source: Path, writer: WarehouseWriter) -> None:
    """Pages keep their node numbers; all are verified; a page's liking of itself is left out."""
    nodes = read(source, FILES[0], {"id": "integer", "name": "text"}).sort("id")
    edges = read(source, FILES[1], {"src": "integer", "dst": "integer"})
    handles = [handle(name, number) for number, name in nodes.select("id", "name").iter_rows()]
    writer.add(
        "users",
        {
            "id": nodes["id"],
            "username": pl.Series(handles, dtype=pl.String),
            "fullname": nodes["name"],
            "is_verified": pl.repeat(True, nodes.height, eager=True),
        },
    )
    writer.add("follows", mutual(edges).to_dict())


def handle(name: str, number: int) -> str:
    """A unique username: letters and digits of the name in their own script, in lower case, then `_` and
    the number.
    """
    letters = "".join(c for c in unicodedata.normalize("NFC", name).lower() if c.isalnum() or unicodedata.combining(c))
    return f"{letters[:_HANDLE_LETTERS] or 'page'}_{number}"
