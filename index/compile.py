"""Compiles every kernel once, so that no query waits for the compiler.

Compiled code is kept beside the sources (numba's cache), or in the user's cache directory where these cannot be written; a
process that finds it there only loads it, which takes some 0.3 s for all kernels.
"""

from __future__ import annotations

import numpy as np

from index.corpus import Strings
from index.docset import WINDOW, DocSet, new_words, part
from index.edge_lists import Gate
from index.idmap import BulkIdMap, IdMap
from index.kernels.matching import take_better
from index.kernels.shares import take_shares
from index.kernels.shown import show_media
from index.kernels.terms import first_not_below
from index.kernels.walks import settle, weak_and_walk
from index.kernels.windows import OR
from index.live.compile import compile_live
from index.matching import name_matches, text_matches
from index.names import Names
from index.postings import LONG, Grouped, PostingList, first_of_two
from index.terms import TermDictionary
from index.unions import distinct, union, union_below, union_through
from schemas.ids import ExternalId


def compile_kernels() -> None:
    """Call each kernel with each type of argument that the index uses."""
    size = 2 * WINDOW
    docs = np.arange(0, size, 2, dtype=np.uint32)
    few = docs[: LONG // 2]
    keys = np.concatenate([np.zeros(len(docs), np.uint32), np.ones(len(few), np.uint32)])
    grouped = Grouped.of(keys, np.concatenate([docs, few]), 2, size)
    grouped.flipped(size).packed(2)
    grouped.less(grouped)
    lists = grouped.packed(size)
    wanted = np.array([0, 1], dtype=np.uint32)
    words = new_words(size)
    counts = np.zeros(size, dtype=np.uint32)
    lists.union_into(wanted, words)
    lists.count_into(wanted, words, counts, counts.copy(), 0)
    lists.sizes(wanted, words)
    lists.largest(wanted, np.zeros(2, dtype=np.uint8), words, 1)
    lists.total(wanted)
    part(few, words)
    union([(lists, wanted[1:], words)], size)
    gate = Gate(words, words, words, few, -1, words)
    union_through(lists, wanted, gate, size)
    union_below(lists, wanted, gate, size, size)
    lists.sizes_gated(wanted, gate)
    lists.first_holding(wanted, 0)
    distinct(few, 1)
    dense, packed = DocSet(0, size, None, words), DocSet(0, size, few)
    for one, other in ((dense, packed), (packed, dense), (packed, packed)):
        for result in (one & other, one | other, one - other):
            result.docs()
            result.is_empty()
    flags = np.zeros(len(few), dtype=np.uint8)
    for one in (dense, packed):
        one.flag(few, 1, flags)
    take_shares(few, np.arange(len(few)), flags, np.ones(1, dtype=np.int64), 1, few[:1].copy())
    no, yes, owners = flags == 1, flags == 0, few[:1].copy()
    show_media(owners, few, flags, no, no, no, no, yes, yes, owners, yes)
    for row in (0, 1):
        lists.of(row).within(0, size)
        PostingList(lists.of(row).list).within(0, 64 * size)
        lists.of(row).keep(few)
    first_of_two(lists.of(0).alone(words), (lists, wanted, None), OR, 1)
    compile_live(lists, few, wanted)
    strings = Strings.of(["a", "b"])
    strings = Strings(strings.blob.copy(), strings.offsets.astype(np.uint32))
    Names(strings).of(few[:1])
    words_of = TermDictionary(strings)
    first_not_below(strings.blob, strings.offsets, strings.blob, False)  # which `find` asks where there are many terms
    words_of.range("a")
    words_of.near("a", 1, is_open=True)
    matches = name_matches(["ann lee"], ["an"], is_open=True, most=2)
    take_better(matches, text_matches(Names(strings), few[:1], ["an"], is_open=True, most=2))
    ids = np.array([1, 2])
    BulkIdMap(ids).numbers(ids)
    ids.flags.writeable = False  # as columns of a warehouse are
    BulkIdMap(ids).numbers(ids)
    IdMap.of(np.array([2, 1])).find(ExternalId(1))
    weak_and_walk(np.zeros((1, 1), dtype=np.bool_), np.ones(1, dtype=np.int64), 1, np.zeros(1, dtype=np.int64))
    settle(np.zeros((1, 1), dtype=np.bool_), np.ones((1, 2), dtype=np.int64))
