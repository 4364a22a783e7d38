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
    places = np.empty(len(docs), dtype=np.intp)
    places[permutation] = np.arange(len(docs))
    is_taken = np.zeros(len(docs), dtype=np.bool_)
    room = limit
    for tier, share in zip(tiers, shares, strict=True):
        held = np.sort(places[docs.searchsorted(tier.keep(docs))])
        left = held[~is_taken[held]]
        wanted = min(room, ceil(share * limit) - (len(held) - len(left)), len(left))
        if wanted > 0:
            is_taken[left[:wanted]] = True
            room -= wanted
    is_taken[np.flatnonzero(~is_taken)[:room]] = True
    return docs[permutation[is_taken]]


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
