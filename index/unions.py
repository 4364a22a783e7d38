"""Small unions of many posting lists, or of documents in any order: sorted documents, found by sorting what the lists hold.

They cost what they hold, whatever the size of the vertical: NumPy sorts 32-bit numbers in vector registers, some 3 ns each where
they are few, which is less than a bit set in a bitset that is in no cache.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from index.corpus import U32
from index.edge_lists import EdgeLists, Gate
from index.kernels.bits import Words
from index.kernels.lists import drop_repeated


def union(parts: Iterable[tuple[EdgeLists, U32, Words | None]], most: int) -> U32:
    """The documents of the lists of these keys, each part under its mask, sorted; together the lists hold `most` at most."""
    out = np.empty(most, dtype=np.uint32)
    end = 0
    for lists, keys, mask in parts:
        end = lists.append(keys, mask, out, end)
    return _sorted(out[:end])


def union_through(lists: EdgeLists, keys: U32, gate: Gate, most: int) -> U32 | None:
    """The documents that the lists of these keys show through a gate, sorted; None where the lists may hold more than `most`."""
    out = np.empty(most, dtype=np.uint32)
    end = lists.append_gated(keys, gate, out)
    return None if end < 0 else _sorted(out[:end])


def union_below(lists: EdgeLists, keys: U32, gate: Gate, below: int, most: int) -> U32:
    """As `union_through`, of base documents those before `below` and perhaps some others: lists, which hold `most` documents
    together, are read no further."""
    out = np.empty(most, dtype=np.uint32)
    return _sorted(out[: lists.append_gated_below(keys, gate, below, out)])


def distinct(docs: U32, none: int) -> U32:
    """The documents among these, which stand in any order, sorted, once each; `none` stands for no document."""
    return _sorted(docs[docs != none])


def _sorted(docs: U32) -> U32:
    """These documents, which nobody else holds, sorted, once each."""
    docs.sort()
    return docs[: drop_repeated(docs)]
