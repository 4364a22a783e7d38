"""How many of many posting lists hold each document. Costs what the lists hold, whatever the size of the vertical."""

from __future__ import annotations

from collections.abc import Iterable
from threading import local
from typing import NamedTuple

import numpy as np

from index.corpus import U32
from index.edge_lists import EdgeLists
from index.kernels.bits import Words


class Counted(NamedTuple):
    """Some keys whose lists are counted under one mask; the list of each counts the amount beside it (from 1), by default 1."""

    lists: EdgeLists
    keys: U32
    mask: Words | None
    amounts: U32 | None = None


class Tally(NamedTuple):
    """Documents, sorted, and beside each how many lists hold it, or what these amount to."""

    docs: U32
    hits: U32


def tally(parts: Iterable[Counted], most: int, size: int) -> Tally:
    """Count the lists of these keys, each part under its mask; together they hold `most` documents at most.

    `parts` may raise between two of them; `size` is that of the vertical.
    """
    room = -(-size // _STEP) * _STEP
    counts = _counters(room)
    met = np.empty(min(most, size), dtype=np.uint32)
    end = 0
    try:
        for lists, keys, mask, amounts in parts:
            end = lists.count_into(keys, mask, counts, met, end, amounts)
    except BaseException:
        del _scratch.counters[room]  # whatever was counted last stands in no list
        raise
    docs = np.sort(met[:end])
    hits = counts[docs]
    counts[docs] = 0
    return Tally(docs, hits)


_scratch = local()


def _counters(size: int) -> U32:
    """Counters of this thread, all zero between two tallies."""
    kept: dict[int, U32] = _scratch.__dict__.setdefault("counters", {})
    if size not in kept:
        if len(kept) == _KEPT:
            kept.clear()
        kept[size] = np.zeros(size, dtype=np.uint32)
    return kept[size]


_STEP = 262_144
"""Counters are kept in steps of so many documents, so that a live index that grows finds those that it had before."""
_KEPT = 8
"""Sizes of verticals for which counters are kept: those of an index and of the one that replaces it."""
