"""What changes in posting lists, and the rows of the next layer that say it (docs/decisions/0007-live-layers.md).

Whoever derives says in absolute terms: under this key the edge holds this document now, or does not; or: these are all
documents under this key now. What a row then says, the whole difference from the base, is found here, and nowhere else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import final

import numpy as np
from numpy.typing import NDArray

from index import I64, U32, AnyArray, Layer, PostingLists, Rows, arrays_of, changed_rows, pack_rows, rows_of
from ingest.live.base import Base, Flags, distinct, in_sorted, lists_of
from ingest.live.columns import Column
from schemas.catalogue import Vertical

_SHIFT = np.uint64(32)
_ADDED, _REMOVED = "added", "removed"
Codes = NDArray[np.uint64]
_NO_DOCS = np.empty(0, dtype=np.uint32)


@final
class EdgeChanges:
    """The changes of one edge since the last layer. `size` is the number of documents that a list may hold."""

    def __init__(self, name: str, lists: PostingLists) -> None:
        self._name = name
        self._lists = lists
        self._hidden: Column | None = None
        self._newly_hidden: list[U32] = []
        self._said: list[tuple[U32, U32, Flags]] = []
        self._whole: list[tuple[U32, Codes]] = []
        self._one: tuple[list[int], list[int], list[bool]] = ([], [], [])

    def hold(self, keys: U32, docs: U32, holds: Flags | bool) -> None:
        """Under `keys[i]` the edge now holds, or does not hold, `docs[i]`. What was said last counts."""
        if len(keys):
            self._said.append(
                (keys, docs, np.broadcast_to(np.bool_(holds), keys.shape) if isinstance(holds, bool) else holds)
            )

    def hold_one(self, doc: int, gone: Iterable[int], come: Iterable[int]) -> None:
        """As `hold`, of one document and the keys that it stands under no more, and now. Not for edges told by `hold`."""
        for keys, holds in ((gone, False), (come, True)):
            before = len(self._one[0])
            self._one[0].extend(keys)
            count = len(self._one[0]) - before
            self._one[1].extend([doc] * count)
            self._one[2].extend([holds] * count)

    def replace(self, keys: U32, codes: Codes) -> None:
        """All that the edge holds under `keys` now, as (key << 32 | document), sorted. Not for edges that are told by `hold`."""
        if len(keys):
            self._whole.append((keys, codes))

    def hide(self, docs: U32) -> U32:
        """Hide documents of the base in the base's lists of this edge; those that were not hidden before."""
        if self._hidden is None:
            self._hidden = Column.zeros(self._lists.documents, np.bool_)
        docs = docs[docs < self._lists.documents]
        newly: U32 = docs[~self._hidden.data[docs]]
        self._hidden.data[newly] = True
        self._newly_hidden.append(newly)
        return newly

    def restore_hidden(self, layers: Sequence[Layer]) -> None:
        """Take over what layers hide."""
        for layer in layers:
            docs = layer.get(f"{self._name}.hidden")
            if docs is not None:
                self.hide(docs)
        self._newly_hidden.clear()

    def arrays(self, layers: Sequence[Layer], documents: int) -> dict[str, AnyArray]:
        """The arrays of the next layer over these, the oldest first; then the changes begin anew."""
        arrays: dict[str, AnyArray] = {}
        if self._one[0]:
            keys, docs, holds = self._one
            self.hold(np.array(keys, dtype=np.uint32), np.array(docs, dtype=np.uint32), np.array(holds, dtype=np.bool_))
            self._one = ([], [], [])
        rows = (
            self._held_rows(layers, documents) if self._said else self._whole_rows(documents) if self._whole else None
        )
        if rows is not None:
            touched, added, removed = rows
            arrays[f"{self._name}.touched"] = touched
            for kind, lists in ((_ADDED, added), (_REMOVED, removed)):
                if len(lists.keys):
                    arrays |= arrays_of(f"{self._name}.{kind}", lists)
        if self._newly_hidden:
            arrays[f"{self._name}.hidden"] = distinct(np.concatenate(self._newly_hidden))
        self._said, self._whole, self._newly_hidden = [], [], []
        return arrays

    def _held_rows(self, layers: Sequence[Layer], documents: int) -> tuple[U32, PostingLists, PostingLists]:
        keys = np.concatenate([said[0] for said in self._said])
        docs = np.concatenate([said[1] for said in self._said])
        holds = np.concatenate([said[2] for said in self._said])
        codes = keys.astype(np.uint64) << _SHIFT | docs
        order = np.argsort(codes, kind="stable")
        ordered = codes[order]
        is_last = np.ones(len(order), dtype=np.bool_)
        np.not_equal(ordered[1:], ordered[:-1], out=is_last[:-1])
        order = order[is_last]
        keys, docs, holds = keys[order], docs[order], holds[order]
        in_base = self._lists.contains(keys, docs)
        if self._hidden is not None:
            known = np.flatnonzero(in_base)
            in_base[known] = ~self._hidden.data[docs[known]]
        starts = _starts(keys)
        touched = keys[starts[:-1]]
        added, removed = (
            _packed(touched, *changed_rows(had, starts, docs, stands), documents)
            for had, stands in zip(
                rows_in_force(layers, self._name, touched, documents), (holds & ~in_base, ~holds & in_base), strict=True
            )
        )
        return touched, added, removed

    def _whole_rows(self, documents: int) -> tuple[U32, PostingLists, PostingLists]:
        keys, codes = self._whole[-1]
        for older_keys, older in reversed(self._whole[:-1]):
            stands = ~np.isin(older_keys, keys, assume_unique=True)
            codes = np.concatenate([codes, older[np.isin((older >> _SHIFT).astype(np.uint32), older_keys[stands])]])
            keys = np.concatenate([keys, older_keys[stands]])
        codes = np.sort(codes)
        touched = np.sort(keys)
        in_base = codes_of(self._lists, touched)
        added, removed = codes[~in_sorted(in_base, codes)], in_base[~in_sorted(codes, in_base)]
        return touched, _lists(added, documents), _lists(removed, documents)


