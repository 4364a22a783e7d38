"""Kernels of the live index: posting lists read through layers, rank order, and the merging of layers.

Base lists come as (keys, offsets, lists), as in `index/kernels/gather.py`. The layers of an edge come as one table of numbers.
Its first row has two bitsets of keys (`FILTER`), the others a layer each (`LAYER`), the newest first; without layers there is no
row. The caller keeps alive what the addresses mean. `hidden` is a bitset over the vertical, empty where nothing is hidden. A mask
that is empty lets everything through. For each key the newest layer that touches it speaks alone: its list is that of the base,
less what that layer removes, all of which the base has, and what is hidden, and what the layer adds.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from index.corpus import I64, U8, U32
from index.kernels.addresses import array_at
from index.kernels.bits import ONE, Words, holds_bit, lets_through, ones, trailing_zeros
from index.kernels.compiled import lean
from index.kernels.gather import bounds_of, run_of
from index.kernels.lists import (
    ROARING,
    append_list,
    count_in,
    docs_into_sorted,
    lower_bound,
    roaring_into_bits,
    search,
    size_of,
    sorted_docs,
)
from index.kernels.membership import holds, in_list
from schemas.ids import INT64_MAX

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


@numba.njit(cache=True, nogil=True, inline="always")
def _array(table: I64, row: int, column: int, length: int) -> U32:
    found: U32 = array_at(table[row, column], length, np.uint32)  # type: ignore[call-arg]
    return found


@numba.njit(cache=True, nogil=True, inline="always")
def _may(table: I64, column: int, key: int) -> bool:
    """Whether a bitset of the first row has a key."""
    if len(table) == 0 or key >> 6 >= table[0, column + 1]:
        return False
    words: Words = array_at(table[0, column], table[0, column + 1], np.uint64)  # type: ignore[call-arg]
    return holds_bit(words, key)


@numba.njit(cache=True, nogil=True, inline="always")
def may_be_touched(table: I64, key: int) -> bool:
    """Whether layers may say anything of a key; where not, its list is that of the base, less what is hidden."""
    return _may(table, _TOUCHED, key)


@lean
def speaker(table: I64, key: int) -> tuple[np.int64, np.int64]:
    """The row of the layer that speaks for a key, and the place of the key there; (-1, -1) where none does."""
    if not may_be_touched(table, key):
        return np.int64(-1), np.int64(-1)
    for layer in range(1, len(table)):
        bucket = key >> table[layer, _SHIFT]
        if bucket >= table[layer, _BUCKETS]:
            continue
        starts = _array(table, layer, _STARTS, bucket + 2)
        keys = _array(table, layer, _KEYS, table[layer, _COUNT])
        end = np.int64(starts[bucket + 1])
        place = search(keys, key, np.int64(starts[bucket]), end)
        if place < end and keys[place] == key:
            return np.int64(layer), place
    return np.int64(-1), np.int64(-1)


@lean
def make_starts(keys: U32, shift: int, starts: U32) -> None:
    """Where the keys of each bucket begin among sorted keys, and behind the last bucket where they end."""
    at = 0
    for bucket in range(len(starts)):
        while at < len(keys) and keys[at] >> shift < bucket:
            at += 1
        starts[bucket] = at


@lean
def make_bounds(keys: U32, row_keys: U32, offsets: U32, bounds: U32) -> None:
    """Where the list of each key begins, and where the last one ends: `offsets` are those of the keys that have one."""
    row = 0
    for k in range(len(keys)):
        bounds[k] = offsets[row]
        if row < len(row_keys) and row_keys[row] == keys[k]:
            row += 1
    bounds[len(keys)] = offsets[row]


@numba.njit(cache=True, nogil=True, inline="always")
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
def _less(docs: U32, removed: U32, hidden: Words) -> U32:
    """The documents that are neither removed nor hidden: all of them, uncopied, where none is."""
    if len(removed) == 0 and len(hidden) == 0:
        return docs
    out = np.empty(len(docs), dtype=np.uint32)
    n = 0
    at = 0
    for i in range(len(docs)):
        doc = np.int64(docs[i])
        if len(hidden) and holds_bit(hidden, doc):
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


@lean
def _next_in(table: I64, column: int, wanted: U32, k: int) -> np.int64:
    """The first place from k on of a key that a bitset of the first row has."""
    while k < len(wanted) and not _may(table, column, np.int64(wanted[k])):
        k += 1
    return np.int64(k)


@numba.njit(cache=True, nogil=True)
def union_into(
    keys: U32,
    offsets: U32,
    lists: U32,
    table: I64,
    hidden: Words,
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
            losing = _next_in(table, _LOSING, wanted, k)
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
                    docs = _less(sorted_docs(lists, start, end), removed, hidden)
                    _or(docs, 0, len(docs), out)
                    continue
        if len(hidden) == 0:
            _or(lists, start, end, out)
        elif len(unhidden):
            _or(lists, start, end, unhidden)
        else:
            docs = _less(sorted_docs(lists, start, end), lists[:0], hidden)
            _or(docs, 0, len(docs), out)
    for k in _met(table, wanted):
        layer, place = speaker(table, np.int64(wanted[k]))
        if layer >= 0:
            added = said(table, layer, place, ADDED)
            _or(added, 0, len(added), out)


@lean
def append_key(
    keys: U32, offsets: U32, lists: U32, table: I64, hidden: Words, key: int, mask: Words, below: int, out: U32, begin: int
) -> np.int64:  # fmt: skip
    """Write the documents of one key's list that the mask lets through to `out` from `begin` on: of those in the base the ones
    before `below`, and all that a layer adds; where they end. `out` has room for as many as the list has (`most_of`)."""
    start, stop = bounds_of(keys, offsets, key)
    layer, place = speaker(table, key)
    if layer < 0:
        return append_list(lists, start, stop, out[:0], hidden, mask, below, out, begin)
    removed = said(table, layer, place, REMOVED)
    count = size_of(removed, 0, len(removed))
    # what is removed is in the base: it has room behind all that is left, and is behind where that room is written to
    gone = out[begin + size_of(lists, start, stop) - count :][:count]
    docs_into_sorted(removed, 0, len(removed), gone)
    end = append_list(lists, start, stop, gone, hidden, mask, below, out, begin)
    added = said(table, layer, place, ADDED)
    return append_list(added, 0, len(added), out[:0], hidden[:0], mask, INT64_MAX, out, end)


@lean
def append(
    keys: U32, offsets: U32, lists: U32, table: I64, hidden: Words, wanted: U32, mask: Words, out: U32, begin: int
) -> np.int64:  # fmt: skip
    """Write the documents of the wanted keys' lists that the mask lets through to `out` from `begin` on, key by key, each list in
    order; where they end. `out` as in `append_key`."""
    end = np.int64(begin)
    k = np.int64(0)
    changed = np.int64(-1)
    while k < len(wanted):
        if changed < k:
            changed = _next_in(table, _TOUCHED, wanted, k)
        if k < changed:
            start, stop, k = run_of(keys, offsets, lists, wanted[:changed], k)
            end = append_list(lists, start, stop, out[:0], hidden, mask, INT64_MAX, out, end)
        else:
            key = np.int64(wanted[k])
            end = append_key(keys, offsets, lists, table, hidden, key, mask, INT64_MAX, out, end)
            k += 1
    return end


@numba.njit(cache=True, nogil=True, inline="always")
def _count(docs: U32, amount: np.uint32, mask: Words, counts: U32, met: U32, end: int) -> int:
    for i in range(len(docs)):
        doc = np.int64(docs[i])
        if lets_through(mask, doc):
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
    wanted: U32,
    amounts: U32,
    mask: Words,
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
            end = _count(_docs(said(table, layer, place, ADDED)), amount, mask, counts, met, end)
            removed = _docs(said(table, layer, place, REMOVED))
        first, last = bounds_of(keys, offsets, key)
        docs = _less(sorted_docs(lists, first, last), removed, hidden)
        end = _count(docs, amount, mask, counts, met, end)
    return end


@lean
def sizes(
    keys: U32,
    offsets: U32,
    lists: U32,
    table: I64,
    hidden: Words,
    wanted: U32,
    mask: Words,
    out: U32,
) -> None:
    """For each wanted key the number of documents of its list that the mask lets through."""
    for k in range(len(wanted)):
        out[k] = size_of_key(keys, offsets, lists, table, hidden, np.int64(wanted[k]), mask)


@lean
def size_of_key(
    keys: U32,
    offsets: U32,
    lists: U32,
    table: I64,
    hidden: Words,
    key: int,
    mask: Words,
) -> np.int64:
    """The number of documents of one key's list that the mask lets through. What layers remove, the base has."""
    start, end = bounds_of(keys, offsets, key)
    size = count_in(lists, start, end, hidden, mask)
    layer, place = speaker(table, key)
    if layer >= 0:
        removed, added = said(table, layer, place, REMOVED), said(table, layer, place, ADDED)
        size -= count_in(removed, 0, len(removed), hidden, mask)
        size += count_in(added, 0, len(added), hidden[:0], mask)
    return size


