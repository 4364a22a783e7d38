"""GitHub users: accounts under their logins, mutual follows."""

from __future__ import annotations

from pathlib import Path

from ingest.importers.sources import mutual, read
from ingest.warehouse_writer import WarehouseWriter

FILES = ("nodes.parquet", "edges.parquet")


def import_github(source: Path, writer: WarehouseWriter) -> None:
    """Accounts keep their node numbers; the login is the username, there is no other name."""
    nodes = read(source, FILES[0], {"id": "integer", "name": "text"}).sort("id")
    edges = read(source, FILES[1], {"src": "integer", "dst": "integer"})
    writer.add("users", {"id": nodes["id"], "username": nodes["name"]})
    writer.add("follows", mutual(edges).to_dict())
