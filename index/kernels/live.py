"""Kernels of the live index: posting lists read through layers, rank order, and the merging of layers.

Base lists come as (keys, offsets, lists), as in `index/kernels/gather.py`. The layers of an edge come as one table of numbers.
Its first row has two bitsets of keys (`FILTER`), the others a layer each (`LAYER`), the newest first; without layers there is no
row. The caller keeps alive what the addresses mean. `hidden` is a bitset over the vertical, not looked at where `is_hiding` is
false. For each key the newest layer that touches it speaks alone: its list is that of the base, less what that layer removes and
what is hidden, and what the layer adds.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
from llvmlite.ir import IRBuilder, Value
from numba import carray  # type: ignore[attr-defined]
from numba.core import cgutils, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from index.corpus import I64, U8, U32
from index.kernels.bits import ONE, Words
from index.kernels.gather import bounds_of, run_of
from index.kernels.gather import total_length as base_length
from index.kernels.lists import ROARING, lower_bound, roaring_into_bits, size_of, sorted_docs
from index.kernels.membership import holds, in_list
from index.kernels.touched import mark_list, set_touched

LAYER = (
    *("keys", "count", "starts", "buckets", "shift"),
    *("added", "added.lists", "added.size", "removed", "removed.lists", "removed.size"),
)
"""A row of the table: the sorted `keys` that the layer touches (`count` of them); where those of each bucket begin, a key being in
bucket `key >> shift`; and twice, for each key, where the list of what is added or removed begins and ends, and the lists."""
FILTER = ("touched", "touched.words", "losing", "losing.words")
"""The first row: the keys that layers may touch, and those from whose lists they may remove something. Others they do not."""
_KEYS, _COUNT, _STARTS, _BUCKETS, _SHIFT, ADDED, _, _, REMOVED, _, _ = range(len(LAYER))
_TOUCHED, _LOSING = 0, 2


@intrinsic
def pointer(_context: Any, address: Any) -> Any:
    """A number as a pointer."""

    def generate(_context: Any, builder: IRBuilder, _signature: Any, arguments: tuple[Value]) -> Value:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), generate


@numba.njit(cache=True, nogil=True, inline="always")
def _array(table: I64, row: int, column: int, length: int) -> U32:
    at: Any = pointer(table[row, column])  # type: ignore[call-arg]
    return carray(at, length, np.uint32)


@numba.njit(cache=True, nogil=True, inline="always")
def _may(table: I64, column: int, key: int) -> bool:
    """Whether a bitset of the first row has a key."""
    if len(table) == 0 or key >> 6 >= table[0, column + 1]:
        return False
    at: Any = pointer(table[0, column])  # type: ignore[call-arg]
    words = carray(at, table[0, column + 1], np.uint64)
    return bool((words[key >> 6] >> np.uint64(key & 63)) & ONE != 0)


@numba.njit(cache=True, nogil=True)
def speaker(table: I64, key: int) -> tuple[np.int64, np.int64]:
    """The row of the layer that speaks for a key, and the place of the key there; (-1, -1) where none does."""
    if not _may(table, _TOUCHED, key):
        return np.int64(-1), np.int64(-1)
    for layer in range(1, len(table)):
        bucket = key >> table[layer, _SHIFT]
        if bucket >= table[layer, _BUCKETS]:
            continue
        starts = _array(table, layer, _STARTS, bucket + 2)
        keys = _array(table, layer, _KEYS, table[layer, _COUNT])
        lo = np.int64(starts[bucket])
        end = np.int64(starts[bucket + 1])
        hi = end
        while lo < hi:
            mid = (lo + hi) >> 1
            if keys[mid] < key:
                lo = mid + 1
            else:
                hi = mid
        if lo < end and keys[lo] == key:
            return np.int64(layer), lo
    return np.int64(-1), np.int64(-1)


@numba.njit(cache=True, nogil=True)
def make_starts(keys: U32, shift: int, starts: U32) -> None:
    """Where the keys of each bucket begin among sorted keys, and behind the last bucket where they end."""
    at = 0
    for bucket in range(len(starts)):
        while at < len(keys) and keys[at] >> shift < bucket:
            at += 1
        starts[bucket] = at


@numba.njit(cache=True, nogil=True)
def make_bounds(keys: U32, row_keys: U32, offsets: U32, bounds: U32) -> None:
    """Where the list of each key begins, and where the last one ends: `offsets` are those of the keys that have one."""
    row = 0
    for k in range(len(keys)):
        bounds[k] = offsets[row]
        if row < len(row_keys) and row_keys[row] == keys[k]:
            row += 1
    bounds[len(keys)] = offsets[row]


@numba.njit(cache=True, nogil=True)
def said(table: I64, layer: int, place: int, kind: int) -> U32:
    """The words of the list that a layer adds or removes (`ADDED`, `REMOVED`) under the key at a place."""
    bounds = _array(table, layer, kind, table[layer, _COUNT] + 1)
    lists = _array(table, layer, kind + 1, table[layer, kind + 2])
    return lists[np.int64(bounds[place]) : np.int64(bounds[place + 1])]


@numba.njit(cache=True, nogil=True)
def _docs(words: U32) -> U32:
    """The documents of a list."""
    return sorted_docs(words, 0, len(words))


@numba.njit(cache=True, nogil=True)
def _size(words: U32) -> np.int64:
    """The number of documents of a list."""
    return size_of(words, 0, len(words))


@numba.njit(cache=True, nogil=True)
def _less(docs: U32, removed: U32, hidden: Words, is_hiding: bool) -> U32:
    """The documents that are neither removed nor hidden: all of them, uncopied, where none is."""
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
def _or(lists: U32, start: int, end: int, out: Words) -> None:
    """OR a list into a bitset over the whole vertical."""
    if start == end:
        return
    if lists[start] == ROARING:
        roaring_into_bits(lists.view(np.uint16), 2 * start, out, 0)
        return
    docs = sorted_docs(lists, start, end)
    for i in range(len(docs)):
        doc = np.int64(docs[i])
        out[doc >> 6] |= ONE << np.uint64(doc & 63)


@numba.njit(cache=True, nogil=True)
def _met(table: I64, wanted: U32) -> I64:
    """The places of those keys that layers may touch, mostly few of many: what is done for these is kept out of loops over all, in
    which each array that a call is given costs a look at who holds it."""
    count = 0
    for k in range(len(wanted)):
        count += _may(table, _TOUCHED, np.int64(wanted[k]))
    out = np.empty(count, dtype=np.int64)
    at = 0
    for k in range(len(wanted)):
        if at < count and _may(table, _TOUCHED, np.int64(wanted[k])):
            out[at] = k
            at += 1
    return out[:at]


@numba.njit(cache=True, nogil=True)
def _losing_from(table: I64, wanted: U32, k: int) -> np.int64:
    """The first place from k on of a key from whose list a layer may remove something."""
    while k < len(wanted) and not _may(table, _LOSING, np.int64(wanted[k])):
        k += 1
    return np.int64(k)


@numba.njit(cache=True, nogil=True)
def union_into(
    keys: U32,
    offsets: U32,
    lists: U32,
    table: I64,
    hidden: Words,
    is_hiding: bool,
    wanted: U32,
    out: Words,
    unhidden: Words,
) -> None:
    """OR the lists of the wanted keys into a bitset over the whole vertical.

    Where `unhidden` is a bitset too, base lists from which no layer removes anything go there, hidden documents and all.
    """
    k = np.int64(0)
    losing = np.int64(-1)
    while k < len(wanted):
        if losing < k:
            losing = _losing_from(table, wanted, k)
        if k < losing:
            start, end, k = run_of(keys, offsets, lists, wanted[:losing], k)
        else:
            key = np.int64(wanted[k])
            start, end = bounds_of(keys, offsets, key)
            layer, place = speaker(table, key)
            k += 1
            if layer >= 0:
                removed = _docs(said(table, layer, place, REMOVED))
                if len(removed):
                    docs = _less(sorted_docs(lists, start, end), removed, hidden, is_hiding)
                    _or(docs, 0, len(docs), out)
                    continue
        if not is_hiding:
            _or(lists, start, end, out)
        elif len(unhidden):
            _or(lists, start, end, unhidden)
        else:
            docs = _less(sorted_docs(lists, start, end), lists[:0], hidden, is_hiding)
            _or(docs, 0, len(docs), out)
    for k in _met(table, wanted):
        layer, place = speaker(table, np.int64(wanted[k]))
        if layer >= 0:
            added = said(table, layer, place, ADDED)
            _or(added, 0, len(added), out)


@numba.njit(cache=True, nogil=True)
def _mark_base(
    keys: U32,
    offsets: U32,
    lists: U32,
    table: I64,
    hidden: Words,
    is_hiding: bool,
    key: int,
    layer: int,
    place: int,
    mask: Words,
    is_masked: bool,
    words: Words,
    touched: Words,
) -> None:
    start, end = bounds_of(keys, offsets, key)
    if layer >= 0:
        removed = _docs(said(table, layer, place, REMOVED))
        if len(removed):
            docs = _less(sorted_docs(lists, start, end), removed, hidden, is_hiding)
            set_touched(docs, mask, is_masked, words, touched)
            return
    if is_hiding:
        docs = _less(sorted_docs(lists, start, end), lists[:0], hidden, is_hiding)
        set_touched(docs, mask, is_masked, words, touched)
    else:
        mark_list(lists, start, end, mask, is_masked, words, touched)


@numba.njit(cache=True, nogil=True)
def _mark_added(table: I64, layer: int, place: int, mask: Words, is_masked: bool, words: Words, touched: Words) -> None:
    if layer >= 0:
        added = said(table, layer, place, ADDED)
        mark_list(added, 0, len(added), mask, is_masked, words, touched)


@numba.njit(cache=True, nogil=True)
def mark_key(
    keys: U32,
    offsets: U32,
    lists: U32,
    table: I64,
    hidden: Words,
    is_hiding: bool,
    key: int,
    layer: int,
    place: int,
    mask: Words,
    is_masked: bool,
    words: Words,
    touched: Words,
) -> None:
    """Set the documents of one key's list that the mask lets through; `layer` and `place` are what `speaker` says of the key."""
    _mark_base(keys, offsets, lists, table, hidden, is_hiding, key, layer, place, mask, is_masked, words, touched)
    _mark_added(table, layer, place, mask, is_masked, words, touched)


