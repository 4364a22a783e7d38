"""A varied list out of a scored one: maximal marginal relevance (Carbonell and Goldstein 1998) under quotas."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.integer]

SAME_AUTHOR, SAME_TOPIC = 0.6, 0.4
"""How alike two candidates of one author are, and two of one topic; of both: the sum."""
POOL = 300
"""The best by score that are looked at; a list of at most a third of them is varied."""


@dataclass(frozen=True, slots=True)
class Picked:
    """Places of candidates: those of the list in its order, and those that a quota kept out, by which one."""

    chosen: Ints
    by_author: Ints
    by_topic: Ints


def pick(
    scores: npt.NDArray[np.float64],
    authors: Ints,
    topics: Ints,
    limit: int,
    *,
    relevance: float,
    author_most: int,
    topic_most: int,
) -> Picked:
    """At most `limit` candidates: again and again the one with the most of `relevance` · score less (1 - `relevance`) · likeness to
    the most alike of those before it, as long as its author and topic (0: none) have room.

    Scores are from 0 to 1. Of equal ones the earlier comes first. Quotas are strict: a list may be shorter for them.
    """
    pool = np.argsort(-scores, kind="stable")[: max(POOL, 3 * limit)]
    worth, author, topic = relevance * scores[pool], authors[pool], topics[pool]
    alike = np.zeros(len(pool))
    is_open = np.ones(len(pool), dtype=np.bool_)
    by_author, by_topic = np.zeros(len(pool), dtype=np.bool_), np.zeros(len(pool), dtype=np.bool_)
    chosen: list[int] = []
    while len(chosen) < limit and is_open.any():
        best = int(np.argmax(np.where(is_open, worth - (1 - relevance) * alike, -np.inf)))
        chosen.append(best)
        is_open[best] = False
        own, of_topic = author == author[best], (topic == topic[best]) & (topic != 0)
        alike = np.maximum(alike, SAME_AUTHOR * own + SAME_TOPIC * of_topic)
        if own[chosen].sum() >= author_most:
            by_author |= own & is_open
            is_open &= ~own
        if of_topic[chosen].sum() >= topic_most:
            by_topic |= of_topic & is_open
            is_open &= ~of_topic
    return Picked(pool[np.array(chosen, dtype=np.int64)], pool[by_author], pool[by_topic])
