"""How likely a slot is to be looked at, by position, learnt from clicks alone.

A click is a slot that was looked at and liked: P(click) = examined(position) · liked(features). Which of both a missing click is
owed to is not known, so both are learnt in turn: regression-based EM (Wang, Golbandi, Bendersky, Metzler, Najork, "Position bias
estimation for unbiased learning to rank in personal search", WSDM 2018), with gradient-boosted trees as the regression, and
examination that may only fall from one position to the next.

What a slot may have been worth to whom did not click it is told by a regression that did not learn from that viewer's searches
(cross-fitting: Chernozhukov and others, "Double/debiased machine learning", The Econometrics Journal 21, 2018, section 3): its own
miss has not already pulled it down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

from ranking.features.schema import F32, FeatureSchema
from ranking.models.training import REPEATABLE, quiet
from ranking.training.examples import Examples

F64 = npt.NDArray[np.float64]

ROUNDS = 10
TREES = 40
FOLDS = 4
LEAST = 0.05
"""No slot is thought to be looked at less often: what divides by it stays bounded."""
_PARAMETERS: Mapping[str, Any] = {
    "objective": "cross_entropy",
    "learning_rate": 0.1,
    "num_leaves": 7,
    "min_data_in_leaf": 100,
    "lambda_l2": 5.0,
    "seed": 1,
    **REPEATABLE,
}


@dataclass(frozen=True, slots=True)
class Attention:
    """`seen` [positions]: how likely each is to be looked at, relative to the first; falling, LEAST or more; positions beyond the
    last have the value of the last. `liked` [rows]: how likely each slot was liked, given what became of it and where it stood."""

    seen: F64
    liked: F64


def attention(examples: Examples, schema: FeatureSchema | None = None, rounds: int = ROUNDS) -> Attention:
    """Both, learnt from clicks; with a schema, its monotone constraints hold for what is liked."""
    clicked = (examples.grades > 0).astype(np.float64)
    position = examples.positions
    shown = np.bincount(position).astype(np.float64)
    seen = _bounded(falling(np.bincount(position, clicked) / np.maximum(shown, 1), shown))
    liked = np.full(len(clicked), min(0.9, 2 * clicked.mean()))
    settings = dict(_PARAMETERS)
    if schema is not None and any(feature.monotone for feature in schema.features):
        settings["monotone_constraints"] = [feature.monotone for feature in schema.features]
    quiet()
    for _ in range(rounds):
        was_seen, was_liked = _expected(clicked, seen[position], liked)
        liked = _regressed(examples.matrix, was_liked, examples.matrix, settings)
        seen = _bounded(falling(np.bincount(position, was_seen) / np.maximum(shown, 1), shown))
    was_liked = _expected(clicked, seen[position], liked)[1]
    fold = np.repeat(np.unique(examples.viewers, return_inverse=True)[1] % FOLDS, examples.sizes)
    several = np.unique(fold)
    for one in several if len(several) > 1 else ():  # a single viewer's searches can only teach themselves
        own = fold == one
        liked[own] = _regressed(examples.matrix[~own], was_liked[~own], examples.matrix[own], settings)
    return Attention(seen, _expected(clicked, seen[position], liked)[1])


def examination(examples: Examples, rounds: int = ROUNDS) -> F64:
    """For each position, how likely it is to be looked at: `Attention.seen`."""
    return attention(examples, rounds=rounds).seen


def _regressed(matrix: F32, was_liked: F64, asked: F32, settings: dict[str, Any]) -> F64:
    table = lightgbm.Dataset(matrix, label=was_liked, params=dict(settings))
    booster = lightgbm.train(dict(settings), table, TREES)
    found: F64 = np.clip(np.asarray(booster.predict(asked, num_threads=1)), 1e-4, 1 - 1e-4)
    return found


def _expected(clicked: F64, seen: F64, liked: F64) -> tuple[F64, F64]:
    """The chances that each slot was looked at, and that it was liked: 1 where it was clicked, else by Bayes."""
    missed = np.maximum(1 - seen * liked, 1e-9)
    was_seen: F64 = clicked + (1 - clicked) * seen * (1 - liked) / missed
    was_liked: F64 = clicked + (1 - clicked) * (1 - seen) * liked / missed
    return was_seen, np.clip(was_liked, 0, 1)


def _bounded(seen: F64) -> F64:
    found: F64 = np.clip(seen / max(seen[0], 1e-9), LEAST, 1)
    return found


def falling(values: F64, weights: F64) -> F64:
    """The nearest sequence that never rises, in weighted squares (pool adjacent violators)."""
    pools: list[list[float]] = []  # mean, weight, places
    for value, weight in zip(values, weights, strict=True):
        pools.append([value, weight, 1])
        while len(pools) > 1 and pools[-2][0] < pools[-1][0]:
            mean, heavy, places = pools.pop()
            last = pools[-1]
            total = max(last[1] + heavy, 1e-12)
            pools[-1] = [(last[0] * last[1] + mean * heavy) / total, total, last[2] + places]
    return np.concatenate([np.full(int(places), mean) for mean, _, places in pools])


def weights(seen: F64, positions: npt.NDArray[np.int64]) -> F64:
    """What a click at each position counts: the inverse of how likely it was to be looked at."""
    found: F64 = 1 / seen[np.minimum(positions, len(seen) - 1)]
    return found
