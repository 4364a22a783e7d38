"""Ranking: candidates from the graph, features as columns, learned rankers, and how good a ranking is."""

from ranking.evaluate import (
    Interval,
    bootstrap_mean,
    bootstrap_ratio,
    keystrokes_saved,
    ndcg_by_query,
    recalls,
    reciprocal_ranks,
    successes,
)
from ranking.graph.two_hop import RAW, Powers, TwoHop

__all__ = [
    "RAW",
    "Interval",
    "Powers",
    "TwoHop",
    "bootstrap_mean",
    "bootstrap_ratio",
    "keystrokes_saved",
    "ndcg_by_query",
    "recalls",
    "reciprocal_ranks",
    "successes",
]
