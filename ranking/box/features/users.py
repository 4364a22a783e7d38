"""The features of accounts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from index import BEGINS, COVERED, U32, layout
from query import AFFINITY_UNIT
from ranking.box.asked import Asked
from ranking.box.circle import hits_of, holds
from ranking.box.features.fit import asked_columns, better, fit_columns, held, matches
from ranking.features.schema import F32
from schemas.catalogue import EDGES, Vertical

_FOLLOWED_BY = EDGES[Vertical.USER, "followed_by"]
_DAY_MS = 86_400_000


def account_columns(asked: Asked, docs: U32, names: list[str]) -> Mapping[str, F32]:
    """The columns of ACCOUNT_SEARCH for accounts of the viewer's world, in any order."""
    segment, circle = asked.world.segment, asked.circle
    by_username = matches(asked, names, splits=True)
    by_fullname = matches(asked, segment.text(Vertical.USER, "fullname").of(docs))
    public = part_of(docs, segment.bits(layout.PUBLIC_USERS))
    created = segment.values("user.created_at_ms", docs)
    posts = segment.lists("media.owner").sizes(docs, segment.bits(layout.PUBLIC_MEDIA))
    columns: dict[str, F32] = {
        "followers": np.log1p(segment.values("user.rank_count", docs).astype(np.float32)),
        "following": np.log1p(_following(asked, docs)),
        "posts": np.log1p(posts.astype(np.float32)),
        "verified": held(asked, "user.verified", "1", docs),
        "private": 1 - public,
        "age_days": np.maximum(asked.context.now_ms - created, 0).astype(np.float32) / _DAY_MS,
        "follows": holds(circle.followees, docs).astype(np.float32),
        "is_followed": holds(circle.followers, docs).astype(np.float32),
        "mutuals": np.log1p(hits_of(circle.mutuals, docs)),
        "fan_mutuals": np.log1p(hits_of(circle.fan_mutuals, docs)),
        "username_begins": by_username[:, BEGINS],
        "username_share": by_username[:, COVERED],
    }
    affinity, affine = circle.affinity(docs), circle.affine_mutuals
    if affinity is not None:
        columns["affinity"] = np.log1p(affinity)
    if affine is not None:
        columns["affine_mutuals"] = np.log1p(hits_of(affine, docs) / AFFINITY_UNIT)
    columns |= fit_columns(better(by_username, by_fullname), len(asked.typed.words))
    return columns | asked_columns(asked, Vertical.USER, docs)


def part_of(docs: U32, words: np.ndarray[tuple[int], np.dtype[np.uint64]]) -> F32:
    """1 for each document that a bitset has."""
    bits = (words[docs >> 6] >> (docs & 63).astype(np.uint64)) & np.uint64(1)
    found: F32 = bits.astype(np.float32)
    return found


def _following(asked: Asked, docs: U32) -> F32:
    """How many accounts each follows, in the viewer's world."""
    order = np.argsort(docs)
    keys = docs[order]
    found = np.zeros(len(docs), dtype=np.float32)
    for cut in asked.world.cut(_FOLLOWED_BY, keys):
        sizes = cut.lists.sizes(cut.keys, cut.mask)
        found[order[keys.searchsorted(cut.keys)]] += sizes
    return found
