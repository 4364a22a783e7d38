"""Candidates: what the sources of a recipe find for a viewer, merged, each with the sources that found it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from index import U32
from query import Request
from ranking.explore.recipe import Recipe
from ranking.pipeline.context import Context
from schemas.catalogue import Vertical


@dataclass(frozen=True, slots=True)
class Candidates:
    """Media, sorted, once each. `found` [media, sources] says which source found which, `place` [media] the best place at which one
    did: 0 the first, towards 1 the last that it may take. `incomplete` says which sources ran out of time, or were not asked."""

    docs: U32
    found: npt.NDArray[np.bool_]
    place: npt.NDArray[np.float64]
    incomplete: tuple[dict[str, Any], ...]

    def only(self, kept: npt.NDArray[np.bool_]) -> Candidates:
        """Some of them."""
        return Candidates(self.docs[kept], self.found[kept], self.place[kept], self.incomplete)


def candidates(context: Context, recipe: Recipe, country: str) -> Candidates:
    """What the sources find. The inner limits of a source are what it means, and no cut; running out of time is one."""
    docs: list[U32] = []
    finders: list[npt.NDArray[np.int64]] = []
    places: list[npt.NDArray[np.float64]] = []
    incomplete: list[dict[str, Any]] = []
    allowed_ms = context.searcher.settings.deadline_ms
    if context.deadline_ms is not None:
        allowed_ms = min(allowed_ms, context.deadline_ms)
    end_ns = time.thread_time_ns() + allowed_ms * 1_000_000
    for number, source in enumerate(recipe.sources):
        if (source.is_personal and context.viewer is None) or (source.is_local and not country):
            continue
        late = {"reason": "deadline", "source": source.name, "deadline_ms": allowed_ms}
        if time.thread_time_ns() > end_ns:
            incomplete.append(late)
            continue
        request = Request(source.text(country), context.viewer, Vertical.MEDIA, source.take)
        answer = context.searcher.find(request, context.stopped)
        if any(reason["reason"] == "deadline" for reason in answer.incomplete):
            incomplete.append(late)
        docs.append(answer.docs)
        finders.append(np.full(len(answer.docs), number))
        places.append(np.arange(len(answer.docs)) / source.take)
    return _merged(docs, finders, places, len(recipe.sources), tuple(incomplete))


def _merged(
    docs: list[U32],
    finders: list[npt.NDArray[np.int64]],
    places: list[npt.NDArray[np.float64]],
    sources: int,
    incomplete: tuple[dict[str, Any], ...],
) -> Candidates:
    nothing = np.empty(0, dtype=np.uint32)
    distinct, at = np.unique(np.concatenate([nothing, *docs]), return_inverse=True)
    found = np.zeros((len(distinct), sources), dtype=np.bool_)
    found[at, np.concatenate([nothing, *finders]).astype(np.int64)] = True
    place = np.ones(len(distinct))
    np.minimum.at(place, at, np.concatenate([nothing, *places]).astype(np.float64))
    return Candidates(distinct, found, place, incomplete)
