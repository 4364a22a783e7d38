"""What trees of terms find whoever asks: kept for one segment, and cut to the world of each viewer who asks."""

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
_MOST_KEYS = 4_096
"""The plan of a long one is kept where it holds no more numbers of lists."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """All documents of a tree in nobody's world, by rising number; of a long one the best, and the plan where it is small."""

    docs: U32
    is_all: bool
    plan: Plan | None = None


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
        with self._lock:
            found = self._kept.get(tree)
            if found is not None:
                self._kept.move_to_end(tree)
        execution, planned = Execution(self._everything, check), None
        if found is None:
            planned = self._plan(tree, check)
            found = _find(execution, planned)
            self._keep(tree, found)
        vertical, size = tree.vertical, world.segment.size(tree.vertical)
        docs = world.seen(vertical, found.docs)
        if found.is_all:
            return DocSet(0, size, docs)
        planned = planned or found.plan or self._plan(tree, check)
        if len(docs) < limit:  # too few of the best are kept, or too many of them hidden from the viewer
            everything, mask = execution.whole(planned), world.mask(vertical)
            return everything if mask is None else everything & DocSet(0, size, None, mask)
        held = [_held(execution, planned, tier) for tier in tiers]
        return DocSet(0, size, world.seen(vertical, distinct(np.concatenate([docs, *held]), NONE)))

    def _plan(self, tree: Tree, check: Callable[[], None]) -> Plan:
        return plan(tree.bound, self._everything, self._places, self._settings, 1, check)

    def _keep(self, tree: Tree, found: _Kept) -> None:
        with self._lock:
            if tree in self._kept:  # another thread was faster
                return
            self._kept[tree] = found
            self._numbers += _numbers(found)
            while len(self._kept) > _MOST or self._numbers > _MOST_NUMBERS:
                self._numbers -= _numbers(self._kept.popitem(last=False)[1])


def _find(execution: Execution, planned: Plan) -> _Kept:
    if planned.estimate <= _LONG:
        return _Kept(execution.whole(planned).docs().copy(), is_all=True)  # a copy, and not what it was found in
    best = np.sort(joined(execution.ranked(planned, _BEST)))
    if len(best) < _BEST:
        return _Kept(best, is_all=True)
    return _Kept(best, is_all=False, plan=planned if _keys(planned) <= _MOST_KEYS else None)


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
