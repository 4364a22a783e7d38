"""Kernels of the operators that walk results in order: weak-and (language.md §4.1) and the order by hits."""

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
