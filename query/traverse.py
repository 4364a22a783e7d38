"""Apply and extract: from inner results along an edge or a field, inside the viewer's world."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING

import numpy as np

from index import NONE, U32, DocSet, Tally, layout, new_words, set_bits, sort_distinct, tally
from query.plan import PlanApply, PlanExtract
from query.visibility import Cut
from schemas.catalogue import EDGES, Edge, Vertical

if TYPE_CHECKING:
    from query.execute import Execution

_PACKED_SHARE = 11
"""Unions of at most `size >> 11` postings (and of 64 in any case) are sorted rather than set in a bitset: below that, clearing
and reading the bitset costs more."""
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
    most = max(size >> _PACKED_SHARE, 64)
    if sum(cut.lists.total(cut.keys) for cut in cuts) <= most:
        few = np.empty(most, dtype=np.uint32)
        end = 0
        for cut in cuts:
            end = cut.lists.append(cut.keys, cut.mask, few, end)
        return DocSet(0, size, few[: sort_distinct(few[:end])])
    union = new_words(size)
    for cut in cuts:
        words = new_words(size) if cut.mask is not None and len(cuts) > 1 else union
        for keys in _steps(cut.keys, check):
            cut.lists.union_into(keys, words)
        if cut.mask is not None:
            words &= cut.mask
        if words is not union:
            union |= words
    return DocSet(0, size, None, union)


def _steps(keys: U32, check: Callable[[], None]) -> Iterator[U32]:
    for start in range(0, len(keys), _STEP):
        check()
        yield keys[start : start + _STEP]


def apply(execution: Execution, plan: PlanApply) -> DocSet:
    """The documents that at least `min_hits` inner results lead to."""
    size = execution.size(plan.vertical)
    if plan.min_hits == 1 and not plan.orders_by_hits:
        return unite(execution.world.cut(plan.edge, execution.inner(plan)), size, execution.check)
    return DocSet(0, size, execution.hits(plan).docs)


def count_hits(execution: Execution, plan: PlanApply) -> Tally:
    """The documents of an apply, and for each the number of inner results that lead to it."""
    cuts = execution.world.cut(plan.edge, execution.inner(plan))
    most = sum(cut.lists.total(cut.keys) for cut in cuts)
    parts = ((cut.lists, keys, cut.mask) for cut in cuts for keys in _steps(cut.keys, execution.check))
    found = tally(parts, most, execution.size(plan.vertical))
    if plan.min_hits == 1:
        return found
    enough = found.hits >= plan.min_hits
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
    words = new_words(size)
    set_bits(words, 0, held[held != NONE])
    alive = world.segment.alive(plan.vertical)  # its owner is in W_v, and its place if it exists
    if alive is not None:
        words &= alive
    return DocSet(0, size, None, words)
