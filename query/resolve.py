"""Bound terms → posting lists: values are looked up in the dictionaries and id maps of one segment, lists cut to W_v."""

from __future__ import annotations

from typing import assert_never

import numpy as np

from index import U32, layout
from query.bound import BoundTerm, IdValue, MachineTagValue, TextValue
from query.plan import PlanList, PlanNothing, PlanUnion
from query.visibility import World
from schemas.catalogue import ValueKind
from schemas.text import MachineTag


def resolve(term: BoundTerm, world: World) -> PlanList | PlanUnion | PlanNothing:
    """The posting lists that a term stands for."""
    if isinstance(term.value, TextValue) and term.value.is_prefix:
        union = world.segment.frequent_prefix(term.edge, term.value.text)
        if union is not None:
            return PlanList(term.vertical, term.span, union.size(), union, world.mask(term.vertical))
    keys = _keys(term, world)
    if len(keys) == 1:
        one = world.cut_one(term.edge, int(keys[0]))
        if one is not None:
            found, mask = one
            return PlanList(term.vertical, term.span, found.size(), found, mask)
    cuts = [cut for cut in world.cut(term.edge, keys) if len(cut.keys)] if len(keys) else []
    if not cuts:
        return PlanNothing(term.vertical, term.span, 0)
    return PlanUnion(term.vertical, term.span, sum(cut.lists.estimate(cut.keys) for cut in cuts), tuple(cuts))


def _keys(term: BoundTerm, world: World) -> U32:
    """The sorted keys of the lists, in whatever numbers the edge is keyed by."""
    edge, segment = term.edge, world.segment
    match term.value:
        case IdValue():
            assert edge.value_vertical is not None
            found = segment.idmap(edge.value_vertical).find(term.value.id)
            return _one(found)
        case TextValue():
            terms = segment.terms(layout.HASHTAG_DICTIONARY if edge.kind is ValueKind.HASHTAG else edge.key)
            return terms.keys(term.value.text) if term.value.is_prefix else _one(terms.find(term.value.text))
        case MachineTagValue():
            return _machine_tags(term.value, world)
        case _:
            assert_never(term.value)


def _machine_tags(value: MachineTagValue, world: World) -> U32:
    """The machine tags whose parts fit: one range, or one key, for every `namespace:predicate=` that fits."""
    segment = world.segment
    terms = segment.terms("media.mt")
    parts: MachineTag = value.parts
    found = []
    for row in range(len(segment.mt_heads)):
        head = segment.mt_heads[row]
        namespace, _, predicate = head[:-1].partition(":")
        if parts.namespace not in (None, namespace) or parts.predicate not in (None, predicate):
            continue
        if parts.value is None:
            found.append(terms.keys(head))
        elif value.is_prefix:
            found.append(terms.keys(head + parts.value))
        else:
            found.append(_one(terms.find(head + parts.value)))
    return np.sort(np.concatenate(found)) if found else _one(None)


def _one(key: int | None) -> U32:
    return np.array([] if key is None else [key], dtype=np.uint32)
