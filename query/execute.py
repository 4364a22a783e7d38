"""Runs a plan, set at a time: documents of a span in static-rank order, or those of a few candidates that a node holds.

Spans grow from the best documents on, so that whoever wants the best k stops early. Apply, extract, weak-and and strong-or
are evaluated once, as a whole; what stands above them reads them span by span. Which cuts an execution notes does not depend
on the order of work (estimates know more than the viewer may): operands that an empty intersection makes superfluous are
still asked for their inner limits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import assert_never, final

import numpy as np

from index import NONE, U32, WINDOW, DocSet, Order, Tally, distinct, new_words, set_bits
from query.affinity import Affinity, affinity_weights
from query.plan import (
    Plan,
    PlanAnd,
    PlanApply,
    PlanExtract,
    PlanList,
    PlanNothing,
    PlanOr,
    PlanStrongOr,
    PlanUnion,
    PlanWeakAnd,
    children,
)
from query.strong_or import strong_or
from query.traverse import apply, count_hits, extract, first_applied, keep_applied, leads_back, unite
from query.visibility import World
from query.weak_and import weak_and
from schemas.catalogue import Vertical

_GROWTH = 4
_SHORT = 8_192
"""An answer thought to be this short is looked for in one span."""


class DeadlineError(Exception):
    """The query has used its time; what was found so far stands."""


@dataclass(frozen=True, slots=True)
class InnerCut:
    """An inner limit that cut: the node, how many ids there were and how many were kept, and in which order."""

    node: PlanApply | PlanExtract
    found: int
    kept: int
    order: str


@final
class Execution:
    """One run of one plan. `check` raises `DeadlineError` when time is up and is called between steps; `affinity` is there where
    an apply of the plan asks for it."""

    def __init__(self, world: World, check: Callable[[], None], affinity: Affinity | None = None) -> None:
        self.world = world
        self.check = check
        self._affinity = affinity
        self.cuts: dict[Plan, InnerCut] = {}
        self._whole: dict[Plan, DocSet] = {}
        self._inner: dict[Plan, U32] = {}
        self._hits: dict[Plan, Tally] = {}

    # -- spans -----------------------------------------------------------------------------------------------------

    def size(self, vertical: Vertical) -> int:
        """The number of documents of a vertical, visible or not."""
        return self.world.segment.size(vertical)

    def order(self, vertical: Vertical) -> Order:
        """The static-rank order of a vertical."""
        return self.world.segment.order(vertical)

    def ranked(self, plan: Plan, limit: int) -> Iterator[U32]:
        """The best `limit` documents of a node in static-rank order, portion by portion, each found when it is asked for."""
        order = self.order(plan.vertical)
        if isinstance(plan, PlanApply) and plan.is_union and plan not in self._whole:
            first = first_applied(self, plan, limit)
            if first is not None:
                yield first
                return
        if plan.estimate <= _SHORT or self._is_at_hand(plan):
            yield order.first(self.whole(plan), limit)
        else:
            spans = order.spans(WINDOW, _GROWTH)
            yield from order.walk(spans, partial(self.evaluate, plan), partial(self.keep, plan), limit)

    def _is_at_hand(self, plan: Plan) -> bool:
        """Whether a span of a node costs what all of it does."""
        if isinstance(plan, PlanApply) and leads_back(plan):
            return plan in self._whole
        return isinstance(plan, PlanUnion | PlanWeakAnd | PlanStrongOr | PlanApply | PlanExtract)

    def whole(self, plan: Plan) -> DocSet:
        """All documents of a node."""
        return self.evaluate(plan, 0, self.size(plan.vertical))

    def evaluate(self, plan: Plan, base: int, end: int) -> DocSet:
        """The documents of a node inside a span."""
        self.check()
        match plan:
            case PlanNothing():
                return DocSet.empty(base, end)
            case PlanList():
                docs = plan.list.within(base, end)
                return docs if plan.mask is None else docs & _part(plan.mask, base, end)
            case PlanAnd():
                return self._intersect(plan, base, end)
            case PlanOr():
                return self._unite(plan, base, end)
            case PlanUnion() | PlanWeakAnd() | PlanStrongOr() | PlanApply() | PlanExtract():
                return self.once(plan).within(base, end)
            case _:
                assert_never(plan)

    def once(self, plan: PlanUnion | PlanWeakAnd | PlanStrongOr | PlanApply | PlanExtract) -> DocSet:
        """All documents of a node that is evaluated as a whole; kept, for it may be asked for span by span."""
        found = self._whole.get(plan)
        if found is None:
            found = self._whole[plan] = self._compute(plan)
        return found

    def _compute(self, plan: PlanUnion | PlanWeakAnd | PlanStrongOr | PlanApply | PlanExtract) -> DocSet:
        match plan:
            case PlanUnion():
                return unite(plan.cuts, self.size(plan.vertical), self.check)
            case PlanWeakAnd():
                return weak_and(self, plan)
            case PlanStrongOr():
                return strong_or(self, plan)
            case PlanApply():
                return apply(self, plan)
            case PlanExtract():
                return extract(self, plan)
            case _:
                assert_never(plan)

    def _intersect(self, plan: PlanAnd, base: int, end: int) -> DocSet:
        docs = self.evaluate(plan.by_size[0], base, end)
        for i, operand in enumerate(plan.by_size[1:], start=1):
            if docs.is_empty():
                for skipped in plan.by_size[i:] + plan.excluded:
                    self.note_cuts(skipped)
                return docs
            if docs.packed is not None:
                docs = DocSet(base, end, self.keep(operand, docs.packed))
            else:
                docs = docs & self.evaluate(operand, base, end)
        for operand in plan.excluded:
            if docs.packed is not None:
                docs = docs - DocSet(base, end, self.keep(operand, docs.packed))
            else:
                docs = docs - self.evaluate(operand, base, end)
        return docs

    def _unite(self, plan: PlanOr, base: int, end: int) -> DocSet:
        sets = [self.evaluate(operand, base, end) for operand in plan.operands]
        if len(sets) == 1:
            return sets[0]
        packed = [docs.packed for docs in sets if docs.packed is not None]
        if len(packed) == len(sets):
            if len(sets) == 2:
                return sets[0] | sets[1]
            return DocSet(base, end, distinct(np.concatenate(packed), NONE))
        words = new_words(end - base)
        for docs in sets:
            if docs.packed is None:
                words |= docs.to_words()
            else:
                set_bits(words, base, docs.packed)
        return DocSet(base, end, None, words)

    # -- candidates ------------------------------------------------------------------------------------------------

    def keep(self, plan: Plan, docs: U32) -> U32:
        """Those of a few (sorted) documents that a node holds."""
        self.check()
        match plan:
            case PlanNothing():
                return docs[:0]
            case PlanList():
                kept = plan.list.keep(docs)
                return kept if plan.mask is None else _part(plan.mask, 0, self.size(plan.vertical)).keep(kept)
            case PlanAnd():
                for operand in plan.by_size:
                    docs = self.keep(operand, docs)
                for operand in plan.excluded:
                    docs = np.setdiff1d(docs, self.keep(operand, docs), assume_unique=True)
                return docs
            case PlanOr():
                held = [self.keep(operand, docs) for operand in plan.operands]
                return held[0] if len(held) == 1 else np.unique(np.concatenate(held))
            case PlanApply() if plan not in self._whole and leads_back(plan):
                return keep_applied(self, plan, docs)
            case PlanUnion() | PlanWeakAnd() | PlanStrongOr() | PlanApply() | PlanExtract():
                return self.once(plan).keep(docs)
            case _:
                assert_never(plan)

    # -- inner results ---------------------------------------------------------------------------------------------

    def inner(self, plan: PlanApply | PlanExtract) -> U32:
        """The inner results that a traversal takes, sorted; notes the cut where the limit made one."""
        found = self._inner.get(plan)
        if found is None:
            found = self._inner[plan] = self._take(plan)
        return found

    def _take(self, plan: PlanApply | PlanExtract) -> U32:
        inner = plan.inner
        docs = self.whole(inner)
        size = docs.size()
        if size <= plan.limit:
            return docs.docs()
        if isinstance(plan, PlanApply) and plan.by_affinity:
            self.cuts[plan] = InnerCut(plan, size, plan.limit, "affinity")
            return np.sort(self.by_affinity(inner.vertical, docs.docs())[: plan.limit])
        if isinstance(inner, PlanApply) and inner.orders_by_hits:
            self.cuts[plan] = InnerCut(plan, size, plan.limit, "hits")
            return np.sort(self.by_hits(inner)[: plan.limit])
        self.cuts[plan] = InnerCut(plan, size, plan.limit, "static rank")
        return np.sort(self.order(inner.vertical).first(docs, plan.limit))

    def weights(self, users: U32) -> U32:
        """What each of these (sorted) users counts in an apply by affinity."""
        assert self._affinity is not None, "bound without a model of affinity"
        return affinity_weights(self._affinity, self.world, users)

    def by_affinity(self, vertical: Vertical, users: U32) -> U32:
        """These (sorted) users, those who matter most to the viewer first, then by static rank."""
        ranked = self.order(vertical).permutation(users)
        weights = self.weights(users)[ranked].astype(np.int64)
        return users[ranked[np.argsort(-weights, kind="stable")]]

    def hits(self, plan: PlanApply) -> Tally:
        """The documents of an apply, sorted, and what the inner results that lead to each count together."""
        found = self._hits.get(plan)
        if found is None:
            found = self._hits[plan] = count_hits(self, plan)
        return found

    def by_hits(self, plan: PlanApply) -> U32:
        """The documents of an apply, those with most hits first, then by static rank."""
        docs, hits = self.hits(plan)
        ranked = self.order(plan.vertical).permutation(docs)
        return docs[ranked[np.argsort(-hits[ranked].astype(np.int64), kind="stable")]]

    def note_cuts(self, plan: Plan) -> None:
        """Evaluate what decides whether inner limits cut, and nothing else, in a node whose documents are not needed."""
        if isinstance(plan, PlanApply | PlanExtract):
            self.inner(plan)
        for child in children(plan):
            self.note_cuts(child)


def _part(mask: np.ndarray[tuple[int], np.dtype[np.uint64]], base: int, end: int) -> DocSet:
    return DocSet(base, end, None, mask[base >> 6 : (end + 63) >> 6])
