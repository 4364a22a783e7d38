"""Stamps: a server time and what happened then as one number, so that the larger stamp is the last word.

At equal times clearing is larger than setting (data-model.md §5). `NEVER` is what nothing was said at, `SEED` what a base
said of rows that wait: both are below the stamp of every event.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index import I64, U32

NEVER = 0
SEED = 2
_LATEST_MS = 1 << 60
"""Server times further than this from 1970 are taken as this far: 36 million years."""

Flags = NDArray[np.bool_]


def stamps_of(times_ms: I64, is_cleared: Flags | bool = False) -> I64:
    """The stamps of events."""
    bounded = np.clip(times_ms, -_LATEST_MS, _LATEST_MS) + (_LATEST_MS + 2)
    return bounded * 2 + is_cleared


def times_of(stamps: I64) -> I64:
    """The times of stamps of events."""
    return (stamps >> 1) - (_LATEST_MS + 2)


def is_event(stamps: I64) -> Flags:
    """Which stamps are those of events."""
    return stamps > SEED


def is_cleared(stamps: I64) -> Flags:
    """Which stamps cleared."""
    return (stamps & 1).astype(np.bool_)


def last_rows(rows: U32, stamps: I64, *values: NDArray[np.generic]) -> NDArray[np.intp]:
    """Of several entries for one row the place of the one that stands, by rising row: larger stamp, then larger values."""
    order = np.lexsort((*reversed(values), stamps, rows))
    of = rows[order]
    is_last = np.ones(len(of), dtype=np.bool_)
    np.not_equal(of[1:], of[:-1], out=is_last[:-1])
    return order[is_last]


def last_of_each(rows: U32) -> NDArray[np.intp]:
    """Of several entries for one row, in the order in which they were said, the place of the last, by rising place."""
    places = np.arange(len(rows), dtype=np.uint32)
    last = np.empty(int(rows.max(initial=0)) + 1, dtype=np.uint32)
    last[rows] = places  # of several the last one stays
    return np.flatnonzero(last[rows] == places)