@numba.njit(cache=True, nogil=True)
def mark(
    keys: U32,
    offsets: U32,
    lists: U32,
    table: I64,
    hidden: Words,
    is_hiding: bool,
    wanted: U32,
    mask: Words,
    is_masked: bool,
    words: Words,
    touched: Words,
) -> None:
    """As `touched.mark`."""
    k = np.int64(0)
    losing = np.int64(-1)
    while k < len(wanted):
        if losing < k:
            losing = _losing_from(table, wanted, k)
        if k < losing and not is_hiding:
            start, end, k = run_of(keys, offsets, lists, wanted[:losing], k)
            mark_list(lists, start, end, mask, is_masked, words, touched)
        else:
            key = np.int64(wanted[k])
            layer, place = speaker(table, key)
            _mark_base(
                keys, offsets, lists, table, hidden, is_hiding, key, layer, place, mask, is_masked, words, touched
            )
            k += 1
    for k in _met(table, wanted):
        layer, place = speaker(table, np.int64(wanted[k]))
        _mark_added(table, layer, place, mask, is_masked, words, touched)


@numba.njit(cache=True, nogil=True, inline="always")
def _count(docs: U32, amount: np.uint32, mask: Words, is_masked: bool, counts: U32, met: U32, end: int) -> int:
    for i in range(len(docs)):
        doc = np.int64(docs[i])
        if not is_masked or (mask[doc >> 6] >> np.uint64(doc & 63)) & ONE != 0:
            if counts[doc] == 0:
                met[end] = docs[i]
                end += 1
            counts[doc] += amount
    return end


