"""Kernels of weak-and (language.md §4.1): the walk over the required documents, and the removals at its end."""

from __future__ import annotations

import numba
import numpy as np
from numpy.typing import NDArray


@numba.njit(cache=True, nogil=True)
def weak_and_walk(held: NDArray[np.bool_], budgets: NDArray[np.int64], limit: int, out: NDArray[np.int64]) -> int:
    """Admit rows in order: `held[i, j]` says whether optional operand j holds row i; a miss costs one unit of its budget.

    `budgets` is used up. The places of admitted rows go to `out`; the number of them, at most `limit`.
    """
    admitted = 0
    rows, optionals = held.shape
    for i in range(rows):
        if admitted == limit:
            break
        fits = True
        for j in range(optionals):
            if not held[i, j] and budgets[j] <= 0:
                fits = False
                break
        if fits:
            for j in range(optionals):
                if not held[i, j]:
                    budgets[j] -= 1
            out[admitted] = i
            admitted += 1
    return admitted


@numba.njit(cache=True, nogil=True)
def settle(misses: NDArray[np.bool_], shares: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Remove admitted rows until no operand is missing from more than its share of those that are left.

    `misses[i, j]` says whether operand j does not hold row i, `shares[j]` is a fraction (numerator, denominator), both small
    enough that a product with the number of rows fits 64 bits. While some operand is missing too often, the last row that
    the first such operand does not hold goes. Which rows stay.
    """
    rows, operands = misses.shape
    stays = np.ones(rows, dtype=np.bool_)
    missing = np.zeros(operands, dtype=np.int64)
    last = np.full(operands, rows - 1, dtype=np.int64)
    for i in range(rows):
        for j in range(operands):
            missing[j] += misses[i, j]
    count = rows
    j = 0
    while j < operands:
        if missing[j] * shares[j, 1] <= shares[j, 0] * count:
            j += 1
            continue
        while not (stays[last[j]] and misses[last[j], j]):
            last[j] -= 1
        row = last[j]
        stays[row] = False
        count -= 1
        for k in range(operands):
            missing[k] -= misses[row, k]
        j = 0
    return stays
