"""Kernel of fuzzy look-up: the rows of a sorted table of texts within a few edits of a word.

Edits are those of optimal string alignment: a letter more, less or other, or two neighbours swapped. The table is walked as the
trie that it is: neighbouring rows share the part of the matrix that belongs to what they share, and a beginning that is too far off
is left with all rows that have it.
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from index.corpus import U8, U32

_FAR = 1 << 20


@numba.njit(cache=True, nogil=True, inline="always")
def _code_point(blob: U8, at: int) -> tuple[np.uint32, int]:
    """The code point that begins at a byte of valid UTF-8, and where the next one begins."""
    first = np.uint32(blob[at])
    if first < 0x80:
        return first, at + 1
    if first < 0xE0:
        return (first & np.uint32(0x1F)) << np.uint32(6) | np.uint32(blob[at + 1]) & np.uint32(0x3F), at + 2
    code = np.uint32(blob[at + 1]) & np.uint32(0x3F)
    code = code << np.uint32(6) | np.uint32(blob[at + 2]) & np.uint32(0x3F)
    if first < 0xF0:
        return (first & np.uint32(0x0F)) << np.uint32(12) | code, at + 3
    code = code << np.uint32(6) | np.uint32(blob[at + 3]) & np.uint32(0x3F)
    return (first & np.uint32(0x07)) << np.uint32(18) | code, at + 4


@numba.njit(cache=True, nogil=True)
def near_rows(
    blob: U8, offsets: NDArray[np.uint64], word: U32, most: int, is_open: bool, rows: U32, edits: U8
) -> np.int64:
    """Write the rows that are at most `most` edits from `word` (with `is_open`: that begin so), and how many each takes.

    The number of such rows, which may be more than there is room for.
    """
    letters = len(word)
    deepest = letters + most
    matrix = np.zeros((deepest + 1, letters + 1), dtype=np.int64)
    for j in range(letters + 1):
        matrix[0, j] = j
    codes = np.zeros(deepest + 1, dtype=np.uint32)
    best = np.full(deepest + 1, _FAR, dtype=np.int64)  # of the beginnings up to a depth
    best[0] = letters
    size = len(offsets) - 1
    known = 0
    found = np.int64(0)
    row = np.int64(0)
    while row < size:
        start = np.int64(offsets[row])
        end = np.int64(offsets[row + 1])
        at = start
        depth = 0
        is_left = False
        while at < end and depth < deepest:
            code, after = _code_point(blob, at)
            if depth >= known or codes[depth] != code:
                codes[depth] = code
                known = depth + 1
                depth += 1
                matrix[depth, 0] = depth
                nearest = np.int64(depth)
                for j in range(1, letters + 1):
                    cost = min(matrix[depth - 1, j], matrix[depth, j - 1]) + 1
                    cost = min(cost, matrix[depth - 1, j - 1] + (0 if word[j - 1] == code else 1))
                    if depth > 1 and j > 1 and word[j - 2] == code and word[j - 1] == codes[depth - 2]:
                        cost = min(cost, matrix[depth - 2, j - 2] + 1)
                    matrix[depth, j] = cost
                    nearest = min(nearest, cost)
                best[depth] = min(best[depth - 1], matrix[depth, letters])
                if nearest > most and _row_least(matrix, depth - 1, letters) >= most:  # no swap leads back
                    is_left = True
                    at = after
                    break
            else:
                depth += 1
            at = after
        if is_left:
            behind = _behind(blob, offsets, row, at - start)
            if is_open and best[depth] <= most:  # what goes on changes nothing
                for one in range(row, behind):
                    if found < len(rows):
                        rows[found] = one
                        edits[found] = best[depth]
                    found += 1
            row = behind
            continue
        distance = best[depth] if is_open else (matrix[depth, letters] if at == end else np.int64(_FAR))
        if distance <= most:
            if found < len(rows):
                rows[found] = row
                edits[found] = distance
            found += 1
        row += 1
    return found


@numba.njit(cache=True, nogil=True)
def _behind(blob: U8, offsets: NDArray[np.uint64], row: int, length: int) -> np.int64:
    """The first row behind those that share the first `length` bytes of a row: they are few as a rule, so steps double."""
    size = len(offsets) - 1
    start = np.int64(offsets[row])
    low = np.int64(row)
    step = np.int64(1)
    high = low + step
    while high < size and _shares(blob, offsets, high, start, length):
        low = high
        step *= 2
        high = low + step
    high = min(high, np.int64(size))
    while low + 1 < high:
        middle = (low + high) >> 1
        if _shares(blob, offsets, middle, start, length):
            low = middle
        else:
            high = middle
    return high


@numba.njit(cache=True, nogil=True, inline="always")
def _shares(blob: U8, offsets: NDArray[np.uint64], row: int, start: int, length: int) -> bool:
    """Whether a row begins with the bytes that stand in `blob` from `start` on."""
    first = np.int64(offsets[row])
    if np.int64(offsets[row + 1]) - first < length:
        return False
    for i in range(length):
        if blob[first + i] != blob[start + i]:
            return False
    return True


@numba.njit(cache=True, nogil=True)
def _row_least(matrix: NDArray[np.int64], depth: int, letters: int) -> np.int64:
    least = matrix[depth, 0]
    for j in range(1, letters + 1):
        least = min(least, matrix[depth, j])
    return np.int64(least)
