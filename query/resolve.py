"""Bound terms → posting lists: values are looked up in the dictionaries and id maps of one segment, lists cut to W_v."""

from __future__ import annotations

from functools import lru_cache, partial
from typing import NamedTuple, assert_never, final

import numpy as np

from index import U32, AnyList, AnySegment, EdgeLists, layout
from query.bound import BoundTerm, IdValue, MachineTagValue, TextValue
from query.plan import PlanList, PlanNothing, PlanUnion
from query.visibility import Cut, World
from schemas.catalogue import EDGES, Rule, ValueKind, Vertical
from schemas.text import MachineTag


class Place(NamedTuple):
    """Where the lists of a value stand: under sorted keys, in whatever numbers the edge is keyed by. Where every world cuts them by
    the mask of their documents alone, they are at hand: as `one` list, which a frequent prefix too is kept as, or as `lists`; they
    are thought to hold `estimate` documents together."""

    keys: U32
    one: AnyList | None = None
    lists: EdgeLists | None = None
    estimate: int = 0


@final
class Places:
    """Looks values up in one segment. What was asked last is kept: it depends on the segment, and on no viewer."""

    def __init__(self, segment: AnySegment, kept: int) -> None:
        self._segment = segment
        self._text = lru_cache(kept)(partial(_find_text, segment))

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

    def _machine_tags(self, value: MachineTagValue) -> U32:
        """The machine tags whose parts fit: one range, or one key, for every `namespace:predicate=` that fits."""
        segment = self._segment
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
        return np.sort(np.concatenate(found)) if found else _NO_KEYS


def _find_text(segment: AnySegment, vertical: Vertical, name: str, text: str, is_prefix: bool) -> Place:
    edge = EDGES[vertical, name]
    kept = segment.frequent_prefix(edge, text) if is_prefix else None
    if kept is not None:
        return Place(_NO_KEYS, kept, None, kept.size())
    terms = segment.terms(layout.HASHTAG_DICTIONARY if edge.kind is ValueKind.HASHTAG else edge.key)
    keys = terms.keys(text) if is_prefix else _one(terms.find(text))
    if len(keys) == 0 or edge.rule is not Rule.DOCUMENT or edge.value_vertical is not None:
        return Place(keys)
    lists = segment.lists(edge.key)
    if len(keys) == 1:
        one = lists.of(keys.item())
        return Place(keys, one, None, one.size())
    return Place(keys, None, lists, lists.estimate(keys))


def resolve(term: BoundTerm, world: World, places: Places) -> PlanList | PlanUnion | PlanNothing:
    """The posting lists that a term stands for."""
    keys, one, lists, estimate = places.of(term)
    vertical = term.edge.vertical
    if one is not None:
        return PlanList(vertical, term.span, estimate, one, world.mask(vertical))
    if lists is not None:
        return PlanUnion(vertical, term.span, estimate, (Cut(lists, keys, world.mask(vertical)),))
    if len(keys) == 1:
        cut = world.cut_one(term.edge, keys.item())
        if cut is not None:
            found, mask = cut
            return PlanList(vertical, term.span, found.size(), found, mask)
    cuts = [cut for cut in world.cut(term.edge, keys) if len(cut.keys)] if len(keys) else []
    if not cuts:
        return PlanNothing(vertical, term.span, 0)
    return PlanUnion(vertical, term.span, sum(cut.lists.estimate(cut.keys) for cut in cuts), tuple(cuts))


_NO_KEYS = np.empty(0, dtype=np.uint32)


def _one(key: int | None) -> U32:
    return _NO_KEYS if key is None else np.array([key], dtype=np.uint32)
