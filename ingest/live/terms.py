"""Keys of terms: those of the base's dictionaries, and behind them those that came with events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import final

import numpy as np

from index import AnyArray, Layer, Segment, Strings, layout
from ingest.text_terms import TermsOf, cleaned_tag, machine_tag_term, whole
from schemas.catalogue import EDGES, Edge, Vertical
from schemas.text import username_words, words

_CACHED = 1 << 18


@final
class EdgeTerms:
    """The terms of one dictionary."""

    def __init__(self, name: str, segment: Segment, layers: Sequence[Layer]) -> None:
        self._name = name
        base = segment.terms(name)
        self._base = lru_cache(maxsize=_CACHED)(base.find)
        self._first = len(base)
        self._late: dict[str, int] = {}
        self._fresh: dict[str, int] = {}
        for layer in layers:
            numbers = layer.get(f"{name}.terms.number")
            if numbers is not None:
                terms = Strings(layer.arrays[f"{name}.terms.blob"], layer.arrays[f"{name}.terms.offsets"])
                self._late |= {terms[row]: int(number) for row, number in enumerate(numbers)}

    def __len__(self) -> int:
        return self._first + len(self._late)

    def key(self, term: str) -> int:
        """The key of a term; an unknown one gets the next."""
        key = self._late.get(term)
        if key is None:
            key = self._base(term)
            if key is None:
                key = self._late[term] = self._fresh[term] = len(self)
        return key

    def keys(self, terms: Iterable[str]) -> list[int]:
        """The keys of terms."""
        return [self.key(term) for term in terms]

    def add(self, term: str, key: int) -> None:
        """Enter an unknown term under the next key, which the caller knows."""
        assert key == len(self), f"{self._name}: key {key} is not the next"
        self._late[term] = self._fresh[term] = key

    def arrays(self) -> dict[str, AnyArray]:
        """The terms that came since the last layer, sorted, and their keys."""
        if not self._fresh:
            return {}
        fresh = sorted(self._fresh.items())
        self._fresh = {}
        terms = Strings.of([term for term, _ in fresh])
        return {
            f"{self._name}.terms.blob": terms.blob,
            f"{self._name}.terms.offsets": terms.offsets.astype(np.uint32),
            f"{self._name}.terms.number": np.array([key for _, key in fresh], dtype=np.uint32),
        }


@final
class TermKeys:
    """The terms of all dictionaries, opened when first asked for."""

    def __init__(self, segment: Segment, layers: Sequence[Layer]) -> None:
        self._segment = segment
        self._layers = tuple(layers)
        self._edges: dict[str, EdgeTerms] = {}
        self._prefixes: dict[str, dict[str, int]] = {}

    def __getitem__(self, name: str) -> EdgeTerms:
        edge = self._edges.get(name)
        if edge is None:
            edge = self._edges[name] = EdgeTerms(name, self._segment, self._layers)
        return edge

    def prefix_keys(self, edge: Edge, terms: Iterable[str]) -> set[int]:
        """The keys of the frequent prefixes that the terms begin with."""
        kept = self._prefixes.get(edge.key)
        if kept is None:
            found = self._segment.dictionary(layout.prefixes(edge.key))
            kept = self._prefixes[edge.key] = {found[row]: row for row in range(len(found))}
        if not kept:
            return set()
        starts = {term[:length] for term in terms for length in range(1, len(term) + 1)}
        return {kept[start] for start in starts if start in kept}

    def arrays(self) -> dict[str, AnyArray]:
        """The terms that came since the last layer."""
        arrays: dict[str, AnyArray] = {}
        for edge in self._edges.values():
            arrays |= edge.arrays()
        return arrays


EdgeText = tuple[str, TermsOf]
"""An edge, and which terms of it a text has."""

WORDS: dict[tuple[Vertical, str], tuple[EdgeText, ...]] = {
    (Vertical.USER, "username"): (("user.name", username_words), ("user.username", whole)),
    (Vertical.USER, "fullname"): (("user.name", words),),
    (Vertical.USER, "country"): (("user.country", whole),),
    (Vertical.PLACE, "name"): (("place.name", words),),
    (Vertical.PLACE, "city"): (("place.city", whole),),
    (Vertical.PLACE, "country"): (("place.country", whole),),
    (Vertical.PLACE, "category"): (("place.category", whole),),
    (Vertical.GROUP, "name"): (("group.name", words),),
    (Vertical.GROUP, "description"): (),
}
"""The edges that are made from each text that the base keeps."""
TAG_EDGES: tuple[EdgeText, ...] = (("media.tag", cleaned_tag), ("media.mt", machine_tag_term))


@cache
def edge_named(name: str) -> Edge:
    """The edge of the catalogue with this key."""
    vertical, _, edge = name.partition(".")
    return EDGES[Vertical(vertical), edge]
