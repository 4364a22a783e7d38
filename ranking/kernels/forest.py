"""Kernel of decision forests: every split of a tree is asked of a block of rows at once, and the rows' leaves are what is left.

The leaves of a tree are numbered from left to right. A row keeps a bit for each leaf that it may still end in; a split that sends
it to the right clears the leaves on its left. Of the bits that are left after all splits the lowest is the row's leaf (QuickScorer,
Lucchese et al., SIGIR 2015): so no step waits for the one before, and the compiler does sixteen rows in one instruction.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np
import numpy.typing as npt

from index import I64, U32, Words, trailing_zeros

ALL = np.uint64(0xFFFF_FFFF_FFFF_FFFF)
BLOCK = 128
"""Rows that are taken at once: their columns and bits stay in the nearest cache."""
_LANES = 16

NO_MISSING, ZERO_LEFT, ZERO_RIGHT, NAN_LEFT, NAN_RIGHT, CATEGORICAL = range(6)
"""How a column is read: NaN as zero; zero and NaN, or only NaN, to one side of every split; as a category."""
_TINY = np.float64(np.float32(1e-35))
"""Up to here a number is zero, as in LightGBM."""

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]
_NO_CATEGORY = np.uint32(0xFFFF_FFFF)


@numba.njit(cache=True, nogil=True, inline="always")
def _read(value: np.float32, kind: int) -> np.float32:
    """The value of a numeric column such that it goes left if and only if `value <= threshold`: NaN never does, -inf always."""
    number = np.float64(value)
    is_nan = np.isnan(value)
    if not is_nan and abs(number) <= _TINY:
        value = np.float32(0)
    if kind == NO_MISSING:
        return np.float32(0) if is_nan else value
    is_missing = is_nan if kind in (NAN_LEFT, NAN_RIGHT) else (is_nan or value == 0)
    if not is_missing:
        return value
    return np.float32(-np.inf) if kind in (ZERO_LEFT, NAN_LEFT) else np.float32(np.nan)


@numba.njit(cache=True, nogil=True, inline="always")
def _category(value: np.float32) -> np.uint32:
    """The category that a value stands for; what is none is in no set."""
    number = np.float64(value)
    return np.uint32(np.int64(number)) if -1.0 < number < 2147483648.0 else _NO_CATEGORY


@numba.njit(cache=True, nogil=True)
def _clear(left: Words, column: F32, threshold: np.float32, keep: np.uint64) -> None:
    """Clear what a split clears in the rows that it sends to the right."""
    for row in range(len(left)):
        left[row] &= ALL if column[row] <= threshold else keep


@numba.njit(cache=True, nogil=True)
def _clear_outside(left: Words, categories: U32, chosen: U32, keep: np.uint64) -> None:
    """The same for a split by categories, whose set has a bit for each that goes left."""
    if len(chosen) == 1:
        word = chosen[0]
        for row in range(len(left)):
            category = categories[row]
            is_left = (category < np.uint32(32)) & (((word >> (category & np.uint32(31))) & np.uint32(1)) != 0)
            left[row] &= ALL if is_left else keep
        return
    last = np.uint32(len(chosen) - 1)
    for row in range(len(left)):
        category = categories[row]
        at = category >> np.uint32(5)
        word = chosen[min(at, last)]
        is_left = (at <= last) & (((word >> (category & np.uint32(31))) & np.uint32(1)) != 0)
        left[row] &= ALL if is_left else keep


@numba.njit(cache=True, nogil=True)
def score_rows(
    matrix: F32,
    columns: I64, kinds: I64,
    split_starts: I64, split_columns: I64, thresholds: F32, split_words: I64, keeps: Words,
    set_starts: I64, sets: U32,
    leaf_starts: I64, leaves: F64, words: int,
    out: F64,
) -> None:  # fmt: skip
    """Write the sum of the leaves of each row, in the order of the trees.

    Column c of the splits is the feature `columns[c]` read as `kinds[c]`. The splits of tree t are those from `split_starts[t]` on;
    one whose leaves lie in several words of bits is there once for each; `words` is the most that a tree has. The categories of
    split s that go left are `sets[set_starts[s]:set_starts[s + 1]]`.
    """
    table = np.empty((len(columns), BLOCK), dtype=np.float32)
    categories = np.empty((len(columns), BLOCK), dtype=np.uint32)
    left = np.empty((words, BLOCK), dtype=np.uint64)
    sums = np.empty(BLOCK, dtype=np.float64)
    for begin in range(0, len(matrix), BLOCK):
        rows = min(BLOCK, len(matrix) - begin)
        wide = -(-rows // _LANES) * _LANES
        for c in range(len(columns)):
            kind = kinds[c]
            for row in range(rows):
                value = matrix[begin + row, columns[c]]
                if kind == CATEGORICAL:
                    categories[c, row] = _category(value)
                else:
                    table[c, row] = _read(value, kind)
            table[c, rows:wide] = 0
            categories[c, rows:wide] = 0
        sums[:] = 0
        for tree in range(len(leaf_starts)):
            left[:, :wide] = ALL
            for split in range(split_starts[tree], split_starts[tree + 1]):
                c = split_columns[split]
                bits = left[split_words[split], :wide]
                if kinds[c] == CATEGORICAL:
                    chosen = sets[set_starts[split] : set_starts[split + 1]]
                    _clear_outside(bits, categories[c, :wide], chosen, keeps[split])
                else:
                    _clear(bits, table[c, :wide], thresholds[split], keeps[split])
            first = leaf_starts[tree]
            for row in range(rows):
                word = 0
                while left[word, row] == 0:
                    word += 1
                at: Any = trailing_zeros(left[word, row])
                sums[row] += leaves[first + (word << 6) + at]
        out[begin : begin + rows] = sums[:rows]
