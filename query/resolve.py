"""Bound terms → posting lists: values are looked up in the dictionaries and id maps of one segment, lists cut to W_v."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple, assert_never, final

import numpy as np

from index import U32, PostingList, Segment, layout
from query.bound import BoundTerm, IdValue, MachineTagValue, TextValue
from query.plan import PlanList, PlanNothing, PlanUnion
from query.visibility import Cut, World
from schemas.catalogue import EDGES, ValueKind, Vertical
from schemas.text import MachineTag

_EXACT_ESTIMATE = 64
"""Keys up to which the length of every list is read for an estimate."""


class Place(NamedTuple):
    """Where the lists of a value stand: under sorted keys, in whatever numbers the edge is keyed by; or, for a frequent prefix,
    their union is kept as one list."""

    keys: U32
    kept: PostingList | None = None


@final
class Places:
    """Looks values up in one segment. What was asked last is kept: it depends on the segment, and on no viewer."""

    def __init__(self, segment: Segment, kept: int) -> None:
        self._segment = segment
        self._text = lru_cache(kept)(self._find_text)

    def of(self, term: BoundTerm) -> Place:
        """The place of a term's value; no keys where it is unknown."""
        value = term.value
        match value:
            case IdValue():
                vertical = term.edge.value_vertical
                assert vertical is not None
                return Place(_one(self._segment.idmap(vertical).find(value.id)))
            case TextValue():
                edge = term.edge
                return self._text(edge.vertical, edge.name, value.text, value.is_prefix)
            case MachineTagValue():
                return Place(self._machine_tags(value))
            case _:
                assert_never(value)

    def _find_text(self, vertical: Vertical, name: str, text: str, is_prefix: bool) -> Place:
        segment, edge = self._segment, EDGES[vertical, name]
        if edge.kind is ValueKind.HASHTAG:
            dictionary = segment.dictionary(layout.HASHTAG_DICTIONARY)
            if is_prefix:
                places = dictionary.range(text)
                return Place(np.sort(segment.hashtag_numbers[places.start : places.stop]))
            place = dictionary.find(text)
            return Place(_one(None if place is None else int(segment.hashtag_numbers[place])))
        dictionary = segment.dictionary(edge.key)
        if not is_prefix:
            return Place(_one(dictionary.find(text)))
        kept = segment.frequent_prefix(edge, text)
        return Place(_NO_KEYS, kept) if kept is not None else Place(_range(dictionary.range(text)))

    def _machine_tags(self, value: MachineTagValue) -> U32:
        """The machine tags whose parts fit: one range, or one key, for every `namespace:predicate=` that fits."""
        segment = self._segment
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
        return np.concatenate(found) if found else _NO_KEYS


def resolve(term: BoundTerm, world: World, places: Places) -> PlanList | PlanUnion | PlanNothing:
    """The posting lists that a term stands for."""
    keys, kept = places.of(term)
    vertical = term.edge.vertical
    if kept is not None:
        return PlanList(vertical, term.span, kept.size(), kept, world.mask(vertical))
    if len(keys) == 1:
        one = world.cut_one(term.edge, keys.item())
        if one is not None:
            found, mask = one
            return PlanList(vertical, term.span, found.size(), found, mask)
    cuts = [cut for cut in world.cut(term.edge, keys) if len(cut.keys)] if len(keys) else []
    if not cuts:
        return PlanNothing(vertical, term.span, 0)
    return PlanUnion(vertical, term.span, sum(map(_estimate, cuts)), tuple(cuts))


def _estimate(cut: Cut) -> int:
    if len(cut.keys) <= _EXACT_ESTIMATE or len(cut.lists.keys):
        return cut.lists.total(cut.keys)
    offsets = cut.lists.offsets  # the keys of a wide prefix are one range: its end less its start, in words
    return max(int(offsets[int(cut.keys[-1]) + 1]) - int(offsets[int(cut.keys[0])]), len(cut.keys))


_NO_KEYS = np.empty(0, dtype=np.uint32)


def _one(key: int | None) -> U32:
    return _NO_KEYS if key is None else np.array([key], dtype=np.uint32)


def _range(keys: range) -> U32:
    return np.arange(keys.start, keys.stop, dtype=np.uint32)
