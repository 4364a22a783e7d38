"""Kernels of columns read through layers: for each document the newest layer that has it speaks, else the base.

The layers of a column come as one table of numbers, a row for each, the newest first: what documents it has, and the addresses of
what it says of them (`COLUMN`, `TEXTS`). The caller keeps the arrays alive. So a call costs the same however many layers there
are, but for a look at a bit of each.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from index.arrays import AnyArray
from index.corpus import I64, U8, U32
from index.kernels.addresses import array_at
from index.kernels.bits import Words, holds_bit
from index.kernels.copying import copy_bytes
from index.kernels.lists import search

_SAID = ("first", "bits", "words", "docs", "count")
"""The layer's documents: as a bitset of so many words in which bit 0 is the document `first`, and sorted."""
COLUMN = (*_SAID, "values")
TEXTS = (*_SAID, "blob", "offsets")
_FIRST, _BITS, _WORDS, _DOCS, _COUNT, _VALUES = range(len(COLUMN))
_BLOB, _OFFSETS = 5, 6


@numba.njit(cache=True, nogil=True, inline="always")
def _speaker(table: I64, doc: int) -> tuple[np.int64, np.int64]:
    """The layer that speaks for a document, and which of its documents that is; (-1, -1) where none does."""
    for layer in range(len(table)):
        place = doc - table[layer, _FIRST]
        if place < 0 or place >> 6 >= table[layer, _WORDS]:
            continue
        bits: Words = array_at(table[layer, _BITS], table[layer, _WORDS], np.uint64)  # type: ignore[call-arg]
        if not holds_bit(bits, place):
            continue
        docs = array_at(table[layer, _DOCS], table[layer, _COUNT], np.uint32)
        return np.int64(layer), search(docs, doc, 0, len(docs))
    return np.int64(-1), np.int64(-1)


@numba.njit(cache=True, nogil=True)
def values_of(base: AnyArray, table: I64, docs: U32, missing: int, out: AnyArray) -> None:
    """Write the value of each document, in its place; `missing` where neither a layer nor the base has it."""
    for i in range(len(docs)):
        doc = np.int64(docs[i])
        layer, row = _speaker(table, doc)
        if layer >= 0:
            out[i] = array_at(table[layer, _VALUES], table[layer, _COUNT], base.dtype)[row]  # type: ignore[call-arg]
        elif doc < len(base):
            out[i] = base[doc]
        else:
            out[i] = missing


@numba.njit(cache=True, nogil=True)
def texts_of(blob: U8, offsets: NDArray[np.uint64], table: I64, docs: U32, separator: int, out: U8) -> np.int64:
    """Write the texts of documents end to end, a separator byte behind each but the last; nothing where none has it. The bytes that
    they take: nothing is written where there is less room."""
    layers = np.empty(len(docs), dtype=np.int64)
    starts = np.zeros(len(docs), dtype=np.int64)
    ends = np.zeros(len(docs), dtype=np.int64)
    size = np.int64(len(docs) - 1)
    for i in range(len(docs)):
        doc = np.int64(docs[i])
        layers[i], row = _speaker(table, doc)
        if layers[i] >= 0:
            rows: NDArray[np.uint64] = array_at(table[layers[i], _OFFSETS], table[layers[i], _COUNT] + 1, np.uint64)  # type: ignore[call-arg]
            starts[i] = np.int64(rows[row])
            ends[i] = np.int64(rows[row + 1])
        elif doc < len(offsets) - 1:
            starts[i] = np.int64(offsets[doc])
            ends[i] = np.int64(offsets[doc + 1])
        size += ends[i] - starts[i]
    if size < 0 or size > len(out):
        return np.int64(max(size, 0))
    at = np.int64(0)
    for i in range(len(docs)):
        if i:
            out[at] = separator
            at += 1
        count = ends[i] - starts[i]
        if layers[i] >= 0:
            said: U8 = array_at(table[layers[i], _BLOB], ends[i], np.uint8)  # type: ignore[call-arg]
            at = copy_bytes(said, starts[i], count, out, at)
        else:
            at = copy_bytes(blob, starts[i], count, out, at)  # type: ignore[call-arg]
    return at


@numba.njit(cache=True, nogil=True)
def ids_of(base: I64, late: I64, docs: U32, out: I64) -> None:
    """Write the external id of each document: those of the base, and behind them the late ones."""
    for i in range(len(docs)):
        doc = np.int64(docs[i])
        out[i] = base[doc] if doc < len(base) else late[doc - len(base)]
