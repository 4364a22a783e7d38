"""A typeahead ranker learnt from a graph alone: links are hidden inside it, and the account at their end is what is typed.

Each fold hides other links and prepares what is left; features see only what is left.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from ranking.features.catalogue import TYPEAHEAD
from ranking.features.names import Matches
from ranking.features.schema import F32
from ranking.features.typeahead import Accounts, ViewerBlock, blocks
from ranking.graph.adjacency import I64, hide, mutual_graph
from ranking.graph.proximity import Proximity
from ranking.models.artefact import Model
from ranking.models.training import TrainingSet, for_few, train

LETTERS = 8
PARAMETERS: Mapping[str, Any] = {
    "learning_rate": 0.05,
    "num_leaves": 15,
    "min_data_in_leaf": 200,
    "feature_fraction": 0.6,
    "lambda_l2": 10.0,
    "lambdarank_truncation_level": 20,
    "seed": 1,
}
TREES = 150


@dataclass(frozen=True, slots=True)
class Recipe:
    """How much to learn from: folds, the share of links that each hides, links asked about in each, prefixes of each link,
    and other candidates of each prefix (the nearest by some measures, and as many drawn at random)."""

    folds: int = 4
    share: float = 0.15
    links: int = 1_200
    prefixes: int = 3
    nearest: int = 20
    drawn: int = 30


def asked(links: I64, random: np.random.Generator) -> tuple[I64, I64]:
    """Of each link, which end searches and which is looked for."""
    turned = random.random(len(links)) < 0.5
    return np.where(turned, links[:, 1], links[:, 0]), np.where(turned, links[:, 0], links[:, 1])


def training_set(accounts: Accounts, links: I64, recipe: Recipe, random: np.random.Generator) -> TrainingSet:
    """Rows of TYPEAHEAD, one query for each hidden link and prefix.

    Label 1 is for its end and for every other account of the sample whose first word matches and whose link to the viewer is
    hidden too: each of them could have been the one looked for, so 0 would teach that what is right is wrong.
    """
    matrices: list[F32] = []
    labels: list[I64] = []
    for _ in range(recipe.folds):
        kept, hidden = hide(links, recipe.share, random)
        proximity = Proximity.of(mutual_graph(kept, len(accounts.types)))
        wanted = mutual_graph(hidden, len(accounts.types))
        chosen = hidden[random.permutation(len(hidden))[: recipe.links]]
        viewers, targets = asked(chosen, random)
        order = np.argsort(viewers, kind="stable")
        viewers, targets = viewers[order], targets[order]
        for places, block in blocks(accounts, proximity, viewers):
            for row, place in enumerate(places):
                word = accounts.names.firsts[int(targets[place])][:LETTERS]
                lengths = 1 + random.permutation(len(word))[: recipe.prefixes]
                for length in lengths:
                    found = block.matching(row, word[:length])
                    if len(found.accounts) < 2:
                        continue
                    few = sample(block, row, found, int(targets[place]), recipe, random)
                    matrices.append(block.matrix(row, word[:length], found)[few])
                    right = np.isin(found.accounts[few], wanted.followed(int(viewers[place])))
                    labels.append((right & (found.position[few] == 0)).astype(np.int64))
    sizes = np.array([len(found) for found in labels], dtype=np.int64)
    empty = np.zeros((0, len(TYPEAHEAD.features)), np.float32)
    return TrainingSet(
        np.concatenate(matrices) if matrices else empty,
        np.concatenate(labels) if labels else np.zeros(0, np.int64),
        sizes,
    )


def sample(
    block: ViewerBlock, row: int, found: Matches, target: int, recipe: Recipe, random: np.random.Generator
) -> I64:
    """Places in `found`, ascending: the target, the nearest candidates by three measures, and some drawn at random."""
    who = found.accounts
    size = len(who)
    if size <= 3 * recipe.nearest + recipe.drawn:
        return np.arange(size)
    kept = np.zeros(size, dtype=bool)
    for name in ("walk", "adamic_adar", "spectral"):
        kept[np.argpartition(-block.column(row, name)[who], recipe.nearest)[: recipe.nearest]] = True
    kept[random.choice(size, recipe.drawn, replace=False)] = True
    kept[np.searchsorted(who, target)] = True
    return np.flatnonzero(kept)


RECIPE = Recipe()


def learn_typeahead(accounts: Accounts, links: I64, seed: int, recipe: Recipe = RECIPE) -> Model:
    """A ranker for accounts that match a prefix. `links` [m, 2] are all that may be known, each once."""
    data = training_set(accounts, links, recipe, np.random.default_rng([seed, 2]))
    window = ("links of one snapshot", f"{len(links)} links")
    return train(TYPEAHEAD, data, for_few(PARAMETERS, len(data.labels)), TREES, task="typeahead", window=window)
