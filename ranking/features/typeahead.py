"""The candidates of a typeahead and their features: viewers in blocks, a matrix for each prefix, columns throughout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ranking.features.catalogue import TYPEAHEAD
from ranking.features.names import Matches, Names, likeness, trigram_profiles, word_profiles
from ranking.features.schema import F32
from ranking.graph.adjacency import I64
from ranking.graph.proximity import Proximity, allocation_weights

BLOCK = 32
_SHARES = {
    "popularity_share": "followers",
    "walk_share": "walk",
    "three_paths_share": "three_paths",
    "spectral_share": "spectral",
}


@dataclass(frozen=True, slots=True)
class Accounts:
    """What is known of the accounts beside their links: names, and types as numbers (all 0 where there are none)."""

    names: Names
    types: npt.NDArray[np.int64]
    words: sparse.csr_array
    trigrams: sparse.csr_array

    @staticmethod
    def of(names: Sequence[str], types: Sequence[str] | None = None) -> Accounts:
        """Prepare names and types."""
        numbers = np.zeros(len(names), np.int64) if types is None else np.unique(list(types), return_inverse=True)[1]
        return Accounts(Names.of(names), numbers.astype(np.int64), word_profiles(names), trigram_profiles(names))


class ViewerBlock:
    """The features of some viewers towards every account, [b, n] each, and from these those of candidates."""

    def __init__(self, accounts: Accounts, proximity: Proximity, viewers: I64) -> None:
        graph = proximity.graph
        rows = graph.rows(viewers)
        mean = (rows * allocation_weights(graph.degree)[viewers][:, None]).tocsr()
        types = accounts.types
        share = mean @ np.eye(int(types.max(initial=0)) + 1, dtype=np.float32)[types]
        self._names = accounts.names
        self._graph = graph
        self._viewers = viewers
        self._dense = proximity.columns(viewers) | {
            "same_type": (types[viewers][:, None] == types[None, :]).astype(np.float32),
            "type_among_followed": np.asarray(share, dtype=np.float32)[:, types],
            "words_like_viewer": likeness(accounts.words, accounts.words[viewers]),
            "words_like_followed": likeness(accounts.words, (mean @ accounts.words).tocsr()),
            "letters_like_viewer": likeness(accounts.trigrams, accounts.trigrams[viewers]),
            "letters_like_followed": likeness(accounts.trigrams, (mean @ accounts.trigrams).tocsr()),
        }

    def matching(self, row: int, prefix: str) -> Matches:
        """Accounts with a word of the prefix whom the viewer of a row does not follow yet, and who are not himself."""
        viewer = int(self._viewers[row])
        found = self._names.matching(prefix)
        kept = ~np.isin(found.accounts, np.append(self._graph.followed(viewer), viewer))
        return Matches(found.accounts[kept], found.position[kept], found.letters[kept])

    def column(self, row: int, name: str) -> F32:
        """One feature of a viewer towards every account."""
        found: F32 = self._dense[name][row]
        return found

    def matrix(self, row: int, prefix: str, found: Matches) -> F32:
        """[candidates, features] of TYPEAHEAD."""
        who = found.accounts
        degree = self._graph.degree
        columns = {name: dense[row, who] for name, dense in self._dense.items()}
        columns["followers"] = degree[who].astype(np.float32)
        for share, of in _SHARES.items():
            most = columns[of].max(initial=0)
            columns[share] = columns[of] / most if most > 0 else np.zeros(len(who), np.float32)
        rows = len(who)
        columns["viewer_following"] = np.full(rows, degree[self._viewers[row]], np.float32)
        columns["candidates"] = np.full(rows, rows, np.float32)
        columns["prefix_letters"] = np.full(rows, len(prefix), np.float32)
        columns["word_position"] = found.position.astype(np.float32)
        columns["word_typed_share"] = (len(prefix) / np.maximum(found.letters, 1)).astype(np.float32)
        columns["name_words"] = self._names.counts[who].astype(np.float32)
        return TYPEAHEAD.matrix(columns, rows)


def blocks(accounts: Accounts, proximity: Proximity, viewers: I64) -> Iterator[tuple[I64, ViewerBlock]]:
    """The viewers in blocks: the places of each block in `viewers`, and its features."""
    for start in range(0, len(viewers), BLOCK):
        places = np.arange(start, min(start + BLOCK, len(viewers)))
        yield places, ViewerBlock(accounts, proximity, viewers[places])
