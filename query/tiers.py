"""A strong-or whose operands are one tree in several tiers (language.md §4.2), with the tiers' documents at hand.

It takes what `query/strong_or.py` takes of `(strong-or (and TREE TIER :optional-weight SHARE) … TREE)`; tiers that are found once
for a viewer serve all that he types.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import ceil

import numpy as np

from index import U32, DocSet, Order, take_shares


def first_in_tiers(docs: U32, order: Order, tiers: Sequence[DocSet], shares: Sequence[Decimal], limit: int) -> U32:
    """The best of some (sorted) documents in each tier up to its share of `limit`, filled up with the best of all; in static-rank
    order."""
    if len(docs) <= limit:  # all of them are taken, whatever the shares
        return order.sorted(docs)
    flags = np.zeros(len(docs), dtype=np.uint8)
    for number, tier in enumerate(tiers):
        tier.flag(docs, 1 << number, flags)
    quotas = np.array([ceil(share * limit) for share in shares], dtype=np.int64)
    out = np.empty(limit, dtype=np.uint32)
    return out[: take_shares(docs, order.permutation(docs), flags, quotas, limit, out)]
