"""Kernels of the live index: posting lists less what layers take from them, and the merging of layers.

*Lists less*: the documents of a key's list that are neither in the key's list of removed documents nor hidden. Base lists
and removed ones come as (keys, offsets, lists), as in `index/kernels/gather.py`; `hidden` is a bitset over the vertical, not
looked at where `is_hiding` is false.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from index.corpus import I64, U8, U32
from index.kernels.bits import ONE, Words
from index.kernels.gather import row_of
from index.kernels.lists import lower_bound, sorted_docs


@numba.njit(cache=True, nogil=True)
def part_keys(
    keys: U32, touched: Words, r_keys: U32, hit: U32, cut: U32, rest: U32, whole: U32, at: int
) -> tuple[int, int, int]:
    """Part keys by what a layer says of them: the number in `hit`, the number in `cut`, and where `whole` ends.

    Those that it touches go to `hit`, and of these those with a row in `r_keys` to `cut`, the others to `whole` from `at` on;
    keys that it does not touch go to `rest`.
    """
    n_hit = 0
    n_cut = 0
    n_rest = 0
    end = np.int64(len(touched)) << 6
    for i in range(len(keys)):
        key = np.int64(keys[i])
        if key >= end or (touched[key >> 6] >> np.uint64(key & 63)) & ONE == 0:
            rest[n_rest] = keys[i]
            n_rest += 1
            continue
        hit[n_hit] = keys[i]
        n_hit += 1
        if len(r_keys) and row_of(r_keys, len(r_keys), key) >= 0:
            cut[n_cut] = keys[i]
            n_cut += 1
        else:
            whole[at] = keys[i]
            at += 1
    return n_hit, n_cut, at


@numba.njit(cache=True, nogil=True)
def _less(
    keys: U32,
    offsets: U32,
    lists: U32,
    r_keys: U32,
    r_offsets: U32,
    r_lists: U32,
    key: int,
    hidden: Words,
    is_hiding: bool,
) -> U32:
    """The documents of one list less what is removed and hidden: a view of the list where nothing is."""
    row = row_of(keys, len(offsets) - 1, key)
    if row < 0:
        return lists[:0]
    docs = sorted_docs(lists, np.int64(offsets[row]), np.int64(offsets[row + 1]))
    r_row = row_of(r_keys, len(r_offsets) - 1, key)
    removed = r_lists[:0]
    if r_row >= 0:
        removed = sorted_docs(r_lists, np.int64(r_offsets[r_row]), np.int64(r_offsets[r_row + 1]))
    if len(removed) == 0 and not is_hiding:
        return docs
    out = np.empty(len(docs), dtype=np.uint32)
    n = 0
    at = 0
    for i in range(len(docs)):
        doc = np.int64(docs[i])
        if is_hiding and (hidden[doc >> 6] >> np.uint64(doc & 63)) & ONE != 0:
            continue
        while at < len(removed) and removed[at] < docs[i]:
            at += 1
        if at < len(removed) and removed[at] == docs[i]:
            continue
        out[n] = docs[i]
        n += 1
    return out[:n]


@numba.njit(cache=True, nogil=True)
def union_less_into(
    keys: U32,
    offsets: U32,
    lists: U32,
    r_keys: U32,
    r_offsets: U32,
    r_lists: U32,
    wanted: U32,
    hidden: Words,
    is_hiding: bool,
    out: Words,
) -> None:
    """OR the lists less of the wanted keys into a bitset over the whole vertical."""
    for k in range(len(wanted)):
        docs = _less(keys, offsets, lists, r_keys, r_offsets, r_lists, wanted[k], hidden, is_hiding)
        for i in range(len(docs)):
            doc = np.int64(docs[i])
            out[doc >> 6] |= ONE << np.uint64(doc & 63)


@numba.njit(cache=True, nogil=True)
def mark_less(
    keys: U32,
    offsets: U32,
    lists: U32,
    r_keys: U32,
    r_offsets: U32,
    r_lists: U32,
    wanted: U32,
    hidden: Words,
    is_hiding: bool,
    mask: Words,
    is_masked: bool,
    words: Words,
    touched: Words,
) -> None:
    """As `touched.mark`, of lists less."""
    for k in range(len(wanted)):
        docs = _less(keys, offsets, lists, r_keys, r_offsets, r_lists, wanted[k], hidden, is_hiding)
        for i in range(len(docs)):
            at = np.int64(docs[i] >> 6)
            bit = ONE << np.uint64(docs[i] & 63)
            if not is_masked or mask[at] & bit != 0:
                words[at] |= bit
                touched[at >> 6] |= ONE << np.uint64(at & 63)


@numba.njit(cache=True, nogil=True)
def count_less_into(
    keys: U32,
    offsets: U32,
    lists: U32,
    r_keys: U32,
    r_offsets: U32,
    r_lists: U32,
    wanted: U32,
    hidden: Words,
    is_hiding: bool,
    mask: Words,
    is_masked: bool,
    counts: U32,
    met: U32,
    at: int,
) -> np.int64:
    """As `gather.count_into`, of lists less."""
    end = np.int64(at)
    for k in range(len(wanted)):
        docs = _less(keys, offsets, lists, r_keys, r_offsets, r_lists, wanted[k], hidden, is_hiding)
        for i in range(len(docs)):
            doc = np.int64(docs[i])
            if not is_masked or (mask[doc >> 6] >> np.uint64(doc & 63)) & ONE != 0:
                if counts[doc] == 0:
                    met[end] = docs[i]
                    end += 1
                counts[doc] += np.uint32(1)
    return end


@numba.njit(cache=True, nogil=True)
def sizes_less(
    keys: U32,
    offsets: U32,
    lists: U32,
    r_keys: U32,
    r_offsets: U32,
    r_lists: U32,
    wanted: U32,
    hidden: Words,
    is_hiding: bool,
    mask: Words,
    is_masked: bool,
    out: U32,
) -> None:
    """For each wanted key the number of documents of its list less that the mask lets through."""
    for k in range(len(wanted)):
        docs = _less(keys, offsets, lists, r_keys, r_offsets, r_lists, wanted[k], hidden, is_hiding)
        if is_masked:
            out[k] = 0
            for i in range(len(docs)):
                doc = np.int64(docs[i])
                out[k] += np.uint32((mask[doc >> 6] >> np.uint64(doc & 63)) & ONE)
        else:
            out[k] = len(docs)


@numba.njit(cache=True, nogil=True)
def find_docs(docs: U32, changed: U32, out: I64) -> None:
    """The place of each document in `changed` (sorted), -1 where it is not there."""
    for i in range(len(docs)):
        lo = 0
        hi = len(changed)
        while lo < hi:
            mid = (lo + hi) >> 1
            if changed[mid] < docs[i]:
                lo = mid + 1
            else:
                hi = mid
        out[i] = lo if lo < len(changed) and changed[lo] == docs[i] else -1


@numba.njit(cache=True, nogil=True)
def in_order(docs: U32, base: int, late_places: U32, odd_base: U32, odd_base_places: I64, slot: U32, out: I64) -> None:
    """Write the places of the first `len(out)` documents (by rising number) in rank order.

    `late_places` says where each late document stands among the odd ones, `odd_base` and `odd_base_places` where base documents
    do; `slot` is by place.
    """
    odd = np.empty(len(docs), dtype=np.uint64)
    n = 0
    regular = np.empty(len(docs), dtype=np.int64)
    m = 0
    at = 0
    for i in range(len(docs)):
        doc = np.int64(docs[i])
        place = np.int64(-1)
        if doc >= base:
            place = np.int64(late_places[doc - base])
        elif len(odd_base):
            at = lower_bound(odd_base, docs[i], at)
            if at < len(odd_base) and odd_base[at] == docs[i]:
                place = odd_base_places[at]
        if place < 0:
            regular[m] = i
            m += 1
        else:
            odd[n] = (np.uint64(place) << np.uint64(32)) | np.uint64(i)
            n += 1
    ranked = np.sort(odd[:n])
    i = 0
    j = 0
    for k in range(len(out)):
        if j < n and (i == m or slot[np.int64(ranked[j] >> np.uint64(32))] <= docs[regular[i]]):
            out[k] = np.int64(ranked[j] & np.uint64(0xFFFF_FFFF))
            j += 1
        else:
            out[k] = regular[i]
            i += 1


@numba.njit(cache=True, nogil=True)
def merge_order(
    one: U8, one_offsets: NDArray[np.uint64], other: U8, other_offsets: NDArray[np.uint64], out: I64
) -> None:
    """The order of the rows of two sorted tables of byte strings together: a row of the second counts on behind the first."""
    n = len(one_offsets) - 1
    m = len(other_offsets) - 1
    i = 0
    j = 0
    for at in range(n + m):
        first = j == m
        if i < n and j < m:
            a = np.int64(one_offsets[i])
            b = np.int64(other_offsets[j])
            a_end = np.int64(one_offsets[i + 1])
            b_end = np.int64(other_offsets[j + 1])
            while a < a_end and b < b_end and one[a] == other[b]:
                a += 1
                b += 1
            first = a == a_end or (b < b_end and one[a] < other[b])
        if first:
            out[at] = i
            i += 1
        else:
            out[at] = n + j
            j += 1
