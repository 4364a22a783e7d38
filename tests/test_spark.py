"""Builds on a real Spark: one segment is that of a local build, byte by byte; several are that build, cut into shards."""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from index import Manifest, Segment, layout, open_index, publish, writing
from ingest.documents import read_corpus
from ingest.worlds import generate
from schemas.catalogue import EDGES, Vertical
from tests.oracle import write_world
from tests.oracle.random_world import random_tables
from tests.servers.required import unavailable

ROOT = Path(__file__).parent.parent
SHARDS = 3
AS_OF_MS = 1_800_000_000_000
WIDE = 1 << 20
"""More than the documents, and the tags, of any world here."""
DIRTY = 8
"""The seed of the random world, which has dirt of every kind."""

DRIVER = """
import json, sys
from click.testing import CliRunner
from api.cli.main import commands
for line in sys.stdin:
    command = json.loads(line)
    if command[0] == "sql":
        from pyspark.sql import SparkSession
        spark = SparkSession.builder.enableHiveSupport().getOrCreate()
        for statement in command[1:]:
            spark.sql(statement)
        spark.stop()
        print("RESULT [0, null, null]", flush=True)
        continue
    result = CliRunner().invoke(commands, command)
    print("RESULT", json.dumps([result.exit_code, result.stdout, result.stderr]), flush=True)
"""


