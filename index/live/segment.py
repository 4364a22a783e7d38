"""A base segment and the layers over it, read as one. The same interface as `index.segment.Segment`.

Parts are made when first asked for and kept. A segment that follows another over the same base takes over its bitsets, copied and
patched where new layers change them, and its tables of late ids, which grow.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, final

import numpy as np

from index.arrays import AnyArray
from index.corpus import I64, NONE, U32, Strings
from index.docset import new_words
from index.kernels.bits import Words, clear_bits, set_bits
from index.kernels.columns import ids_of
from index.layout import OWNER_COLUMN, PLACE_COLUMN, RAW_TAGS, keeps_prefixes, prefixes
from index.live.columns import LiveColumn, LiveTexts
from index.live.late import LateIds, LiveIdMap
from index.live.layer import Layer
from index.live.lists import EdgeLayer, KeyFilter, LiveList, LiveLists
from index.live.order import Order
from index.live.pointer import Live
from index.manifest import Manifest
from index.postings import PostingList, PostingLists
from index.segment import Segment, State
from index.terms import TermDictionary, TermRun, Terms
from schemas.catalogue import Edge, Vertical

_T = TypeVar("_T")
_NO_DOCS = np.empty(0, dtype=np.uint32)
_MACHINE_TAGS = "media.mt"


@final
class LiveSegment:
    """One publication of a live index. Immutable, shared between threads."""

    def __init__(self, base: Segment, live: Live, layers: tuple[Layer, ...], before: LiveSegment | None = None) -> None:
        """`layers` are those that `live` names, the oldest first; `before` is a publication over the same base."""
        self.base = base
        self.live = live
        self.layers = layers
        self.manifest: Manifest = base.manifest
        self.generation = base.generation
        self.state: State = (live.generation, live.sequence)
        self._views: dict[Any, Any] = {}
        self._filters: dict[str, KeyFilter] = {} if before is None else before._filters
        is_longer = before is not None and layers[: len(before.layers)] == before.layers
        self._late = {v: _late_ids(v, layers, before, is_longer) for v in Vertical}
        self._late_count = {v: len(self._late[v]) for v in Vertical}
        self.sizes = {v: base.size(v) + self._late_count[v] for v in Vertical}
        if before is not None and is_longer:
            self._take(before, layers[len(before.layers) :])

    def _take(self, before: LiveSegment, new: tuple[Layer, ...]) -> None:
        """What the publication before has made, changed by the layers that it does not have."""
        for key, view in list(before._views.items()):
            match key:
                case ("bits", name):
                    self._views[key] = self._patched(name, view, new)
                case ("hidden", name):
                    self._views[key] = self._hiding(name, view, new)
                case ("order", vertical) if self.size(vertical) == before.size(vertical):
                    if not any(f"{vertical}.order.slot" in layer.arrays for layer in new):
                        self._views[key] = view
                case _:
                    pass

    # -- documents -------------------------------------------------------------------------------------------------

    def size(self, vertical: Vertical) -> int:
        """The number of documents of a vertical, those that are not alive among them."""
        return self.sizes[vertical]

    def numbered_alike(self, other: LiveSegment, vertical: Vertical) -> int:
        """How many documents have the same numbers here and in another state over the same base: at least so many."""
        is_one_table = self._late[vertical] is other._late[vertical]
        late = min(self._late_count[vertical], other._late_count[vertical]) if is_one_table else 0
        return self.base.size(vertical) + late

    def alive(self, vertical: Vertical) -> Words | None:
        """The documents that exist; None: all do."""
        name = f"{vertical}.alive"
        if self._late_count[vertical] == 0 and not any(f"{name}.clear" in layer.arrays for layer in self.layers):
            return None
        return self.bits(name)

    def order(self, vertical: Vertical) -> Order:
        """The static-rank order of a vertical."""

        def make() -> Order:
            name = f"{vertical}.order"
            for layer in reversed(self.layers):
                slots = layer.get(f"{name}.slot")
                if slots is not None:
                    return Order(self.base.size(vertical), self.size(vertical), layer.arrays[name], slots)
            return Order(self.base.size(vertical), self.size(vertical))

        return self._kept(("order", vertical), make)

    def ids(self, vertical: Vertical) -> I64:
        """External ids by document number."""
        late = self._late[vertical].ids(self._late_count[vertical])
        return np.concatenate([self.base.ids(vertical), late])

    def ids_of(self, vertical: Vertical, docs: U32) -> I64:
        """The external ids of documents, in their order."""
        out = np.empty(len(docs), dtype=np.int64)
        ids_of(self.base.ids(vertical), self._late[vertical].ids(self._late_count[vertical]), docs, out)
        return out

    def idmap(self, vertical: Vertical) -> LiveIdMap:
        """External ids → document numbers."""
        make = lambda: LiveIdMap(self.base.idmap(vertical), self._late[vertical], self._late_count[vertical])  # noqa: E731
        return self._kept(("idmap", vertical), make)

    # -- lists and terms -------------------------------------------------------------------------------------------

    def lists(self, name: str) -> PostingLists | LiveLists:
        """The posting lists of an edge of the catalogue (by its key) or of `index/layout.py`."""

        def make() -> PostingLists | LiveLists:
            base = self.base.lists(name)
            layers = [found for layer in reversed(self.layers) if (found := _edge_layer(layer, name)) is not None]
            hidden = self._hidden(name)
            if not layers and hidden is None:
                return base
            size = len(self.terms(RAW_TAGS)) if name == RAW_TAGS else self.size(_vertical(name))
            return LiveLists(base, layers, hidden, size, self._filters.setdefault(name, KeyFilter()))

        return self._kept(("lists", name), make)

    def touched(self, name: str) -> U32:
        """The keys of an edge for whose lists some layer speaks, sorted: all other lists are those of the base."""

        def make() -> U32:
            keys = [found for layer in self.layers if (found := layer.get(f"{name}.touched")) is not None]
            return np.unique(np.concatenate(keys)).astype(np.uint32) if keys else _NO_DOCS

        return self._kept(("touched", name), make)

    def touched_of(self, name: str, keys: U32) -> U32:
        """Those of some (sorted) keys for whose lists some layer speaks: looked up, for layers may touch very many."""
        is_touched = np.zeros(len(keys), dtype=np.bool_)
        for layer in self.layers:
            touched = layer.get(f"{name}.touched")
            if touched is not None and len(touched):
                is_touched |= touched.take(touched.searchsorted(keys), mode="clip") == keys
        return keys[is_touched]

    def terms(self, name: str) -> Terms:
        """The terms of an edge, or of a dictionary of `index/layout.py`, with the keys of their lists."""

        def make() -> Terms:
            late = [run for layer in self.layers if (run := _term_run(layer, name)) is not None]
            base = self.base.terms(name)
            return Terms([*base.runs, *late]) if late else base

        return self._kept(("terms", name), make)

    def frequent_prefix(self, edge: Edge, prefix: str) -> PostingList | LiveList | None:
        """As `Segment.frequent_prefix`."""
        if not keeps_prefixes(edge):
            return None
        name = prefixes(edge.key)
        place = self.terms(name).find(prefix)
        return None if place is None else self.lists(name).of(place)

    @property
    def mt_heads(self) -> Strings:
        """The distinct `namespace:predicate=` of all machine tags, sorted."""

        def make() -> Strings:
            late = set().union(*(_heads(layer) for layer in self.layers))
            base = self.base.mt_heads
            return Strings.of(sorted({*(base[row] for row in range(len(base))), *late})) if late else base

        return self._kept("mt_heads", make)

    # -- columns ---------------------------------------------------------------------------------------------------

    def values(self, name: str, docs: U32) -> AnyArray:
        """The values of a forward column for documents, in their order."""
        return self._column(name).of(docs)

    def column(self, name: str) -> AnyArray:
        """A forward column by document number, as a whole."""
        return self._kept(("whole", name), lambda: self._column(name).whole())

    def text(self, vertical: Vertical, name: str) -> LiveTexts:
        """A text column of a vertical."""

        def make() -> LiveTexts:
            return LiveTexts(self.base.text(vertical, name), f"{vertical}.{name}.text", self.layers)

        return self._kept(("text", vertical, name), make)

    def names(self, vertical: Vertical) -> LiveTexts:
        """The column that names the documents of a vertical in answers; media have none of their own."""
        return self.text(vertical, "username" if vertical is Vertical.USER else "name")

    def bits(self, name: str) -> Words:
        """A bitset as it is now; not to be written to."""

        return self._kept(("bits", name), lambda: self._patched(name, self._base_bits(name), self.layers))

    # -- how parts are made ----------------------------------------------------------------------------------------

    def _kept(self, key: Any, make: Callable[[], _T]) -> _T:
        view: _T | None = self._views.get(key)
        if view is None:
            view = self._views[key] = make()
        return view

    def _column(self, name: str) -> LiveColumn:
        def make() -> LiveColumn:
            missing = NONE if name in (OWNER_COLUMN, PLACE_COLUMN) else 0
            size = self.size(_vertical(name))
            return LiveColumn(self.base.column(name), name, self.layers, missing, size)

        return self._kept(("column", name), make)

    def _base_bits(self, name: str) -> Words:
        if not name.endswith(".alive"):
            return self.base.bits(name)
        size = self.base.size(_vertical(name))
        words = ~new_words(size)
        if size % 64:
            words[-1] = np.uint64((1 << (size % 64)) - 1)
        return words

    def _patched(self, name: str, words: Words, layers: tuple[Layer, ...]) -> Words:
        """A bitset changed by layers; itself where there is nothing to change."""
        changes = [
            (change, docs)
            for layer in layers
            for kind, change in (("set", set_bits), ("clear", clear_bits))
            if (docs := layer.get(f"{name}.{kind}")) is not None and len(docs)
        ]
        size = self.size(_vertical(name))
        if not changes and len(words) == (size + 63) >> 6:
            return words
        out = new_words(size)
        out[: len(words)] = words
        for change, docs in changes:
            change(out, 0, docs)
        return out

    def _hidden(self, name: str) -> Words | None:
        key = ("hidden", name)
        if key not in self._views:
            self._views[key] = self._hiding(name, None, self.layers)
        found: Words | None = self._views[key]
        return found

    def _hiding(self, name: str, words: Words | None, layers: tuple[Layer, ...]) -> Words | None:
        """The hidden documents of an edge, those of more layers among them; None where there are none."""
        hidden = [docs for layer in layers if (docs := layer.get(f"{name}.hidden")) is not None and len(docs)]
        size = self.size(_vertical(name))
        if not hidden and (words is None or len(words) == (size + 63) >> 6):
            return words
        out = new_words(size)
        if words is not None:
            out[: len(words)] = words
        for docs in hidden:
            set_bits(out, 0, docs)
        return out


AnySegment = Segment | LiveSegment


def _vertical(name: str) -> Vertical:
    """The vertical of a bitset, a column or lists: that of the documents that they hold."""
    return Vertical(name.partition(".")[0])


def _late_ids(vertical: Vertical, layers: tuple[Layer, ...], before: LiveSegment | None, is_longer: bool) -> LateIds:
    """The late ids of all layers. The table of the publication before grows, if what it holds is still so."""
    parts = [ids for layer in layers if (ids := layer.get(f"{vertical}.late")) is not None]
    late = LateIds()
    if before is not None and len(before._late[vertical]) == before._late_count[vertical]:
        known = before._late[vertical].ids(before._late_count[vertical])
        if is_longer or _begins_with(parts, known):
            late = before._late[vertical]
    skipped = len(late)
    for ids in parts:
        if skipped < len(ids):
            late.grow(ids[skipped:])
        skipped = max(skipped - len(ids), 0)
    return late


def _begins_with(parts: list[I64], ids: I64) -> bool:
    """Whether the parts end to end begin with these ids."""
    for part in parts:
        common = min(len(part), len(ids))
        if not np.array_equal(part[:common], ids[:common]):
            return False
        ids = ids[common:]
    return len(ids) == 0


def _edge_layer(layer: Layer, name: str) -> EdgeLayer | None:
    key = ("lists", name)
    if key not in layer.views:
        layer.views[key] = EdgeLayer.of(layer, name)
    found: EdgeLayer | None = layer.views[key]
    return found


def _term_run(layer: Layer, name: str) -> TermRun | None:
    numbers = layer.get(f"{name}.terms.number")
    if numbers is None or len(numbers) == 0:
        return None
    key = ("terms", name)
    if key not in layer.views:
        terms = Strings(layer.arrays[f"{name}.terms.blob"], layer.arrays[f"{name}.terms.offsets"])
        layer.views[key] = TermRun(TermDictionary(terms), numbers)
    found: TermRun = layer.views[key]
    return found


def _heads(layer: Layer) -> frozenset[str]:
    """The `namespace:predicate=` of the machine tags that came with a layer."""
    run = _term_run(layer, _MACHINE_TAGS)
    if run is None:
        return frozenset()
    key = ("heads", _MACHINE_TAGS)
    if key not in layer.views:
        terms = (run.terms[place] for place in range(len(run.terms)))
        layer.views[key] = frozenset(term[: term.index("=") + 1] for term in terms)
    found: frozenset[str] = layer.views[key]
    return found
