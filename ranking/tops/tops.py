"""Top media of a hashtag or a place.

Candidates come from a weak-and that guarantees verified owners their share; where that leaves too few, from the plain list too.
What is shown keeps the guarantee: at least the share of the page is of verified owners, or all of them that there are.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from index import U32, joined
from query import Request, Term, external_ids, names, print_term
from ranking.features.catalogue import HASHTAG_TOP, PLACE_TOP
from ranking.features.media import Columns, Taste, media_columns
from ranking.models.rankers import Rankers
from ranking.pipeline.context import Context
from ranking.pipeline.scorer import Linear
from ranking.pipeline.slate import ServedRows, Slate, Slot
from schemas.catalogue import Vertical
from schemas.ids import ExternalId

SHARE = 0.3
"""The part of a page that verified owners are guaranteed."""
POOL = 500
"""Candidates, the newest; at most: twice as many where the guarantee leaves too few."""
_WEIGHTS = {
    "age": -0.35,
    "likes": 0.50,
    "likes_a_day": 0.50,
    "comments": 0.30,
    "likes_by_followed": 0.80,
    "owner_affinity": 1.00,
    "owner_followed": 0.30,
    "owner_followers": 0.05,
    "owner_verified": 0.20,
}
HASHTAG_LINEAR = Linear("hashtag_top/linear", HASHTAG_TOP, _WEIGHTS)
PLACE_LINEAR = Linear("place_top/linear", PLACE_TOP, _WEIGHTS | {"largest_face": -6.0, "faces": -0.2})
"""A face that fills half of the picture costs as much as twenty times the likes: a picture of people, not of the place."""


def hashtag_top(context: Context, rankers: Rankers, tag: str, limit: int) -> Slate:
    """The top media that carry a hashtag, with or without its #."""
    return _top(context, rankers, Term("hashtag", tag), HASHTAG_LINEAR, limit)


def place_top(context: Context, rankers: Rankers, place: ExternalId, limit: int) -> Slate:
    """The top media of a place: those that show it before those that show people at it."""
    return _top(context, rankers, Term("location", str(place)), PLACE_LINEAR, limit)


def _top(context: Context, rankers: Rankers, term: Term, linear: Linear, limit: int) -> Slate:
    docs, incomplete = _candidates(context, print_term(term), limit)
    segment, task = context.searcher.segment, linear.schema.name
    columns, _ = media_columns(context, Taste.of(context), docs)
    matrix = linear.schema.matrix(columns, len(docs))
    # a learned ranker is an arm that has to win: weights by hand are served by default
    scorer = rankers.scorer(linear) if context.arms.get(f"{task}.scorer") == "learned" else linear
    scores = scorer.score(matrix)
    rank = segment.order(Vertical.MEDIA).permutation(docs)
    verified = columns["owner_verified"].astype(np.bool_)
    chosen = rank[with_share(scores[rank], verified[rank], limit, SHARE)]
    slots = _slots(context, docs, columns, chosen, scores, task)
    served = ServedRows(task, scorer.name, linear.schema.hash, tuple(range(len(slots))), matrix[chosen])
    return Slate(slots, (), incomplete, (served,) if slots else ())


def _candidates(context: Context, term: str, limit: int) -> tuple[U32, tuple[dict[str, Any], ...]]:
    """Media, sorted, and where time ran out."""
    pool = max(POOL, limit)
    request = Request(
        f"(weak-and {term} (term verified:1 :optional-weight {SHARE}))", context.viewer, Vertical.MEDIA, pool
    )
    guaranteed = context.searcher.find(request, context.stopped)
    found, incomplete = [guaranteed.docs], guaranteed.incomplete
    if len(guaranteed.docs) < pool:
        plain = context.searcher.find(request._replace(text=term), context.stopped)
        found.append(plain.docs)
        incomplete += plain.incomplete
    return np.unique(joined(found)), incomplete


def with_share(
    scores: npt.NDArray[np.float64], favoured: npt.NDArray[np.bool_], limit: int, share: float
) -> npt.NDArray[np.integer]:
    """The places of the best `limit`, best first, of which the favoured are at least the share, or all that there are.

    Of equal scores the earlier comes first; whoever has to give way for the share is the last that is not favoured.
    """
    order = np.argsort(-scores, kind="stable")
    least = min(math.ceil(share * min(limit, len(scores))), int(favoured.sum()))
    place = np.empty(len(order), dtype=np.int64)
    place[order] = np.arange(len(order))
    first = order[favoured[order]][:least]
    rest = order[~np.isin(order, first)][: limit - len(first)]
    chosen = np.concatenate([first, rest])
    return chosen[np.argsort(place[chosen], kind="stable")]


def _slots(
    context: Context,
    docs: U32,
    columns: Columns,
    chosen: npt.NDArray[np.integer],
    scores: npt.NDArray[np.float64],
    task: str,
) -> tuple[Slot, ...]:
    segment = context.searcher.segment
    shown = docs[chosen]
    reasons = np.select(
        [columns["likes_by_followed"][chosen] > 0, columns["owner_verified"][chosen] > 0, columns["likes"][chosen] > 0],
        ["liked by people you follow", "by a verified account", "much liked"],
        "new",
    )
    ids, owners = external_ids(segment, Vertical.MEDIA, shown), names(segment, Vertical.MEDIA, shown)
    rows = zip(ids, owners, scores[chosen].tolist(), reasons.tolist(), strict=True)
    return tuple(Slot(Vertical.MEDIA, ExternalId(id_), name, score, reason, task) for id_, name, score, reason in rows)
