"""The features of a follow at one moment: how often each deed was done by then, and how often of late."""

from __future__ import annotations

import numpy as np
import polars as pl

from ranking.affinity.deeds import KINDS, Deeds
from ranking.features.schema import F32, Feature, FeatureSchema, Source

DAY_MS = 86_400_000
LATELY_MS = 60 * DAY_MS
"""A deed of so long ago counts 1 / e of one of today in what was done lately."""

_PAIR = ("who", "whom")

AFFINITY = FeatureSchema(
    "affinity",
    (
        *(Feature(kind, Source.GRAPH, f"log(1 + n) of {meaning}", monotone=1) for kind, meaning in KINDS.items()),
        *(Feature(f"{kind}_lately", Source.GRAPH, f"the same of late: {meaning}") for kind, meaning in KINDS.items()),
        Feature("last_days", Source.GRAPH, "days since the follower last liked, commented or viewed", monotone=-1),
        Feature("follows_back", Source.GRAPH, "whether the account follows the follower", monotone=1),
        Feature("followed_days", Source.GRAPH, "days since the follow"),
        Feature("posts", Source.DOCUMENT, "log(1 + n) of media that followers of the account see"),
        Feature("posts_lately", Source.DOCUMENT, "the same of late"),
        Feature("last_post_days", Source.DOCUMENT, "days since the last of them"),
        Feature("liked_share", Source.GRAPH, "share of them that the follower likes", monotone=1),
        Feature("given", Source.GRAPH, "log(1 + n) of likes of the follower to all whom he follows"),
        Feature("given_lately", Source.GRAPH, "the same of late"),
        Feature("followees", Source.GRAPH, "accounts that the follower follows"),
    ),
)


def follows_at(deeds: Deeds, at_ms: int) -> pl.DataFrame:
    """The follows that were there at a moment, in the order of the pairs."""
    return deeds.follows.filter(pl.col("ms") <= at_ms)


def features_at(deeds: Deeds, follows: pl.DataFrame, at_ms: int) -> F32:
    """The matrix of AFFINITY for some follows, a row each, from deeds up to a moment and nothing later."""
    rows = follows.with_row_index("row")
    for kind, done in deeds.done.items():
        rows = rows.join(_counted(done, _PAIR, at_ms, kind), on=_PAIR, how="left")
    rows = rows.join(_counted(deeds.posts, ("whom",), at_ms, "posts"), on="whom", how="left")
    rows = rows.join(_counted(deeds.done["liked"], ("who",), at_ms, "given"), on="who", how="left")
    there = follows_at(deeds, at_ms)
    back = there.select(who="whom", whom="who", follows_back=pl.lit(1.0))
    rows = rows.join(back, on=_PAIR, how="left").join(
        there.group_by("who").agg(followees=pl.len()), on="who", how="left"
    )
    counted = [name for kind in (*deeds.done, "posts", "given") for name in (kind, f"{kind}_lately")]
    rows = rows.sort("row").with_columns(pl.col(*counted, "follows_back", "followees").fill_null(0))
    last = pl.max_horizontal("liked_last", "commented_last", "viewed_last")
    rows = rows.with_columns(
        last_days=(at_ms - last) / DAY_MS,
        followed_days=(at_ms - pl.col("ms")) / DAY_MS,
        last_post_days=(at_ms - pl.col("posts_last")) / DAY_MS,
        liked_share=pl.when(pl.col("posts") > 0).then(pl.col("liked") / pl.col("posts")),
    ).with_columns(pl.col(counted).log1p())
    columns = {name: rows[name].cast(pl.Float32).fill_null(float("nan")).to_numpy() for name in AFFINITY.names}
    return AFFINITY.matrix(columns, rows.height)


def _counted(done: pl.DataFrame, by: tuple[str, ...], at_ms: int, name: str) -> pl.DataFrame:
    """How many up to a moment, how many of late, and when the last was."""
    ages = (pl.col("ms") - at_ms) / LATELY_MS
    return (
        done.filter(pl.col("ms") <= at_ms)
        .group_by(by)
        .agg(
            pl.len().cast(pl.Float64).alias(name),
            ages.exp().sum().alias(f"{name}_lately"),
            pl.col("ms").max().alias(f"{name}_last"),
        )
    )


def engaged_between(deeds: Deeds, follows: pl.DataFrame, start_ms: int, end_ms: int) -> np.ndarray:
    """For some follows 1 where the follower liked, commented, viewed, or chose the account in a search, in (start, end]; else 0."""
    kinds = ("liked", "commented", "viewed", "found", "followed_found")
    during = pl.concat([deeds.done[kind].filter(pl.col("ms").is_between(start_ms, end_ms, "right")) for kind in kinds])
    met = during.select(_PAIR).unique().with_columns(engaged=pl.lit(1, pl.Int64))
    rows = follows.with_row_index("row").join(met, on=_PAIR, how="left").sort("row")
    found: np.ndarray = rows["engaged"].fill_null(0).to_numpy()
    return found
