"""Kernel of the static rank: where a key stands among the keys of a base."""

from __future__ import annotations

import numba
import numpy as np

from index.corpus import I64, U32


@numba.njit(cache=True, nogil=True)
def rank_places(firsts: I64, ids: I64, larger_id_first: bool, wanted: I64, wanted_ids: I64) -> U32:
    """How many of the ranked keys (first, id) stand before each wanted one: larger `first` first, then by id."""
    out = np.empty(len(wanted), dtype=np.uint32)
    for i in range(len(wanted)):
        lo = 0
        hi = len(firsts)
        while lo < hi:
            mid = (lo + hi) >> 1
            before = firsts[mid] > wanted[i]
            if firsts[mid] == wanted[i]:
                before = ids[mid] > wanted_ids[i] if larger_id_first else ids[mid] < wanted_ids[i]
            if before:
                lo = mid + 1
            else:
                hi = mid
        out[i] = lo
    return out
