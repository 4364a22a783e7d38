"""Seeded draws and the array idioms of the generator: streams, skewed picks, ragged runs, scattered ids.

Every function is vectorised and pure given its stream. Powers are products, so the draws do not depend on a
math library.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

I64 = npt.NDArray[np.int64]
I32 = npt.NDArray[np.int32]
F64 = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.integer[Any]]

CHUNK_USERS = 1 << 15
"""Users per chunk and part; each chunk has its own stream, so memory is bounded and order does not matter."""

START_MS = 1_451_606_400_000
"""2016-01-01: the first account."""
END_MS = 1_767_225_600_000
"""2026-01-01: everything happened before."""
DAY_MS = 86_400_000

_MASK = (1 << 62) - 1


def stream(seed: int, stage: str, chunk: int = 0) -> np.random.Generator:
    """The random stream of one chunk of one stage; streams of different names are independent."""
    words = [seed, chunk, *stage.encode()]
    return np.random.Generator(np.random.PCG64DXSM(np.random.SeedSequence(words)))


def chunks(users: int) -> Iterator[tuple[int, int, int]]:
    """`(number, first user, user after the last)` of each chunk."""
    for number, low in enumerate(range(0, users, CHUNK_USERS)):
        yield number, low, min(low + CHUNK_USERS, users)


def skewed(rng: np.random.Generator, low: Ints, size: Ints, power: int) -> I64:
    """One index of `low .. low + size` per row, small ones likelier the larger `power` (1: evenly)."""
    fraction = rng.random(len(low))
    product = fraction
    for _ in range(power - 1):
        product = product * fraction
    return low.astype(np.int64) + (product * size).astype(np.int64)


def pick(rng: np.random.Generator, count: int, size: int, power: int = 1) -> I64:
    """`count` indexes below `size`, small ones likelier the larger `power`."""
    zeros = np.zeros(count, np.int64)
    return skewed(rng, zeros, zeros + size, power)


def chance(rng: np.random.Generator, count: int, probability: float) -> Bools:
    """`count` independent coins."""
    return rng.random(count) < probability


def starts(counts: Ints) -> I64:
    """Where each run begins in the concatenation, and its whole length at the end."""
    bounds = np.zeros(len(counts) + 1, np.int64)
    np.cumsum(counts, out=bounds[1:])
    return bounds


def scattered_ids(count: int, seed: int, kind: str, first: int = 0) -> I64:
    """`count` distinct positive 62-bit ids that show no order: a bijection of `first` .. `first + count`, salted by
    seed and kind.
    """
    salt = int(stream(seed, "ids " + kind).integers(1, _MASK))
    x = (np.arange(first, first + count, dtype=np.uint64) + np.uint64(salt)) & np.uint64(_MASK)
    for shift, factor in ((31, 0x3F4A7C15B9E3779B), (29, 0x2545F4914F6CDD1D), (32, 0x1)):
        x ^= x >> np.uint64(shift)
        x = (x * np.uint64(factor)) & np.uint64(_MASK)
    return x.astype(np.int64)


def timed_ids(times_ms: I64, serial: I64) -> I64:
    """Snowflake ids: milliseconds since `START_MS` over 22 bits of the serial number; they grow with time."""
    return ((times_ms - START_MS) << 22) | ((serial * 0x2C9277) & 0x3FFFFF)


def after(rng: np.random.Generator, earliest_ms: I64, mean_days: float) -> I64:
    """A time after each of `earliest_ms`, soon likelier than late, before `END_MS`."""
    delay = (rng.standard_exponential(len(earliest_ms)) * (mean_days * DAY_MS)).astype(np.int64)
    late = earliest_ms + delay
    room = np.maximum(END_MS - earliest_ms, 1)
    return np.where(late < END_MS, late, earliest_ms + delay % room)


def distinct_pairs(left: I64, right: I64, width: int) -> tuple[I64, I64]:
    """The distinct pairs, sorted; `width` is more than every `right`."""
    keys = np.unique(left * width + right)
    return keys // width, keys % width
