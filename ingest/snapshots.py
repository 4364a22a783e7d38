"""`monoceros snapshot`: the tables of a database become a warehouse, all of one moment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

from ingest.hive import HiveUrl, load_snapshot
from ingest.postgres import scrape
from ingest.replacing import replacing
from schemas.errors import InputError

_SCHEMES = ("postgresql", "postgres")


def take_snapshot(source: str, warehouse: str, *, progress: Callable[[str], None]) -> dict[str, int]:
    """Replace a warehouse by what `source` holds now, whole or not at all; the answer is the rows of each table.

    `source` is `postgresql://…`; `warehouse` a directory, which becomes a link to the newest of the directories beside it, or
    `hive://…`. Raises `InputError` `bad-url` for others, and those of `scrape`, `replacing` and `load_snapshot`.
    """
    scheme = source.partition("://")[0]
    if "://" not in source or scheme not in _SCHEMES:
        raise InputError(
            "bad-url", f"no snapshot is taken from {scheme}://", hint="write postgresql://USER@HOST:PORT/DATABASE"
        )
    if "://" in warehouse:
        url = HiveUrl.parse(warehouse)
        with TemporaryDirectory(prefix="monoceros-snapshot-", ignore_cleanup_errors=True) as directory:
            rows = scrape(source, Path(directory), progress)
            load_snapshot(url, Path(directory), progress)
        return rows
    with replacing(Path(warehouse)) as place:
        return scrape(source, place, progress)
