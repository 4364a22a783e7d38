"""What a search counts by the vertical that was chosen in it, so that a list of several verticals costs none of them its choices.

The best order of all searches together may serve one vertical at the price of another. Here a vertical that loses gets a weight,
which grows until it loses no longer: a constraint by its Lagrange multiplier (as in Agarwal, Beygelzimer, Dudík, Langford, Wallach,
"A reductions approach to fair classification", ICML 2018). Whether it loses is told from searches of viewers whom the model did not
learn from, each fold of them in turn; the days that it is judged on are not looked at.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from ranking.features.schema import FeatureSchema
from ranking.models.artefact import Model
from ranking.training.examples import Examples
from ranking.training.guard import MOST_LOST, choices, rows_by_vertical
from ranking.training.propensity import F64
from schemas.catalogue import Vertical

FOLDS = 3
ROUNDS = 10
STEP = 1.15
"""What the weight of a vertical grows by where it loses."""

Learn = Callable[[npt.NDArray[np.bool_], F64], Model]
"""A model from the searches that are marked, with a weight for each search, marked or not."""


def balance(
    schema: FeatureSchema, examples: Examples, by_hand: F64, seen: F64, learn: Learn
) -> Mapping[Vertical, float]:
    """The weight of each vertical, 1 where it loses nothing against the scores `by_hand`; empty for a task of one vertical.

    `seen` as in `choices`.
    """
    weights = {vertical: 1.0 for vertical, _ in rows_by_vertical(schema, examples)}
    if not weights:
        return weights
    fold = _folds(examples.viewers)
    for _ in range(ROUNDS):
        worth = worth_of(schema, examples, weights)
        scores = np.zeros(len(examples.grades))
        for one in range(FOLDS):
            rows = np.repeat(fold == one, examples.sizes)
            scores[rows] = learn(fold != one, worth).score(examples.matrix[rows])
        losing = [
            vertical
            for vertical, ratio in choices(schema, examples, scores, by_hand, seen).items()
            if ratio.low < 1 - MOST_LOST
        ]
        if not losing:
            break
        weights |= {vertical: weights[vertical] * STEP for vertical in losing}
    return weights


def worth_of(schema: FeatureSchema, examples: Examples, weights: Mapping[Vertical, float]) -> F64:
    """The weight of each search: that of the vertical of its best choice, 1 without one."""
    each = np.ones(len(examples.grades))
    for vertical, own in rows_by_vertical(schema, examples):
        each[own & (examples.grades > 0)] = weights[vertical]
    starts = np.cumsum(examples.sizes) - examples.sizes
    ends = zip(starts, examples.sizes, strict=True)
    return each[[start + int(examples.grades[start : start + size].argmax()) for start, size in ends]]


def _folds(viewers: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """The fold of each search: all of a viewer's are in one."""
    _, who = np.unique(viewers, return_inverse=True)
    return np.random.default_rng(1).permutation(int(who.max(initial=0)) + 1)[who] % FOLDS
