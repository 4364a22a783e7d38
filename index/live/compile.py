"""Compiles every kernel of the live index once, so that no query waits for the compiler when the first layer comes."""

from __future__ import annotations

import numpy as np

from index.corpus import U32, Strings
from index.docset import WINDOW, DocSet, new_words
from index.kernels.columns import ids_of
from index.kernels.live import merge_order
from index.kernels.windows import OR
from index.live.columns import LiveColumn, LiveTexts
from index.live.first import best_of_two
from index.live.late import LateIds
from index.live.layer import Layer
from index.live.lists import EdgeLayer, LiveLists
from index.live.order import Order
from index.live.rows import Rows, arrays_of, changed_rows, ordered, taken
from index.names import Names
from index.postings import PostingLists
from schemas.ids import ExternalId


def compile_live(lists: PostingLists, few: U32, wanted: U32) -> None:
    """Call each kernel with each type of argument that the live index uses; `lists` hold `few` under the key 1."""
    size = 2 * WINDOW
    words, counts = new_words(size), np.zeros(size, dtype=np.uint32)
    rows = PostingLists(wanted[1:], lists.offsets[1:], lists.lists, size)
    arrays = {"x.touched": wanted} | arrays_of("x.added", rows) | arrays_of("x.removed", rows)
    layer = EdgeLayer.of(Layer("", "", arrays, {}), "x")
    assert layer is not None
    for hidden in (None, words):
        live = LiveLists(lists, [layer], hidden, size)
        live.union_into(wanted[1:], words.copy())
        live.union_into(wanted, words.copy())
        live.append(wanted[1:], words, np.empty(size, dtype=np.uint32), 0)
        live.count_into(wanted, words, counts, counts.copy(), 0)
        live.sizes(wanted, words)
        live.contains(wanted, wanted)
        live.total(wanted)
        for key in (0, 1):
            live.of(key).within(0, size)
            live.of(key).keep(few, wanted=False)
        best_of_two(live.of(0).alone(words), (lists, wanted, None), OR, 1, Order(size, size))
    lists.contains(wanted, wanted)
    late = LateIds()
    late.grow(np.array([1, 2]))
    late.find(ExternalId(1))
    order = Order(WINDOW, WINDOW + 2, np.array([WINDOW, 1, WINDOW + 1], dtype=np.uint32), np.zeros(3, dtype=np.uint32))
    order.first(DocSet(0, WINDOW + 2, np.array([0, 1, WINDOW], dtype=np.uint32)), 2)
    order.first(DocSet(0, WINDOW + 2, None, new_words(WINDOW + 2)), 2)
    strings = Strings(np.frombuffer(bytearray(b"a"), dtype=np.uint8), np.array([0, 1], dtype=np.uint32))
    LiveTexts(Names(strings), "x", ()).of(few)
    for dtype in (np.uint8, np.uint32, np.int64, np.float64):  # of columns
        LiveColumn(np.zeros(1, dtype=dtype), "x", (), 0, 1).of(few)
    ids_of(late.ids(2), late.ids(2), few[:1], np.empty(1, dtype=np.int64))
    blob, offsets = np.frombuffer(bytearray(b"ab"), dtype=np.uint8), np.array([0, 1], dtype=np.uint64)
    for values in (blob, wanted):
        taken((wanted, values), (wanted, values), ordered(few[:1], few[1:2], few[2:3]))
    changed_rows(Rows(few, np.zeros(1, dtype=np.int64), wanted[1:]), np.array([0, 1]), wanted[1:], np.array([True]))
    merge_order(blob, offsets, blob, offsets, np.empty(2, dtype=np.int64))
