"""Kernel of shares: the best documents of which some sets have a share each, filled up with the best of all."""

from __future__ import annotations

import numba
import numpy as np

from index.corpus import I64, U8, U32


@numba.njit(cache=True, nogil=True)
def take_shares(docs: U32, ranked: I64, flags: U8, quotas: I64, limit: int, out: U32) -> np.int64:
    """Write the documents that are taken in rank order; the number of them, which is at most `limit`.

    `ranked` holds the places of the documents, best first; bit s of `flags[i]` says that set s, of up to eight, has `docs[i]`. One
    set after the other takes its best documents that are not taken yet until those taken that it has reach its quota; then the
    best of all are taken up to the limit.
    """
    taken = np.zeros(len(docs), dtype=np.bool_)
    room = limit
    for s in range(len(quotas)):
        bit = np.uint8(1 << s)
        left = quotas[s]
        for i in range(len(docs)):
            left -= taken[i] and flags[i] & bit != 0
        for r in range(len(docs)):
            if left <= 0 or room == 0:
                break
            i = ranked[r]
            if not taken[i] and flags[i] & bit != 0:
                taken[i] = True
                left -= 1
                room -= 1
    found = 0
    for r in range(len(docs)):
        i = ranked[r]
        if not taken[i] and room > 0:
            taken[i] = True
            room -= 1
        if taken[i]:
            out[found] = docs[i]
            found += 1
    return np.int64(found)
