"""What is known of documents for one viewer, as columns of a feature matrix: sorted documents, and what each of them counts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, final

import numpy as np

from index import U32, AnyArray, Tally
from ranking.features.schema import F32, FeatureSchema
from ranking.kernels.rows import AMOUNT, HITS, MEMBER, TIE, write_ties


class Tie(NamedTuple):
    """Documents, sorted. Each counts 1; with whole `amounts` the logarithm of 1 + amount / `unit`, with others of 1 + amount."""

    docs: U32
    amounts: U32 | F32 | None = None
    unit: int = 1

    @staticmethod
    def of(counted: Tally, unit: int = 1) -> Tie:
        """The documents of a tally by their hits."""
        return Tie(counted.docs, counted.hits, unit)


@final
class Ties:
    """The ties of a viewer to the documents of one vertical, by the feature of a schema that each of them is."""

    def __init__(self, schema: FeatureSchema, ties: Mapping[str, Tie]) -> None:
        self._kept: list[AnyArray] = []
        rows = [self._row(tie, schema.places[name]) for name, tie in ties.items()]
        self._table = np.array(rows, dtype=np.int64).reshape(-1, len(TIE))

    def write(self, docs: U32, matrix: F32) -> None:
        """Write the columns of these features for documents, in any order: 0 to whom there is no tie."""
        write_ties(self._table, docs, matrix)

    def _row(self, tie: Tie, column: int) -> tuple[int, ...]:
        docs = np.ascontiguousarray(tie.docs, dtype=np.uint32)
        amounts = docs if tie.amounts is None else np.ascontiguousarray(tie.amounts)
        self._kept += [docs, amounts]
        kind = MEMBER if tie.amounts is None else HITS if amounts.dtype == np.uint32 else AMOUNT
        return docs.ctypes.data, len(docs), amounts.ctypes.data, kind, tie.unit, column
