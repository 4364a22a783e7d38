"""Forward columns and texts read through layers: the newest layer that has a document speaks for it, else the base."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, final

import numpy as np

from index.arrays import AnyArray
from index.corpus import I64, U8, U32
from index.docset import new_words
from index.kernels import columns as kernels
from index.kernels.bits import set_bits
from index.live.layer import Layer
from index.names import SEPARATOR, Names, separated


class _Said(NamedTuple):
    """What one layer says of a column: of sorted `docs`, in arrays as kernels read them through the addresses in `row`."""

    docs: U32
    arrays: tuple[AnyArray, ...]
    row: tuple[int, ...]

    @staticmethod
    def of(docs: U32, *arrays: AnyArray) -> _Said:
        docs = np.ascontiguousarray(docs, dtype=np.uint32)
        first = int(docs[0])
        bits = new_words(int(docs[-1]) - first + 1)
        set_bits(bits, first, docs)
        row = (first, bits.ctypes.data, len(bits), docs.ctypes.data, len(docs), *(a.ctypes.data for a in arrays))
        return _Said(docs, (bits, *arrays), row)


def _table(said: Sequence[_Said], columns: int) -> I64:
    """The rows of layers, the newest last, as kernels are given them."""
    return np.array([layer.row for layer in reversed(said)], dtype=np.int64).reshape(-1, columns)


_LETTERS = 32
"""Bytes that there is room for at first, a text."""


@final
class LiveColumn:
    """A column of numbers. Late documents of which no layer says anything have the `missing` value."""

    def __init__(self, base: AnyArray, name: str, layers: Sequence[Layer], missing: int, size: int) -> None:
        self._base = base
        self._missing = missing
        self._size = size
        self._said = [said for layer in layers if (said := _column(layer, name, base.dtype)) is not None]
        self._table = _table(self._said, len(kernels.COLUMN))

    def of(self, docs: U32) -> AnyArray:
        """The values of documents, in their order."""
        out = np.empty(len(docs), dtype=self._base.dtype)
        kernels.values_of(self._base, self._table, docs, self._missing, out)
        return out

    def whole(self) -> AnyArray:
        """The values of all documents, by number."""
        out = np.full(self._size, self._missing, dtype=self._base.dtype)
        out[: len(self._base)] = self._base
        for docs, (_, values), _ in self._said:
            out[docs] = values
        return out


@final
class LiveTexts:
    """A column of text. Late documents of which no layer says anything have the empty text."""

    def __init__(self, base: Names, name: str, layers: Sequence[Layer]) -> None:
        self._base = base.texts
        self._said = [said for layer in layers if (said := _texts(layer, name)) is not None]
        self._table = _table(self._said, len(kernels.TEXTS))

    def __getitem__(self, doc: int) -> str:
        return self.of(np.array([doc], dtype=np.uint32))[0]

    def of(self, docs: U32) -> list[str]:
        """The texts of documents, in their order."""
        return separated(self.joined, docs)

    def joined(self, docs: U32) -> U8:
        """The texts of documents end to end in UTF-8, a separator between two."""
        room = _LETTERS * len(docs)
        while True:
            out = np.empty(room, dtype=np.uint8)
            size = int(kernels.texts_of(self._base.blob, self._base.offsets, self._table, docs, SEPARATOR, out))
            if size <= room:
                return out[:size]
            room = size


def _column(layer: Layer, name: str, dtype: np.dtype[np.generic]) -> _Said | None:
    """What a layer says of a column of numbers, in the type of the base; None where nothing."""
    docs = layer.get(f"{name}.column.docs")
    if docs is None or len(docs) == 0:
        return None
    key = ("column", name)
    if key not in layer.views:
        values = np.ascontiguousarray(layer.arrays[f"{name}.column.values"], dtype=dtype)
        layer.views[key] = _Said.of(docs, values)
    found: _Said = layer.views[key]
    return found


def _texts(layer: Layer, name: str) -> _Said | None:
    """What a layer says of a column of text; None where nothing."""
    docs = layer.get(f"{name}.docs")
    if docs is None or len(docs) == 0:
        return None
    key = ("texts", name)
    if key not in layer.views:
        blob = np.ascontiguousarray(layer.arrays[f"{name}.blob"], dtype=np.uint8)
        offsets = np.ascontiguousarray(layer.arrays[f"{name}.offsets"], dtype=np.uint64)
        layer.views[key] = _Said.of(docs, blob, offsets)
    found: _Said = layer.views[key]
    return found
