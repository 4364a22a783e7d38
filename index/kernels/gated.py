"""Kernels along edges whose keys are users: what the viewer may see of a key says what its list shows. Through layers, as in
`index/kernels/live.py`; without any, there is no row in the table.
"""

from __future__ import annotations

import numba
import numpy as np

from index.corpus import I64, U32
from index.kernels.bits import Words, lets_through
from index.kernels.compiled import lean
from index.kernels.gather import bounds_of
from index.kernels.lists import GAPS, ROARING, U16, container, next_doc
from index.kernels.live import append_key, holds_now, may_be_touched, most_of, size_of_key, speaker
from schemas.ids import INT64_MAX


@lean
def append_gated(
    keys: U32, offsets: U32, lists: U32, table: I64, hidden: Words,
    wanted: U32, seen: Words, opened: Words, shown: Words, mine: U32, me: int, shown_of_me: Words, out: U32,
) -> np.int64:  # fmt: skip
    """Write what the lists of the wanted keys show to `out`, key by key, each list in order; where it ends, or -1, with nothing
    done, where the lists may hold more than there is room for.

    Keys that are not `seen` show nothing, `me` (-1: no key) what the mask `shown_of_me` has, those that are `opened` what `shown`
    has, and the others those of the documents `mine`, and no more.
    """
    room = np.int64(len(out))
    for k in range(len(wanted)):
        key = np.int64(wanted[k])
        if lets_through(seen, key):
            room -= most_of(keys, offsets, lists, table, key)
            if room < 0:
                return np.int64(-1)
    return append_gated_below(
        keys, offsets, lists, table, hidden, wanted, seen, opened, shown, mine, me, shown_of_me, INT64_MAX, out
    )  # fmt: skip


@numba.njit(cache=True, nogil=True, inline="always")
def _begins(lists: U32, start: int, end: int) -> np.int64:
    """A document that the list at `lists[start:end]` does not begin before."""
    if start == end:
        return np.int64(INT64_MAX)
    if lists[start] < GAPS:
        return np.int64(lists[start])
    halves: U16 = lists.view(np.uint16)
    if lists[start] == ROARING:
        return container(halves, 2 * start, 1, 0)[0]
    return next_doc(halves, 2 * start + 2, 0)[0]


@lean
def append_gated_below(
    keys: U32, offsets: U32, lists: U32, table: I64, hidden: Words,
    wanted: U32, seen: Words, opened: Words, shown: Words, mine: U32, me: int, shown_of_me: Words, below: int, out: U32,
) -> np.int64:  # fmt: skip
    """As `append_gated`, of base documents those before `below` and perhaps some others; `out` has room for all of the lists."""
    end = np.int64(0)
    for k in range(len(wanted)):
        key = np.int64(wanted[k])
        if not lets_through(seen, key):
            continue
        if not may_be_touched(table, key):
            start, stop = bounds_of(keys, offsets, key)
            if _begins(lists, start, stop) >= below:
                continue
        if key == me:
            end = append_key(keys, offsets, lists, table, hidden, key, shown_of_me, below, out, end)
        elif lets_through(opened, key):
            end = append_key(keys, offsets, lists, table, hidden, key, shown, below, out, end)
        else:
            layer, place = speaker(table, key)
            for i in range(len(mine)):
                doc = np.int64(mine[i])
                if holds_now(keys, offsets, lists, table, hidden, key, layer, place, doc):
                    out[end] = mine[i]
                    end += 1
    return end


@lean
def sizes_gated(
    keys: U32, offsets: U32, lists: U32, table: I64, hidden: Words,
    wanted: U32, seen: Words, opened: Words, shown: Words, mine: U32, me: int, shown_of_me: Words,
    out: U32,
) -> None:  # fmt: skip
    """For each wanted key, in any order, the number of documents that its list shows; the gate as in `append_gated`."""
    for k in range(len(wanted)):
        key = np.int64(wanted[k])
        out[k] = 0
        if not lets_through(seen, key):
            continue
        if key == me:
            out[k] = size_of_key(keys, offsets, lists, table, hidden, key, shown_of_me)
        elif lets_through(opened, key):
            out[k] = size_of_key(keys, offsets, lists, table, hidden, key, shown)
        else:
            layer, place = speaker(table, key)
            for i in range(len(mine)):
                out[k] += holds_now(keys, offsets, lists, table, hidden, key, layer, place, np.int64(mine[i]))
