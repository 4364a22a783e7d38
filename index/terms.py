"""Term dictionaries: the words of an edge in one sorted table; the place of a word is the key of its posting list.

Sorted by UTF-8 bytes, which is the order of code points, so the words that begin alike are one range.
"""

from __future__ import annotations

from typing import final

import numpy as np

from index.corpus import U8, Strings
from index.kernels.terms import first_not_below, rows_that_begin


@final
class TermDictionary:
    """The sorted, distinct terms of one edge."""

    def __init__(self, terms: Strings) -> None:
        self.terms = terms

    def __len__(self) -> int:
        return len(self.terms)

    def __getitem__(self, key: int) -> str:
        return self.terms[key]

    def find(self, term: str) -> int | None:
        """The key of a term, None where it is unknown."""
        encoded = _bytes(term)
        at = first_not_below(self.terms.blob, self.terms.offsets, encoded, False)
        if at == len(self.terms) or self.terms[at] != term:
            return None
        return int(at)

    def range(self, prefix: str) -> range:
        """The keys of the terms that begin so."""
        return range(*rows_that_begin(self.terms.blob, self.terms.offsets, _bytes(prefix)))


def _bytes(text: str) -> U8:
    # half a surrogate pair is in no term, and sorts where no term is
    return np.frombuffer(bytearray(text.encode("utf-8", "surrogatepass")), dtype=np.uint8)
