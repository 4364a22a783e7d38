"""Searches whose truth is known: results with features, people who look from the top and choose by a hidden taste."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ranking import Feature, FeatureSchema, Source
from ranking.training.examples import Examples

SCHEMA = FeatureSchema(
    "toy",
    tuple(Feature(name, Source.DOCUMENT, name) for name in ("fame", "tie", "fresh", "noise")),
)
ROWS = 12


@dataclass(frozen=True)
class Truth:
    """Examples with clicks, and of each row how much it is truly liked."""

    examples: Examples
    liked: np.ndarray


def truth(seed: int, searches: int, *, eta: float = 1.0, days: int = 10, fame_worth: float = 0.3) -> Truth:
    """A policy shows results by one feature; position k is looked at with chance (1 + k) ** -eta."""
    random = np.random.default_rng([seed, 9])
    shape = (searches, ROWS)
    fame, tie, fresh, noise = (random.normal(size=shape) for _ in range(4))
    liked = 1 / (1 + np.exp(3.0 - fame_worth * fame - 1.6 * tie - np.where(fresh > 0, 1.2, -0.5)))
    order = np.argsort(-fame - 0.3 * random.normal(size=shape), axis=1)
    fame, tie, fresh, noise, liked = (
        np.take_along_axis(one, order, axis=1) for one in (fame, tie, fresh, noise, liked)
    )
    position = np.broadcast_to(np.arange(ROWS), shape)
    clicked = (random.random(shape) < (1.0 + position) ** -eta) & (random.random(shape) < liked)
    matrix = np.stack([fame, tie, fresh, noise], axis=-1).reshape(-1, 4).astype(np.float32)
    return Truth(
        Examples(
            matrix,
            clicked.ravel().astype(np.int64),
            position.ravel().astype(np.int64),
            random.integers(1, 10_000, searches * ROWS),
            np.full(searches, ROWS),
            np.sort(random.integers(20_000, 20_000 + days, searches)),
            random.integers(1, 400, searches),
            np.array(["ann"] * searches),
            np.array([f"s{n}" for n in range(searches)]),
            np.full(searches, "", dtype=np.str_),
        ),
        liked.ravel(),
    )
