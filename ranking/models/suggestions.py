"""A ranker for suggested accounts: learnt where new links are known, used where they are not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ranking.features.catalogue import SUGGESTIONS
from ranking.features.schema import F32
from ranking.features.suggestions import People, rows_of
from ranking.graph.adjacency import I64, Graph
from ranking.models.artefact import Model
from ranking.models.training import TrainingSet, for_few, train

PARAMETERS: Mapping[str, Any] = {
    "learning_rate": 0.05,
    "num_leaves": 15,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.5,
    "lambda_l2": 10.0,
    "lambdarank_truncation_level": 30,
    "seed": 1,
}
TREES = 150
OTHERS = 100
"""Candidates without a new link that are kept of each viewer for training, drawn at random."""


@dataclass(frozen=True, slots=True)
class Known:
    """People before, and the links that they made after: the graph of new ones, symmetric."""

    people: People
    new: Graph


@dataclass(frozen=True, slots=True)
class Suggested:
    """The best accounts for the viewer at `place` of those asked about, best first."""

    place: int
    best: I64


def training_set(known: Sequence[Known], among: Sequence[I64], seed: int = 1) -> TrainingSet:
    """Rows of SUGGESTIONS, one query for each viewer of `among` with a new link among his candidates; those have label 1.

    Candidates outside `among` are left out too, so that nothing is learnt about pairs that somebody else may be asked about.
    """
    random = np.random.default_rng([seed, 3])
    matrices: list[F32] = [np.zeros((0, len(SUGGESTIONS.features)), np.float32)]
    labels: list[I64] = [np.zeros(0, np.int64)]
    for one, allowed in zip(known, among, strict=True):
        some = allowed[one.new.degree[allowed] > 0]
        for place, who, matrix in rows_of(one.people, some):
            inside = np.isin(who, allowed)
            who, matrix = who[inside], matrix[inside]
            label = np.isin(who, one.new.followed(int(some[place])))
            if label.any():
                kept = label | (random.random(len(who)) < OTHERS / len(who))
                matrices.append(matrix[kept])
                labels.append(label[kept].astype(np.int64))
    sizes = np.array([len(found) for found in labels[1:]], dtype=np.int64)
    return TrainingSet(np.concatenate(matrices), np.concatenate(labels), sizes)


def learn_suggestions(known: Sequence[Known], among: Sequence[I64] | None = None) -> Model:
    """A ranker from the new links among some people of each graph, by default all of them."""
    some = [np.arange(one.new.size) for one in known] if among is None else among
    data = training_set(known, some)
    window = ("links before", f"links after, of {sum(map(len, some))} people")
    return train(SUGGESTIONS, data, for_few(PARAMETERS, len(data.labels)), TREES, task="suggestions", window=window)


def suggest(model: Model, people: People, viewers: I64, limit: int) -> Iterator[Suggested]:
    """The best accounts for each viewer whom he does not follow; viewers without candidates are left out."""
    for place, who, matrix in rows_of(people, viewers):
        yield Suggested(place, who[np.argsort(-model.score(matrix), kind="stable")[:limit]])
