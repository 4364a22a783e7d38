"""A strong-or whose operands are one tree in several tiers (language.md §4.2), with the tiers' documents at hand.

It takes what `query/strong_or.py` takes of `(strong-or (and TREE TIER :optional-weight SHARE) … TREE)`; tiers that are found once
for a viewer serve all that he types.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import ceil

import numpy as np

from index import U32, DocSet, Order, joined, take_shares
from query.execute import SHORT, Execution
from query.plan import Plan


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


def candidates(execution: Execution, plan: Plan, tiers: Sequence[DocSet], limit: int) -> DocSet:
    """Documents of a plan of which `first_in_tiers` takes what it takes of all of them: those in a tier, and the best `limit`."""
    if plan.estimate <= SHORT:
        return execution.whole(plan)
    best = joined(execution.ranked(plan, limit))
    size = execution.size(plan.vertical)
    found = DocSet(0, size, np.sort(best))
    if len(best) < limit:  # which are all that there are
        return found
    for tier in tiers:
        found = found | DocSet(0, size, _held(execution, plan, tier))
    return found


def _held(execution: Execution, plan: Plan, tier: DocSet) -> U32:
    if tier.packed is not None and len(tier.packed) <= plan.estimate:
        return execution.keep(plan, tier.packed)
    return (execution.whole(plan) & tier).docs()
