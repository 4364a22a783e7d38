"""External ids ↔ document numbers: the one place where the outside's names are translated.

A map is the ids by document number and, beside them, the document numbers in the order of their ids. Single look-ups are binary
searches; many at once go through a hash table that lives only as long as the build that needs it.
"""

from __future__ import annotations

import numba
import numpy as np

from index.corpus import I64, NONE, U32
from schemas.ids import INT64_MAX, INT64_MIN, DocNum, ExternalId


class IdMap:
    """Finds the document number of an external id. Ids are distinct; `by_id` holds document numbers by rising id."""

    def __init__(self, ids: I64, by_id: U32) -> None:
        self.ids = ids
        self.by_id = by_id

    @staticmethod
    def of(ids: I64) -> IdMap:
        """The map of ids that stand in order of document number."""
        return IdMap(ids, np.argsort(ids, kind="stable").astype(np.uint32))

    def find(self, external: ExternalId) -> DocNum | None:
        """The document number of one id, None where it is unknown."""
        if not INT64_MIN <= external <= INT64_MAX:
            return None
        found = int(_find(self.ids, self.by_id, external))
        return None if found < 0 else DocNum(found)


@numba.njit("i8(i8[::1], u4[::1], i8)", cache=True, nogil=True)
def _find(ids: I64, by_id: U32, wanted: int) -> np.int64:
    lo = 0
    hi = len(by_id)
    while lo < hi:
        mid = (lo + hi) >> 1
        if ids[by_id[mid]] < wanted:
            lo = mid + 1
        else:
            hi = mid
    if lo < len(by_id) and ids[by_id[lo]] == wanted:
        return np.int64(by_id[lo])
    return np.int64(-1)


class BulkIdMap:
    """A hash table from ids to document numbers for millions of look-ups: linear probing, at most half full."""

    def __init__(self, ids: I64) -> None:
        bits = max(4, int(2 * len(ids)).bit_length())
        self._shift = 64 - bits
        self._keys = np.zeros(1 << bits, dtype=np.int64)
        self._numbers = np.full(1 << bits, NONE, dtype=np.uint32)
        _fill(self._keys, self._numbers, self._shift, np.ascontiguousarray(ids, dtype=np.int64))

    def numbers(self, ids: I64) -> U32:
        """The document number of every id, NONE where it is unknown."""
        out = np.empty(len(ids), dtype=np.uint32)
        _look_up(self._keys, self._numbers, self._shift, np.ascontiguousarray(ids, dtype=np.int64), out)
        return out


_GOLDEN = np.uint64(0x9E37_79B9_7F4A_7C15)  # Fibonacci hashing: Knuth, TAOCP 3, 6.4


@numba.njit(cache=True, nogil=True)
def _slot(key: np.int64, shift: int) -> np.int64:
    return np.int64((np.uint64(key) * _GOLDEN) >> np.uint64(shift))


@numba.njit(cache=True, nogil=True)
def _fill(keys: I64, numbers: U32, shift: int, ids: I64) -> None:
    mask = len(keys) - 1
    for i in range(len(ids)):
        at = _slot(ids[i], shift)
        while numbers[at] != NONE:
            at = (at + 1) & mask
        keys[at] = ids[i]
        numbers[at] = i


@numba.njit(cache=True, nogil=True)
def _look_up(keys: I64, numbers: U32, shift: int, ids: I64, out: U32) -> None:
    mask = len(keys) - 1
    for i in range(len(ids)):
        at = _slot(ids[i], shift)
        while numbers[at] != NONE and keys[at] != ids[i]:
            at = (at + 1) & mask
        out[i] = numbers[at]
