"""A base segment as it is read: documents, columns and the posting lists of every edge, all mapped."""

from __future__ import annotations

from functools import cached_property
from typing import Any, final

import numpy as np

from index.arrays import AnyArray, ArrayReader
from index.corpus import I64, U32, Strings
from index.idmap import IdMap
from index.kernels.bits import Words
from index.layout import HASHTAG_DICTIONARY, keeps_prefixes, prefixes
from index.live.order import Order
from index.manifest import Manifest
from index.names import Names
from index.postings import PostingList, PostingLists
from index.sidecar import SIDECAR
from index.terms import TermDictionary, TermRun, Terms
from schemas.catalogue import Edge, Vertical

State = tuple[str, int]
"""What an open index shows: a generation, and the sequence number of what is published over it (0: nothing is)."""


@final
class Segment:
    """One generation, opened. Immutable, shared between threads; views are made when first asked for and kept."""

    def __init__(self, manifest: Manifest, arrays: ArrayReader, generation: str) -> None:
        self.manifest = manifest
        self.generation = generation
        self._arrays = arrays
        self._views: dict[str, Any] = {}
        self.sizes: dict[Vertical, int] = {v: manifest.documents[v] for v in Vertical}
        self._orders = {v: Order(size, size) for v, size in self.sizes.items()}
        self.state: State = (generation, 0)

    def size(self, vertical: Vertical) -> int:
        """The number of documents of a vertical."""
        return self.sizes[vertical]

    def alive(self, vertical: Vertical) -> Words | None:  # noqa: ARG002
        """The documents that exist; None: all do."""
        return None

    def order(self, vertical: Vertical) -> Order:
        """The static-rank order of a vertical."""
        return self._orders[vertical]

    def lists(self, name: str) -> PostingLists:
        """The posting lists of an edge of the catalogue (by its key) or of `index/layout.py`."""
        view = self._views.get(name)
        if view is None:
            vertical = Vertical(name.partition(".")[0])
            get = self._arrays.get
            view = PostingLists(get(f"{name}.keys"), get(f"{name}.offsets"), get(f"{name}.lists"), self.sizes[vertical])
            self._views[name] = view
        assert isinstance(view, PostingLists)
        return view

    def dictionary(self, name: str) -> TermDictionary:
        """The terms of an edge."""
        key = f"{name}.terms"
        view = self._views.get(key)
        if view is None:
            view = self._views[key] = TermDictionary(self.strings(key))
        assert isinstance(view, TermDictionary)
        return view

    def terms(self, name: str) -> Terms:
        """The terms of an edge, or of a dictionary of `index/layout.py`, with the keys of their lists."""
        key = f"{name}.keyed"
        view = self._views.get(key)
        if view is None:
            keys = self.hashtag_numbers if name == HASHTAG_DICTIONARY else None
            view = self._views[key] = Terms([TermRun(self.dictionary(name), keys)])
        assert isinstance(view, Terms)
        return view

    def frequent_prefix(self, edge: Edge, prefix: str) -> PostingList | None:
        """The union of the lists of all terms that begin so; None where it is not kept.

        It is not cut to anybody's world, which is up to the caller: one mask, as for every edge with a dictionary.
        """
        if not keeps_prefixes(edge):
            return None
        name = prefixes(edge.key)
        place = self.terms(name).find(prefix)
        return None if place is None else self.lists(name).of(place)

    def strings(self, name: str) -> Strings:
        """A column of text by its full name, such as `user.username.text`."""
        return Strings(self._arrays.get(f"{name}.blob"), self._arrays.get(f"{name}.offsets"))

    def text(self, vertical: Vertical, name: str) -> Names:
        """A text column of a vertical."""
        key = f"{vertical}.{name}.text"
        view = self._views.get(key)
        if view is None:
            view = self._views[key] = Names(self.strings(key))
        assert isinstance(view, Names)
        return view

    def names(self, vertical: Vertical) -> Names:
        """The column that names the documents of a vertical in answers; media have none of their own."""
        return self.text(vertical, "username" if vertical is Vertical.USER else "name")

    def values(self, name: str, docs: U32) -> AnyArray:
        """The values of a forward column for documents, in their order."""
        values: AnyArray = self.column(name)[docs]
        return values

    def column(self, name: str) -> AnyArray:
        """A forward column by document number."""
        key = f"{name}.column"
        view = self._views.get(key)
        if view is None:
            view = self._views[key] = self._arrays.get(key)
        assert isinstance(view, np.ndarray)
        return view

    def bits(self, name: str) -> Words:
        """A stored bitset; not to be written to."""
        return self._arrays.get(f"{name}.bits")

    def ids(self, vertical: Vertical) -> I64:
        """External ids by document number."""
        return self._ids[vertical]

    def ids_of(self, vertical: Vertical, docs: U32) -> I64:
        """The external ids of documents, in their order."""
        return self._ids[vertical][docs]

    def idmap(self, vertical: Vertical) -> IdMap:
        """External ids → document numbers."""
        return self._idmaps[vertical]

    @cached_property
    def _ids(self) -> dict[Vertical, I64]:
        return {v: self._arrays.get(f"{v}.id") for v in Vertical}

    @cached_property
    def _idmaps(self) -> dict[Vertical, IdMap]:
        get = self._arrays.get
        return {v: IdMap(self._ids[v], get(f"{v}.by_id")) for v in Vertical}

    def sidecar(self) -> dict[str, AnyArray]:
        """The arrays of `index/sidecar.py`; empty where the base was built without them."""
        prefix = f"{SIDECAR}."
        names = [name for name in self.manifest.arrays if name.startswith(prefix)]
        return {name.removeprefix(prefix): self._arrays.get(name) for name in names}

    @cached_property
    def hashtag_numbers(self) -> U32:
        """The document number of each hashtag in the order of the dictionary of normalised texts."""
        return self._arrays.get(f"{HASHTAG_DICTIONARY}.number")

    @cached_property
    def mt_heads(self) -> Strings:
        """The distinct `namespace:predicate=` of all machine tags, sorted."""
        return self.strings("media.mt.heads")
