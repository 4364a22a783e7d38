"""Kernels on columns of text: rows elsewhere, are rows the same, and a 64-bit hash of each (FNV-1a with a final mix)."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from index.corpus import I64, U8
from index.kernels.compiled import lean
from index.kernels.copying import copy_bytes

_OFFSET = np.uint64(0xCBF2_9CE4_8422_2325)
_PRIME = np.uint64(0x0000_0100_0000_01B3)
_MIX = np.uint64(0xFF51_AFD7_ED55_8CCD)  # MurmurHash3, fmix64


@numba.njit(cache=True, nogil=True)
def same_texts(
    blob: U8, starts: I64, lengths: I64, other: U8, other_starts: I64, other_lengths: I64
) -> NDArray[np.bool_]:
    """Whether text i of one blob equals text i of the other, byte by byte."""
    out = np.empty(len(starts), dtype=np.bool_)
    for i in range(len(starts)):
        same = lengths[i] == other_lengths[i]
        if same:
            a = starts[i]
            b = other_starts[i]
            for j in range(lengths[i]):
                if blob[a + j] != other[b + j]:
                    same = False
                    break
        out[i] = same
    return out


@numba.njit(cache=True, nogil=True)
def hash_texts(blob: U8, offsets: I64) -> NDArray[np.uint64]:
    """The hash of every row of a column of text."""
    out = np.empty(len(offsets) - 1, dtype=np.uint64)
    for i in range(len(out)):
        state = _OFFSET
        for j in range(offsets[i], offsets[i + 1]):
            state = (state ^ np.uint64(blob[j])) * _PRIME
        state ^= state >> np.uint64(33)
        state *= _MIX
        out[i] = state ^ (state >> np.uint64(33))
    return out


@lean
def copy_texts(blob: U8, starts: I64, lengths: I64, out: U8, places: I64) -> None:
    """Copy text i of a blob to `places[i]` of another one, which has room for it."""
    for i in range(len(starts)):
        copy_bytes(blob, starts[i], lengths[i], out, places[i])  # type: ignore[call-arg]
