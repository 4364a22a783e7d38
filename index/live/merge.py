"""Two neighbouring layers → one that says the same: for each key, bit, row and text the newer speaks where it touches it.

Laws: reading base, older and newer equals reading base and the merged one; merging is associative. No list is opened: rows
are taken as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np

from index.arrays import AnyArray
from index.corpus import I64, U32
from index.kernels.live import merge_order
from index.live.layer import Layer
from index.live.rows import ordered, taken

Arrays = Mapping[str, AnyArray]
_Table = tuple[U32, AnyArray]

_NO_DOCS = np.empty(0, dtype=np.uint32)
_NO_OFFSETS = np.zeros(1, dtype=np.uint32)


def merge_layers(older: Layer, newer: Layer) -> dict[str, AnyArray]:
    """The arrays of the merged layer. `ValueError` where a layer holds an array that no layer has."""
    merged: dict[str, AnyArray] = {}
    for name in sorted({*older.arrays, *newer.arrays}):
        for suffix, merge in _FAMILIES.items():
            if name.endswith(suffix):
                merged |= merge(older.arrays, newer.arrays, name.removesuffix(suffix))
                break
        else:
            if not name.endswith(_TAKEN_ALONG):
                raise ValueError(f"layers {older.name} and {newer.name} hold {name}, which is no array of a layer")
    return merged


def _lists(older: Arrays, newer: Arrays, edge: str) -> Arrays:
    one, other = older.get(f"{edge}.touched", _NO_DOCS), newer.get(f"{edge}.touched", _NO_DOCS)
    merged: dict[str, AnyArray] = {f"{edge}.touched": _union(one, other)}
    for kind in ("added", "removed"):
        name = f"{edge}.{kind}"
        keys = older.get(f"{name}.keys", _NO_DOCS), newer.get(f"{name}.keys", _NO_DOCS)
        if not len(keys[0]) and not len(keys[1]):
            continue
        parts = _parts(older, newer, f"{name}.offsets", f"{name}.lists", np.uint32)
        order = ordered(*keys, gone=other)
        merged[f"{name}.keys"] = np.concatenate(keys)[order]
        merged[f"{name}.offsets"], merged[f"{name}.lists"] = taken(*parts, order)
    return merged


def _hidden(older: Arrays, newer: Arrays, edge: str) -> Arrays:
    name = f"{edge}.hidden"
    return {name: _union(older.get(name, _NO_DOCS), newer.get(name, _NO_DOCS))}


def _terms(older: Arrays, newer: Arrays, edge: str) -> Arrays:
    name = f"{edge}.terms"
    parts = _parts(older, newer, f"{name}.offsets", f"{name}.blob", np.uint8)
    order = np.empty(len(parts[0][0]) + len(parts[1][0]) - 2, dtype=np.int64)
    (one_offsets, one), (other_offsets, other) = parts
    merge_order(one, one_offsets.astype(np.uint64), other, other_offsets.astype(np.uint64), order)
    offsets, blob = taken(*parts, order)
    numbers = [arrays.get(f"{name}.number", _NO_DOCS) for arrays in (older, newer)]
    return {
        f"{name}.blob": blob,
        f"{name}.offsets": offsets,
        f"{name}.number": np.concatenate(numbers)[order],
    }


def _late(older: Arrays, newer: Arrays, vertical: str) -> Arrays:
    name = f"{vertical}.late"
    return {name: np.concatenate([arrays[name] for arrays in (older, newer) if name in arrays])}


def _ranked(older: Arrays, newer: Arrays, vertical: str) -> Arrays:
    name = f"{vertical}.order"
    arrays = newer if f"{name}.slot" in newer else older
    return {name: arrays[name], f"{name}.slot": arrays[f"{name}.slot"]}


def _bits(older: Arrays, newer: Arrays, bitset: str) -> Arrays:
    (one_set, one_clear), (other_set, other_clear) = (
        (arrays.get(f"{bitset}.set", _NO_DOCS), arrays.get(f"{bitset}.clear", _NO_DOCS)) for arrays in (older, newer)
    )
    return {
        f"{bitset}.set": _union(_less(one_set, other_clear), other_set),
        f"{bitset}.clear": _union(_less(one_clear, other_set), other_clear),
    }


def _column(older: Arrays, newer: Arrays, column: str) -> Arrays:
    docs, order = _newest(older, newer, f"{column}.column.docs")
    name = f"{column}.column.values"
    return {
        f"{column}.column.docs": docs,
        name: np.concatenate([arrays[name] for arrays in (older, newer) if name in arrays])[order],
    }


def _texts(older: Arrays, newer: Arrays, column: str) -> Arrays:
    name = f"{column}.text"
    docs, order = _newest(older, newer, f"{name}.docs")
    offsets, blob = taken(*_parts(older, newer, f"{name}.offsets", f"{name}.blob", np.uint8), order)
    return {f"{name}.docs": docs, f"{name}.blob": blob, f"{name}.offsets": offsets}


_FAMILIES: Mapping[str, Callable[[Arrays, Arrays, str], Arrays]] = {
    ".touched": _lists,
    ".hidden": _hidden,
    ".terms.number": _terms,
    ".late": _late,
    ".order.slot": _ranked,
    ".set": _bits,
    ".clear": _bits,
    ".column.docs": _column,
    ".text.docs": _texts,
}
_TAKEN_ALONG = (".keys", ".offsets", ".lists", ".blob", ".order", ".column.values")
"""Arrays that another one of the same family speaks for."""


def _union(one: U32, other: U32) -> U32:
    if len(one) == 0 or len(other) == 0:
        return other if len(one) == 0 else one
    return np.concatenate([one, other])[ordered(one, other, gone=other)]


def _less(docs: U32, others: U32) -> U32:
    return docs[ordered(docs, _NO_DOCS, gone=others)] if len(docs) and len(others) else docs


def _newest(older: Arrays, newer: Arrays, name: str) -> tuple[U32, I64]:
    """The sorted documents of both, and for each its row, those of the newer counting on behind those of the older."""
    one, other = older.get(name, _NO_DOCS), newer.get(name, _NO_DOCS)
    order = ordered(one, other, gone=other)
    return np.concatenate([one, other])[order], order


def _parts(older: Arrays, newer: Arrays, offsets: str, values: str, dtype: type) -> tuple[_Table, _Table]:
    nothing: AnyArray = np.empty(0, dtype=dtype)
    return (
        (older.get(offsets, _NO_OFFSETS), older.get(values, nothing)),
        (newer.get(offsets, _NO_OFFSETS), newer.get(values, nothing)),
    )
