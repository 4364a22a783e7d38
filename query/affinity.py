"""What the engine asks of a model of affinity, and affinities as whole numbers, which add up to the same sum in any order."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from index import U32
from query.visibility import World

AFFINITY_UNIT = 1_024
"""What an account of affinity 1 counts; the least that an inner id counts is 1."""


class Affinity(Protocol):
    """How much accounts matter to those who follow them."""

    @property
    def version(self) -> str:
        """Which model of which facts: answers of another one are other answers."""
        ...

    def of(self, world: World, users: U32) -> npt.NDArray[np.float32]:
        """The affinity of a world's viewer to each of these users, in any order, 0 or more; 1 is what an account that he follows
        matters on average. NaN where nothing is known. It depends on W_v, and on what is public by definition, alone."""
        ...


def affinity_weights(affinity: Affinity, world: World, users: U32) -> U32:
    """What each of these users counts, in parts of `AFFINITY_UNIT`: to the nearest, 1 at least."""
    parts = np.nan_to_num(affinity.of(world, users).astype(np.float64), nan=0.0) * AFFINITY_UNIT
    most = np.iinfo(np.uint32).max // max(len(users), 1)  # the sum of all fits its counter
    weights: U32 = np.clip(np.rint(parts), 1, most).astype(np.uint32)
    return weights
