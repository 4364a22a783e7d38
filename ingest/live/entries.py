"""Entries: of some documents something was said at some moments. Which entry of each document stands is found once for all
attributes that were said together."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import final

import numpy as np
from numpy.typing import NDArray

from index import I64, U32, AnyArray

Rows = NDArray[np.intp]


@final
class Entries:
    """Documents by number, and the stamp of each entry."""

    def __init__(self, docs: U32, stamps: I64) -> None:
        self._docs = docs
        self._stamps = stamps

    @cached_property
    def docs(self) -> U32:
        """Each document once, rising."""
        docs: U32 = self._docs[self._last]
        return docs

    @cached_property
    def stamps(self) -> I64:
        """The latest stamp of each document."""
        stamps: I64 = self._stamps[self._last]
        return stamps

    def last(self, ranks: Callable[[Rows], AnyArray]) -> Rows:
        """The entry of each document that stands: of several at its latest stamp one of the largest value.

        `ranks` orders the values of some entries; it is asked only for those that were said at one time.
        """
        if not len(self._tied):
            return self._last
        rows = self._order[self._tied]
        order = self._order.copy()
        order[self._tied] = rows[np.lexsort((ranks(rows), self._tie))]
        return order[self._is_last]

    @cached_property
    def _order(self) -> Rows:
        return np.lexsort((self._stamps, self._docs))

    @cached_property
    def _is_last(self) -> NDArray[np.bool_]:
        of = self._docs[self._order]
        is_last = np.ones(len(of), dtype=np.bool_)
        np.not_equal(of[1:], of[:-1], out=is_last[:-1])
        return is_last

    @cached_property
    def _last(self) -> Rows:
        return self._order[self._is_last]

    @cached_property
    def _begins(self) -> NDArray[np.bool_]:
        """Which entries, in order, are of another document or stamp than the one before."""
        of, at = self._docs[self._order], self._stamps[self._order]
        begins = np.ones(len(of), dtype=np.bool_)
        np.logical_or(of[1:] != of[:-1], at[1:] != at[:-1], out=begins[1:])
        return begins

    @cached_property
    def _tied(self) -> Rows:
        """The places, in order, of entries that share document and stamp with another."""
        is_alone = self._begins & np.append(self._begins[1:], True)
        return np.flatnonzero(~is_alone)

    @cached_property
    def _tie(self) -> I64:
        """Which tied entries belong together."""
        ties: I64 = np.cumsum(self._begins, dtype=np.int64)[self._tied]
        return ties
