"""The features of the search box column by column, in plain numpy: the slow twin of `ranking/box/features/`."""

from __future__ import annotations

from collections.abc import Mapping
from random import Random

import numpy as np
import numpy.typing as npt

from index import BEGINS, COVERED, EDITS, MATCHED, POSITION, U32, WHOLE, Tally, layout, name_matches
from query import AFFINITY_UNIT
from ranking.box.asked import Asked
from ranking.box.features.places import kilometres
from ranking.box.ranked import ROWS
from ranking.box.weights import BY_VERTICAL
from schemas.catalogue import EDGES, Vertical
from schemas.text import fold

F32 = npt.NDArray[np.float32]
DAY_MS = 86_400_000
_FOLLOWED_BY = EDGES[Vertical.USER, "followed_by"]


def check_rows(asked: Asked, rng: Random) -> None:
    """Rows of some documents of the viewer's world, in any order, are what the plain columns say."""
    for vertical, rows in ROWS.items():
        seen = asked.world.seen(vertical, np.arange(asked.world.segment.size(vertical), dtype=np.uint32))
        docs = np.array(rng.sample(seen.tolist(), min(len(seen), 40)), dtype=np.uint32)
        schema = BY_VERTICAL[vertical].schema
        found = rows(asked, docs)
        wanted = schema.matrix(plain_columns(asked, vertical, docs), len(docs))
        for place, name in enumerate(schema.names):
            np.testing.assert_allclose(found[:, place], wanted[:, place], rtol=2e-6, err_msg=f"{vertical} {name}")


def plain_columns(asked: Asked, vertical: Vertical, docs: U32) -> Mapping[str, F32]:
    """The columns of a vertical's schema that are not missing."""
    match vertical:
        case Vertical.USER:
            own = accounts(asked, docs)
        case Vertical.HASHTAG:
            own = hashtags(asked, docs)
        case Vertical.MEDIA:
            own = media(asked, docs)
        case Vertical.PLACE:
            own = places(asked, docs)
        case Vertical.GROUP:
            own = groups(asked, docs)
    return own | of_question(asked, vertical, docs)


def accounts(asked: Asked, docs: U32) -> dict[str, F32]:
    segment, circle = asked.world.segment, asked.circle
    by_username = matches(asked, segment.names(Vertical.USER).of(docs), splits=True)
    by_fullname = matches(asked, segment.text(Vertical.USER, "fullname").of(docs))
    words = segment.bits(layout.PUBLIC_USERS)
    public = [(int(words[doc >> 6]) >> (doc & 63)) & 1 for doc in docs.tolist()]
    posts = segment.lists("media.owner").sizes(docs, segment.bits(layout.PUBLIC_MEDIA))
    columns = {
        "followers": np.log1p(segment.values("user.rank_count", docs).astype(np.float32)),
        "following": np.log1p(following(asked, docs)),
        "posts": np.log1p(posts.astype(np.float32)),
        "verified": held(asked, "user.verified", "1", docs),
        "private": 1 - np.array(public, dtype=np.float32),
        "age_days": days(asked, segment.values("user.created_at_ms", docs)),
        "follows": among(circle.followees, docs),
        "is_followed": among(circle.followers, docs),
        "mutuals": np.log1p(hits_of(circle.mutuals, docs)),
        "fan_mutuals": np.log1p(hits_of(circle.fan_mutuals, docs)),
        "username_begins": by_username[:, BEGINS],
        "username_share": by_username[:, COVERED],
    }
    if circle.affinities is not None:
        known = dict(zip(circle.followees.tolist(), circle.affinities.tolist(), strict=True))
        columns["affinity"] = np.log1p(np.array([known.get(doc, 0.0) for doc in docs.tolist()], dtype=np.float32))
    if circle.affine_mutuals is not None:
        columns["affine_mutuals"] = np.log1p(hits_of(circle.affine_mutuals, docs) / AFFINITY_UNIT)
    return columns | fit(better(by_username, by_fullname), len(asked.typed.words))


def hashtags(asked: Asked, docs: U32) -> dict[str, F32]:
    segment, circle = asked.world.segment, asked.circle
    edge = EDGES[Vertical.HASHTAG, "used_by"]
    counts = segment.values("hashtag.rank_count", docs).astype(np.float32)
    recent, before = asked.trending.weeks(asked.world, docs, asked.context.now_ms)
    whole = (fold(asked.typed.tag),) if asked.typed.tag else ()
    return {
        "media": np.log1p(counts),
        "recent_media": np.log1p(recent),
        "recent_share": recent / np.maximum(counts, 1),
        "growth": np.log((1 + recent) / (1 + before)),
        "viewer_uses": among(circle.mine(edge), docs),
        "friends_use": np.log1p(hits_of(circle.friends(edge), docs)),
    } | fit(matches(asked, segment.names(Vertical.HASHTAG).of(docs), words=whole), len(whole))


