"""Names as word lists: who has a word that begins with what was typed, how well, and whose names are alike."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ranking.graph.adjacency import F32
from schemas.text import words

I32 = npt.NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Matches:
    """Accounts with a word of a prefix, ascending, and of the first such word: its place in the name and its letters."""

    accounts: I32
    position: I32
    letters: I32


@dataclass(frozen=True, slots=True)
class Names:
    """The words of all names. `vocabulary` is sorted by code points; the postings of word w are `starts[w]:starts[w + 1]`
    of `accounts` and `positions`. `firsts` holds each account's first word, '' where it has none."""

    vocabulary: tuple[str, ...]
    starts: npt.NDArray[np.int64]
    accounts: I32
    positions: I32
    letters: I32
    counts: I32
    firsts: tuple[str, ...]

    @staticmethod
    def of(names: Sequence[str]) -> Names:
        """Fold and split all names."""
        split = [words(name) for name in names]
        vocabulary = tuple(sorted({word for found in split for word in found}))
        number = {word: place for place, word in enumerate(vocabulary)}
        flat = np.array([number[word] for found in split for word in found], dtype=np.int64)
        counts = np.array([len(found) for found in split], dtype=np.int32)
        account = np.repeat(np.arange(len(split), dtype=np.int32), counts)
        position = (np.arange(len(flat)) - np.repeat(np.cumsum(counts) - counts, counts)).astype(np.int32)
        order = np.argsort(flat, kind="stable")
        starts = np.searchsorted(flat[order], np.arange(len(vocabulary) + 1))
        letters = np.array([len(word) for word in vocabulary], dtype=np.int32)
        firsts = tuple(found[0] if found else "" for found in split)
        return Names(vocabulary, starts, account[order], position[order], letters, counts, firsts)

    def matching(self, prefix: str) -> Matches:
        """The accounts with a word that begins with `prefix`, which is folded already."""
        low = bisect_left(self.vocabulary, prefix)
        high = bisect_left(self.vocabulary, prefix + chr(0x10FFFF))
        start, end = int(self.starts[low]), int(self.starts[high])
        account, position = self.accounts[start:end], self.positions[start:end]
        letters = np.repeat(self.letters[low:high], np.diff(self.starts[low : high + 1]))
        order = np.lexsort((position, account))
        account = account[order]
        first = np.r_[True, account[1:] != account[:-1]] if len(account) else np.zeros(0, dtype=bool)
        kept = order[first]
        return Matches(account[first], position[kept], letters[kept])


def word_profiles(names: Sequence[str]) -> sparse.csr_array:
    """[accounts, words] tf-idf of whole words, rows of length one."""
    return _profiles([words(name) for name in names])


def trigram_profiles(names: Sequence[str]) -> sparse.csr_array:
    """[accounts, trigrams] tf-idf of runs of three letters, word ends marked, rows of length one: alike beyond whole words."""
    marked = [[f" {word} " for word in words(name)] for name in names]
    return _profiles([[word[i : i + 3] for word in found for i in range(len(word) - 2)] for found in marked])


def _profiles(pieces: Sequence[Sequence[str]]) -> sparse.csr_array:
    number: dict[str, int] = {}
    flat = [number.setdefault(piece, len(number)) for found in pieces for piece in found]
    rows = np.repeat(np.arange(len(pieces)), [len(found) for found in pieces])
    shape = (len(pieces), max(1, len(number)))
    found = sparse.csr_array((np.ones(len(flat), np.float32), (rows, np.array(flat, dtype=np.int64))), shape)
    found.sum_duplicates()
    used = np.bincount(found.indices, minlength=shape[1])
    weight = np.log((1 + shape[0]) / (1 + used)).astype(np.float32)
    found.data = (1 + np.log(found.data)) * weight[found.indices]
    length = np.sqrt(np.asarray(found.multiply(found).sum(axis=1))).ravel()
    found.data /= np.repeat(np.maximum(length, 1e-9), np.diff(found.indptr)).astype(np.float32)
    return found.astype(np.float32)


def likeness(profiles: sparse.csr_array, rows: sparse.csr_array) -> F32:
    """Inner products of some weighted rows [b, pieces] with every profile: [b, accounts]."""
    return np.asarray((rows @ profiles.T).toarray(), dtype=np.float32)
