"""What the machine takes by itself: processes that only look at the clock, one a core, and how long they could not.

A virtual machine whose processor time is limited from outside stands still for a moment whenever it has used up its share, which
shows nowhere as processor time of anybody; whoever is answered then is late by as much.
"""

from __future__ import annotations

import os
import time
from itertools import chain
from multiprocessing import get_context
from typing import Any

_LEAST_S = 0.004
"""Shorter gaps are the system's own work."""


def stalls(seconds: float) -> dict[str, Any]:
    """The longest time that one of them stood still, in ms, and how often any did."""
    cores = os.cpu_count() or 1
    with get_context("spawn").Pool(cores) as pool:
        gaps = list(chain.from_iterable(pool.map(_spin, [seconds] * cores, chunksize=1)))
    return {"seconds": seconds, "longest_ms": max(gaps, default=0.0) * 1e3, "count": len(gaps)}


def _spin(seconds: float) -> list[float]:
    gaps = []
    before = time.perf_counter()
    end = before + seconds
    while before < end:
        now = time.perf_counter()
        if now - before > _LEAST_S:
            gaps.append(now - before)
        before = now
    return gaps
