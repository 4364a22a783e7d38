"""How well many names fit what was typed: one folding of all of them, one compiled pass over their code points."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np

from index.corpus import I64, U8, U32
from index.kernels.matching import F32, MATCHES, OTHER, UNDERSCORE, UNKNOWN, fold_letters, match_names
from index.terms import code_points
from schemas.text import MAX_CODE_POINTS, fold_all, fold_of_letter, is_word_char

_END = "\0"


class Texts(Protocol):
    """A column of text."""

    def of(self, docs: U32) -> list[str]:
        """The texts of documents, in their order."""
        ...

    def joined(self, docs: U32) -> U8:
        """The same end to end in UTF-8, a zero between two; nobody else's to write to."""
        ...


def text_matches(
    texts: Texts, docs: U32, words: Sequence[str], *, is_open: bool, most: int, splits: bool = False
) -> F32:
    """As `name_matches` of the texts of documents, which are read as they stand where they fold letter by letter."""
    out = np.empty((len(docs), MATCHES), dtype=np.float32)
    if len(docs) == 0:
        return out
    blob = texts.joined(docs)
    codes, is_other = np.empty(len(blob), dtype=np.uint32), np.empty(len(docs), dtype=np.uint8)
    found, end, left = fold_letters(blob, _FOLDS, MAX_CODE_POINTS, codes, is_other)
    if found < 0:
        _learn_folds(str(blob.data, "utf-8"))
        found, end, left = fold_letters(blob, _FOLDS, MAX_CODE_POINTS, codes, is_other)
    if found != len(docs):  # a text holds a separator
        return name_matches(texts.of(docs), words, is_open=is_open, most=most, splits=splits)
    match_names(codes[:end], _KINDS, *_wanted(tuple(words)), is_open, splits, most, out)
    if left:
        others = is_other.nonzero()[0]
        out[others] = name_matches(texts.of(docs[others]), words, is_open=is_open, most=most, splits=splits)
    return out


def name_matches(names: Sequence[str], words: Sequence[str], *, is_open: bool, most: int, splits: bool = False) -> F32:
    """[names, 6] as `match_names` writes it, of folded words. `is_open`: the last may be unfinished; `splits`: `_` parts words."""
    out = np.empty((len(names), MATCHES), dtype=np.float32)
    if not names:
        return out
    codes = code_points(_END.join(fold_all(names)))
    _learn_kinds(codes)
    if match_names(codes, _KINDS, *_wanted(tuple(words)), is_open, splits, most, out) != len(names):
        plain = [name.replace(_END, " ") for name in names]
        return name_matches(plain, words, is_open=is_open, most=most, splits=splits)
    return out


@lru_cache(1_024)
def _wanted(words: tuple[str, ...]) -> tuple[U32, I64]:
    """The code points of words end to end, and where each ends."""
    return code_points("".join(words)), np.cumsum(np.array([len(word) for word in words], dtype=np.int64))


def _learn_kinds(codes: U32) -> None:
    """Find out the kinds of code points that are met for the first time."""
    unknown = codes[_KINDS[codes] == UNKNOWN]
    for code in np.unique(unknown).tolist() if len(unknown) else ():
        _KINDS[code] = UNDERSCORE if code == ord("_") else int(is_word_char(chr(code)))


def _learn_folds(text: str) -> None:
    """Find out what the characters of a text fold to, and of what kind that is."""
    for char in set(text):
        folded = fold_of_letter(char)
        if folded is None:
            _FOLDS[ord(char)] = OTHER
        else:
            _learn_kinds(code_points(folded))
            _FOLDS[ord(char)] = ord(folded)


_KINDS: U8 = np.full(sys.maxunicode + 1, UNKNOWN, dtype=np.uint8)
_FOLDS: U32 = np.zeros(sys.maxunicode + 1, dtype=np.uint32)
"""What is known of each code point, filled in when one is first met: whoever fills in a place writes the same."""