@numba.njit(cache=True, nogil=True)
def count_into(
    keys: U32,
    offsets: U32,
    lists: U32,
    table: I64,
    hidden: Words,
    is_hiding: bool,
    wanted: U32,
    amounts: U32,
    mask: Words,
    is_masked: bool,
    counts: U32,
    met: U32,
    at: int,
) -> np.int64:
    """As `gather.count_into`."""
    end = np.int64(at)
    for k in range(len(wanted)):
        key = np.int64(wanted[k])
        layer, place = speaker(table, key)
        removed = lists[:0]
        amount = amounts[k] if len(amounts) else np.uint32(1)
        if layer >= 0:
            end = _count(_docs(said(table, layer, place, ADDED)), amount, mask, is_masked, counts, met, end)
            removed = _docs(said(table, layer, place, REMOVED))
        first, last = bounds_of(keys, offsets, key)
        docs = _less(sorted_docs(lists, first, last), removed, hidden, is_hiding)
        end = _count(docs, amount, mask, is_masked, counts, met, end)
    return end


@numba.njit(cache=True, nogil=True, inline="always")
def _shown(docs: U32, mask: Words, is_masked: bool) -> np.uint32:
    if not is_masked:
        return np.uint32(len(docs))
    shown = np.uint32(0)
    for i in range(len(docs)):
        doc = np.int64(docs[i])
        shown += np.uint32((mask[doc >> 6] >> np.uint64(doc & 63)) & ONE)
    return shown


