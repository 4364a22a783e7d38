"""Apply and extract: from inner results along an edge or a field, inside the viewer's world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

from index import (
    NONE,
    U32,
    Counted,
    DocSet,
    Gate,
    Tally,
    distinct,
    layout,
    new_words,
    set_bits,
    tally,
    union,
    union_below,
    union_through,
)
from query.affinity import AFFINITY_UNIT
from query.plan import PlanApply, PlanExtract
from query.visibility import Cut, World
from schemas.catalogue import EDGES, Edge, Vertical

if TYPE_CHECKING:
    from query.execute import Execution

_PACKED_SHARE = 8
"""Unions of at most `size >> 8` postings (and of 64 in any case) cost what they touch, larger ones are a bitset: below that,
clearing, cutting and reading a whole bitset costs more."""
_AMPLE = 16
"""Lists that hold so many times what is wanted are not read to their ends."""
_SHORT = 4
"""As long as they are read up to such a part of the vertical: after that all of it costs little more."""
_FURTHER = 16
"""They are read so many times further at most."""
_STEP = 4_096
"""Keys between two looks at the clock."""

_FIELD_LISTS: dict[str, Edge] = {
    "media.tagged": EDGES[Vertical.USER, "tagged_in"],
    "media.mention": EDGES[Vertical.USER, "mentioned_in"],
}
"""Fields whose content is the posting lists of the same facts from the other end."""
_FIELD_COLUMNS = {"media.owner": layout.OWNER_COLUMN, "media.location": layout.PLACE_COLUMN}


def unite(cuts: Iterable[Cut], size: int, check: Callable[[], None]) -> DocSet:
    """The union of all lists of these cuts, each under its mask; `size` documents in the vertical."""
    cuts = tuple(cuts)
    few = _few(size)
    most = sum(cut.lists.total(cut.keys, few) for cut in cuts)
    if most <= few:
        return DocSet(0, size, union(((cut.lists, cut.keys, cut.mask) for cut in cuts), most))
    united = new_words(size)
    for cut in cuts:
        words = new_words(size) if cut.mask is not None and len(cuts) > 1 else united
        for keys in _steps(cut.keys, check):
            cut.lists.union_into(keys, words)
        if cut.mask is not None:
            words &= cut.mask
        if words is not united:
            united |= words
    return DocSet(0, size, None, united)


def _few(size: int) -> int:
    return max(size >> _PACKED_SHARE, 64)


def _steps(keys: U32, check: Callable[[], None]) -> Iterator[U32]:
    for start in range(0, len(keys), _STEP):
        check()
        yield keys[start : start + _STEP]


def apply(execution: Execution, plan: PlanApply) -> DocSet:
    """The documents that at least `min_hits` inner results lead to; by affinity, inner results that count so much together."""
    size = execution.size(plan.vertical)
    if not plan.is_union:
        return DocSet(0, size, execution.hits(plan).docs)
    world, keys = execution.world, execution.inner(plan)
    gate = _gate(world, plan.edge, keys)
    if gate is not None:
        docs = union_through(world.segment.lists(plan.edge.key), keys, gate, _few(size))
        if docs is not None:
            return DocSet(0, size, docs)
    return unite(world.cut(plan.edge, keys), size, execution.check)


def _gate(world: World, edge: Edge, keys: U32) -> Gate | None:
    return world.gate(edge) if len(keys) <= _STEP else None


def first_applied(execution: Execution, plan: PlanApply, limit: int) -> U32 | None:
    """The best `limit` documents of an apply that is a union, in static-rank order; None where all of it has to be found.

    Lists are in rank order: where they hold much more than is wanted, all of them are read up to some document only, and further
    only where that gave too few.
    """
    order, world, keys = execution.order(plan.vertical), execution.world, execution.inner(plan)
    gate = _gate(world, plan.edge, keys)
    if gate is None or not order.ranks_base_by_number:
        return None
    size, lists = order.size, world.segment.lists(plan.edge.key)
    docs = union_through(lists, keys, gate, min(_few(size), _AMPLE * limit))
    if docs is not None:
        return order.first(DocSet(0, size, docs), limit)
    most = lists.total(keys)
    below = 2 * order.base * limit // most
    while below < order.base // _SHORT:
        execution.check()
        docs = union_below(lists, keys, gate, below, most)
        best = order.first_below(docs, below, limit)
        if len(best) == limit:
            return best
        below = min(below * 2 * limit // max(len(best), 1), below * _FURTHER) + 1
    return None


def leads_back(plan: PlanApply) -> bool:
    """Whether a column says which key's list a document stands in, and the apply asks for no more than that."""
    return plan.edge.key in _FIELD_COLUMNS and plan.min_hits == 1


def keep_applied(execution: Execution, plan: PlanApply, docs: U32) -> U32:
    """Those of a few (sorted) documents that an apply which `leads_back` holds: the lists of its inner results are not read."""
    [(_, keys, mask)] = execution.world.cut(plan.edge, execution.inner(plan))
    if len(keys) == 0:
        return docs[:0]
    owned = execution.world.segment.values(_FIELD_COLUMNS[plan.edge.key], docs)
    docs = docs[keys.take(keys.searchsorted(owned), mode="clip") == owned]
    return docs if mask is None else DocSet(0, execution.size(plan.vertical), None, mask).keep(docs)


def count_hits(execution: Execution, plan: PlanApply) -> Tally:
    """The documents of an apply, and for each the number of inner results that lead to it, or what they count by affinity."""
    inner = execution.inner(plan)
    cuts = execution.world.cut(plan.edge, inner)
    most = sum(cut.lists.total(cut.keys) for cut in cuts)
    weights = execution.weights(inner) if plan.by_affinity else None
    parts = (
        Counted(cut.lists, keys, cut.mask, None if weights is None else weights[inner.searchsorted(keys)])
        for cut in cuts
        for keys in _steps(cut.keys, execution.check)
    )
    found = tally(parts, most, execution.size(plan.vertical))
    if plan.min_hits == 1:
        return found
    enough = found.hits >= plan.min_hits * (AFFINITY_UNIT if plan.by_affinity else 1)
    return Tally(found.docs[enough], found.hits[enough])


def extract(execution: Execution, plan: PlanExtract) -> DocSet:
    """What the field holds in the inner results."""
    world, docs = execution.world, execution.inner(plan)
    size = execution.size(plan.vertical)
    edge = _FIELD_LISTS.get(plan.edge.key)
    if edge is not None:
        return unite(world.cut(edge, docs), size, execution.check)
    if plan.edge.key == "media.hashtag":  # a hashtag on a media of W_v is in W_v
        return unite([Cut(world.segment.lists(layout.HASHTAGS_OF_MEDIA), docs, None)], size, execution.check)
    held = world.segment.values(_FIELD_COLUMNS[plan.edge.key], docs)
    alive = world.segment.alive(plan.vertical)  # its owner is in W_v, and its place if it exists
    if len(docs) <= _few(size):
        found = DocSet(0, size, distinct(held, NONE))
        return found if alive is None else found & DocSet(0, size, None, alive)
    words = new_words(size)
    set_bits(words, 0, held[held != NONE])
    if alive is not None:
        words &= alive
    return DocSet(0, size, None, words)
