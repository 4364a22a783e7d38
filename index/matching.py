"""How well many names fit what was typed: one folding of all of them, one compiled pass over their code points."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import lru_cache
from typing import Protocol

import numpy as np

from index.corpus import I64, U8, U32
from index.kernels.matching import F32, MATCHED, MATCHES, UNDERSCORE, UNKNOWN, match_names
from index.terms import code_points
from schemas.text import MAX_CODE_POINTS, fold_all, is_word_char

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
    """As `name_matches` of the texts of documents. Those that are ASCII are matched as they stand: it folds by letter."""
    out = np.empty((len(docs), MATCHES), dtype=np.float32)
    if len(docs) == 0:
        return out
    wanted, ends = _wanted(tuple(words))
    codes = texts.joined(docs)
    found = match_names(codes, _ASCII_KINDS, wanted, ends, is_open, splits, most, MAX_CODE_POINTS, out)
    if found == -len(docs):
        others = (out[:, MATCHED] < 0).nonzero()[0]
        out[others] = name_matches(texts.of(docs[others]), words, is_open=is_open, most=most, splits=splits)
    elif found != len(docs):  # a text holds a separator
        return name_matches(texts.of(docs), words, is_open=is_open, most=most, splits=splits)
    return out


def name_matches(names: Sequence[str], words: Sequence[str], *, is_open: bool, most: int, splits: bool = False) -> F32:
    """[names, 6] as `match_names` writes it, of folded words. `is_open`: the last may be unfinished; `splits`: `_` parts words."""
    out = np.empty((len(names), MATCHES), dtype=np.float32)
    if not names:
        return out
    codes = code_points(_END.join(fold_all(names)))
    wanted, ends = _wanted(tuple(words))
    found = match_names(codes, _KINDS, wanted, ends, is_open, splits, most, len(codes), out)
    if found < 0:
        _learn(codes)
        found = match_names(codes, _KINDS, wanted, ends, is_open, splits, most, len(codes), out)
    if found != len(names):  # a name holds a separator
        plain = [name.replace(_END, " ") for name in names]
        return name_matches(plain, words, is_open=is_open, most=most, splits=splits)
    return out


@lru_cache(1_024)
def _wanted(words: tuple[str, ...]) -> tuple[U32, I64]:
    """The code points of words end to end, and where each ends."""
    return code_points("".join(words)), np.cumsum(np.array([len(word) for word in words], dtype=np.int64))


def _learn(codes: U32) -> None:
    """Find out the kinds of code points."""
    for code in np.unique(codes[_KINDS[codes] == UNKNOWN]).tolist():
        _KINDS[code] = _kind(chr(code))


def _kind(char: str) -> int:
    return UNDERSCORE if char == "_" else int(is_word_char(char))


_KINDS: U8 = np.full(sys.maxunicode + 1, UNKNOWN, dtype=np.uint8)
"""The kind of each code point, filled in when one is first met: whoever fills in a place writes the same."""
_learn(np.arange(0x80, dtype=np.uint32))
_ASCII_KINDS: U8 = np.full(0x100, UNKNOWN, dtype=np.uint8)
_ASCII_KINDS[:0x80] = _KINDS[:0x80]
