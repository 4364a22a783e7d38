"""From what a person calls a warehouse to its reader: a directory of Parquet tables, or the address of a Hive database."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from ingest.hive import SCHEME, HiveUrl, HiveWarehouse
from ingest.parquet import ParquetWarehouse
from ingest.warehouse import Warehouse
from schemas.errors import InputError


@contextmanager
def open_warehouse(location: str) -> Iterator[Warehouse]:
    """The reader, until the block ends. Raises the `InputError`s of the readers, and `bad-url`."""
    scheme, separator, _ = location.partition("://")
    if not separator:
        yield ParquetWarehouse(Path(location))
        return
    if f"{scheme}://" != SCHEME:
        raise InputError(
            "bad-url", f"no warehouse is read from {scheme}://", hint="name a directory, or hive://HOST:PORT/DB"
        )
    url = HiveUrl.parse(location)
    with TemporaryDirectory(prefix="monoceros-hive-", ignore_cleanup_errors=True) as spool:
        yield HiveWarehouse(url, Path(spool))
