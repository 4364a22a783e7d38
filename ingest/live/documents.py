"""The documents of one vertical: numbers for ids, late ones behind the base's, and which exist (data-model.md §5)."""

from __future__ import annotations

from collections.abc import Callable
from typing import final

import numpy as np
from numpy.typing import NDArray

from index import I64, U32, IdTable
from ingest.live.columns import Column
from ingest.live.stamp_column import StampColumn
from ingest.live.stamps import is_cleared, last_rows
from schemas.catalogue import Vertical


@final
class Documents:
    """Numbers, existence, and the stamp of what was last said of it. Columns that were added grow along."""

    def __init__(self, vertical: Vertical, ids: I64) -> None:
        self.vertical = vertical
        self.base = len(ids)
        self._table = IdTable(ids)
        self.exists = Column(np.ones(self.base, dtype=np.bool_), False)
        self.stamps = StampColumn(self.base)
        self._grown: list[Callable[[int], None]] = [self.exists.grow, self.stamps.grow]

    def __len__(self) -> int:
        return len(self._table)

    def with_column(self, grow: Callable[[int], None]) -> None:
        """Call this with the number of documents whenever there are more."""
        self._grown.append(grow)
        grow(len(self))

    def numbers(self, ids: I64) -> U32:
        """The number of every id; an unknown one becomes a late document, which does not exist yet."""
        before = len(self._table)
        numbers = self._table.put(ids)
        after = len(self._table)
        if after > before:
            for grow in self._grown:
                grow(after)
        return numbers

    def find(self, ids: I64) -> U32:
        """The number of every id, NONE where it is unknown."""
        return self._table.rows(ids)

    def ids(self, numbers: NDArray[np.integer]) -> I64:
        """The external ids of numbers."""
        return self._table.keys(numbers)

    def late_ids(self, start: int = 0) -> I64:
        """The ids of the late documents in order of number, from the `start`-th on."""
        return self._table.later_keys(start)

    def apply(self, docs: U32, stamps: I64) -> tuple[U32, U32]:
        """Say of documents that they exist or not. Those of which it is the last word so far, and those that changed."""
        last = last_rows(docs, stamps)
        docs, stamps = docs[last], stamps[last]
        wins = stamps > self.stamps.of(docs)
        docs, stamps = docs[wins], stamps[wins]
        exists = ~is_cleared(stamps)
        changed = docs[exists != self.exists.data[docs]]
        self.load(docs, stamps)
        return docs, changed

    def load(self, docs: U32, stamps: I64) -> None:
        """Set what is known to be the last word, in order."""
        self.stamps.put(docs, stamps)
        self.exists.data[docs] = ~is_cleared(stamps)
