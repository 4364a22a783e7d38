"""Bound terms → posting lists: values are looked up in the dictionaries and id maps of one segment, lists cut to W_v."""

from __future__ import annotations

from typing import assert_never

import numpy as np

from index import U32, layout
from query.bound import BoundTerm, IdValue, MachineTagValue, TextValue
from query.plan import PlanList, PlanNothing, PlanUnion
from query.visibility import Cut, World
from schemas.catalogue import ValueKind
from schemas.text import MachineTag

_EXACT_ESTIMATE = 64
"""Keys up to which the length of every list is read for an estimate."""


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
    return PlanUnion(term.vertical, term.span, sum(map(_estimate, cuts)), tuple(cuts))


def _estimate(cut: Cut) -> int:
    if len(cut.keys) <= _EXACT_ESTIMATE or len(cut.lists.keys):
        return cut.lists.total(cut.keys)
    offsets = cut.lists.offsets  # the keys of a wide prefix are one range: its end less its start, in words
    return max(int(offsets[int(cut.keys[-1]) + 1]) - int(offsets[int(cut.keys[0])]), len(cut.keys))


def _keys(term: BoundTerm, world: World) -> U32:
    """The sorted keys of the lists, in whatever numbers the edge is keyed by."""
    edge, segment = term.edge, world.segment
    match term.value:
        case IdValue():
            assert edge.value_vertical is not None
            found = segment.idmap(edge.value_vertical).find(term.value.id)
            return _one(found)
        case TextValue():
            if edge.kind is ValueKind.HASHTAG:
                dictionary = segment.dictionary(layout.HASHTAG_DICTIONARY)
                if term.value.is_prefix:
                    places = dictionary.range(term.value.text)
                    return np.sort(segment.hashtag_numbers[places.start : places.stop])
                place = dictionary.find(term.value.text)
                return _one(None if place is None else int(segment.hashtag_numbers[place]))
            dictionary = segment.dictionary(edge.key)
            if term.value.is_prefix:
                return _range(dictionary.range(term.value.text))
            return _one(dictionary.find(term.value.text))
        case MachineTagValue():
            return _machine_tags(term.value, world)
        case _:
            assert_never(term.value)


def _machine_tags(value: MachineTagValue, world: World) -> U32:
    """The machine tags whose parts fit: one range, or one key, for every `namespace:predicate=` that fits."""
    segment = world.segment
    dictionary = segment.dictionary("media.mt")
    parts: MachineTag = value.parts
    found = []
    for row in range(len(segment.mt_heads)):
        head = segment.mt_heads[row]
        namespace, _, predicate = head[:-1].partition(":")
        if parts.namespace not in (None, namespace) or parts.predicate not in (None, predicate):
            continue
        if parts.value is None:
            found.append(_range(dictionary.range(head)))
        elif value.is_prefix:
            found.append(_range(dictionary.range(head + parts.value)))
        else:
            found.append(_one(dictionary.find(head + parts.value)))
    return np.concatenate(found) if found else _one(None)


def _one(key: int | None) -> U32:
    return np.array([] if key is None else [key], dtype=np.uint32)


def _range(keys: range) -> U32:
    return np.arange(keys.start, keys.stop, dtype=np.uint32)
