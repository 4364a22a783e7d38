"""Chance that is remembered: what somebody thinks of something is drawn once, from who and what it is, and stays."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

F64 = npt.NDArray[np.float64]
_MIX = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))


def normals(seed: int, who: int, what: Iterable[int]) -> F64:
    """A standard normal figure for what `who` thinks of each of `what`, independent of all others; the same at every call."""
    things = np.fromiter((int(one) & 0xFFFFFFFFFFFFFFFF for one in what), dtype=np.uint64)
    start = _mixed(np.array([(seed * 0x9E3779B97F4A7C15 + who) & 0xFFFFFFFFFFFFFFFF], np.uint64))
    first = _mixed(things ^ start)
    second = _mixed(first + np.uint64(0x9E3779B97F4A7C15))
    uniform = (first >> np.uint64(11)).astype(np.float64) / (1 << 53)
    angle = 2 * np.pi * (second >> np.uint64(11)).astype(np.float64) / (1 << 53)
    found: F64 = np.sqrt(-2 * np.log1p(-uniform)) * np.cos(angle)
    return found


def _mixed(values: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Splitmix64 (Steele, Lea and Flood, 2014)."""
    for shift, factor in _MIX:
        values = (values ^ (values >> np.uint64(shift))) * np.uint64(factor)
    return values ^ (values >> np.uint64(31))