def rows_in_force(layers: Sequence[Layer], name: str, keys: U32, documents: int) -> tuple[Rows, Rows]:
    """What the newest layers that touch the keys (sorted) say of them: documents added and removed."""
    kinds = _ADDED, _REMOVED
    found: list[list[U32]] = [[_NO_DOCS] for _ in kinds]
    starts = [np.zeros(len(keys), dtype=np.int64) for _ in kinds]
    sizes = [np.zeros(len(keys), dtype=np.uint32) for _ in kinds]
    ends = [0 for _ in kinds]
    left = np.arange(len(keys))
    for layer in reversed(layers):
        touched = layer.get(f"{name}.touched")
        if touched is None or not len(touched) or not len(left):
            continue
        wanted = keys[left]
        hit = touched[np.minimum(np.searchsorted(touched, wanted), len(touched) - 1)] == wanted
        at, wanted = left[hit], wanted[hit]
        for place, kind in enumerate(kinds):
            lists = rows_of(layer.arrays, f"{name}.{kind}", documents)
            if lists is not None:
                offsets, docs = lists_of(lists, wanted)
                found[place].append(docs)
                starts[place][at] = ends[place] + offsets[:-1]
                sizes[place][at] = np.diff(offsets)
                ends[place] += len(docs)
        left = left[~hit]
    added, removed = (Rows(np.concatenate(found[place]), starts[place], sizes[place]) for place in range(len(kinds)))
    return added, removed


def codes_in_force(layers: Sequence[Layer], name: str, keys: U32, documents: int) -> tuple[Codes, Codes]:
    """As `rows_in_force`, as sorted codes (key << 32 | document)."""
    nothing = np.zeros(len(keys) + 1, dtype=np.int64), _NO_DOCS, np.empty(0, dtype=np.bool_)
    added, removed = (
        _codes(keys, *changed_rows(rows, *nothing)) for rows in rows_in_force(layers, name, keys, documents)
    )
    return added, removed


def codes_of(lists: PostingLists, keys: U32) -> Codes:
    """The lists of keys (sorted) as sorted codes (key << 32 | document)."""
    return _codes(keys, *lists_of(lists, keys))


def _codes(keys: U32, offsets: I64, docs: U32) -> Codes:
    return np.repeat(keys, np.diff(offsets)).astype(np.uint64) << _SHIFT | docs


def _lists(codes: Codes, documents: int) -> PostingLists:
    keys = (codes >> _SHIFT).astype(np.uint32)
    starts = _starts(keys)
    return _packed(keys[starts[:-1]], starts, codes.astype(np.uint32), documents)


def _packed(keys: U32, offsets: I64, docs: U32, documents: int) -> PostingLists:
    """The rows of keys, but for those that are empty, as a layer holds them."""
    held = np.flatnonzero(np.diff(offsets))
    return pack_rows(keys[held], np.append(offsets[held], len(docs)), docs, documents)


def _starts(keys: U32) -> I64:
    """Where each of sorted keys begins, and where the last one ends."""
    is_first = np.ones(len(keys) + 1, dtype=np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=is_first[1:-1])
    return np.flatnonzero(is_first)


@final
class Changes:
    """The changes of all edges, by name."""

    def __init__(self, base: Base) -> None:
        self._base = base
        self._edges: dict[str, EdgeChanges] = {}

    def __getitem__(self, name: str) -> EdgeChanges:
        edge = self._edges.get(name)
        if edge is None:
            edge = self._edges[name] = EdgeChanges(name, self._base.segment.lists(name))
        return edge

    def arrays(self, layers: Sequence[Layer], sizes: dict[str, int]) -> dict[str, AnyArray]:
        """The arrays of all edges for the next layer; `sizes` is the number of documents, by vertical or by edge."""
        arrays: dict[str, AnyArray] = {}
        for name, edge in sorted(self._edges.items()):
            documents = sizes.get(name, sizes[Vertical(name.partition(".")[0])])
            arrays |= edge.arrays(layers, documents)
        return arrays
