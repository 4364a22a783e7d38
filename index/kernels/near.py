"""Kernel of fuzzy look-up: the rows of a sorted table of texts within a few edits of a word.

Edits are those of optimal string alignment: a letter more, less or other, or two neighbours swapped. The table is walked as the
trie that it is: neighbouring rows share the part of the matrix that belongs to what they share, and a beginning that is too far off
is left with all rows that have it. The first levels of the trie, where most is left, stand in a table of their own. Of the matrix
only the band is computed that can hold few edits (Ukkonen, Algorithms for approximate string matching, 1985).
"""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from index.corpus import U8, U32

LEVELS = 4
"""Code points of texts up to which there is a table of their beginnings."""
_FAR = 1 << 20


@numba.njit(cache=True, nogil=True, inline="always")
def code_point(blob: U8, at: int) -> tuple[np.uint32, int]:
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
def shared_letters(blob: U8, offsets: NDArray[np.uint64], shared: U8, lengths: U8) -> np.int64:
    """Write for each row how many code points it shares with the row before and how many it has, both up to `LEVELS`; the number
    of distinct beginnings of up to so many."""
    nodes = np.int64(0)
    before = np.zeros(LEVELS, dtype=np.uint32)
    for row in range(len(offsets) - 1):
        at = np.int64(offsets[row])
        end = np.int64(offsets[row + 1])
        length = 0
        same = 0
        while at < end and length < LEVELS:
            code, at = code_point(blob, at)
            if same == length and row > 0 and same < lengths[row - 1] and before[length] == code:
                same += 1
            before[length] = code
            length += 1
        shared[row] = same
        lengths[row] = length
        nodes += length - same
    return nodes


@numba.njit(cache=True, nogil=True)
def fill_beginnings(
    blob: U8, offsets: NDArray[np.uint64], shared: U8, lengths: U8, codes: U32, depths: U8, rows: U32, behind: U32
) -> None:
    """Write the beginnings in order: the last code point of each, how many it has, the first row that begins so, and the first
    beginning that does not begin so itself. `rows` has room for one more, which is the number of rows."""
    opened = np.zeros(LEVELS + 1, dtype=np.int64)
    node = np.int64(0)
    depth = 0
    for row in range(len(offsets) - 1):
        if lengths[row] == shared[row]:
            continue
        while depth > shared[row]:
            behind[opened[depth]] = node
            depth -= 1
        at = np.int64(offsets[row])
        for number in range(np.int64(lengths[row])):
            code, at = code_point(blob, at)
            if number >= depth:
                depth = number + 1
                opened[depth] = node
                codes[node] = code
                depths[node] = depth
                rows[node] = row
                node += 1
    while depth > 0:
        behind[opened[depth]] = node
        depth -= 1
    rows[node] = len(offsets) - 1


@numba.njit(cache=True, nogil=True)
def near_rows(
    blob: U8,
    offsets: NDArray[np.uint64],
    first_codes: U32,
    depths: U8,
    first_rows: U32,
    behind: U32,
    word: U32,
    most: int,
    is_open: bool,
    rows: U32,
    edits: U8,
) -> np.int64:
    """Write the rows that are at most `most` edits from `word` (with `is_open`: that begin so), and how many each takes.

    The beginnings of the rows, as of `fill_beginnings`, are walked first, and of the rows only those whose beginning is near. The
    number of rows that were found, which may be more than there is room for.
    """
    letters = len(word)
    deepest = letters + most
    matrix = np.full((deepest + 1, letters + 1), _FAR, dtype=np.int64)
    for j in range(letters + 1):
        matrix[0, j] = j
    codes = np.zeros(deepest + 1, dtype=np.uint32)
    best = np.full(deepest + 1, _FAR, dtype=np.int64)  # of the beginnings up to a depth
    best[0] = letters
    least = np.zeros(deepest + 1, dtype=np.int64)
    found = np.int64(0)
    if len(offsets) > 1 and offsets[0] == offsets[1] and letters <= most:  # the text without letters
        if len(rows):
            rows[0] = 0
            edits[0] = letters
        found += 1
    node = np.int64(0)
    while node < len(depths):
        depth = np.int64(depths[node])
        row = np.int64(first_rows[node])
        after = np.int64(behind[node])
        if depth <= deepest:
            codes[depth - 1] = first_codes[node]
            _next_row(matrix, codes, best, least, word, depth, most)
            if least[depth] > most and least[depth - 1] >= most:  # no swap leads back
                if is_open and best[depth] <= most:  # what goes on changes nothing
                    for one in range(row, np.int64(first_rows[after])):
                        if found < len(rows):
                            rows[found] = one
                            edits[found] = best[depth]
                        found += 1
                node = after
                continue
        if depth >= min(LEVELS, deepest):
            found = _scan(
                blob, offsets, row, np.int64(first_rows[after]), matrix, codes, best, least, min(depth, deepest), word,
                most, is_open, rows, edits, found,
            )  # fmt: skip
            node = after
            continue
        if _letters_end(blob, offsets, row, depth):
            distance = best[depth] if is_open else matrix[depth, letters]
            if distance <= most:
                if found < len(rows):
                    rows[found] = row
                    edits[found] = distance
                found += 1
        node += 1
    return found


