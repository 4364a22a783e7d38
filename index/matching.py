"""How well many names fit what was typed: one folding of all of them, one compiled pass over their code points."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import numpy as np

from index.corpus import U8, U32
from index.kernels.matching import F32, MATCHES, UNDERSCORE, match_names
from index.terms import code_points
from schemas.text import fold_all, is_word_char

_END = "\0"


def name_matches(names: Sequence[str], words: Sequence[str], *, is_open: bool, most: int, splits: bool = False) -> F32:
    """[names, 6] as `match_names` writes it, of folded words. `is_open`: the last may be unfinished; `splits`: `_` parts words."""
    out = np.empty((len(names), MATCHES), dtype=np.float32)
    folded = _END.join(fold_all(names)) + _END
    codes = code_points(folded)
    ends = np.flatnonzero(codes == 0)
    if len(ends) != len(names):  # a name holds a separator
        plain = [name.replace(_END, " ") for name in names]
        return name_matches(plain, words, is_open=is_open, most=most, splits=splits)
    wanted_ends = np.cumsum(np.array([len(word) for word in words], dtype=np.int64))
    wanted = code_points("".join(words))
    match_names(codes, _kinds(codes), ends, wanted, wanted_ends, is_open, splits, most, out)
    return out


def _kinds(codes: U32) -> U8:
    """For each code point whether it is part of a word, as `match_names` takes it."""
    kinds = _KINDS[codes]
    unknown = codes[kinds == _UNKNOWN]
    if len(unknown):
        for code in np.unique(unknown).tolist():
            _KINDS[code] = _kind(chr(code))
        kinds = _KINDS[codes]
    return kinds


def _kind(char: str) -> int:
    return UNDERSCORE if char == "_" else int(is_word_char(char))


_UNKNOWN = 255
_KINDS: U8 = np.full(sys.maxunicode + 1, _UNKNOWN, dtype=np.uint8)
"""The kind of each code point, filled in when one is first met: whoever fills in a place writes the same."""
