"""Learning a ranker from examples, with one of four answers to position bias."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any

import numpy as np

from ranking.features.schema import F32, FeatureSchema
from ranking.models.artefact import Model
from ranking.models.training import TrainingSet, train
from ranking.training.examples import FOLLOWED, Examples, window
from ranking.training.propensity import F64, Attention, attention, weights


class Correction(StrEnum):
    """What is done about people looking at the first slots more than at the others."""

    NONE = "none"
    POSITION = "position"
    """LightGBM learns a bias for each position beside the ranking (`position`)."""
    INVERSE = "inverse"
    """A click counts the inverse of how likely its slot was to be looked at (inverse propensity weighting)."""
    IMPUTED = "imputed"
    """Every slot counts how likely it was liked, given what became of it and where it stood (`Attention.liked`)."""


PARAMETERS: Mapping[str, Any] = {
    "learning_rate": 0.05,
    "num_leaves": 15,
    "min_data_in_leaf": 50,
    "feature_fraction": 0.6,
    "lambda_l2": 10.0,
    "lambdarank_truncation_level": 20,
    "label_gain": [0, 1, 3],
    "seed": 1,
}
TREES = 120
CLICK_STEPS = 10
FOLLOW_WORTH = 3
"""A follow after a click is worth so many clicks, as in `label_gain`."""


def learn(
    schema: FeatureSchema,
    examples: Examples,
    correction: Correction,
    *,
    attended: Attention | None = None,
    worth: F64 | None = None,
    metrics: Mapping[str, float] | None = None,
    parameters: Mapping[str, Any] = PARAMETERS,
    trees: int = TREES,
) -> Model:
    """A ranker of one task; the same examples give the same model. `attended` is what `attention` learns of
    them, made here where it is needed. `worth` [searches] is what each of them counts, 1 by default.

    InputError `lopsided-log` where no search has both a click and a slot that was left.
    """
    data = training_set(examples, correction, attended, schema, worth)
    settings = dict(parameters)
    if correction is Correction.IMPUTED:
        settings["label_gain"] = list(range(CLICK_STEPS * FOLLOW_WORTH + 1))
        # A search without a click has grades too, though weak ones; normalised, it would count as much as one with a click.
        settings["lambdarank_norm"] = False
    known = {**settings, "position_bias": correction.value}
    model = train(schema, data, settings, trees, task=schema.name, window=window(examples), metrics=metrics)
    return Model(model.booster, replace(model.card, parameters=known))


def training_set(
    examples: Examples,
    correction: Correction,
    attended: Attention | None = None,
    schema: FeatureSchema | None = None,
    worth: F64 | None = None,
) -> TrainingSet:
    """The searches that can teach, each counted by its `worth`. With `INVERSE`, each of their clicks is a query of its own, with
    all that was left; with `IMPUTED` all searches, in CLICK_STEPS grades up to that of a click."""
    useful = examples.some(examples.can_teach)
    each = None if worth is None else worth[examples.can_teach]
    match correction:
        case Correction.NONE:
            return TrainingSet(useful.matrix, useful.grades, useful.sizes, _by_row(each, useful))
        case Correction.POSITION:
            positions = useful.positions.astype(np.int32)
            return TrainingSet(useful.matrix, useful.grades, useful.sizes, _by_row(each, useful), positions)
        case Correction.INVERSE:
            return _click_by_click(useful, (attended or attention(examples, schema)).seen, each)
        case Correction.IMPUTED:
            liked = (attended or attention(examples, schema)).liked
            grades = np.round(CLICK_STEPS * liked).astype(np.int64)
            grades[examples.grades == FOLLOWED] = CLICK_STEPS * FOLLOW_WORTH
            return TrainingSet(examples.matrix, grades, examples.sizes, _by_row(worth, examples))


def _by_row(worth: F64 | None, examples: Examples) -> F32 | None:
    return None if worth is None else np.repeat(worth, examples.sizes).astype(np.float32)


def _click_by_click(useful: Examples, seen: F64, each: F64 | None) -> TrainingSet:
    """One query a click: that click and what was left, all worth the inverse of the chance that the click had of being made.

    The best order of one click has the same gain whatever its grade, so the grade is part of the worth.
    """
    ends = np.cumsum(useful.sizes)
    click = np.flatnonzero(useful.grades)
    search = useful.searches[click]
    rows: list[np.ndarray] = []
    for one, end, size in zip(click.tolist(), ends[search].tolist(), useful.sizes[search].tolist(), strict=True):
        own = np.arange(end - size, end)
        rows.append(own[(useful.grades[own] == 0) | (own == one)])
    sizes = np.array([len(found) for found in rows], dtype=np.int64)
    every = np.concatenate(rows) if rows else np.zeros(0, np.int64)
    worth = weights(seen, useful.positions[click]) * (2.0 ** useful.grades[click] - 1)
    worth = worth / worth.mean() if len(worth) else worth
    worth = worth if each is None else worth * each[search]
    return TrainingSet(
        useful.matrix[every],
        (useful.grades[every] > 0).astype(np.int64),
        sizes,
        np.repeat(worth, sizes).astype(np.float32),
    )
