"""Kernel of the longest lists among many, each under a mask: most of them are not looked at, as their whole length says enough."""

from __future__ import annotations

import numpy as np

from index.corpus import I64, U8, U32
from index.kernels.bits import Words
from index.kernels.compiled import lean
from index.kernels.live import most_of, size_of_key


@lean
def largest(
    keys: U32, offsets: U32, lists: U32, table: I64, hidden: Words,
    wanted: U32, ranks: U8, mask: Words, places: I64, sizes: U32,
) -> np.int64:  # fmt: skip
    """Write the places of those wanted keys that have the lowest ranks, of equal ranks the most documents that the mask lets
    through, of as many the first; and these numbers. How many there are: no more than there is room for, none without documents.

    Lists are read as in `index/kernels/live.py`.
    """
    room = len(places)
    found = np.int64(0)
    for k in range(len(wanted)):
        key = np.int64(wanted[k])
        is_full = found == room
        if is_full and ranks[k] > ranks[places[room - 1]]:
            continue
        least = np.int64(sizes[room - 1]) if is_full and ranks[k] == ranks[places[room - 1]] else np.int64(0)
        if most_of(keys, offsets, lists, table, key) <= least:
            continue
        size = size_of_key(keys, offsets, lists, table, hidden, key, mask)
        if size <= least:
            continue
        at = room - 1 if is_full else found
        while at > 0:
            before = places[at - 1]
            if ranks[before] < ranks[k] or (ranks[before] == ranks[k] and sizes[at - 1] >= size):
                break
            places[at] = before
            sizes[at] = sizes[at - 1]
            at -= 1
        places[at] = k
        sizes[at] = size
        if not is_full:
            found += 1
    return found
