"""One question to the box as the features see it: who asks, in which world, what was typed, what is known of the past."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from index import U32, Tally
from query import World
from ranking.box.circle import Circle, hits_of
from ranking.box.past import Choice
from ranking.box.rewriting.typed import Typed
from ranking.box.trending import Trending
from ranking.features.schema import F32
from ranking.pipeline.context import Context
from schemas.catalogue import Vertical

_NONE = np.empty(0, dtype=np.uint32)


@dataclass(frozen=True)
class Asked:
    """A question. All that it knows is of the viewer's world, or public by definition."""

    context: Context
    world: World
    typed: Typed
    circle: Circle
    trending: Trending
    choices: Sequence[Choice]

    @cached_property
    def _chosen(self) -> dict[Vertical, tuple[Tally, dict[int, Choice]]]:
        """The choices that are in the viewer's world, by vertical and document number."""
        found: dict[Vertical, dict[int, Choice]] = {}
        for choice in self.choices:
            doc = self.world.segment.idmap(choice.vertical).find(choice.id)
            if doc is not None and self.world.shows(choice.vertical, doc):
                found.setdefault(choice.vertical, {})[doc] = choice
        return {vertical: (_tally(docs), docs) for vertical, docs in found.items()}

    def chosen(self, vertical: Vertical) -> U32:
        """The documents of a vertical that the viewer chose before, sorted."""
        return self._chosen[vertical][0].docs if vertical in self._chosen else _NONE

    def times_chosen(self, vertical: Vertical, docs: U32) -> F32:
        """How often the viewer chose each document."""
        if vertical not in self._chosen:
            return np.zeros(len(docs), dtype=np.float32)
        return hits_of(self._chosen[vertical][0], docs)

    @cached_property
    def chosen_by_vertical(self) -> dict[Vertical, int]:
        """How often the viewer chose documents of each vertical."""
        return {vertical: int(counted.hits.sum()) for vertical, (counted, _) in self._chosen.items()}


def _tally(chosen: dict[int, Choice]) -> Tally:
    docs = sorted(chosen)
    return Tally(np.array(docs, dtype=np.uint32), np.array([chosen[doc].times for doc in docs], dtype=np.uint32))
