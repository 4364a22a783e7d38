"""Rows that come from another store are kept as Parquet parts, exactly as they came, for `ingest.parquet` to read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl

from schemas.errors import InputError

PART_ROWS = 1_000_000


def write_parts(directory: Path, batches: Iterable[pl.DataFrame]) -> int:
    """Write batches of one schema, of which there is at least one, into a new directory; the answer is their rows.

    Parts hold `PART_ROWS` or a batch more, and the last what is left: an empty table is one empty part, since its columns
    are told by it. Memory holds one part. `InputError` `unwritable` where the file system refuses.
    """
    with _writing(directory):
        directory.mkdir(parents=True)
    held: list[pl.DataFrame] = []
    rows = total = part = 0

    def write() -> None:
        nonlocal held, rows, part
        with _writing(directory):
            pl.concat(held).write_parquet(
                directory / f"part-{part:05d}.parquet", compression="zstd", compression_level=1
            )
        held, rows, part = [], 0, part + 1

    for batch in batches:
        held.append(batch)
        rows += batch.height
        total += batch.height
        if rows >= PART_ROWS:
            write()
    if rows or not part:
        write()
    return total


@contextmanager
def _writing(directory: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, pl.exceptions.ComputeError) as error:
        raise InputError(
            "unwritable",
            f"cannot write {directory}: {error}",
            hint="check the path, its permissions and the free space",
        ) from error
