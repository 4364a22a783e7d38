"""Columns by document number that grow with the documents: plain values, and texts of any length."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, final

import numpy as np
from numpy.typing import NDArray

from index import I64, U8, AnyArray, copy_texts, same_texts


@final
class Column:
    """One value a row; rows past the first ones begin with `default`. `data` is a view that is void once the column grows."""

    __slots__ = ("_default", "_room", "data")

    def __init__(self, first: AnyArray, default: Any) -> None:
        self._default = default
        self._room = np.empty(_roomy(len(first)), dtype=first.dtype)  # growing at once would copy it once more
        self.data = self._room[: len(first)]
        self.data[:] = first

    @staticmethod
    def zeros(size: int, dtype: Any, default: Any = 0) -> Column:
        """A column that begins with zeros; memory is taken for the pages that are written to."""
        column = Column(np.zeros(0, dtype=dtype), default)
        column._room = np.zeros(_roomy(size), dtype=dtype)  # growing would write to all of them
        column.data = column._room[:size]
        return column

    def grow(self, size: int) -> None:
        """Have at least this many rows."""
        had = len(self.data)
        if size <= had:
            return
        if size > len(self._room):
            room = np.zeros(max(_roomy(size), 64), dtype=self._room.dtype)
            room[:had] = self.data
            self._room = room
        self._room[had:size] = self._default
        self.data = self._room[:size]


def _roomy(size: int) -> int:
    return size + size // 2


class Texts:
    """Some texts end to end, as kernels take them: UTF-8 bytes, where each begins, how long it is."""

    __slots__ = ("blob", "lengths", "starts")

    def __init__(self, blob: U8, starts: I64, lengths: I64) -> None:
        self.blob = blob
        self.starts = starts
        self.lengths = lengths

    @staticmethod
    def of(texts: Sequence[str]) -> Texts:
        """These texts; a byte may stand between two of them."""
        joined = "\0".join(texts)
        if joined.count("\0") == len(texts) - 1:
            blob = _bytes(joined.encode())
            ends = np.append(np.flatnonzero(blob == 0), len(blob))
            starts = np.append(0, ends[:-1] + 1)
            return Texts(blob, starts, ends - starts)
        parts = [text.encode() for text in texts]
        lengths = np.fromiter(map(len, parts), dtype=np.int64, count=len(parts))
        return Texts(_bytes(b"".join(parts)), np.cumsum(lengths) - lengths, lengths)

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
        blob = np.empty(int(self.lengths.sum()), dtype=np.uint8)
        copy_texts(self.blob, self.starts, self.lengths, blob, firsts)
        return Texts(blob, firsts, self.lengths)

    def strings(self) -> list[str]:
        """All of them."""
        packed = self.packed()
        data, bounds = packed.blob.tobytes(), packed.offsets().tolist()
        if data.isascii():
            text = data.decode("ascii")
            return [text[start:end] for start, end in pairwise(bounds)]
        return [data[start:end].decode() for start, end in pairwise(bounds)]


@final
class Heap:
    """At most one text a row, in one growing blob. What is replaced stays there until a third is waste.

    A text stands behind its length, which begins at a word of 4 bytes; rows say at which word. 4 bytes a row, and 5 to 7 a text
    beside its own.
    """

    __slots__ = ("_at", "_room", "_used", "_wasted")

    def __init__(self, size: int) -> None:
        self._at = Column.zeros(size, np.uint32)  # the word where the text of a row stands; at 0 stands the empty one
        self._room = np.zeros(1 << 10, dtype=np.uint32)
        self._used = 1
        self._wasted = 0

    def grow(self, size: int) -> None:
        """Have at least this many rows."""
        self._at.grow(size)

    def has(self, docs: AnyArray) -> NDArray[np.bool_]:
        """Which rows have a text."""
        held: NDArray[np.bool_] = self._at.data[docs] > 0
        return held

    def of(self, docs: AnyArray) -> Texts:
        """The texts of these rows, empty where there is none; void after the next `put`."""
        at = self._at.data[docs].astype(np.int64)
        return Texts(self._room.view(np.uint8), (at + 1) * _WORD, self._room[at].astype(np.int64))

    def snapshot(self) -> Heap:
        """The texts of now, for reading; what is put later goes elsewhere."""
        copy = Heap(0)
        copy._at, copy._room = Column(self._at.data, 0), self._room
        return copy

    def get(self, doc: int) -> str | None:
        """The text of one row."""
        at = int(self._at.data[doc])
        if at == 0:
            return None
        length = int(self._room[at])
        return self._room[at + 1 : at + 1 - -length // _WORD].tobytes()[:length].decode()

    def same(self, docs: AnyArray, texts: Texts) -> NDArray[np.bool_]:
        """Whether the rows have exactly these texts; a row without one has the empty text."""
        return equal(texts, self.of(docs))

    def put(self, docs: AnyArray, texts: Texts) -> None:
        """Set the texts of distinct rows."""
        words = _words(texts.lengths)
        behind = self._used + np.cumsum(words)
        at = behind - words
        end = int(behind[-1]) if len(behind) else self._used
        if end > len(self._room):
            room = np.zeros(end + end // 2, dtype=np.uint32)
            room[: self._used] = self._room[: self._used]
            self._room = room
        self._room[at] = texts.lengths
        copy_texts(texts.blob, texts.starts, texts.lengths, self._room.view(np.uint8), (at + 1) * _WORD)
        replaced = self._at.data[docs]
        self._wasted += int(_words(self._room[replaced[replaced > 0]]).sum())
        self._at.data[docs] = at
        self._used = end
        if self._wasted * 3 > self._used and self._used > _COMPACTED:
            self._compact()

    def _compact(self) -> None:
        docs = np.flatnonzero(self._at.data)
        held = self.of(docs)
        self._room, self._used, self._wasted = np.zeros(1 << 10, dtype=np.uint32), 1, 0
        self._at.data[docs] = 0
        self.put(docs, held)


_WORD = 4
_COMPACTED = 1 << 22
"""Words up to which waste does not matter."""


def _words(lengths: AnyArray) -> I64:
    """The words that texts of these lengths take, with that of the length."""
    return (lengths.astype(np.int64) + (2 * _WORD - 1)) // _WORD


def equal(one: Texts, other: Texts) -> NDArray[np.bool_]:
    """Row by row, whether two columns of one length hold the same texts."""
    found: NDArray[np.bool_] = same_texts(one.blob, one.starts, one.lengths, other.blob, other.starts, other.lengths)
    return found


def _bytes(data: bytes) -> U8:
    return np.frombuffer(bytearray(data), dtype=np.uint8)  # writable, as all that kernels are given
