"""The best documents of two unions of posting lists, which layers may change, in rank order."""

from __future__ import annotations

import numpy as np

from index.corpus import U32
from index.kernels.bits import words_of
from index.kernels.ranked import first_ranked
from index.live.lists import LivePart
from index.live.order import Order
from index.postings import PostingLists, first_of_two


def best_of_two(one: LivePart, other: LivePart, how: int, limit: int, order: Order) -> U32 | None:
    """The best `limit` documents that both unions hold (`AND`), either (`OR`) or only the first one (`LESS`); None where base
    documents do not rank by number."""
    (lists, keys, mask), (other_lists, other_keys, other_mask) = one, other
    if order.is_plain and isinstance(lists, PostingLists) and isinstance(other_lists, PostingLists):
        return first_of_two((lists, keys, mask), (other_lists, other_keys, other_mask), how, limit)
    if not order.ranks_base_by_number:
        return None
    out = np.empty(limit, dtype=np.uint32)
    parts = (*lists.read(), keys, words_of(mask), *other_lists.read(), other_keys, words_of(other_mask))
    found = first_ranked(*parts, how, order.base, order.size, *order.late(), out)
    return out[:found]