@lean
def most_of(keys: U32, offsets: U32, lists: U32, table: I64, key: int) -> np.int64:
    """How many postings the list of a key holds, at most: hidden and removed ones are counted too."""
    start, end = bounds_of(keys, offsets, key)
    most = size_of(lists, start, end)
    layer, place = speaker(table, key)
    if layer >= 0:
        added = said(table, layer, place, ADDED)
        most += size_of(added, 0, len(added))
    return most


@lean
def total_length(keys: U32, offsets: U32, lists: U32, table: I64, wanted: U32, enough: int) -> np.int64:
    """How many postings the lists of the wanted keys hold together, at most, as `most_of`; more than `enough` if they do."""
    total = np.int64(0)
    for k in range(len(wanted)):
        total += most_of(keys, offsets, lists, table, np.int64(wanted[k]))
        if total > enough:
            break
    return total


@lean
def holds_now(
    keys: U32,
    offsets: U32,
    lists: U32,
    table: I64,
    hidden: Words,
    key: int,
    layer: int,
    place: int,
    doc: int,
) -> bool:
    """Whether the list of a key holds a document; `layer` and `place` are what `speaker` says of the key."""
    held = holds(keys, offsets, lists, key, doc)
    if held and len(hidden):
        held = not holds_bit(hidden, doc)
    if layer >= 0:
        words = said(table, layer, place, REMOVED if held else ADDED)
        held = in_list(words, 0, len(words), doc) != held
    return held