@numba.njit(cache=True, nogil=True, inline="always")
def _letters_end(blob: U8, offsets: NDArray[np.uint64], row: int, letters: int) -> bool:
    """Whether a row has no more than so many code points."""
    at = np.int64(offsets[row])
    end = np.int64(offsets[row + 1])
    for _ in range(letters):
        _, at = code_point(blob, at)
    return bool(at >= end)


@numba.njit(cache=True, nogil=True)
def _next_row(
    matrix: NDArray[np.int64],
    codes: U32,
    best: NDArray[np.int64],
    least: NDArray[np.int64],
    word: U32,
    depth: int,
    most: int,
) -> None:
    """Fill in a row of the matrix, as far as it can hold no more than `most`; what is far off stays far off."""
    letters = len(word)
    code = codes[depth - 1]
    matrix[depth, 0] = depth
    nearest = np.int64(depth)
    first = max(1, depth - most)
    last = min(letters, depth + most)
    if first > 1:
        matrix[depth, first - 1] = _FAR
        nearest = np.int64(_FAR)
    for j in range(first, last + 1):
        cost = min(matrix[depth - 1, j] if j < depth + most else _FAR, matrix[depth, j - 1]) + 1
        cost = min(cost, matrix[depth - 1, j - 1] + (0 if word[j - 1] == code else 1))
        if depth > 1 and j > 1 and word[j - 2] == code and word[j - 1] == codes[depth - 2]:
            cost = min(cost, matrix[depth - 2, j - 2] + 1)
        matrix[depth, j] = cost
        nearest = min(nearest, cost)
    if last < letters:
        matrix[depth, letters] = _FAR
    least[depth] = nearest
    best[depth] = min(best[depth - 1], matrix[depth, letters])


@numba.njit(cache=True, nogil=True)
def _scan(
    blob: U8,
    offsets: NDArray[np.uint64],
    row: int,
    size: int,
    matrix: NDArray[np.int64],
    codes: U32,
    best: NDArray[np.int64],
    least: NDArray[np.int64],
    known: int,
    word: U32,
    most: int,
    is_open: bool,
    rows: U32,
    edits: U8,
    found: int,
) -> np.int64:
    """The rows from `row` to `size` (excluded), which share the first `known` code points, as `near_rows`."""
    letters = len(word)
    deepest = letters + most
    while row < size:
        start = np.int64(offsets[row])
        end = np.int64(offsets[row + 1])
        at = start
        depth = 0
        is_left = False
        while at < end and depth < deepest:
            code, after = code_point(blob, at)
            if depth >= known or codes[depth] != code:
                codes[depth] = code
                known = depth + 1
                depth += 1
                _next_row(matrix, codes, best, least, word, depth, most)
                if least[depth] > most and least[depth - 1] >= most:  # no swap leads back
                    is_left = True
                    at = after
                    break
            else:
                depth += 1
            at = after
        if is_left:
            behind = _behind(blob, offsets, row, size, at - start)
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
    return np.int64(found)


@numba.njit(cache=True, nogil=True)
def _behind(blob: U8, offsets: NDArray[np.uint64], row: int, size: int, length: int) -> np.int64:
    """The first row, up to `size`, behind those that share the first `length` bytes of a row: they are few as a rule, so steps
    double."""
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