@numba.njit(cache=True, nogil=True)
def sizes(
    keys: U32,
    offsets: U32,
    lists: U32,
    table: I64,
    hidden: Words,
    is_hiding: bool,
    wanted: U32,
    mask: Words,
    is_masked: bool,
    out: U32,
) -> None:
    """For each wanted key the number of documents of its list that the mask lets through."""
    for k in range(len(wanted)):
        out[k] = size_of_key(keys, offsets, lists, table, hidden, is_hiding, np.int64(wanted[k]), mask, is_masked)


@numba.njit(cache=True, nogil=True)
def size_of_key(
    keys: U32,
    offsets: U32,
    lists: U32,
    table: I64,
    hidden: Words,
    is_hiding: bool,
    key: int,
    mask: Words,
    is_masked: bool,
) -> np.uint32:
    """The number of documents of one key's list that the mask lets through."""
    layer, place = speaker(table, key)
    start, end = bounds_of(keys, offsets, key)
    size = np.uint32(0)
    removed = lists[:0]
    if layer >= 0:
        size += _shown(_docs(said(table, layer, place, ADDED)), mask, is_masked)
        removed = _docs(said(table, layer, place, REMOVED))
    if is_masked or is_hiding:
        size += _shown(_less(sorted_docs(lists, start, end), removed, hidden, is_hiding), mask, is_masked)
    else:
        size += np.uint32(size_of(lists, start, end) - len(removed))
    return np.uint32(size)


@numba.njit(cache=True, nogil=True)
def most_of(keys: U32, offsets: U32, lists: U32, table: I64, key: int, layer: int, place: int) -> np.int64:
    """How many postings the list of a key holds, hidden ones included; `layer` and `place` as in `mark_key`."""
    start, end = bounds_of(keys, offsets, key)
    most = size_of(lists, start, end)
    if layer >= 0:
        most += _size(said(table, layer, place, ADDED)) - _size(said(table, layer, place, REMOVED))
    return most


@numba.njit(cache=True, nogil=True)
def total_length(keys: U32, offsets: U32, lists: U32, table: I64, wanted: U32, enough: int) -> np.int64:
    """How many postings the lists of the wanted keys hold together, at most: hidden and removed ones are counted too; more than
    `enough` where that is more."""
    total = base_length(keys, offsets, lists, wanted, enough)
    for k in _met(table, wanted):
        if total > enough:
            break
        layer, place = speaker(table, np.int64(wanted[k]))
        if layer >= 0:
            total += _size(said(table, layer, place, ADDED))
    return total


@numba.njit(cache=True, nogil=True)
def holds_now(
    keys: U32,
    offsets: U32,
    lists: U32,
    table: I64,
    hidden: Words,
    is_hiding: bool,
    key: int,
    layer: int,
    place: int,
    doc: int,
) -> bool:
    """Whether the list of a key holds a document; `layer` and `place` as in `mark_key`."""
    held = holds(keys, offsets, lists, key, doc)
    if held and is_hiding:
        held = (hidden[doc >> 6] >> np.uint64(doc & 63)) & ONE == 0
    if layer >= 0:
        words = said(table, layer, place, REMOVED if held else ADDED)
        held = in_list(words, 0, len(words), doc) != held
    return held


@numba.njit(cache=True, nogil=True)
def contains(
    keys: U32,
    offsets: U32,
    lists: U32,
    table: I64,
    hidden: Words,
    is_hiding: bool,
    wanted: U32,
    docs: U32,
    out: NDArray[np.bool_],
) -> None:
    """Whether the list of each wanted key holds the document beside it."""
    for k in range(len(wanted)):
        key = np.int64(wanted[k])
        layer, place = speaker(table, key)
        out[k] = holds_now(keys, offsets, lists, table, hidden, is_hiding, key, layer, place, np.int64(docs[k]))


@numba.njit(cache=True, nogil=True)
def first_holding(
    keys: U32, offsets: U32, lists: U32, table: I64, hidden: Words, is_hiding: bool, wanted: U32, doc: int
) -> np.int64:
    """The place of the first wanted key whose list holds a document, -1 where none does."""
    for k in range(len(wanted)):
        key = np.int64(wanted[k])
        layer, place = speaker(table, key)
        if holds_now(keys, offsets, lists, table, hidden, is_hiding, key, layer, place, doc):
            return np.int64(k)
    return np.int64(-1)


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
