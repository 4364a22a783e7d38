"""Kernels of the live index: posting lists read through layers, rank order, and the merging of layers.

Base lists come as (keys, offsets, lists), as in `index/kernels/gather.py`. The layers of an edge come as one table of numbers,
a row for each layer, the newest first: address and length of each of its arrays (`ARRAYS`), which the caller keeps alive. So a
call costs the same however many layers there are. `hidden` is a bitset over the vertical, not looked at where `is_hiding`
is false. For each key the newest layer that touches it speaks alone: its list is that of the base, less what that layer
removes and what is hidden, and what the layer adds.
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
from index.kernels.gather import row_of
from index.kernels.lists import ROARING, lower_bound, roaring_into_bits, size_of, sorted_docs
from index.kernels.membership import holds
from index.kernels.touched import mark_list, set_touched

ARRAYS = ("touched", "added.keys", "added.offsets", "added.lists", "removed.keys", "removed.offsets", "removed.lists")
"""What stands in a row of the table; `touched` is a bitset of keys (uint64), the others are uint32."""
_TOUCHED, _ADDED, _REMOVED = 0, 1, 4


@intrinsic
def pointer(_context: Any, address: Any) -> Any:
    """A number as a pointer."""

    def generate(_context: Any, builder: IRBuilder, _signature: Any, arguments: tuple[Value]) -> Value:
        return builder.inttoptr(arguments[0], cgutils.voidptr_t)

    return types.voidptr(address), generate


@numba.njit(cache=True, nogil=True, inline="always")
def _array(table: I64, layer: int, column: int) -> U32:
    at: Any = pointer(table[layer, 2 * column])  # type: ignore[call-arg]
    return carray(at, table[layer, 2 * column + 1], np.uint32)


@numba.njit(cache=True, nogil=True, inline="always")
def _speaker(table: I64, key: int) -> np.int64:
    """The layer that speaks for a key, -1 where none does."""
    for layer in range(len(table)):
        at: Any = pointer(table[layer, 2 * _TOUCHED])  # type: ignore[call-arg]
        words = carray(at, table[layer, 2 * _TOUCHED + 1], np.uint64)
        if key >> 6 < len(words) and (words[key >> 6] >> np.uint64(key & 63)) & ONE != 0:
            return np.int64(layer)
    return np.int64(-1)


@numba.njit(cache=True, nogil=True)
def _row(keys: U32, offsets: U32, lists: U32, key: int) -> U32:
    """The words of one list."""
    row = row_of(keys, len(offsets) - 1, key)
    return lists[:0] if row < 0 else lists[np.int64(offsets[row]) : np.int64(offsets[row + 1])]


@numba.njit(cache=True, nogil=True)
def _layer_row(table: I64, layer: int, kind: int, key: int) -> U32:
    """The words of the list of a key that a layer adds or removes."""
    return _row(_array(table, layer, kind), _array(table, layer, kind + 1), _array(table, layer, kind + 2), key)


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
def _or(words: U32, out: Words) -> None:
    """OR a list into a bitset over the whole vertical."""
    if len(words) and words[0] == ROARING:
        roaring_into_bits(words.view(np.uint16), 0, out, 0)
        return
    docs = _docs(words)
    for i in range(len(docs)):
        doc = np.int64(docs[i])
        out[doc >> 6] |= ONE << np.uint64(doc & 63)


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
    for k in range(len(wanted)):
        key = np.int64(wanted[k])
        layer = _speaker(table, key)
        base = _row(keys, offsets, lists, key)
        removed = lists[:0]
        if layer >= 0:
            _or(_layer_row(table, layer, _ADDED, key), out)
            removed = _docs(_layer_row(table, layer, _REMOVED, key))
        if len(removed) == 0 and not is_hiding:
            _or(base, out)
        elif len(removed) == 0 and len(unhidden):
            _or(base, unhidden)
        else:
            _or(_less(_docs(base), removed, hidden, is_hiding), out)


@numba.njit(cache=True, nogil=True)
def mark_key(
    keys: U32,
    offsets: U32,
    lists: U32,
    table: I64,
    hidden: Words,
    is_hiding: bool,
    key: int,
    mask: Words,
    is_masked: bool,
    words: Words,
    touched: Words,
) -> None:
    """Set the documents of one key's list that the mask lets through."""
    layer = _speaker(table, key)
    removed = lists[:0]
    if layer >= 0:
        set_touched(_docs(_layer_row(table, layer, _ADDED, key)), mask, is_masked, words, touched)
        removed = _docs(_layer_row(table, layer, _REMOVED, key))
    base = _row(keys, offsets, lists, key)
    if len(removed) == 0 and not is_hiding:
        mark_list(base, 0, len(base), mask, is_masked, words, touched)
    else:
        set_touched(_less(_docs(base), removed, hidden, is_hiding), mask, is_masked, words, touched)


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
    for k in range(len(wanted)):
        mark_key(keys, offsets, lists, table, hidden, is_hiding, np.int64(wanted[k]), mask, is_masked, words, touched)


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
        layer = _speaker(table, key)
        removed = lists[:0]
        amount = amounts[k] if len(amounts) else np.uint32(1)
        if layer >= 0:
            end = _count(_docs(_layer_row(table, layer, _ADDED, key)), amount, mask, is_masked, counts, met, end)
            removed = _docs(_layer_row(table, layer, _REMOVED, key))
        docs = _less(_docs(_row(keys, offsets, lists, key)), removed, hidden, is_hiding)
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
    layer = _speaker(table, key)
    base = _row(keys, offsets, lists, key)
    size = np.uint32(0)
    removed = lists[:0]
    if layer >= 0:
        size += _shown(_docs(_layer_row(table, layer, _ADDED, key)), mask, is_masked)
        removed = _docs(_layer_row(table, layer, _REMOVED, key))
    if is_masked or is_hiding:
        size += _shown(_less(_docs(base), removed, hidden, is_hiding), mask, is_masked)
    else:
        size += np.uint32(_size(base) - len(removed))
    return np.uint32(size)


