"""External ids ↔ document numbers: the one place where the outside's names are translated.

A map is two arrays: the ids sorted, and beside each the number of its document. Single look-ups are binary searches;
many at once go through a hash table that lives only as long as the build that needs it.
"""

from __future__ import annotations

import numba
import numpy as np

from index.corpus import I64, NONE, U32
from schemas.ids import DocNum, ExternalId


class IdMap:
    """Finds the document number of an external id. Ids are distinct."""

    def __init__(self, sorted_ids: I64, numbers: U32) -> None:
        self.sorted_ids = sorted_ids
        self.numbers = numbers

    @staticmethod
    def of(ids: I64) -> IdMap:
        """The map of ids that stand in order of document number."""
        order = np.argsort(ids, kind="stable")
        return IdMap(ids[order], order.astype(np.uint32))

    def find(self, external: ExternalId) -> DocNum | None:
        """The document number of one id, None where it is unknown."""
        at = int(self.sorted_ids.searchsorted(external))
        if at == len(self.sorted_ids) or self.sorted_ids[at] != external:
            return None
        return DocNum(int(self.numbers[at]))


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