def places(asked: Asked, docs: U32) -> dict[str, F32]:
    segment, circle = asked.world.segment, asked.circle
    edge = EDGES[Vertical.PLACE, "visited_by"]
    columns = {
        "visits": np.log1p(segment.values("place.rank_count", docs).astype(np.float32)),
        "viewer_visits": among(circle.mine(edge), docs),
        "friends_visits": np.log1p(hits_of(circle.friends(edge), docs)),
    }
    if asked.context.place is not None:
        here = (segment.values("place.lat", docs), segment.values("place.lon", docs))
        columns["distance_km"] = np.log1p(kilometres(asked.context.place, *here)).astype(np.float32)
    return columns | fit(matches(asked, segment.names(Vertical.PLACE).of(docs)), len(asked.typed.words))


def groups(asked: Asked, docs: U32) -> dict[str, F32]:
    segment, circle = asked.world.segment, asked.circle
    edge = EDGES[Vertical.GROUP, "member"]
    return {
        "members": np.log1p(segment.values("group.rank_count", docs).astype(np.float32)),
        "viewer_is_in": among(circle.mine(edge), docs),
        "friends_in": np.log1p(hits_of(circle.friends(edge), docs)),
    } | fit(matches(asked, segment.names(Vertical.GROUP).of(docs)), len(asked.typed.words))


def media(asked: Asked, docs: U32) -> dict[str, F32]:
    segment = asked.world.segment
    authors = segment.values(layout.OWNER_COLUMN, docs)
    return {
        "age_days": days(asked, segment.values("media.created_at_ms", docs)),
        "author_verified": held(asked, "media.verified", "1", docs),
        "author_followers": np.log1p(segment.values("user.rank_count", authors).astype(np.float32)),
        "follows_author": among(asked.circle.followees, authors),
    }


def of_question(asked: Asked, vertical: Vertical, docs: U32) -> dict[str, F32]:
    columns = {
        "typed_letters": np.full(len(docs), len(asked.typed.text), np.float32),
        "typed_words": np.full(len(docs), len(asked.typed.words), np.float32),
        "past_clicks": np.log1p(asked.times_chosen(vertical, docs)),
    }
    country = asked.context.country
    if country and (vertical, "country") in EDGES:
        columns["in_country"] = held(asked, EDGES[vertical, "country"].key, country, docs)
    return columns


def matches(asked: Asked, names: list[str], *, splits: bool = False, words: tuple[str, ...] | None = None) -> F32:
    wanted = asked.typed.words if words is None else words
    if not wanted:
        out = np.zeros((len(names), 6), dtype=np.float32)
        out[:, POSITION], out[:, EDITS] = np.nan, 3
        return out
    return name_matches(names, wanted, is_open=asked.typed.is_open, most=2, splits=splits)


def fit(fits: F32, words: int) -> dict[str, F32]:
    each = np.float32(1 / max(words, 1))
    return {
        "word_position": fits[:, POSITION],
        "whole_words": fits[:, WHOLE] * each,
        "fitting_words": fits[:, MATCHED] * each,
        "typed_share": fits[:, COVERED],
        "begins": fits[:, BEGINS],
        "edits": fits[:, EDITS],
    }


def better(one: F32, other: F32) -> F32:
    keys = [fits[:, MATCHED] * 100 + fits[:, WHOLE] * 10 - fits[:, EDITS] + fits[:, COVERED] for fits in (one, other)]
    return np.where((keys[1] > keys[0])[:, None], other, one)


def following(asked: Asked, docs: U32) -> F32:
    """Through `World.cut`, as every query reads it."""
    order = np.argsort(docs)
    keys = docs[order]
    found = np.zeros(len(docs), dtype=np.float32)
    for cut in asked.world.cut(_FOLLOWED_BY, keys):
        found[order[keys.searchsorted(cut.keys)]] += cut.lists.sizes(cut.keys, cut.mask)
    return found


def held(asked: Asked, edge_key: str, text: str, docs: U32) -> F32:
    segment = asked.world.segment
    key = segment.terms(edge_key).find(text)
    found = set() if key is None else set(segment.lists(edge_key).of(key).keep(np.sort(docs)).tolist())
    return np.array([doc in found for doc in docs.tolist()], dtype=np.float32)


def among(known: U32, docs: U32) -> F32:
    return np.isin(docs, known).astype(np.float32)


def hits_of(counted: Tally, docs: U32) -> F32:
    known = dict(zip(counted.docs.tolist(), counted.hits.tolist(), strict=True))
    return np.array([known.get(doc, 0) for doc in docs.tolist()], dtype=np.float32)


def days(asked: Asked, since_ms: npt.NDArray[np.int64]) -> F32:
    return np.maximum(asked.context.now_ms - since_ms, 0).astype(np.float32) / DAY_MS