@numba.njit(cache=True, nogil=True)
def most_of(keys: U32, offsets: U32, lists: U32, table: I64, key: int) -> np.int64:
    """How many postings the list of a key holds, hidden ones included."""
    layer = _speaker(table, key)
    most = _size(_row(keys, offsets, lists, key))
    if layer >= 0:
        most += _size(_layer_row(table, layer, _ADDED, key)) - _size(_layer_row(table, layer, _REMOVED, key))
    return most


@numba.njit(cache=True, nogil=True)
def total_length(keys: U32, offsets: U32, lists: U32, table: I64, wanted: U32, enough: int) -> np.int64:
    """How many postings the lists of the wanted keys hold together, hidden ones included; more than `enough` where they hold more
    than that."""
    total = np.int64(0)
    for k in range(len(wanted)):
        total += most_of(keys, offsets, lists, table, np.int64(wanted[k]))
        if total > enough:
            break
    return total


@numba.njit(cache=True, nogil=True)
def holds_now(
    keys: U32, offsets: U32, lists: U32, table: I64, hidden: Words, is_hiding: bool, key: int, doc: int
) -> bool:
    """Whether the list of a key holds a document."""
    layer = _speaker(table, key)
    held = holds(keys, offsets, lists, key, doc)
    if held and is_hiding:
        held = (hidden[doc >> 6] >> np.uint64(doc & 63)) & ONE == 0
    if layer >= 0:
        kind = _REMOVED if held else _ADDED
        said = holds(
            _array(table, layer, kind), _array(table, layer, kind + 1), _array(table, layer, kind + 2), key, doc
        )
        held = said != held
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
        out[k] = holds_now(keys, offsets, lists, table, hidden, is_hiding, np.int64(wanted[k]), np.int64(docs[k]))


@numba.njit(cache=True, nogil=True)
def first_holding(
    keys: U32, offsets: U32, lists: U32, table: I64, hidden: Words, is_hiding: bool, wanted: U32, doc: int
) -> np.int64:
    """The place of the first wanted key whose list holds a document, -1 where none does."""
    for k in range(len(wanted)):
        if holds_now(keys, offsets, lists, table, hidden, is_hiding, np.int64(wanted[k]), doc):
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
