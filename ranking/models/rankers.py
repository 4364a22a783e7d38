"""The trained models of one index on disk, by task and version (`ranking/models/versions.py`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ranking.features.schema import F32, FeatureSchema
from ranking.models.artefact import Model, load, save
from ranking.models.forest import Forest
from ranking.models.versions import kept_versions, put_in_force, version_in_force
from ranking.pipeline.scorer import Linear, Scorer


@dataclass(frozen=True)
class Learned:
    """A trained model as a scorer of its schema; with `forest`, which is the model compiled, LightGBM is not asked."""

    name: str
    schema: FeatureSchema
    model: Model
    forest: Forest | None = None

    def score(self, matrix: F32) -> npt.NDArray[np.float64]:
        """A score a row; one call, one thread."""
        return self.model.score(matrix) if self.forest is None else self.forest.score(matrix)


@dataclass(frozen=True)
class Rankers:
    """The models of a directory, each loaded when first asked for and kept. Shared between threads; None: no models.

    They are compiled, which changes no score, unless `is_compiled` is false: then LightGBM's own predict scores. `pinned` are
    versions by task that stand in place of those in force.
    """

    directory: Path | None = None
    is_compiled: bool = True
    pinned: Mapping[str, str] = field(default_factory=dict)
    _kept: dict[tuple[str, str], Scorer] = field(default_factory=dict, repr=False)

    def scorer(self, fallback: Linear) -> Scorer:
        """The model in force for the task `fallback.schema.name`, else the fallback.

        A model of another schema, or a damaged one, is an error (`schema-mismatch`, `damaged-model`), never a silent fallback.
        """
        version = self.version(fallback.schema.name)
        if version is None:
            return fallback
        assert self.directory is not None
        key = (fallback.schema.name, version)
        found = self._kept.get(key)
        if found is None:
            model = load(self.directory / fallback.schema.name / version, fallback.schema)
            forest = Forest.of(model.booster.model_to_string()) if self.is_compiled else None
            found = self._kept[key] = Learned(f"{fallback.schema.name}/{version}", fallback.schema, model, forest)
        return found

    def version(self, task: str) -> str | None:
        """The version in force for a task, None where there is none."""
        if self.directory is None:
            return None
        return self.pinned.get(task) or version_in_force(self.directory, task)

    def versions(self, task: str) -> list[str]:
        """The versions of a task that are kept, in force or not."""
        return [] if self.directory is None else kept_versions(self.directory, task)

    def pin(self, task: str, version: str) -> Rankers:
        """These rankers, but for one task whose version is named; models that are loaded are shared."""
        return replace(self, pinned={**self.pinned, task: version})


def keep(directory: Path, model: Model, version: str, *, is_in_force: bool = True) -> Path:
    """Write a model as a version of its task and put it in force, if it is to be; readers see the old one or the new one, whole."""
    place = directory / model.card.task / version
    save(model, place)
    if is_in_force:
        put_in_force(directory, model.card.task, version)
    return place
