"""What a feature is, and an ordered set of features with a hash: the contract between training and serving."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

import numpy as np
import numpy.typing as npt

from schemas.errors import InputError

F32 = npt.NDArray[np.float32]

CATEGORY = "category"
"""The dtype of features whose values are names, not amounts: numbers from 0, NaN missing. They have no order and no `monotone`."""


class Source(StrEnum):
    """Where a feature is read."""

    DOCUMENT = "document"
    GRAPH = "graph"
    NAME = "name"
    QUERY = "query"
    PLACES = "places"


class Freshness(StrEnum):
    """How old a value may be."""

    BASE = "base"
    REALTIME = "realtime"
    REQUEST = "request"


@dataclass(frozen=True, slots=True)
class Feature:
    """One column. `default` stands where a value is missing; `dtype` is that of the source, matrices are float32 throughout.
    `monotone` is 1 where more can only help, -1 where it can only harm, 0 where nothing is known."""

    name: str
    source: Source
    meaning: str
    dtype: str = "float32"
    default: float = float("nan")
    freshness: Freshness = Freshness.BASE
    monotone: int = 0


@dataclass(frozen=True)
class FeatureSchema:
    """Features in the order of a matrix's columns. Names are unique."""

    name: str
    features: tuple[Feature, ...]

    def __post_init__(self) -> None:
        names = self.names
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise InputError("bad-feature-schema", f"schema {self.name!r} names {twice[0]!r} twice")
        ordered = [feature.name for feature in self.features if feature.dtype == CATEGORY and feature.monotone]
        if ordered:
            raise InputError(
                "bad-feature-schema", f"category {ordered[0]!r} of schema {self.name!r} cannot be monotone"
            )

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names, in order."""
        return tuple(feature.name for feature in self.features)

    @cached_property
    def places(self) -> Mapping[str, int]:
        """The column of each feature in a matrix, by name."""
        return {name: place for place, name in enumerate(self.names)}

    @cached_property
    def hash(self) -> str:
        """SHA-256 of all that a model depends on: names, order, dtypes, sources, defaults, constraints; not of the prose."""
        lines = [f"{f.name} {f.dtype} {f.source} {f.default!r} {f.freshness} {f.monotone}" for f in self.features]
        return hashlib.sha256("\n".join([self.name, *lines]).encode()).hexdigest()

    def columns(self, *names: str) -> npt.NDArray[np.int64]:
        """The places of some features."""
        return np.array([self.places[name] for name in names], dtype=np.int64)

    def blank(self, rows: int) -> F32:
        """[rows, features] float32 in the order of the schema, each its default."""
        found = np.empty((rows, len(self.features)), dtype=np.float32)
        found[:] = self._defaults
        return found

    @cached_property
    def _defaults(self) -> F32:
        return np.array([feature.default for feature in self.features], dtype=np.float32)

    def matrix(self, columns: Mapping[str, npt.NDArray[np.generic]], rows: int) -> F32:
        """[rows, features] float32 in the order of the schema; a missing column is its default, an unknown one an error."""
        unknown = sorted(name for name in columns if name not in self.places)
        if unknown:
            hint = f"features of {self.name!r}: {', '.join(self.names)}"
            raise InputError("unknown-feature", f"no feature {unknown[0]!r} in schema {self.name!r}", hint=hint)
        found = np.empty((rows, len(self.features)), dtype=np.float32)
        for place, feature in enumerate(self.features):
            column = columns.get(feature.name)
            if column is None:
                found[:, place] = feature.default
            elif column.shape != (rows,):
                raise InputError("bad-column", f"feature {feature.name!r} has shape {column.shape}, not ({rows},)")
            else:
                found[:, place] = column
        return found
