"""Kernels of feature matrices: columns of many candidates written in their places, one call a kind of column."""

from __future__ import annotations

import numba
import numpy as np
import numpy.typing as npt

from index import I64, U32, Words, array_at, search

F32 = npt.NDArray[np.float32]
F64 = npt.NDArray[np.float64]

TIE = ("docs", "count", "amounts", "kind", "unit", "column")
"""What stands in a row of a table of ties: the address of sorted documents (uint32), their number, the address of what each of
them counts, of which kind that is, and the column of the matrix."""
_DOCS, _COUNT, _AMOUNTS, _KIND, _UNIT, _COLUMN = range(len(TIE))
MEMBER, HITS, AMOUNT = range(3)
"""What a tie counts: 1 for each of its documents; log(1 + n / unit) of whole numbers (uint32); log(1 + x) of amounts (float32)."""


@numba.njit("void(i8[:,::1], u4[::1], f4[:,::1])", cache=True, nogil=True)
def write_ties(table: I64, docs: U32, matrix: F32) -> None:
    """Write for each tie, a row of the table, what it says of each document into its column, 0 where it says nothing."""
    for tie in range(len(table)):
        known: U32 = array_at(table[tie, _DOCS], table[tie, _COUNT], np.uint32)  # type: ignore[call-arg]
        kind = table[tie, _KIND]
        column = table[tie, _COLUMN]
        for row in range(len(docs)):
            at = search(known, np.int64(docs[row]), 0, len(known))
            value = np.float32(0)
            if at < len(known) and known[at] == docs[row]:
                if kind == MEMBER:
                    value = np.float32(1)
                elif kind == HITS:
                    hits = array_at(table[tie, _AMOUNTS], len(known), np.uint32)[at]
                    value = np.log1p(np.float32(hits) / np.float32(table[tie, _UNIT]))
                else:
                    amounts = array_at(table[tie, _AMOUNTS], len(known), np.float32)
                    value = np.log1p(amounts[at])
            matrix[row, column] = value


@numba.njit("void(f4[:,::1], i8[::1])", cache=True, nogil=True)
def write_logs(matrix: F32, columns: I64) -> None:
    """Put log(1 + n) in the place of n throughout some columns."""
    for row in range(len(matrix)):
        for i in range(len(columns)):
            matrix[row, columns[i]] = np.log1p(matrix[row, columns[i]])


@numba.njit("void(i8[::1], i8, i8, f4[:,::1], i8)", cache=True, nogil=True)
def write_ages(since: I64, now: int, unit: int, matrix: F32, column: int) -> None:
    """Write how long ago each moment was, in units of so many parts; 0 where it is still to come."""
    for row in range(len(since)):
        matrix[row, column] = np.float32(max(now - since[row], 0)) / np.float32(unit)


@numba.njit("void(u8[::1], u4[::1], f4[:,::1], i8)", cache=True, nogil=True)
def write_lacked(words: Words, docs: U32, matrix: F32, column: int) -> None:
    """Write 1 for each document that a bitset does not have, 0 for the others."""
    for row in range(len(docs)):
        doc = np.int64(docs[row])
        matrix[row, column] = (words[doc >> 6] >> np.uint64(doc & 63)) & np.uint64(1) == 0


@numba.njit(
    "void(f4[:,::1], i8[:,::1], i8[::1], f8[::1], f4[:,::1], f8[::1], i8[::1], f4[:,::1])", cache=True, nogil=True
)
def write_blend(
    rows: F32, taken: I64, same_columns: I64, same: F64, ranks: F32, shares: F64, by_rank: I64, matrix: F32
) -> None:
    """Write the rows of one list in a blend: what is `taken` from its own rows (the place here, and there; -1: NaN), what is the
    `same` for all, the two columns of `ranks` and the `shares`, whose three columns here are `by_rank`."""
    for row in range(len(rows)):
        for i in range(len(taken)):
            there = taken[i, 1]
            matrix[row, taken[i, 0]] = rows[row, there] if there >= 0 else np.float32(np.nan)
        for i in range(len(same)):
            matrix[row, same_columns[i]] = same[i]
        matrix[row, by_rank[0]] = ranks[row, 0]
        matrix[row, by_rank[1]] = ranks[row, 1]
        matrix[row, by_rank[2]] = shares[row]


@numba.njit("void(f4[:,:], i8[::1], f8[::1], f8[::1])", cache=True, nogil=True)
def weigh(matrix: F32, columns: I64, weights: F64, out: F64) -> None:
    """Write the sum of each row's weighed columns; NaN counts as 0."""
    for row in range(len(matrix)):
        total = 0.0
        for i in range(len(columns)):
            value = np.float64(matrix[row, columns[i]])
            if not np.isnan(value):
                total += value * weights[i]
        out[row] = total
