"""A strong-or whose operands are one tree in several tiers (language.md §4.2), with the tiers' documents at hand.

It takes what `query/strong_or.py` takes of `(strong-or (and TREE TIER :optional-weight SHARE) … TREE)`; tiers that are found once
for a viewer serve all that he types.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from math import ceil

import numpy as np

from index import U32, DocSet, joined
from query.execute import SHORT, Execution
from query.plan import Plan


def first_in_tiers(
    execution: Execution, plan: Plan, tiers: Sequence[DocSet], shares: Sequence[Decimal], limit: int
) -> U32:
    """The best of `plan` in each tier up to its share of `limit`, filled up with the best of `plan`; in static-rank order."""
    docs = _candidates(execution, plan, tiers, limit)
    if len(docs) == 0:
        return docs
    permutation = execution.order(plan.vertical).permutation(docs)
    taken = np.zeros(len(docs), dtype=np.bool_)
    for tier, share in zip(tiers, shares, strict=True):
        held = np.zeros(len(docs), dtype=np.bool_)
        held[docs.searchsorted(tier.keep(docs))] = True
        held = held[permutation]
        quota = min(ceil(share * limit), int(np.count_nonzero(held)))
        wanted = min(limit - int(np.count_nonzero(taken)), quota - int(np.count_nonzero(taken & held)))
        if wanted > 0:
            taken[np.flatnonzero(held & ~taken)[:wanted]] = True
    taken[np.flatnonzero(~taken)[: limit - int(np.count_nonzero(taken))]] = True
    return docs[permutation[taken]]


def _candidates(execution: Execution, plan: Plan, tiers: Sequence[DocSet], limit: int) -> U32:
    """Documents of the plan, sorted: all that are in a tier, and the best `limit` of all."""
    if plan.estimate <= SHORT:
        return execution.whole(plan).docs()
    best = np.sort(joined(execution.ranked(plan, limit)))
    held = [_held(execution, plan, tier) for tier in tiers]
    return np.unique(np.concatenate([best, *held]))


def _held(execution: Execution, plan: Plan, tier: DocSet) -> U32:
    if tier.packed is not None and len(tier.packed) <= plan.estimate:
        return execution.keep(plan, tier.packed)
    return (execution.whole(plan) & tier).docs()
