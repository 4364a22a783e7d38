"""Training a LightGBM ranker: groups of rows, one a query, and settings that give the same model on every run."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
import numpy.typing as npt

from ranking.features.schema import CATEGORY, F32, FeatureSchema
from ranking.models.artefact import Card, Model
from schemas.errors import InputError

REPEATABLE: Mapping[str, Any] = {"num_threads": 1, "deterministic": True, "force_row_wise": True, "verbosity": -1}


def quiet() -> None:
    """Keep LightGBM from writing to standard output."""
    logging.getLogger("lightgbm").setLevel(logging.ERROR)


LEAST_IN_LEAF = 5
LEAVES_SHARE = 100


def for_few(parameters: Mapping[str, Any], rows: int) -> Mapping[str, Any]:
    """The same with smaller leaves where there are few rows: a hundredth of them at most, so that there is something to split."""
    least = min(parameters["min_data_in_leaf"], max(LEAST_IN_LEAF, rows // LEAVES_SHARE))
    return {**parameters, "min_data_in_leaf": least}


@dataclass(frozen=True, slots=True)
class TrainingSet:
    """`matrix` [rows, features], `labels` [rows] grades from 0, `sizes` rows of each query, in order; `weights` [rows] or None.

    `positions` [rows], or None: where each row was shown, whose bias LightGBM then learns beside the ranking and leaves out of it.
    """

    matrix: F32
    labels: npt.NDArray[np.integer]
    sizes: npt.NDArray[np.integer]
    weights: npt.NDArray[np.floating] | None = None
    positions: npt.NDArray[np.integer] | None = None

    def checked(self, schema: FeatureSchema) -> TrainingSet:
        """Itself, if a ranker can learn from it; else an error that says why not."""
        if self.matrix.shape != (len(self.labels), len(schema.features)):
            raise InputError("bad-training-set", f"matrix of shape {self.matrix.shape} for schema {schema.name!r}")
        if int(self.sizes.sum()) != len(self.labels):
            raise InputError("bad-training-set", f"{int(self.sizes.sum())} rows in queries, {len(self.labels)} labels")
        if len(self.labels) == 0:
            raise InputError("lopsided-log", "the training set is empty: no query has both a row to find and others")
        if int(self.labels.max()) == int(self.labels.min()):
            raise InputError("lopsided-log", f"all {len(self.labels)} rows of the training set have the same label")
        return self


def train(
    schema: FeatureSchema,
    data: TrainingSet,
    parameters: Mapping[str, Any],
    trees: int,
    *,
    task: str,
    window: tuple[str, str],
    metrics: Mapping[str, float] | None = None,
) -> Model:
    """A ranker of `trees` trees; the same input gives the same model. `parameters` are LightGBM's own."""
    data.checked(schema)
    settings = {"objective": "lambdarank", **parameters, **REPEATABLE}
    constraints = [feature.monotone for feature in schema.features]
    if any(constraints):
        settings["monotone_constraints"] = constraints
    quiet()
    table = lightgbm.Dataset(
        data.matrix,
        label=data.labels,
        group=data.sizes,
        weight=data.weights,
        position=data.positions,
        feature_name=list(schema.names),
        categorical_feature=[feature.name for feature in schema.features if feature.dtype == CATEGORY],
        params=settings,
    )
    booster = lightgbm.train(settings, table, num_boost_round=trees)
    card = Card(task, schema.hash, schema.names, window, dict(metrics or {}), dict(parameters), booster.num_trees())
    return Model(booster, card)
