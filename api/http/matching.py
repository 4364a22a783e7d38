"""Where in a shown text stand the words that were typed: ranges of code points, found on the folded text and brought back.

Folding changes lengths (`ﬁ` becomes `fi`, `é` loses its mark), so each folded character remembers where it came from.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from functools import lru_cache

from schemas.text import MAX_CODE_POINTS, fold, hashtag, split_words, words


def word_ranges(text: str, typed: str, *, splits_underscores: bool = False) -> list[tuple[int, int]]:
    """The ranges `[start, end)` of the words of a text that fit what was typed, whose last word may be unfinished.

    `splits_underscores`: parts of a word between `_` count as words too, as in usernames.
    """
    *whole, last = _typed_words(typed) or ("",)
    if not last:
        return []
    places, found = _read(text, splits_underscores)
    ends = [
        (start, start + len(last if word.startswith(last) else word))
        for start, word in found
        if word.startswith(last) or word in whole
    ]
    ranges = [(places[start][0], places[end - 1][1]) for start, end in ends]
    return ranges if len(ranges) < 2 else _merged(ranges)


@lru_cache(64)
def _typed_words(typed: str) -> tuple[str, ...]:
    return tuple(words(typed))


@lru_cache(8_192)
def _read(text: str, splits_underscores: bool) -> tuple[Sequence[tuple[int, int]], tuple[tuple[int, str], ...]]:
    """The places of `_folded`, and the words of the folded text with where they begin; kept: a name is shown letter by letter."""
    folded, places = _folded(text)
    return places, tuple(_words(folded, splits_underscores))


def hashtag_ranges(text: str, typed: str) -> list[tuple[int, int]]:
    """The range of a hashtag, shown as `#text`, that fits the beginning of one that was typed."""
    wanted = fold(hashtag(typed))
    folded, places = _folded(text[1:])
    if not wanted or not folded.startswith(wanted):
        return []
    return [(places[0][0] + 1, places[len(wanted) - 1][1] + 1)]


def _words(folded: str, splits_underscores: bool) -> Iterator[tuple[int, str]]:
    at = 0
    for word in split_words(folded):
        at = folded.index(word, at)
        yield at, word
        if splits_underscores and "_" in word:
            piece_at = at
            for piece in word.split("_"):
                if piece and piece_at != at:
                    yield piece_at, piece
                piece_at += len(piece) + 1
        at += len(word)


def _folded(text: str) -> tuple[str, Sequence[tuple[int, int]]]:
    """The folded text, and for each of its characters (at least) the range of the text that it came from.

    Nothing where the pieces do not add up to the whole, so that no range is ever wrong.
    """
    text = text[:MAX_CODE_POINTS]
    if text.isascii():
        return text.lower(), _EACH  # which is how it folds
    pieces: list[str] = []
    places: list[tuple[int, int]] = []
    for start, end in _clusters(text):
        piece = fold(text[start:end])
        pieces.append(piece)
        places += [(start, end)] * len(piece)
    folded = "".join(pieces)
    return (folded, places) if folded == fold(text) else ("", [])


_EACH = tuple((place, place + 1) for place in range(MAX_CODE_POINTS))


def _clusters(text: str) -> Iterator[tuple[int, int]]:
    """A character and the combining marks behind it."""
    start = 0
    for place in range(1, len(text)):
        if not unicodedata.combining(text[place]):
            yield start, place
            start = place
    if text:
        yield start, len(text)


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(ranges):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