@lean
def contains(
    keys: U32,
    offsets: U32,
    lists: U32,
    table: I64,
    hidden: Words,
    wanted: U32,
    docs: U32,
    out: NDArray[np.bool_],
) -> None:
    """Whether the list of each wanted key holds the document beside it."""
    for k in range(len(wanted)):
        key = np.int64(wanted[k])
        layer, place = speaker(table, key)
        out[k] = holds_now(keys, offsets, lists, table, hidden, key, layer, place, np.int64(docs[k]))


@lean
def first_holding(keys: U32, offsets: U32, lists: U32, table: I64, hidden: Words, wanted: U32, doc: int) -> np.int64:
    """The place of the first wanted key whose list holds a document, -1 where none does."""
    for k in range(len(wanted)):
        key = np.int64(wanted[k])
        layer, place = speaker(table, key)
        if holds_now(keys, offsets, lists, table, hidden, key, layer, place, doc):
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
            at = lower_bound(odd_base, doc, at)
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


@lean
def first_in_order(words: Words, base: int, odd: U32, slot: U32, odd_bits: Words, out: U32) -> np.int64:
    """Write the best `len(out)` documents of a bitset over a whole vertical in rank order; the number written.

    `odd` are the odd documents in rank order, `slot` the slot of each; `odd_bits` has those of the base, and is empty without any.
    """
    left = np.int64(0)  # odd documents that may still be met
    for w in range(base >> 6, len(words)):
        word = words[w]
        if w == base >> 6:
            word &= ~((ONE << np.uint64(base & 63)) - ONE)
        left += ones(word)
    for w in range(len(odd_bits)):
        left += ones(words[w] & odd_bits[w])
    found = np.int64(0)
    at = np.int64(0)
    for place in range(len(odd)):
        if left == 0 or found == len(out):
            break
        end = np.int64(slot[place])
        if at < end:
            found = _regular(words, at, end, odd_bits, out, found)
            at = end
        if found < len(out) and holds_bit(words, np.int64(odd[place])):
            out[found] = odd[place]
            found += 1
            left -= 1
    return _regular(words, at, base, odd_bits, out, found)


@lean
def _regular(words: Words, start: int, end: int, odd_bits: Words, out: U32, found: int) -> np.int64:
    """Write the documents from `start` to `end` (excluded) that are not odd behind those found, as far as there is room."""
    for w in range(start >> 6, (end + 63) >> 6):
        if found == len(out):
            break
        word = words[w]
        if len(odd_bits):
            word &= ~odd_bits[w]
        if w == start >> 6:
            word &= ~((ONE << np.uint64(start & 63)) - ONE)
        if w == end >> 6:
            word &= (ONE << np.uint64(end & 63)) - ONE
        while word != 0 and found < len(out):
            out[found] = (w << 6) + trailing_zeros(word)
            found += 1
            word &= word - ONE
    return np.int64(found)


@lean
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
