"""What gives candidates their scores: a learnt model, or hand-tuned weights; both from a matrix of one feature schema."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
import numpy.typing as npt

from ranking.features.schema import F32, FeatureSchema
from ranking.kernels.rows import weigh
from schemas.errors import InputError


class Scorer(Protocol):
    """Scores rows of `schema`'s features, higher is better; comparable within one call only. One thread, no side effects."""

    @property
    def name(self) -> str:
        """Which scorer of which version: stands in logs and explanations."""
        ...

    @property
    def schema(self) -> FeatureSchema:
        """The features of its rows."""
        ...

    def score(self, matrix: F32) -> npt.NDArray[np.float64]:
        """A score a row."""
        ...


@dataclass(frozen=True)
class Linear:
    """Hand-tuned weights over features; a missing value (NaN) counts as 0. Unknown features are an error at once."""

    name: str
    schema: FeatureSchema
    weights: Mapping[str, float]

    def __post_init__(self) -> None:
        unknown = sorted(set(self.weights) - set(self.schema.names))
        if unknown:
            raise InputError("unknown-feature", f"no feature {unknown[0]!r} in schema {self.schema.name!r}")

    def score(self, matrix: F32) -> npt.NDArray[np.float64]:
        """The weighted sum of each row."""
        scores = np.empty(len(matrix), dtype=np.float64)
        weigh(matrix, *self._weighed, scores)
        return scores

    @cached_property
    def _weighed(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64]]:
        """The features that have a weight, and their weights."""
        return self.schema.columns(*self.weights), np.array([*self.weights.values()], dtype=np.float64)
