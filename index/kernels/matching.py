"""Kernel of name matching: how well many folded names fit the words that somebody typed."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray

from index.corpus import I64, U8, U32
from index.kernels.compiled import lean
from index.kernels.near import code_point

F32 = NDArray[np.float32]
POSITION, WHOLE, MATCHED, COVERED, BEGINS, EDITS = range(6)
"""Columns of what `match_names` writes."""
MATCHES = 6
UNDERSCORE, UNKNOWN = 2, 255
"""Kinds of code points beside 0 and 1: the second stands for one that is not known yet."""
OTHER = 0xFFFF_FFFF
"""What stands for the fold of a code point that says nothing of how a text with it folds."""


@numba.njit(cache=True, nogil=True)
def fold_letters(blob: U8, folds: U32, longest: int, codes: U32, is_other: U8) -> tuple[np.int64, np.int64, np.int64]:
    """Write texts folded letter by letter, as far as that is how they fold, a zero between two; the number of texts, where they
    end, and how many of them fold in another way.

    `blob` holds the texts in UTF-8, a zero between two; of each the first `longest` code points count. `folds` says what each code
    point folds to: 0 where that is not known yet, `OTHER` where a text with it folds in another way. Such texts are left out, and
    marked. Where texts are more than there are marks, one more than these is their number; it is -1, with nothing that counts
    written, where the fold of a code point is not known.
    """
    size = len(blob)
    text = 0
    at = np.int64(0)
    end = np.int64(0)
    others = np.int64(0)
    while True:
        if text == len(is_other):
            return np.int64(text + 1), end, others
        start = end
        is_other[text] = 0
        letters = 0
        while at < size and blob[at] != 0:
            code, at = code_point(blob, at)
            if letters < longest:
                folded = folds[code]
                if folded == 0:
                    return np.int64(-1), end, others
                if folded == OTHER:
                    is_other[text] = 1
                codes[end] = folded
                end += 1
                letters += 1
        if is_other[text]:
            end = start
            others += 1
        text += 1
        if at >= size:
            return np.int64(text), end, others
        codes[end] = 0
        end += 1
        at += 1


@numba.njit(cache=True, nogil=True)
def match_names(
    codes: U32, kinds: U8, wanted: U32, wanted_ends: I64, is_open: bool, splits: bool, most: int, out: F32
) -> np.int64:
    """For each name, by column: the place among its words of the first that fits any wanted word, the wanted words that fit as a
    whole, those that fit at all, the letters that they cover over the letters of the name, whether the first wanted word stands
    at its beginning, and the fewest edits from the last wanted word to a word of the name (`most` + 1: more than so many).

    `codes` holds the names end to end, a zero between two; `kinds` says of each code point whether it is part of a word (1), `_`
    (2), or neither (0). With `splits`, `_` parts words too. With `is_open` the last wanted word may go on. A place that nothing
    has is NaN. The number of names that were met, one more than `out` has room for where there are more.
    """
    longest = np.int64(0)
    for number in range(len(wanted_ends)):
        longest = max(longest, wanted_ends[number] - (wanted_ends[number - 1] if number else 0))
    return _match(
        codes, kinds, wanted, wanted_ends, is_open, splits, most, np.empty((3, longest + 1), dtype=np.int64), out
    )


@lean
def _match(
    codes: U32, kinds: U8, wanted: U32, wanted_ends: I64, is_open: bool, splits: bool, most: int, rows: I64, out: F32
) -> np.int64:
    """As `match_names`, with room for three rows of edits."""
    size = len(codes)
    words = len(wanted_ends)
    start = np.int64(0)
    name = 0
    while True:
        if name == len(out):
            return np.int64(name + 1)
        end = start
        while end < size and codes[end] != 0:
            end += 1
        for column in range(out.shape[1]):
            out[name, column] = 0
        out[name, POSITION] = np.nan
        out[name, EDITS] = most + 1
        letters = 0
        for at in range(start, end):
            letters += kinds[codes[at]] == 1
        covered = 0
        for number in range(words):
            first = wanted_ends[number - 1] if number else np.int64(0)
            length = wanted_ends[number] - first
            word = wanted[first : first + length]
            goes_on = is_open and number == words - 1
            place = 0
            fits = False
            is_whole = False
            for at in range(start, end):
                if kinds[codes[at]] == 0 or (at > start and _joins(kinds[codes[at - 1]], splits)):
                    continue
                same = 0
                while same < length and at + same < end and codes[at + same] == word[same]:
                    same += 1
                if same == length:
                    stops = at + length == end or not _joins(kinds[codes[at + length]], splits)
                    if stops or goes_on:
                        if not (place >= out[name, POSITION]):
                            out[name, POSITION] = place
                        if number == 0 and at == start:
                            out[name, BEGINS] = 1
                        fits = True
                        is_whole = is_whole or stops
                place += 1
            if fits:
                out[name, MATCHED] += 1
                covered += length
            if is_whole:
                out[name, WHOLE] += 1
            if number == words - 1 and fits:
                out[name, EDITS] = 0
            elif number == words - 1:
                for at in range(start, end):
                    if kinds[codes[at]] == 0 or (at > start and _joins(kinds[codes[at - 1]], splits)):
                        continue
                    stop = at
                    while stop < end and kinds[codes[stop]] != 0 and stop - at < length + most:
                        stop += 1
                    out[name, EDITS] = min(out[name, EDITS], _edits(codes[at:stop], word, goes_on, most, rows))
        if letters:
            out[name, COVERED] = min(np.float32(1), np.float32(covered) / np.float32(letters))
        name += 1
        if end >= size:
            return np.int64(name)
        start = end + 1


@numba.njit(cache=True, nogil=True)
def take_better(one: F32, other: F32) -> None:
    """Row by row put the match of the other names in the place of one that has fewer of the wanted words, then fewer of them whole
    or more edits, then covers less."""
    for row in range(len(one)):
        if _goodness(other, row) > _goodness(one, row):
            for column in range(one.shape[1]):
                one[row, column] = other[row, column]


@numba.njit(cache=True, nogil=True, inline="always")
def _goodness(matches: F32, row: int) -> np.float32:
    words = matches[row, MATCHED] * np.float32(100) + matches[row, WHOLE] * np.float32(10)
    return words - matches[row, EDITS] + matches[row, COVERED]


@numba.njit(cache=True, nogil=True, inline="always")
def _joins(kind: int, splits: bool) -> bool:
    """Whether a word goes on over a code point of this kind."""
    return kind == 1 or (kind == UNDERSCORE and not splits)


@lean
def _edits(text: U32, word: U32, is_open: bool, most: int, rows: I64) -> np.int64:
    """Edits from a word to a text, or with `is_open` to the beginning of it that is nearest; `rows` is room."""
    letters = len(word)
    for j in range(letters + 1):
        rows[0, j] = j
    best = np.int64(letters)
    for i in range(1, len(text) + 1):
        now, before, last = i % 3, (i - 1) % 3, (i - 2) % 3
        rows[now, 0] = i
        least = np.int64(i)
        for j in range(1, letters + 1):
            cost = min(rows[before, j], rows[now, j - 1]) + 1
            cost = min(cost, rows[before, j - 1] + (0 if word[j - 1] == text[i - 1] else 1))
            if i > 1 and j > 1 and word[j - 2] == text[i - 1] and word[j - 1] == text[i - 2]:
                cost = min(cost, rows[last, j - 2] + 1)
            rows[now, j] = cost
            least = min(least, cost)
        best = min(best, rows[now, letters])
        if least > most + 1:
            break
    found = best if is_open else rows[len(text) % 3, letters]
    return np.int64(min(found, most + 1))
