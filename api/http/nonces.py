"""Nonces that were used, in memory that all workers share: a signed request is answered once."""

from __future__ import annotations

from hashlib import blake2b
from typing import final

import numpy as np

from api.http.shared import SharedArray

_WAYS = 16


@final
class Nonces:
    """Remembers nonces as long as their signatures hold. Whoever finds it full is refused: it forgets nothing early.

    A bucket is chosen by a hash and holds 16 nonces, each as a hash of 128 bits and the second at which it may be forgotten.
    `buckets` times 16 nonces fit, at 24 bytes each; memory that was never used takes no room.
    """

    def __init__(self, buckets: int = 1 << 16) -> None:
        self._buckets = buckets
        self._table = SharedArray((buckets, _WAYS, 3), np.uint64)

    def use(self, key_id: str, nonce: str, until: int, now: int) -> bool | None:
        """Whether the nonce is used for the first time; None where there is no room to remember it."""
        digest = blake2b(f"{key_id} {nonce}".encode(), digest_size=24).digest()
        bucket = int.from_bytes(digest[16:], "big") % self._buckets
        first, second = (np.uint64(int.from_bytes(digest[at : at + 8], "big")) for at in (0, 8))
        with self._table.locked() as table:
            row = table[bucket]
            is_live = row[:, 2] > now
            if bool(((row[:, 0] == first) & (row[:, 1] == second) & is_live).any()):
                return False
            free = np.flatnonzero(~is_live)
            if len(free) == 0:
                return None
            row[free[0]] = (first, second, np.uint64(until))
        return True
