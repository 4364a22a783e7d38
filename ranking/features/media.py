"""Features of media as columns, whatever surface ranks them: what is known of each, and what stands between it and the viewer.

Counts are made in W_v when they are asked for, so that likes of a second ago count and nothing shows that the viewer may not see.
Columns that only a base build knows (faces, topics, lengths of captions, comments) are missing where the base was built without
them, and 0 for media that came after it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from index import NONE, U32, AnyList, Counted, Words, layout, new_words, set_bits, tally
from query import Request, World
from ranking.features.schema import F32
from ranking.pipeline.context import Context
from schemas.catalogue import EDGES, Vertical
from schemas.text import fold

Columns = dict[str, npt.NDArray[np.generic]]

HISTORY = 500
"""Likes, hashtags and places of the viewer that his taste is made of: the newest likes, the most used of the others."""
NO_TOPIC = 0
_LIKED = EDGES[Vertical.USER, "liked"]
_ENOUGH_HOURS = 2.0
"""Hours added to an age before likes are divided by it, so that the first like of a minute is no storm."""


class Affinity(Protocol):
    """How much accounts matter to the viewer of a world: a figure for each owner, NaN where nothing is known."""

    def __call__(self, world: World, owners: U32) -> F32:
        """A figure for each of `owners`, which stand in any order and may be there twice."""
        ...


@dataclass(frozen=True, slots=True)
class Taste:
    """What the viewer did, in his world: media that he likes (sorted), and of these the owners and topics, distinct and sorted,
    with how many there are of each; whom he follows and which hashtags he uses, as bitsets; places that he has been to (sorted);
    his country, folded, '' where it is unknown."""

    liked: U32
    owners: U32
    owner_likes: npt.NDArray[np.int64]
    topics: npt.NDArray[np.uint16]
    topic_likes: npt.NDArray[np.int64]
    followees: Words
    hashtags: Words
    places: U32
    country: str

    @staticmethod
    def of(context: Context) -> Taste:
        """The taste of the viewer of a request; that of nobody is empty, but for the country of the request."""
        world, segment = context.world, context.searcher.segment
        liked = _held(context, "liker:me", Vertical.MEDIA)
        owners, owner_likes = np.unique(segment.values(layout.OWNER_COLUMN, liked), return_counts=True)
        topic = topics_of(world, liked)
        topics, topic_likes = np.unique(topic[topic != NO_TOPIC], return_counts=True)
        followees, hashtags = new_words(segment.size(Vertical.USER)), new_words(segment.size(Vertical.HASHTAG))
        set_bits(followees, 0, world.followees)
        set_bits(hashtags, 0, _held(context, "used_by:me", Vertical.HASHTAG))
        return Taste(
            liked=liked,
            owners=owners,
            owner_likes=owner_likes,
            topics=topics,
            topic_likes=topic_likes,
            followees=followees,
            hashtags=hashtags,
            places=_held(context, "visited_by:me", Vertical.PLACE),
            country=country_of(context),
        )


def country_of(context: Context) -> str:
    """The country of the request, else that of the viewer's account; folded, '' where neither is known."""
    viewer = context.world.viewer
    if context.country or viewer is None:
        return fold(context.country)
    return fold(context.searcher.segment.text(Vertical.USER, "country")[viewer])


def _held(context: Context, text: str, vertical: Vertical) -> U32:
    """The documents of a form about the viewer, sorted."""
    if context.viewer is None:
        return np.empty(0, dtype=np.uint32)
    found = context.searcher.find(Request(text, context.viewer, vertical, HISTORY), context.stopped)
    return np.sort(found.docs)


def media_columns(
    world: World, taste: Taste, docs: U32, now_ms: int, affinity: Affinity | None = None
) -> tuple[Columns, U32]:
    """The columns that all schemas of media share, by name, and the owners. `docs` are media of the world, sorted."""
    segment = world.segment
    values = segment.values
    owners: U32 = values(layout.OWNER_COLUMN, docs)
    places: U32 = values(layout.PLACE_COLUMN, docs)
    hours = np.maximum(now_ms - values("media.created_at_ms", docs), 0) / 3.6e6
    likes = likes_of(world, docs)
    hashtags = segment.lists(layout.HASHTAGS_OF_MEDIA)
    kind = values("media.type", docs)
    followed = _among(owners, world.followees)
    columns: Columns = {
        "age": np.log1p(hours),
        "likes": np.log1p(likes),
        "likes_a_day": np.log1p(24 * likes / (hours + _ENOUGH_HOURS)),
        "owner_verified": _listed(segment.lists("media.verified").of(0), docs),
        "owner_followers": np.log1p(values("user.rank_count", owners)),
        "owner_followed": followed,
        "owner_liked": np.log1p(_counted(owners, taste.owners, taste.owner_likes)),
        "likes_by_followed": np.log1p(segment.lists(_LIKED.key).sizes(docs, taste.followees)),
        "hashtags": hashtags.sizes(docs, None),
        "hashtags_used": hashtags.sizes(docs, taste.hashtags),
        "is_located": _among(places, world.seen(Vertical.PLACE, np.unique(places[places != NONE]))),
        "place_visited": _among(places, taste.places),
        "is_video": kind == 1,
        "is_album": kind == 2,
        "owner_near": _of_country(world, owners, taste.country),
    }
    if affinity is not None:
        columns["owner_affinity"] = affinity(world, owners)
    columns |= _base_columns(world, docs)
    if "topic" in columns:
        topics = columns.pop("topic")
        columns["topic_liked"] = _counted(topics, taste.topics, taste.topic_likes) / max(1, len(taste.liked))
    return columns, owners


