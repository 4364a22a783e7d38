"""The shapes of queries that are measured, with random viewers and terms drawn from the facts by a seed, and the heaviest ones."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable

import numpy as np

from bench.facts import PREFIX_LETTERS, Facts
from bench.questions import Arguments, Question, Shape
from schemas.catalogue import Vertical
from schemas.ids import ExternalId
from schemas.tables import CONTENT_TYPES

SAMPLES = 300
HEAVIEST = 100
FREQUENT = 500
"""Hashtags are drawn among so many of the most frequent."""
FRIENDS = "(apply followed_by: followed_by:me)"
EXPLORE = "(apply liker: (extract owner: liker:me))"
_U, _M = Vertical.USER, Vertical.MEDIA


class Sampler:
    """Draws questions; the same facts and seed give the same ones."""

    def __init__(self, facts: Facts, seed: int, samples: int = SAMPLES) -> None:
        self.facts = facts
        self.rng = np.random.default_rng(seed)
        self.samples = samples
        self.ids = facts.array("user.id")
        self.follows, self.likes = facts.lists("followed_by"), facts.lists("liker")
        self.following, self.liking = self.follows.sizes(), self.likes.sizes()
        fan = np.add.reduceat(
            np.append(self.following[self.follows.values], 0), np.minimum(self.follows.offsets[:-1], len(fan_guard(self)))
        )
        self.fan = np.where(self.following > 0, fan, 0)

    def draw(self, rows: np.ndarray) -> list[int]:
        """Random ones of these rows."""
        return self.rng.choice(rows, self.samples).tolist() if len(rows) else []
