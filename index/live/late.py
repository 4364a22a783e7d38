"""The external ids of late documents, by number and back. One table grows from one publication to the next."""

from __future__ import annotations

from threading import Lock
from typing import final

import numpy as np

from index.corpus import I64, NONE
from index.idmap import IdMap
from index.idtable import IdTable
from schemas.ids import INT64_MAX, INT64_MIN, DocNum, ExternalId


@final
class LateIds:
    """All late ids of a vertical so far. Readers of an older publication may ask while it grows: they know how many are theirs."""

    def __init__(self) -> None:
        self._table = IdTable()
        self._ids = np.empty(1_024, dtype=np.int64)
        self._count = 0
        self._lock = Lock()

    def __len__(self) -> int:
        return self._count

    def grow(self, ids: I64) -> None:
        """Append ids that are not there yet."""
        end = self._count + len(ids)
        if end > len(self._ids):
            grown = np.empty(2 * end, dtype=np.int64)
            grown[: self._count] = self._ids[: self._count]
            self._ids = grown
        self._ids[self._count : end] = ids
        with self._lock:
            self._table.put(ids)
        self._count = end

    def ids(self, count: int) -> I64:
        """The first `count` ids; not to be written to."""
        return self._ids[:count]

    def find(self, external: ExternalId) -> int:
        """The place of an id, NONE where it is unknown."""
        with self._lock:
            return int(self._table.rows(np.array([external], dtype=np.int64))[0])


@final
class LiveIdMap:
    """External ids → document numbers, those of the base and `count` late ones behind them."""

    def __init__(self, base: IdMap, late: LateIds, count: int) -> None:
        self._base = base
        self._late = late
        self._count = count

    def find(self, external: ExternalId) -> DocNum | None:
        """The document number of one id, None where it is unknown."""
        found = self._base.find(external)
        if found is not None or self._count == 0 or not INT64_MIN <= external <= INT64_MAX:
            return found
        place = self._late.find(external)
        return DocNum(len(self._base.ids) + place) if place != NONE and place < self._count else None
