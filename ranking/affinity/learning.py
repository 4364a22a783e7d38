"""Learning which deeds of the past tell of those to come, and the table of what every follow is worth by them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from ranking.affinity.deeds import Deeds
from ranking.affinity.features import AFFINITY, DAY_MS, engaged_between, features_at, follows_at
from ranking.affinity.table import AffinityTable
from ranking.evaluate import Interval, auc, bootstrap_mean, ndcg_by_query
from ranking.features.schema import F32
from ranking.models.artefact import Model
from ranking.models.forest import Forest
from ranking.models.training import TrainingSet, train
from schemas.errors import InputError

HORIZON_DAYS = 56
"""What is to be foretold: whether the follower does anything to the account in so many days."""
FEWEST = 20
"""Followers of whom there must be something to learn: what fewer did would show (data-model.md §4)."""
MOST_FOLLOWERS = 20_000
"""Followers that are learnt from, drawn by the seed where there are more."""
HELD_OUT = 0.2
_AT_ONCE = 4_000_000
"""Follows whose features are made at once."""
PARAMETERS: Mapping[str, Any] = {
    "objective": "binary",
    "learning_rate": 0.05,
    "num_leaves": 31,
    "min_data_in_leaf": 100,
    "feature_fraction": 0.7,
    "lambda_l2": 5.0,
    "seed": 1,
}
TREES = 150

I64 = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Judged:
    """How well later deeds of other followers were foretold: by the model, and by the number of likes alone. NDCG@10 is over the
    followers who did something, AUC over all their follows."""

    followers: int
    follows: int
    ndcg: Interval
    ndcg_of_likes: Interval
    auc: float
    auc_of_likes: float


@dataclass(frozen=True, slots=True)
class _Window:
    """The follows of some followers at one moment, by follower, and what came of them."""

    matrix: F32
    labels: I64
    sizes: I64

    @staticmethod
    def of(deeds: Deeds, followers: I64, at_ms: int) -> _Window:
        """Features up to a moment, labels from what came in the horizon after it. InputError where too few did anything."""
        follows = follows_at(deeds, at_ms).filter(pl.col("who").is_in(followers.tolist())).sort("who", "whom")
        labels = engaged_between(deeds, follows, at_ms, at_ms + HORIZON_DAYS * DAY_MS)
        _, sizes = np.unique(follows["who"].to_numpy(), return_counts=True)
        found = _Window(features_at(deeds, follows, at_ms), labels, sizes)
        active = int(found.active.sum())
        if active < FEWEST:
            raise InputError(
                "lopsided-log",
                f"{active} followers did anything in {HORIZON_DAYS} days to some of those whom they follow; "
                f"affinity is learnt from {FEWEST} at least",
                hint="give a warehouse with likes, comments, views or a search log of two such spans of time",
            )
        return found

    @property
    def active(self) -> npt.NDArray[np.bool_]:
        """The followers who did something, and not to all whom they follow."""
        done = np.bincount(np.repeat(np.arange(len(self.sizes)), self.sizes), self.labels, len(self.sizes))
        return (done > 0) & (done < self.sizes)


def learn_affinity(deeds: Deeds, seed: int = 1) -> tuple[Model, Judged]:
    """The model, learnt from the latest days, and how well one of the days before foretells them for followers not learnt from.

    `InputError` `lopsided-log` where in either fewer than FEWEST followers did anything.
    """
    random = np.random.default_rng(seed)
    followers = random.permutation(np.unique(deeds.follows["who"].to_numpy()))[:MOST_FOLLOWERS]
    held = int(len(followers) * HELD_OUT)
    late = deeds.last_ms - HORIZON_DAYS * DAY_MS
    early = late - HORIZON_DAYS * DAY_MS
    earlier = _train(_Window.of(deeds, followers[held:], early), early)
    judged = _judge(earlier, _Window.of(deeds, followers[:held], late))
    model = _train(_Window.of(deeds, followers, late), late)
    metrics = {"ndcg@10": judged.ndcg.value, "ndcg@10 of likes": judged.ndcg_of_likes.value}
    metrics |= {"auc": judged.auc, "auc of likes": judged.auc_of_likes}
    return Model(model.booster, replace(model.card, metrics=metrics)), judged


def _train(window: _Window, at_ms: int) -> Model:
    data = TrainingSet(window.matrix, window.labels, window.sizes)
    days = [str(np.datetime64(ms, "ms").astype("datetime64[D]")) for ms in (at_ms, at_ms + HORIZON_DAYS * DAY_MS)]
    return train(AFFINITY, data, PARAMETERS, TREES, task=AFFINITY.name, window=(days[0], days[1]))


def _judge(model: Model, window: _Window) -> Judged:
    active = window.active
    rows = np.repeat(active, window.sizes)
    labels, sizes = window.labels[rows], window.sizes[active]
    scores = model.score(window.matrix[rows])
    likes = window.matrix[rows, AFFINITY.names.index("liked")].astype(np.float64)
    return Judged(
        len(sizes),
        len(labels),
        bootstrap_mean(ndcg_by_query(scores, labels, sizes, 10)),
        bootstrap_mean(ndcg_by_query(likes, labels, sizes, 10)),
        auc(scores, labels),
        auc(likes, labels),
    )


def affinities(model: Model, deeds: Deeds, version: str = "") -> AffinityTable:
    """The table of all follows, by a model, as of the last deed."""
    forest, last = Forest.of(model.booster.model_to_string()), deeds.last_ms
    parts = [deeds.follows[start : start + _AT_ONCE] for start in range(0, deeds.follows.height, _AT_ONCE)]
    scores = [forest.score(features_at(deeds, part, last)) for part in parts]
    return AffinityTable.of_edges(
        deeds.follows["who"].to_numpy(),
        deeds.follows["whom"].to_numpy(),
        np.concatenate(scores) if scores else np.zeros(0),
        version,
    )
