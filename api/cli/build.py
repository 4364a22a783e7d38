"""`monoceros build`: from warehouse tables to a published generation of an index."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.cli.flags import index_flag, source_flag
from schemas.errors import InputError
from schemas.ids import INT64_MAX, INT64_MIN

if TYPE_CHECKING:
    from index import Manifest

_READ = "rows"
"""What a corpus calls the rows of a table that were read; its other counts are of what was kept out, by reason."""
_FATES = {
    _READ: "read",
    "unknown_place": "kept without their place, which is unknown",
    "later_than_build": "read, but later than the build",
}


@click.command()
@source_flag
@index_flag
@click.option(
    "--as-of",
    type=click.IntRange(INT64_MIN, INT64_MAX),
    metavar="MS",
    help="Snapshot time of all tables, milliseconds since 1970 in UTC.",
)
@click.option(
    "--engine",
    type=click.Choice(["local", "spark"]),
    default="local",
    show_default=True,
    help="Where segments are made: here, or in Spark's executors.",
)
@click.option(
    "--shards",
    type=click.IntRange(1, 1024),
    metavar="N",
    help="With --engine spark: so many segments, into DIR/shards/0 and on; one, into DIR, if not said.",
)
def build(warehouse: str, index: Path, as_of: int | None, engine: str, shards: int | None) -> None:
    """Build an index from warehouse tables and put it in force.

    Readers of the index see the generation of before until the new one is complete.
    """
    started = time.monotonic()
    if engine == "spark":
        places = [index] if shards is None else [index / "shards" / str(shard) for shard in range(shards)]
        for place, manifest in zip(places, build_on_spark(warehouse, places, as_of), strict=True):
            print_build(manifest, place, time.monotonic() - started)
        return
    if shards is not None:
        raise click.UsageError("--shards goes with --engine spark")
    print_build(build_index(warehouse, index, as_of), index, time.monotonic() - started)


def build_on_spark(warehouse: str, places: Sequence[Path], as_of_ms: int | None = None) -> list[Manifest]:
    """One shard into each place. Where that fails, all are as they were, and absent where they were absent."""
    from api.cli.progress import steps
    from ingest.spark import build_shards

    if warehouse.startswith("hive://"):
        raise InputError(
            "bad-url",
            "Spark reads no tables through a Hive server",
            hint="name a directory, or catalog://DATABASE for a database of the metastore that Spark is configured with",
        )
    check_warehouse(warehouse)
    now_ms = time.time_ns() // 1_000_000
    with ExitStack() as held, steps("build") as progress:
        for place in places:
            held.enter_context(changing_index(place))
        manifests = build_shards(warehouse, places, as_of_ms=as_of_ms, now_ms=now_ms, progress=progress)
    for place in places:
        follow(place, now_ms)
    return manifests


def build_index(warehouse: str, index: Path, as_of_ms: int | None = None) -> Manifest:
    """Read, build, publish, with progress. Where it fails, the index is as it was, and absent if it was absent."""
    from api.cli.progress import steps
    from index import publish
    from ingest.documents import read_corpus
    from ingest.opening import open_warehouse

    check_warehouse(warehouse)
    now_ms = time.time_ns() // 1_000_000
    with changing_index(index), steps("build") as progress, open_warehouse(warehouse) as source:
        manifest = publish(
            index,
            lambda: read_corpus(source, as_of_ms=as_of_ms, now_ms=now_ms, progress=progress),
            now_ms=now_ms,
            progress=progress,
        )
    follow(index, now_ms)
    return manifest


def follow(index: Path, now_ms: int) -> None:
    """Let a live index go over to the base that is in force now. Where a process applies events to it, that one does so.

    The caller no longer holds the index as its writer.
    """
    from ingest.live import rebase

    if rebase(index, now_ms=now_ms):
        click.echo("the live index has moved to the new base", err=True)


def check_warehouse(warehouse: str) -> None:
    """Refuse a directory that is not there before anything is made for its sake."""
    if "://" not in warehouse and not Path(warehouse).is_dir():
        raise InputError(
            "no-warehouse",
            f"there is no warehouse {warehouse}",
            hint="make one: monoceros generate --users 1000 --warehouse DIR, or monoceros import",
        )


@contextmanager
def changing_index(index: Path) -> Iterator[None]:
    """Hold an index as its one writer; where the block fails and nothing was ever in force, leave none behind."""
    from index import writing

    absent = [path for path in (index, *index.parents) if not path.exists()]
    with writing(index):
        try:
            yield
        except BaseException:
            if not (index / "CURRENT").exists():  # somebody else may have published before this build held the lock
                _remove(absent)
            raise


def _remove(absent: list[Path]) -> None:
    """Take back the directories that this build made, inner first; the caller still holds the index as its writer."""
    import shutil

    for place, path in enumerate(absent):
        try:
            if place == 0:
                shutil.rmtree(path)
            else:
                path.rmdir()
        except OSError:
            return


def print_build(manifest: Manifest, index: Path, seconds: float) -> None:
    """What was read and kept out, how large the index is, and how long it took."""
    from api.cli.counts import print_table
    from api.console.text import printable, size_of

    print_table(("table", "rows", "what became of them"), _counts(manifest.counts))
    documents = ", ".join(f"{count:,} {vertical}" for vertical, count in manifest.documents.items())
    size = manifest.size
    each = size / max(1, manifest.postings)
    click.echo(f"documents  {documents}")
    click.echo(f"postings   {manifest.postings:,}, {each:.2f} bytes each, everything counted")
    click.echo(f"size       {size_of(size)} in {len(manifest.files)} files")
    click.echo(f"time       {seconds:.1f} s")
    click.echo(f"{printable(str(index))} is in force")


def _counts(counts: Mapping[str, Mapping[str, int]]) -> Iterator[tuple[str, str, str]]:
    for table, reasons in sorted(counts.items()):
        for reason, rows in sorted(reasons.items(), key=lambda item: (item[0] != _READ, item[0])):
            yield table, f"{rows:,}", _FATES.get(reason, f"kept out: {reason.replace('_', ' ')}")
