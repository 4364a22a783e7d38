"""Forward columns and texts read through layers: the newest layer that has a document speaks for it, else the base."""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import numpy as np

from index.arrays import AnyArray
from index.corpus import I64, U32, Strings
from index.kernels.live import find_docs
from index.live.layer import Layer
from index.names import Names


def changed_rows(docs: U32, changed: U32) -> I64:
    """The place of each document in `changed` (sorted), -1 where it is not there."""
    out = np.empty(len(docs), dtype=np.int64)
    find_docs(docs, changed, out)
    return out


@final
class LiveColumn:
    """A column of numbers. Late documents of which no layer says anything have the `missing` value."""

    def __init__(self, base: AnyArray, name: str, layers: Sequence[Layer], missing: int, size: int) -> None:
        self._base = base
        self._missing = missing
        self._size = size
        self._changes = [
            (docs, layer.arrays[f"{name}.column.values"])
            for layer in layers
            if (docs := layer.get(f"{name}.column.docs")) is not None and len(docs)
        ]

    def of(self, docs: U32) -> AnyArray:
        """The values of documents, in their order."""
        inside = docs < len(self._base)
        if inside.all():
            out = self._base[docs]
        else:
            out = np.full(len(docs), self._missing, dtype=self._base.dtype)
            out[inside] = self._base[docs[inside]]
        for changed, values in self._changes:
            rows = changed_rows(docs, changed)
            hit = rows >= 0
            out[hit] = values[rows[hit]]
        return out

    def whole(self) -> AnyArray:
        """The values of all documents, by number."""
        out = np.full(self._size, self._missing, dtype=self._base.dtype)
        out[: len(self._base)] = self._base
        for changed, values in self._changes:
            out[changed] = values
        return out


@final
class LiveTexts:
    """A column of text. Late documents of which no layer says anything have the empty text."""

    def __init__(self, base: Names, name: str, layers: Sequence[Layer]) -> None:
        self._base = base
        self._changes = [
            (docs, _names(layer, name))
            for layer in layers
            if (docs := layer.get(f"{name}.docs")) is not None and len(docs)
        ]

    def __getitem__(self, doc: int) -> str:
        return self.of(np.array([doc], dtype=np.uint32))[0]

    def of(self, docs: U32) -> list[str]:
        """The texts of documents, in their order."""
        inside = docs < len(self._base)
        if inside.all():
            out = self._base.of(docs)
        else:
            out = [""] * len(docs)
            _write(out, np.flatnonzero(inside), self._base.of(docs[inside]))
        for changed, names in self._changes:
            rows = changed_rows(docs, changed)
            hit = np.flatnonzero(rows >= 0)
            if len(hit):
                _write(out, hit, names.of(rows[hit].astype(np.uint32)))
        return out


def _write(out: list[str], rows: I64, texts: list[str]) -> None:
    for row, text in zip(rows.tolist(), texts, strict=True):
        out[row] = text


def _names(layer: Layer, name: str) -> Names:
    key = ("names", name)
    if key not in layer.views:
        layer.views[key] = Names(Strings(layer.arrays[f"{name}.blob"], layer.arrays[f"{name}.offsets"]))
    found: Names = layer.views[key]
    return found
