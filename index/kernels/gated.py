"""Kernels along edges whose keys are users: what the viewer may see of a key says what its list shows. In apply all lists are
marked and swept (`index/kernels/touched.py`) in one call, in whatever form they are. Through layers, as in
`index/kernels/live.py`; without any, there is no row in the table.
"""

from __future__ import annotations

import numba
import numpy as np

from index.corpus import I64, U32
from index.kernels.bits import ONE, Words
from index.kernels.live import holds_now, mark_key, most_of, size_of_key, speaker
from index.kernels.touched import sweep


@numba.njit(cache=True, nogil=True, inline="always")
def _lets_through(mask: Words, doc: int) -> bool:
    """Whether a mask over the whole vertical has a document; an empty one lets everything through."""
    return len(mask) == 0 or (mask[doc >> 6] >> np.uint64(doc & 63)) & ONE != 0


@numba.njit(cache=True, nogil=True)
def union_gated(
    keys: U32, offsets: U32, lists: U32, table: I64, hidden: Words, is_hiding: bool,
    wanted: U32, seen: Words, opened: Words, shown: Words, mine: U32, me: int, shown_of_me: Words,
    words: Words, touched: Words, out: U32,
) -> np.int64:  # fmt: skip
    """Write the union of the lists of the wanted keys to `out`, sorted; the number of documents, or -1, with nothing done, where
    the lists may hold more than there is room for.

    Keys that are not `seen` show nothing, `me` (-1: no key) what the mask `shown_of_me` has, those that are `opened` what `shown`
    has, and the others those of the documents `mine`, and no more.
    """
    room = np.int64(len(out))
    layers = np.empty(len(wanted), dtype=np.int64)
    places = np.empty(len(wanted), dtype=np.int64)
    for k in range(len(wanted)):
        key = np.int64(wanted[k])
        if _lets_through(seen, key):
            layers[k], places[k] = speaker(table, key)
            room -= most_of(keys, offsets, lists, table, key, layers[k], places[k])
            if room < 0:
                return np.int64(-1)
    for k in range(len(wanted)):
        key = np.int64(wanted[k])
        layer = layers[k]
        place = places[k]
        if not _lets_through(seen, key):
            continue
        if key == me or _lets_through(opened, key):
            mask = shown_of_me if key == me else shown
            mark_key(
                keys, offsets, lists, table, hidden, is_hiding, key, layer, place, mask, len(mask) > 0, words, touched
            )
        else:
            for i in range(len(mine)):
                doc = np.int64(mine[i])
                if holds_now(keys, offsets, lists, table, hidden, is_hiding, key, layer, place, doc):
                    words[doc >> 6] |= ONE << np.uint64(doc & 63)
                    touched[doc >> 12] |= ONE << np.uint64((doc >> 6) & 63)
    return np.int64(sweep(words, touched, out))


@numba.njit(cache=True, nogil=True)
def sizes_gated(
    keys: U32, offsets: U32, lists: U32, table: I64, hidden: Words, is_hiding: bool,
    wanted: U32, seen: Words, opened: Words, shown: Words, mine: U32, me: int, shown_of_me: Words,
    out: U32,
) -> None:  # fmt: skip
    """For each wanted key, in any order, the number of documents that its list shows; the gate as in `union_gated`."""
    for k in range(len(wanted)):
        key = np.int64(wanted[k])
        out[k] = 0
        if not _lets_through(seen, key):
            continue
        if key == me:
            out[k] = size_of_key(keys, offsets, lists, table, hidden, is_hiding, key, shown_of_me, len(shown_of_me) > 0)
        elif _lets_through(opened, key):
            out[k] = size_of_key(keys, offsets, lists, table, hidden, is_hiding, key, shown, len(shown) > 0)
        else:
            layer, place = speaker(table, key)
            for i in range(len(mine)):
                doc = np.int64(mine[i])
                out[k] += holds_now(keys, offsets, lists, table, hidden, is_hiding, key, layer, place, doc)