class Spark:
    """A process that runs commands one after another, so that they share one Java machine."""

    def __init__(self, home: Path) -> None:
        settings = {
            "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "2",
            "spark.sql.warehouse.dir": str(home / "warehouse"),
            "spark.hadoop.javax.jdo.option.ConnectionURL": f"jdbc:derby:;databaseName={home / 'metastore'};create=true",
            "spark.driver.extraJavaOptions": f"-Dderby.system.home={home}",
        }
        words = " ".join(f"--conf {name}={value}" for name, value in settings.items())
        self.process = subprocess.Popen(
            [sys.executable, "-c", DRIVER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=home,
            env=os.environ
            | {
                "PYTHONPATH": str(ROOT),
                "SPARK_LOCAL_IP": "127.0.0.1",
                "SPARK_LOCAL_DIRS": str(home / "scratch"),
                "PYSPARK_SUBMIT_ARGS": f"--master local[1] --driver-memory 1g {words} pyspark-shell",
            },
        )

    def run(self, *command: str | Path) -> tuple[int, str, str]:
        """Exit code, stdout and stderr of one command."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps([str(word) for word in command]) + "\n")
        self.process.stdin.flush()
        for line in self.process.stdout:
            if line.startswith("RESULT "):
                code, out, err = json.loads(line.removeprefix("RESULT "))
                return code, out, err
        raise RuntimeError("the process that drives Spark is gone")

    def build(self, warehouse: str | Path, index: Path, *flags: str) -> tuple[int, str, str]:
        """`monoceros build --engine spark`."""
        return self.run("build", "--engine", "spark", "--warehouse", warehouse, "--index", index, *flags)


@pytest.fixture(scope="module")
def spark(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Spark]:
    if importlib.util.find_spec("pyspark") is None:
        unavailable("Spark is the package pyspark")
    if shutil.which("java") is None:
        unavailable("Spark needs Java 17 or later")
    running = Spark(tmp_path_factory.mktemp("spark"))
    assert running.process.stdin is not None
    assert running.process.stdout is not None
    try:
        yield running
    finally:
        running.process.stdin.close()  # its end; Java goes with it
        running.process.stdout.close()
        running.process.wait(60)


@pytest.fixture(scope="module")
def worlds(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Warehouses: generated, and random with dirt."""
    root = tmp_path_factory.mktemp("worlds")
    generate(80, 5, root / "generated")
    write_world(random_tables(DIRTY), root / "dirty")
    return {"generated": root / "generated", "dirty": root / "dirty"}


def built_locally(warehouse: Path, index: Path, now_ms: int = AS_OF_MS) -> Segment:
    """What a build on one machine makes of it, at that moment."""
    with writing(index):
        publish(
            index,
            lambda: read_corpus(warehouse, as_of_ms=AS_OF_MS, now_ms=now_ms),
            now_ms=now_ms,
            progress=lambda _: None,
        )
    return opened(index)


def opened(index: Path) -> Segment:
    segment = open_index(index)
    assert isinstance(segment, Segment)
    return segment


def arrays(manifest: Manifest) -> tuple[Any, ...]:
    """All bytes of all arrays, as their hashes, and what else two builds at different times have in common."""
    return manifest.files, manifest.arrays, manifest.documents, manifest.postings, manifest.snapshot_ms, manifest.counts


# -- what a segment says, without document numbers ---------------------------------------------------------------------

KEYED_BY = {
    layout.BLOCKED: Vertical.USER,
    layout.RESTRICTED: Vertical.USER,
    layout.HASHTAGS_OF_MEDIA: Vertical.MEDIA,
    layout.RAW_TAGS: Vertical.MEDIA,
    **{f"{name}.{level}": Vertical.USER for name in ("hashtag.used_by", "place.visited_by") for level in range(3)},
}


def lists_of(segment: Segment) -> Iterator[tuple[str, Vertical, int | str, frozenset[int | str]]]:
    """Every list that is not empty: its name, the vertical of its documents, its key, its documents."""
    for array in segment.manifest.arrays:
        name = array.removesuffix(".lists")
        if name == array or name.startswith("sidecar"):
            continue
        vertical = Vertical(name.partition(".")[0])
        keyed_by = key_vertical(name)
        keys = None if keyed_by is None else segment.ids(keyed_by)
        terms = segment.dictionary(name) if keys is None else None
        count = len(terms) if keys is None else len(keys)
        for key in range(count):
            docs = segment.lists(name).of(key).within(0, WIDE).docs()
            if not len(docs):
                continue
            if name == layout.RAW_TAGS:
                words = segment.strings(f"{name}.terms")
                yield name, vertical, int(keys[key]), frozenset(words[doc] for doc in docs)
                continue
            found = frozenset(segment.ids(vertical)[docs].tolist())
            yield name, vertical, terms[key] if keys is None else int(keys[key]), found


def key_vertical(name: str) -> Vertical | None:
    """The vertical of the keys of lists; None where they are terms."""
    if name in KEYED_BY:
        return KEYED_BY[name]
    vertical, _, edge = name.partition(".")
    known = EDGES.get((Vertical(vertical), edge))
    return None if known is None or layout.has_dictionary(known) else known.value_vertical or Vertical.HASHTAG


def is_own(shard: int, id_: int) -> bool:
    return id_ % SHARDS == shard


def cut(segment: Segment, shard: int) -> dict[tuple[str, int | str], frozenset[int | str]]:
    """The lists of a whole segment, cut to the documents of a shard."""
    found = {}
    for name, _, key, docs in lists_of(segment):
        if name in (layout.HASHTAGS_OF_MEDIA, layout.RAW_TAGS):
            own = docs if is_own(shard, int(key)) else frozenset()
        else:
            own = frozenset(doc for doc in docs if is_own(shard, int(doc)))
        if own and not name.endswith(".prefix"):  # which prefixes are frequent depends on the lists that there are
            found[name, key] = own
    return found


def attributes(segment: Segment, shard: int | None) -> dict[tuple[str, int], Any]:
    """Every column of the shard's own documents, by name and id; document numbers as ids."""
    found: dict[tuple[str, int], Any] = {}
    for array in segment.manifest.arrays:
        name = array.removesuffix(".column")
        if name == array:
            continue
        ids = segment.ids(Vertical(name.partition(".")[0]))
        values = segment.column(name)
        if name in (layout.OWNER_COLUMN, layout.PLACE_COLUMN):
            to = Vertical.USER if name == layout.OWNER_COLUMN else Vertical.PLACE
            values = np.append(segment.ids(to), -1)[np.minimum(values, segment.size(to))]
        found |= {(name, i): v for i, v in zip(ids.tolist(), values.tolist(), strict=True)}
    for vertical, names in layout.TEXT_COLUMNS.items():
        for name in names:
            texts = segment.strings(f"{vertical}.{name}.text")
            found |= {(f"{vertical}.{name}", i): texts[n] for n, i in enumerate(segment.ids(vertical).tolist())}
    return {key: value for key, value in found.items() if shard is None or is_own(shard, key[1])}


def own_order(segment: Segment, shard: int) -> dict[Vertical, list[int]]:
    return {v: [i for i in segment.ids(v).tolist() if is_own(shard, i)] for v in Vertical}


# -- tests -------------------------------------------------------------------------------------------------------------


def test_one_segment_is_that_of_a_local_build(spark: Spark, worlds: dict[str, Path], tmp_path: Path) -> None:
    code, _, err = spark.build(worlds["dirty"], tmp_path / "spark", "--as-of", str(AS_OF_MS))
    assert code == 0, err
    ours = opened(tmp_path / "spark").manifest
    theirs = built_locally(worlds["dirty"], tmp_path / "local", ours.created_ms).manifest
    assert arrays(ours) == arrays(theirs)


@pytest.mark.parametrize("world", ["generated", "dirty"])
def test_shards_are_a_local_build_cut_to_their_documents(
    spark: Spark, worlds: dict[str, Path], tmp_path: Path, world: str
) -> None:
    code, _, err = spark.build(worlds[world], tmp_path / "i", "--as-of", str(AS_OF_MS), "--shards", str(SHARDS))
    assert code == 0, err
    whole = built_locally(worlds[world], tmp_path / "local")
    postings = 0
    for shard in range(SHARDS):
        part = opened(tmp_path / "i" / "shards" / str(shard))
        assert own_order(part, shard) == own_order(whole, shard)
        assert attributes(part, shard) == attributes(whole, shard)
        assert cut(part, shard) == cut(whole, shard)
        theirs = {
            name
            for name, vertical, key, docs in lists_of(part)
            for doc in docs
            if name not in (layout.RAW_TAGS, layout.HASHTAGS_OF_MEDIA) and not is_own(shard, int(doc))
        }
        assert theirs == set(), "lists hold documents of other shards"
        assert part.manifest.snapshot_ms.keys() == whole.manifest.snapshot_ms.keys()
        postings += part.manifest.postings
    assert postings == whole.manifest.postings


def test_times_are_those_of_whole_tables(spark: Spark, worlds: dict[str, Path], tmp_path: Path) -> None:
    warehouse = tmp_path / "w"
    shutil.copytree(worlds["generated"], warehouse)
    shutil.rmtree(warehouse / "snapshot")
    code, _, err = spark.build(warehouse, tmp_path / "i", "--shards", "2")
    assert code == 0, err
    part = opened(tmp_path / "i" / "shards" / "0").manifest
    assert part.snapshot_ms == read_corpus(warehouse, now_ms=part.created_ms).snapshot_ms


def test_tables_of_the_catalogue(spark: Spark, worlds: dict[str, Path], tmp_path: Path) -> None:
    tables = [
        f"CREATE TABLE world.`{path.name}` USING parquet AS SELECT * FROM parquet.`{path}`"
        for path in worlds["generated"].iterdir()
    ]
    spark.run("sql", "CREATE DATABASE world", *tables)
    code, _, err = spark.build("catalog://world", tmp_path / "i", "--as-of", str(AS_OF_MS))
    assert code == 0, err
    ours = opened(tmp_path / "i").manifest
    theirs = built_locally(worlds["generated"], tmp_path / "local", ours.created_ms).manifest
    assert arrays(ours) == arrays(theirs)
    code, _, err = spark.build("catalog://nowhere", tmp_path / "n")
    assert (code, "holds no table" in err, (tmp_path / "n").exists()) == (2, True, False)


def test_what_is_refused_is_said_as_a_local_build_says_it(spark: Spark, tmp_path: Path) -> None:
    (tmp_path / "w").mkdir()
    pl.DataFrame({"id": [1, 2], "username": ["a", "b"], "is_private": [0, 2]}).write_parquet(
        tmp_path / "w" / "users.parquet"
    )
    for shards in ([], ["--shards", "2"]):
        code, _, err = spark.build(tmp_path / "w", tmp_path / "i", *shards)
        assert (code, "column is_private holds 2 in the row of id 2" in err) == (2, True), err
        assert not (tmp_path / "i").exists() or not list(tmp_path.glob("i/shards/*"))
    pl.DataFrame({"id": [1, 2]}).write_parquet(tmp_path / "w" / "users.parquet")
    code, _, err = spark.build(tmp_path / "w", tmp_path / "i")
    assert (code, "column username is missing" in err) == (2, True), err
    code, _, err = spark.build("hive://h/d", tmp_path / "i")
    assert (code, "catalog://DATABASE" in err) == (2, True), err