def likes_of(world: World, docs: U32) -> npt.NDArray[np.int64]:
    """How many like each of some media (sorted), in the viewer's world."""
    counts = np.zeros(len(docs), dtype=np.int64)
    for cut in world.cut(_LIKED, docs):
        counts[docs.searchsorted(cut.keys)] += cut.lists.sizes(cut.keys, cut.mask)
    return counts


def topics_of(world: World, docs: U32) -> npt.NDArray[np.uint16]:
    """What each media shows, as a number that says no more than equal or not; `NO_TOPIC` where nothing is known."""
    if not _has(world, "media.topic"):
        return np.zeros(len(docs), dtype=np.uint16)
    topics: npt.NDArray[np.uint16] = world.segment.values("media.topic", docs)
    return topics


def _base_columns(world: World, docs: U32) -> Columns:
    """What only a base build knows, as far as this one does."""
    found: Columns = {}
    values = world.segment.values
    if _has(world, "media.topic"):
        found["topic"] = topics_of(world, docs)
        found["autotags"] = values("media.autotags", docs)
        found["faces"] = values("media.faces", docs)
        found["largest_face"] = values("media.largest_face", docs) / np.float32(255)
        found["caption_letters"] = np.log1p(values("media.caption_letters", docs))
        found["comments"] = np.log1p(_commenters(world, docs))
    return found


def _commenters(world: World, docs: U32) -> npt.NDArray[np.int64]:
    """Accounts that are not private and comment on each media, at the base build, less those that a block hides."""
    segment = world.segment
    counts = segment.values("media.commenters", docs).astype(np.int64)
    if len(world.blocked):
        public = world.blocked[_bits(segment.bits(layout.PUBLIC_USERS), world.blocked)]
        lists, mask = segment.lists("media.commenter"), new_words(segment.size(Vertical.MEDIA))
        set_bits(mask, 0, docs)
        hidden = tally([Counted(lists, public, mask)], lists.total(public), segment.size(Vertical.MEDIA))
        counts[docs.searchsorted(hidden.docs)] -= hidden.hits
    return np.maximum(counts, 0)


def _has(world: World, column: str) -> bool:
    return f"{column}.column" in world.segment.manifest.arrays


def _bits(words: Words, docs: U32) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = (words[docs >> 6] >> (docs & np.uint32(63)).astype(np.uint64)) & np.uint64(1) != 0
    return found


def _listed(found: AnyList, docs: U32) -> npt.NDArray[np.bool_]:
    """Which of some documents (sorted) stand in a list."""
    return _among(docs, found.keep(docs))


def _of_country(world: World, owners: U32, country: str) -> npt.NDArray[np.bool_]:
    key = world.segment.terms("user.country").find(country) if country else None
    if key is None:
        return np.zeros(len(owners), dtype=np.bool_)
    distinct, place = np.unique(owners, return_inverse=True)
    return _listed(world.segment.lists("user.country").of(key), distinct)[place]


def _among(values: npt.NDArray[np.integer], known: npt.NDArray[np.integer]) -> npt.NDArray[np.bool_]:
    """Which values stand among the known ones (sorted)."""
    if len(known) == 0:
        return np.zeros(len(values), dtype=np.bool_)
    found: npt.NDArray[np.bool_] = known.take(known.searchsorted(values), mode="clip") == values
    return found


def _counted(
    values: npt.NDArray[np.generic], known: npt.NDArray[np.integer], counts: npt.NDArray[np.int64]
) -> npt.NDArray[np.int64]:
    """The count beside each value among the known ones (sorted), 0 for others."""
    if len(known) == 0:
        return np.zeros(len(values), dtype=np.int64)
    at = np.minimum(known.searchsorted(values), len(known) - 1)
    return np.where(known[at] == values, counts[at], 0)
