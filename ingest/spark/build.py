"""A base build on Spark: it reads and routes the tables, and its executors make the segments.

One segment is, byte by byte, that of a local build. Of several, each is what a local build would be, cut to the shard's own
documents. The index and what is spooled beside it are on storage that the executors share.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, TypeVar

import polars as pl

from index import Manifest, Staged, discard, promote
from ingest.ledger import Ledger
from ingest.snapshot import snapshots
from ingest.spark.routing import route
from ingest.spark.tables import CATALOG, SparkTables
from ingest.spark.tasks import Counts, Job, Refusal, build, count
from schemas.errors import InputError

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Progress = Callable[[str], None]
_T = TypeVar("_T")


def build_shards(
    location: str, indexes: Sequence[Path], *, as_of_ms: int | None, now_ms: int, progress: Progress
) -> list[Manifest]:
    """Build one shard into each of `indexes`, and put all in force once all are there. The caller holds them as their writer.

    `location` is a directory of Parquet tables or `catalog://DATABASE`. Spark is configured by its own means
    (`SPARK_CONF_DIR`, `PYSPARK_SUBMIT_ARGS`). Raises what a local build raises, and `no-driver` without pyspark.
    """
    shards = len(indexes)
    with (
        _session(has_catalog=location.startswith(CATALOG)) as spark,
        TemporaryDirectory(prefix=".spark-", dir=indexes[0], ignore_cleanup_errors=True) as spool,
    ):
        job = Job(Path(spool), shards, as_of_ms, now_ms)
        tables = SparkTables(spark, location)
        progress("route")
        route(tables.frames, job.spool, shards)
        if shards > 1:
            progress("count")
            _put_times(tables, job, progress)
            _put_counts(job, _each(spark, shards, lambda shard: count(job, shard)))
        progress("build")
        targets = list(indexes)
        staged = _each(spark, shards, lambda shard: build(job, shard, targets[shard]), targets)
    progress("publish")
    for index, one in zip(indexes, staged, strict=True):
        promote(index, one)
    return [one.manifest for one in staged]


def _each(
    spark: SparkSession, shards: int, task: Callable[[int], _T | Refusal], indexes: Sequence[Path] = ()
) -> list[_T]:
    """What the task gives for each shard, one Spark task a shard. Where one is refused, what others staged is discarded."""
    found: list[Any] = spark.sparkContext.parallelize(range(shards), shards).map(task).collect()
    refused = [one for one in found if isinstance(one, Refusal)]
    if refused:
        for index, one in zip(indexes, found, strict=False):
            if isinstance(one, Staged):
                discard(index, one)
        raise refused[0].error()
    return found


def _put_times(tables: SparkTables, job: Job, progress: Progress) -> None:
    """Table `snapshot` of every shard says the times of whole tables; a shard sees only a part of their rows."""
    times = snapshots(tables, Ledger(tables, progress), job.as_of_ms, job.now_ms)
    columns = {"table": list(times), "as_of_ms": list(times.values())}
    _put(job, "snapshot", pl.DataFrame(columns, schema={"table": pl.String, "as_of_ms": pl.Int64}))


def _put_counts(job: Job, counts: Sequence[Counts]) -> None:
    """Table `rank_counts` of every shard holds the count of every document, so that all shards have one order."""
    rows = [
        pl.DataFrame({"vertical": [vertical.value] * len(ids), "id": ids, "count": of}, schema=_COUNTS)
        for shard in counts
        for vertical, (ids, of) in shard.items()
    ]
    _put(job, "rank_counts", pl.concat([pl.DataFrame(schema=_COUNTS), *rows]))


_COUNTS = {"vertical": pl.String, "id": pl.Int64, "count": pl.Int64}


def _put(job: Job, table: str, rows: pl.DataFrame) -> None:
    """Replace a table of every shard."""
    for shard in range(job.shards):
        place = job.spool / str(shard) / table
        if place.is_symlink():
            place.unlink()
        shutil.rmtree(place, ignore_errors=True)
        place.mkdir()
        rows.write_parquet(place / "part.parquet")


@contextmanager
def _session(*, has_catalog: bool) -> Iterator[SparkSession]:
    try:
        from pyspark.sql import SparkSession
    except ImportError as error:
        raise InputError(
            "no-driver", f"a build on Spark needs pyspark: {error}", hint="install it: pip install 'monoceros[spark]'"
        ) from error
    ours = Path(__file__).parents[2]
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    builder = (
        SparkSession.builder.appName("monoceros build")
        .config("spark.executorEnv.PYTHONPATH", str(ours))
        .config("spark.ui.showConsoleProgress", "false")
    )
    spark = (builder.enableHiveSupport() if has_catalog else builder).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    try:
        yield spark
    finally:
        spark.stop()
