"""Columns by document number that grow with the documents: plain values, and texts of any length."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from index import I64, U8, AnyArray, same_texts


@final
class Column:
    """One value a row; rows past the first ones begin with `default`. `data` is a view that is void once the column grows."""

    __slots__ = ("_default", "_room", "data")

    def __init__(self, first: AnyArray, default: Any) -> None:
        self._default = default
        self._room = np.array(first)
        self.data = self._room

    @staticmethod
    def zeros(size: int, dtype: Any) -> Column:
        """A column of zeros; memory is taken for the pages that are written to."""
        column = Column(np.zeros(0, dtype=dtype), 0)
        column.data = column._room = np.zeros(size, dtype=dtype)
        return column

    def grow(self, size: int) -> None:
        """Have at least this many rows."""
        had = len(self.data)
        if size <= had:
            return
        if size > len(self._room):
            room = np.zeros(max(size + size // 2, 64), dtype=self._room.dtype)
            room[:had] = self.data
            self._room = room
        self._room[had:size] = self._default
        self.data = self._room[:size]


class Texts:
    """Some texts end to end, as kernels take them: UTF-8 bytes, where each begins, how long it is."""

    __slots__ = ("blob", "lengths", "starts")

    def __init__(self, blob: U8, starts: I64, lengths: I64) -> None:
        self.blob = blob
        self.starts = starts
        self.lengths = lengths

    @staticmethod
    def of(texts: Sequence[str]) -> Texts:
        """These texts."""
        joined = "".join(texts)
        if joined.isascii():
            lengths = np.fromiter(map(len, texts), dtype=np.int64, count=len(texts))
            encoded = joined.encode()
        else:
            parts = [text.encode() for text in texts]
            lengths = np.fromiter(map(len, parts), dtype=np.int64, count=len(texts))
            encoded = b"".join(parts)
        return Texts(_bytes(encoded), np.cumsum(lengths) - lengths, lengths)

    @staticmethod
    def column(blob: U8, offsets: AnyArray) -> Texts:
        """The rows of a stored column."""
        wide = offsets.astype(np.int64)
        return Texts(blob, wide[:-1], np.diff(wide))

    def __len__(self) -> int:
        return len(self.starts)

    def offsets(self) -> I64:
        """The offsets of texts that stand end to end."""
        return np.append(self.starts, np.int64(len(self.blob)))

    def take(self, rows: NDArray[np.intp]) -> Texts:
        """Some of them, in the same blob."""
        return Texts(self.blob, self.starts[rows], self.lengths[rows])

    def packed(self) -> Texts:
        """The same, end to end in a blob of their own."""
        firsts = np.cumsum(self.lengths) - self.lengths
        places = np.arange(int(self.lengths.sum()), dtype=np.int64)
        places += np.repeat(self.starts - firsts, self.lengths)
        return Texts(self.blob[places], firsts, self.lengths)

    def __getitem__(self, row: int) -> str:
        start = self.starts[row]
        return self.blob[start : start + self.lengths[row]].tobytes().decode()


@final
class Heap:
    """At most one text a row, in one growing blob. What is replaced stays there until a third is waste."""

    __slots__ = ("_at", "_length", "_room", "_used", "_wasted")

    def __init__(self, size: int) -> None:
        self._at = Column.zeros(size, np.int64)  # 1 + the place in the blob, 0 where the row has no text
        self._length = Column.zeros(size, np.int32)
        self._room = np.empty(1 << 12, dtype=np.uint8)
        self._used = 0
        self._wasted = 0

    def grow(self, size: int) -> None:
        """Have at least this many rows."""
        self._at.grow(size)
        self._length.grow(size)

    def has(self, docs: AnyArray) -> NDArray[np.bool_]:
        """Which rows have a text."""
        held: NDArray[np.bool_] = self._at.data[docs] > 0
        return held

    def of(self, docs: AnyArray) -> Texts:
        """The texts of these rows, empty where there is none; void after the next `put`."""
        return Texts(self._room, np.maximum(self._at.data[docs] - 1, 0), self._length.data[docs].astype(np.int64))

    def get(self, doc: int) -> str | None:
        """The text of one row."""
        at = int(self._at.data[doc])
        return None if at == 0 else self._room[at - 1 : at - 1 + self._length.data[doc]].tobytes().decode()

    def same(self, docs: AnyArray, texts: Texts) -> NDArray[np.bool_]:
        """Whether the rows have exactly these texts; a row without one has the empty text."""
        return equal(texts, self.of(docs))

    def put(self, docs: AnyArray, texts: Texts) -> None:
        """Set the texts of distinct rows."""
        packed = texts.packed()
        end = self._used + len(packed.blob)
        if end > len(self._room):
            room = np.empty(end + end // 2, dtype=np.uint8)
            room[: self._used] = self._room[: self._used]
            self._room = room
        self._room[self._used : end] = packed.blob
        self._wasted += int(self._length.data[docs].sum())
        self._at.data[docs] = packed.starts + self._used + 1
        self._length.data[docs] = packed.lengths
        self._used = end
        if self._wasted * 3 > self._used and self._used > 1 << 24:
            self._compact()

    def _compact(self) -> None:
        docs = np.flatnonzero(self._at.data)
        packed = self.of(docs).packed()
        self._room, self._used, self._wasted = packed.blob, len(packed.blob), 0
        self._at.data[docs] = packed.starts + 1


def equal(one: Texts, other: Texts) -> NDArray[np.bool_]:
    """Row by row, whether two columns of one length hold the same texts."""
    found: NDArray[np.bool_] = same_texts(one.blob, one.starts, one.lengths, other.blob, other.starts, other.lengths)
    return found


def _bytes(data: bytes) -> U8:
    return np.frombuffer(bytearray(data), dtype=np.uint8)  # writable, as all that kernels are given
