"""Whether a learnt ranker may take the place of the one by hand: it orders later days better, and at no vertical's price.

A click says that its slot was looked at and liked. In another order it is worth the chance that it is looked at there, over that
with which it was looked at where it stood: so choices are counted that an order would have been given (inverse propensity
scoring: Joachims, Swaminathan and Schnabel, "Unbiased learning-to-rank with biased feedback", WSDM 2017).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ranking.evaluate import Interval, bootstrap_ratio
from ranking.features.schema import FeatureSchema
from ranking.training.examples import Examples
from ranking.training.propensity import F64, weights
from schemas.catalogue import Vertical

MOST_LOST = 0.01
"""The share of a vertical's choices that a better order may cost, at the lower end of the 95 % interval."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a learnt ranker reaches over that by hand: its NDCG, and choices of each vertical that were made on the days judged,
    where its task puts several into one list."""

    ndcg: float
    choices: Mapping[Vertical, Interval]

    @property
    def objections(self) -> tuple[str, ...]:
        """Why it is not to be put in force; none where it may."""
        found = [] if self.ndcg > 1 else [f"its NDCG is {self.ndcg:.3f} of that by hand"]
        for vertical, ratio in self.choices.items():
            if not ratio.low >= 1 - MOST_LOST:
                found.append(f"choices of the vertical {vertical} may fall by {1 - ratio.low:.1%}")
        return tuple(found)


def choices(
    schema: FeatureSchema, examples: Examples, learnt: F64, by_hand: F64, seen: F64
) -> dict[Vertical, Interval]:
    """Of each vertical with a choice, those under the scores `learnt` over those `by_hand`, with an interval by bootstrap over
    viewers; empty for a task of one vertical.

    `seen` [positions] is how likely each is looked at.
    """
    clicked = examples.grades > 0
    worth = weights(seen, examples.positions)
    new, old = (worth / weights(seen, ranks(examples, scores)) for scores in (learnt, by_hand))
    viewers = examples.viewers[examples.searches]
    found: dict[Vertical, Interval] = {}
    for vertical, own in rows_by_vertical(schema, examples):
        rows = clicked & own
        if rows.any():
            found[vertical] = bootstrap_ratio(new[rows], old[rows], viewers[rows])
    return found


def ranks(examples: Examples, scores: F64) -> npt.NDArray[np.int64]:
    """The place of each row in its search by score, from 0; of equal scores the earlier row comes first."""
    order = np.lexsort((-scores, examples.searches))
    starts = np.cumsum(examples.sizes) - examples.sizes
    found = np.empty(len(scores), np.int64)
    found[order] = np.arange(len(scores)) - np.repeat(starts, examples.sizes)
    return found


def rows_by_vertical(schema: FeatureSchema, examples: Examples) -> Iterator[tuple[Vertical, npt.NDArray[np.bool_]]]:
    """Which rows are of each vertical; nothing for a task of one."""
    for vertical in Vertical:
        if (place := schema.places.get(f"is_{vertical}")) is not None:
            yield vertical, examples.matrix[:, place] > 0
