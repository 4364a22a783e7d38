"""The pace of the machine itself: `python -m bench.service.pace` times the same little arithmetic every 10 ms, until stdin ends.

A virtual machine can be slowed from outside, all its cores at once, for tens of milliseconds, and counts no time as taken from it:
what runs then takes many times as much processor time as it does otherwise. Who is answered meanwhile is late, whatever the
service does. Somebody who only waited for a processor has used no more of it, so processor time tells the two apart.
"""

from __future__ import annotations

import json
import os
import select
import sys
import time
from array import array
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.arithmetic import arithmetic

LOOK = 4
"""Numbers that are noted of a look."""
_EVERY_S = 0.01
_SLOW = 3
"""Times the median."""
_BEFORE_S = 0.025
"""Who came so long before a slow spell was mostly still waiting when it began."""
_AFTER = 5
"""Times the length of a spell. At 70 % of capacity what gathered in it is worked off in 0.7 / 0.3 = 2.3 times its length if
requests come evenly, and mostly in twice that as they do come."""


@dataclass(frozen=True)
class Pace:
    """What a probe noted. A row of `looks` for each time it looked: when it began and ended by the monotonic clock, and its
    processor time at both, in seconds; in order. At real-time priority nobody but the machine keeps a probe waiting."""

    looks: np.ndarray
    is_real_time: bool

    def spells(self) -> np.ndarray:
        """A row for each slow spell: begin and end by the monotonic clock. A look stands for the time until the next begins."""
        edges = np.diff(self._slow().astype(np.int8), prepend=0, append=0)
        began = self.looks[:, 0]
        return np.stack([began[:-1][edges[:-1] > 0], began[1:][edges[1:] < 0]], axis=1)

    def facts(self) -> dict[str, Any]:
        """Share of the time that was slow, how many spells, the longest, how many times slower; what the probe itself took, and how
        late it was at most."""
        took, slow, spells = self._took(), self._slow(), self.spells()
        length = spells[:, 1] - spells[:, 0]
        seconds = self.looks[-1, 0] - self.looks[0, 0]
        late = self.looks[1:, 0] - self.looks[:-1, 1] - _EVERY_S
        return {
            "share": float(length.sum() / seconds),
            "spells": len(spells),
            "longest_ms": float(length.max(initial=0.0) * 1e3),
            "slower": float(np.median(took[:-1][slow]) / np.median(took)) if slow.any() else None,
            "is_real_time": self.is_real_time,
            "probe_ms": float(np.median(took) * 1e3),
            "probe_cores": float((self.looks[-1, 2] - self.looks[0, 2]) / seconds),
            "late_ms": float(late.max() * 1e3),
        }

    def _took(self) -> np.ndarray:
        return self.looks[:, 3] - self.looks[:, 2]

    def _slow(self) -> np.ndarray:
        """Of all looks but the last, whose time has no end."""
        took = self._took()
        return (took > _SLOW * np.median(took))[:-1]


def is_at_pace(due: np.ndarray, spells: np.ndarray) -> np.ndarray:
    """Of requests that were due at such moments: those that no spell delayed. It looks at when they were due and not at how they
    fared, as otherwise those that are slow by themselves would be left out as well."""
    if len(spells) == 0:
        return np.ones(len(due), dtype=bool)
    begin, end = spells.T
    last = np.maximum.accumulate(end + _AFTER * (end - begin))
    before = np.searchsorted(begin - _BEFORE_S, due, side="right")
    return (before == 0) | (due >= last[before - 1])


def probe() -> None:
    """Whether it may run at real-time priority, as a line of JSON; then, when stdin has ended, the looks."""
    try:
        os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(os.sched_get_priority_min(os.SCHED_FIFO)))
        is_real_time = True
    except PermissionError:
        is_real_time = False
    print(json.dumps(is_real_time), flush=True)
    looks = array("d")
    while not select.select([sys.stdin], [], [], _EVERY_S)[0]:
        begun, used = time.monotonic(), time.thread_time()
        arithmetic()
        used_then = time.thread_time()
        looks.extend((begun, time.monotonic(), used, used_then))
    with open(sys.stdout.fileno(), "wb", closefd=False) as out:
        out.write(looks)


if __name__ == "__main__":
    probe()
