"""Kernels of apply and extract: the union, or the count, of the posting lists of many keys at once.

The lists of an edge stand end to end in `lists`; that of row r is `lists[offsets[r]:offsets[r + 1]]`. Where most keys have
no list, `keys` holds those that have one, sorted, and the row of a key is its place there; otherwise `keys` is empty and the
row is the key.
"""

from __future__ import annotations

import numba
import numpy as np

from index.corpus import U32
from index.kernels.bits import ONE, Words, lets_through
from index.kernels.compiled import lean
from index.kernels.lists import GAPS, ROARING, U16, roaring_into_bits, search, sorted_docs


@numba.njit(cache=True, nogil=True, inline="always")
def row_of(keys: U32, rows: int, key: int) -> np.int64:
    """The row of a key, -1 where it has none."""
    if len(keys) == 0:
        return np.int64(key) if key < rows else np.int64(-1)
    row = search(keys, np.int64(key), 0, len(keys))
    return row if row < len(keys) and keys[row] == key else np.int64(-1)


@numba.njit(cache=True, nogil=True, inline="always")
def bounds_of(keys: U32, offsets: U32, key: int) -> tuple[np.int64, np.int64]:
    """Where the list of a key begins and ends."""
    row = row_of(keys, len(offsets) - 1, key)
    if row < 0:
        return np.int64(0), np.int64(0)
    return np.int64(offsets[row]), np.int64(offsets[row + 1])


@lean
def run_of(keys: U32, offsets: U32, lists: U32, wanted: U32, k: int) -> tuple[np.int64, np.int64, np.int64]:
    """Where the list of `wanted[k]` begins and ends, and the next k. Packed lists that stand end to end, such as those of the words
    that begin alike, are taken together."""
    rows = len(offsets) - 1
    row = row_of(keys, rows, wanted[k])
    k += 1
    if row < 0:
        return np.int64(0), np.int64(0), np.int64(k)
    start = np.int64(offsets[row])
    end = np.int64(offsets[row + 1])
    if len(keys) == 0 and (start == end or lists[start] < GAPS):
        while k < len(wanted) and wanted[k] == row + 1 and row + 1 < rows:
            next_end = np.int64(offsets[row + 2])
            if end < next_end and lists[end] >= GAPS:
                break
            row += 1
            end = next_end
            k += 1
    return start, end, np.int64(k)


@numba.njit(cache=True, nogil=True)
def union_into(keys: U32, offsets: U32, lists: U32, wanted: U32, out: Words) -> None:
    """OR the lists of the wanted keys into a bitset over the whole vertical."""
    halves: U16 = lists.view(np.uint16)
    k = 0
    while k < len(wanted):
        start, end, k = run_of(keys, offsets, lists, wanted, k)
        if start == end:
            continue
        if lists[start] == ROARING:
            roaring_into_bits(halves, 2 * start, out, 0)
        else:
            docs = sorted_docs(lists, start, end)
            for i in range(len(docs)):
                out[docs[i] >> 6] |= ONE << np.uint64(docs[i] & 63)


@numba.njit(cache=True, nogil=True)
def count_into(
    keys: U32,
    offsets: U32,
    lists: U32,
    wanted: U32,
    amounts: U32,
    mask: Words,
    counts: U32,
    met: U32,
    at: int,
) -> np.int64:
    """Add the amount beside each wanted key (1 where `amounts` is empty, and never 0) to the counter of every document that its
    list holds and the mask lets through.

    Documents whose counter was 0 are written to `met` from `at` on; where they end.
    """
    rows = len(offsets) - 1
    end = np.int64(at)
    for k in range(len(wanted)):
        row = row_of(keys, rows, wanted[k])
        if row < 0:
            continue
        docs = sorted_docs(lists, np.int64(offsets[row]), np.int64(offsets[row + 1]))
        amount = amounts[k] if len(amounts) else np.uint32(1)
        for i in range(len(docs)):
            doc = np.int64(docs[i])
            if lets_through(mask, doc):
                if counts[doc] == 0:
                    met[end] = docs[i]
                    end += 1
                counts[doc] += amount
    return end
