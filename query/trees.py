"""What trees of terms find whoever asks: found once for one segment, and cut to the world of each viewer who asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import final

import numpy as np

from index import NONE, U32, AnySegment, DocSet, distinct, joined
from query.execute import Execution
from query.plan import Plan, PlanUnion, children
from query.planner import plan
from query.resolve import Places
from query.tree import Tree
from query.visibility import World
from schemas.settings import Settings

_MOST, _MOST_NUMBERS = 8_192, 1 << 20
"""Trees that are kept, and numbers (of documents, and of lists) of all of them together, which take 4 MiB. A text is up to five
trees, one a vertical."""
_LONG = 2_048
"""A tree that is thought to find more documents is not kept whole: it would take the room of many others."""
_BEST = 128
"""So many of the best documents are kept of a long one."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """All documents of a tree in nobody's world, by rising number; of a long tree the best, and the plan that finds all."""

    docs: U32
    plan: Plan | None


@final
class Trees:
    """The trees that were asked for last, with what they find in nobody's world. Shared between threads."""

    def __init__(self, segment: AnySegment, places: Places, settings: Settings) -> None:
        self._everything = World(segment, None, is_operator=True)
        self._places = places
        self._settings = settings
        self._kept: OrderedDict[Tree, _Kept] = OrderedDict()
        self._numbers = 0
        self._lock = Lock()

    def seen(self, tree: Tree, world: World, tiers: Sequence[DocSet], limit: int, check: Callable[[], None]) -> DocSet:
        """Documents of a tree in a world: all of them, or those in one of some tiers of that world, and the best `limit`.

        `check` keeps the deadline.
        """
        check()
        vertical = tree.vertical
        with self._lock:
            found = self._kept.get(tree)
            if found is not None:
                self._kept.move_to_end(tree)
        if found is None:
            found = self._find(tree, check)
            self._keep(tree, found)
        size = world.segment.size(vertical)
        docs = world.seen(vertical, found.docs)
        if found.plan is None:
            return DocSet(0, size, docs)
        execution = Execution(self._everything, check)
        if len(docs) < limit:  # too many of the best are hidden from the viewer
            everything, mask = execution.whole(found.plan), world.mask(vertical)
            return everything if mask is None else everything & DocSet(0, size, None, mask)
        held = [_held(execution, found.plan, tier) for tier in tiers]
        return DocSet(0, size, distinct(np.concatenate([docs, *held]), NONE))

    def _find(self, tree: Tree, check: Callable[[], None]) -> _Kept:
        planned = plan(tree.bound, self._everything, self._places, self._settings, 1, check)
        execution = Execution(self._everything, check)
        if planned.estimate > _LONG:
            best = joined(execution.ranked(planned, _BEST))
            return _Kept(np.sort(best), planned if len(best) >= _BEST else None)
        return _Kept(execution.whole(planned).docs().copy(), None)  # a copy, and not what it was found in

    def _keep(self, tree: Tree, found: _Kept) -> None:
        with self._lock:
            if tree in self._kept:  # another thread was faster
                return
            self._kept[tree] = found
            self._numbers += _numbers(found)
            while len(self._kept) > _MOST or self._numbers > _MOST_NUMBERS:
                self._numbers -= _numbers(self._kept.popitem(last=False)[1])


def _held(execution: Execution, plan: Plan, tier: DocSet) -> U32:
    """The documents of a tier that a tree finds."""
    if tier.packed is not None and len(tier.packed) <= plan.estimate:
        return execution.keep(plan, tier.packed)
    return (execution.whole(plan) & tier).docs()


def _numbers(found: _Kept) -> int:
    return len(found.docs) + (0 if found.plan is None else _keys(found.plan))


def _keys(plan: Plan) -> int:
    own = sum(len(cut.keys) for cut in plan.cuts) if isinstance(plan, PlanUnion) else 0
    return own + sum(map(_keys, children(plan)))
