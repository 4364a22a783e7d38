"""Which rows go to which shard: documents to all, a fact to the shards of the documents that it is posted for.

A document belongs to shard `id mod N`. A shard needs to know the documents of the others as keys of its own documents'
lists, with their owners and visibility; what it must not need is all facts.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import polars as pl
from numpy.typing import NDArray

from index import I64
from ingest.columns import DTYPES
from schemas.ids import hashtag_id
from schemas.tables import TABLES, Table
from schemas.text import hashtag

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame

WHOLE = ("users", "media", "places", "groups", "rank_counts")
"""Tables that every shard has all of."""


def held(ids: I64, shard: int, shards: int) -> NDArray[np.bool_]:
    """Which of these documents are a shard's own."""
    own: NDArray[np.bool_] = ids % shards == shard
    return own


def route(tables: dict[str, DataFrame], spool: Path, shards: int) -> None:
    """Write the tables into `spool/tables`, and for each shard a warehouse `spool/<shard>` of what is for it.

    With one shard that is everything as it is. Otherwise rows of logs, which no segment holds, go nowhere, and a row whose
    reference is null goes to shard 0. Every table that exists does so in every shard.
    """
    for name, frame in tables.items():
        target = spool / "tables" / name
        ends = _ends(name, frame, shards)
        if shards == 1 or name in WHOLE:
            frame.write.parquet(str(target))
            parts = dict.fromkeys(range(shards), target)
        else:
            if ends:
                _routed(frame, TABLES[name], ends).write.partitionBy("shard").parquet(str(target))
            parts = {shard: target / f"shard={shard}" for shard in range(shards)}
        for shard, part in parts.items():
            _link(spool / str(shard) / name, part, name, frame.columns)


def _ends(table: str, frame: DataFrame, shards: int) -> list[Column]:
    """The shards of the documents that a row names."""
    from pyspark.sql import functions
    from pyspark.sql.types import LongType

    def shard_of_tag(raw: str | None) -> int:
        name = hashtag(raw or "")
        return hashtag_id(name) % shards if name else 0

    if table == "views":
        return []
    ends = [
        functions.coalesce(functions.pmod(frame[column.name], functions.lit(shards)), functions.lit(0)).cast("bigint")
        for column in TABLES[table].columns
        if column.references
    ]
    if table == "media_hashtags":
        ends.append(functions.udf(shard_of_tag, LongType(), useArrow=False)(frame["hashtag"]))
    return ends


def _routed(frame: DataFrame, table: Table, ends: list[Column]) -> DataFrame:
    """A row for each shard that it goes to. Rows of one key go the same ways, so that one of them stands everywhere: that
    matters where a key does not say the documents, as that of a comment."""
    from pyspark.sql import Window, functions

    shards = functions.array(*ends)
    if not {column.name for column in table.columns if column.references} <= set(table.key):
        shards = functions.flatten(functions.collect_set(shards).over(Window.partitionBy(*table.key)))
    routed = frame.withColumn("shards", shards)
    return routed.withColumn("shard", functions.explode(functions.array_distinct("shards"))).drop("shards")


def _link(place: Path, part: Path, table: str, columns: list[str]) -> None:
    place.parent.mkdir(exist_ok=True)
    if any(part.glob("*.parquet")):
        os.symlink(part, place)
        return
    place.mkdir()
    schema = {name: DTYPES[TABLES[table].column(name).kind] for name in columns}
    pl.DataFrame(schema=schema).write_parquet(place / "empty.parquet")
