"""The removals at the end of a weak-and, against the sentence of language.md §4.1 taken literally."""

from __future__ import annotations

from fractions import Fraction
from random import Random

import numpy as np
import pytest

from query.weak_and import _settle


def literally(misses: list[list[bool]], weights: list[Fraction | None]) -> list[int]:
    """While a weighted operand is missing from more than (1 - w)·n of the n admitted, remove the last it does not hold."""
    admitted = list(range(len(misses)))
    while True:
        for j, weight in enumerate(weights):
            lacking = [row for row in admitted if misses[row][j]]
            if weight is not None and len(lacking) > (1 - weight) * len(admitted):
                admitted.remove(lacking[-1])
                break
        else:
            return admitted


@pytest.mark.parametrize("seed", range(200))
def test_removals(seed):
    rng = Random(seed)
    operands, rows = rng.randrange(0, 5), rng.randrange(1, 40)
    density = rng.random()
    misses = [[rng.random() < density for _ in range(operands)] for _ in range(rows)]
    weights: list[Fraction | None] = [
        rng.choice([None, Fraction(rng.randrange(1, 11), 10), Fraction(rng.randrange(1, 10**40), 10**40), Fraction(1)])
        for _ in range(operands)
    ]
    held = np.array(misses, dtype=np.bool_).reshape(rows, operands)
    assert _settle(held, weights).tolist() == literally(misses, weights)
