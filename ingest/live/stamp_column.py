"""`StampColumn`: the stamp of each row, in 4 bytes where it is within days of the others, as those of a stream are."""

from __future__ import annotations

from typing import final

import numpy as np

from index import I64, AnyArray, put_codes
from ingest.live.columns import Column
from ingest.live.stamps import SEED

_FAR = 1
"""The code of a stamp that stands elsewhere; no stamp is 1. Codes up to `SEED` are the stamps themselves."""
_NEAREST = SEED + 1
_BEFORE = 1 << 30
"""How much earlier than the first stamp one may be, in stamps: six days. Later, by nineteen."""
MOST_FAR = 1 << 16
"""So many may be elsewhere; with more of them, all get 8 bytes."""


@final
class StampColumn:
    """What was put last, by row; 0 where nothing was. Rows are added by `grow`."""

    __slots__ = ("_codes", "_far", "_origin", "_wide")

    def __init__(self, size: int) -> None:
        self._codes = Column.zeros(size, np.uint32)
        self._far: dict[int, int] = {}
        self._origin: int | None = None
        self._wide: Column | None = None

    def grow(self, size: int) -> None:
        """Have at least this many rows."""
        (self._wide or self._codes).grow(size)

    def __len__(self) -> int:
        return len((self._wide or self._codes).data)

    def of(self, rows: AnyArray) -> I64:
        """The stamps of rows."""
        if self._wide is not None:
            found: I64 = self._wide.data[rows]
            return found
        return self._stamps(self._codes.data[rows], rows)

    def all(self) -> I64:
        """The stamps of all rows."""
        return self.of(np.arange(len(self), dtype=np.uint32))

    def put(self, rows: AnyArray, stamps: I64) -> None:
        """Set the stamps of rows; of one that comes twice the last."""
        if self._wide is None and len(rows):
            self._put_near(rows, stamps)
            if len(self._far) > MOST_FAR:
                self._widen()
        elif self._wide is not None:
            self._wide.data[rows] = stamps

    def _put_near(self, rows: AnyArray, stamps: I64) -> None:
        if self._origin is None:
            self._origin = int(stamps[0]) - _BEFORE if stamps[0] > SEED else None
        if put_codes(self._codes.data, rows, stamps, self._origin or 0, SEED, _FAR):
            far = np.flatnonzero(self._codes.data[rows] == _FAR)
            self._far.update(zip(rows[far].tolist(), stamps[far].tolist(), strict=True))

    def _stamps(self, codes: AnyArray, rows: AnyArray) -> I64:
        stamps: I64 = codes.astype(np.int64)
        stamps[codes >= _NEAREST] += self._origin or 0
        if self._far:
            far = np.flatnonzero(codes == _FAR)
            stamps[far] = [self._far[row] for row in rows[far].tolist()]
        return stamps

    def _widen(self) -> None:
        stamps = self.all()
        self._wide = Column(stamps, 0)
        self._codes = Column.zeros(0, np.uint32)
        self._far = {}
