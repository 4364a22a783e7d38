"""Kernels of the writer of layers: rows of two tables in one order, taken at any length, and sorted rows that change."""

from __future__ import annotations

import numpy as np

from index.corpus import I64, U8, U32
from index.kernels.compiled import lean
from index.kernels.copying import copy_bytes


@lean
def order_rows(one: U32, other: U32, gone: U32, out: I64) -> int:
    """The rows of two tables as `index.live.rows.ordered` has them, and how many."""
    count = j = g = 0
    for i in range(len(one)):
        key = one[i]
        while g < len(gone) and gone[g] < key:
            g += 1
        if g < len(gone) and gone[g] == key:
            continue
        while j < len(other) and other[j] < key:
            out[count] = len(one) + j
            count += 1
            j += 1
        out[count] = i
        count += 1
    while j < len(other):
        out[count] = len(one) + j
        count += 1
        j += 1
    return count


@lean
def take_rows(
    one: U8, one_offsets: U32, other: U8, other_offsets: U32, width: int, order: I64, out: U8, offsets: U32
) -> None:
    """Rows of two tables in a given order, those of the second counting on behind those of the first. Offsets count values of
    `width` bytes; `out` has room for all that is taken."""
    rows = len(one_offsets) - 1
    at = 0
    offsets[0] = 0
    for i in range(len(order)):
        row = order[i]
        if row < rows:
            start = np.int64(one_offsets[row])
            count = np.int64(one_offsets[row + 1]) - start
            copy_bytes(one, start * width, count * width, out, at * width)  # type: ignore[call-arg]
        else:
            start = np.int64(other_offsets[row - rows])
            count = np.int64(other_offsets[row - rows + 1]) - start
            copy_bytes(other, start * width, count * width, out, at * width)  # type: ignore[call-arg]
        at += count
        offsets[i + 1] = at


@lean
def change_rows(
    docs: U32, starts: I64, sizes: U32, said: U32, said_offsets: I64, stands: U8, out: U32, offsets: I64
) -> None:
    """Sorted rows, of which row k is `docs[starts[k]:starts[k] + sizes[k]]`, less the documents that are said of it, and with those
    of them that stand: those of row k are `said[said_offsets[k]:said_offsets[k + 1]]`, sorted. `out` has room for all."""
    at = 0
    offsets[0] = 0
    for k in range(len(starts)):
        i = starts[k]
        end = i + np.int64(sizes[k])
        for j in range(said_offsets[k], said_offsets[k + 1]):
            doc = said[j]
            while i < end and docs[i] < doc:
                out[at] = docs[i]
                at += 1
                i += 1
            if i < end and docs[i] == doc:
                i += 1
            if stands[j]:
                out[at] = doc
                at += 1
        while i < end:
            out[at] = docs[i]
            at += 1
            i += 1
        offsets[k + 1] = at
