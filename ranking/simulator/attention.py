"""Where people look and what they choose: a slot is looked at by its position alone, and chosen by what is in it alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ranking.simulator.chance import F64


@dataclass(frozen=True, slots=True)
class Attention:
    """Position k, from 0, is looked at with chance (1 + k) ** -fall."""

    fall: float = 1.0

    def looked_at(self, count: int) -> F64:
        """The chance of each of the first positions."""
        return np.asarray((1.0 + np.arange(count)) ** -self.fall, dtype=np.float64)

    def choose_many(self, liked: F64, random: np.random.Generator) -> npt.NDArray[np.bool_]:
        """Every slot that is looked at and liked, as on a page of pictures."""
        count = len(liked)
        found: npt.NDArray[np.bool_] = (random.random(count) < self.looked_at(count)) & (random.random(count) < liked)
        return found

    def choose_one(self, liked: F64, random: np.random.Generator) -> npt.NDArray[np.bool_]:
        """The first of these alone, as in a list that goes away with the choice."""
        many = self.choose_many(liked, random)
        one = np.zeros(len(many), dtype=bool)
        one[np.flatnonzero(many)[:1]] = True
        return one
