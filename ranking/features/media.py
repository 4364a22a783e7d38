"""Features of media as columns, whatever surface ranks them: what is known of each, and what stands between it and the viewer.

Counts are made in W_v when they are asked for, so that likes of a second ago count and nothing shows that the viewer may not see.
The traits of a base (`index/traits.py`) are missing where it was built without them, and 0 for media that came after it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index import NONE, U8, U32, AnyList, Counted, EdgeLists, Words, layout, new_words, set_bits, tally, traits
from query import Request, World
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


@dataclass(frozen=True, slots=True)
class Taste:
    """What the viewer did, in his world: media that he likes (sorted), and of these the owners and topics, distinct and sorted,
    with how many there are of each; hashtags that he uses, as a bitset; places that he has been to (sorted);
    his country, folded, '' where it is unknown."""

    liked: U32
    owners: U32
    owner_likes: npt.NDArray[np.int64]
    topics: U8
    topic_likes: npt.NDArray[np.int64]
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
        return Taste(
            liked=liked,
            owners=owners,
            owner_likes=owner_likes,
            topics=topics,
            topic_likes=topic_likes,
            hashtags=_words(world, Vertical.HASHTAG, _held(context, "used_by:me", Vertical.HASHTAG)),
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


def media_columns(context: Context, taste: Taste, docs: U32) -> tuple[Columns, U32]:
    """The columns that all schemas of media share, by name, and the owners. `docs` are media of W_v, sorted."""
    world, segment = context.world, context.searcher.segment
    values = segment.values
    owners: U32 = values(layout.OWNER_COLUMN, docs)
    places: U32 = values(layout.PLACE_COLUMN, docs)
    hours = np.maximum(context.now_ms - values("media.created_at_ms", docs), 0) / 3.6e6
    likes = likes_of(world, docs)
    hashtags = segment.lists(layout.HASHTAGS_OF_MEDIA)
    followed = _among(owners, world.followees)
    columns: Columns = {
        "age": np.log1p(hours),
        "likes": np.log1p(likes),
        "likes_a_day": np.log1p(24 * likes / (hours + _ENOUGH_HOURS)),
        "owner_verified": _listed(segment.lists("media.verified").of(0), docs),
        "owner_followers": np.log1p(values("user.rank_count", owners)),
        "owner_followed": followed,
        "owner_liked": np.log1p(_counted(owners, taste.owners, taste.owner_likes)),
        "likes_by_followed": np.log1p(_likes_by(world, world.followees, docs)),
        "hashtags": hashtags.sizes(docs, None),
        "hashtags_used": hashtags.sizes(docs, taste.hashtags),
        "is_located": _among(places, world.seen(Vertical.PLACE, np.unique(places[places != NONE]))),
        "place_visited": _among(places, taste.places),
        "kind": values("media.type", docs),
        "owner_near": _of_country(world, owners, taste.country),
    }
    if context.searcher.affinity is not None:
        columns["owner_affinity"] = context.searcher.affinity.of(world, owners)
    if _has_traits(world):
        columns["faces"], columns["largest_face"] = traits.unpack_sight(values(traits.SIGHT, docs))
        columns["caption_digits"], columns["autotags"] = traits.unpack_telling(values(traits.TELLING, docs))
        columns["comments"] = np.log1p(_commenters(world, docs))
        topics = _counted(topics_of(world, docs), taste.topics, taste.topic_likes)
        columns["topic_liked"] = topics / max(1, len(taste.liked))
    return columns, owners


def likes_of(world: World, docs: U32) -> npt.NDArray[np.int64]:
    """How many like each of some media (sorted), in the viewer's world."""
    counts = np.zeros(len(docs), dtype=np.int64)
    for cut in world.cut(_LIKED, docs):
        counts[docs.searchsorted(cut.keys)] += cut.lists.sizes(cut.keys, cut.mask)
    return counts


def _likes_by(world: World, users: U32, docs: U32) -> npt.NDArray[np.int64]:
    """How many of some users, all open to the viewer, like each of some media of W_v (sorted); read from the shorter end."""
    by_user, by_media = world.segment.lists("media.liker"), world.segment.lists(_LIKED.key)
    if by_user.total(users) > by_media.total(docs):
        return by_media.sizes(docs, _words(world, Vertical.USER, users)).astype(np.int64)
    return _counts_of(world, by_user, users, docs)


def topics_of(world: World, docs: U32) -> U8:
    """What each media shows, as a number that says no more than equal or not; `NO_TOPIC` where nothing is known."""
    if not _has_traits(world):
        return np.zeros(len(docs), dtype=np.uint8)
    topics: U8 = world.segment.values(traits.TOPIC, docs)
    return topics


def _commenters(world: World, docs: U32) -> npt.NDArray[np.int64]:
    """Accounts that are not private and comment on each media, as far as the base counts, less those that a block hides."""
    segment = world.segment
    counts = segment.values(traits.COMMENTERS, docs).astype(np.int64)
    if len(world.blocked):
        public = world.blocked[_bits(segment.bits(layout.PUBLIC_USERS), world.blocked)]
        hidden = _counts_of(world, segment.lists("media.commenter"), public, docs)
        counts = np.where(counts < traits.MOST_COMMENTERS, np.maximum(counts - hidden, 0), counts)
    return counts


def _counts_of(world: World, lists: EdgeLists, keys: U32, docs: U32) -> npt.NDArray[np.int64]:
    """How many of the lists of these keys hold each of some media (sorted)."""
    size = world.segment.size(Vertical.MEDIA)
    found = tally([Counted(lists, keys, _words(world, Vertical.MEDIA, docs))], lists.total(keys), size)
    counts = np.zeros(len(docs), dtype=np.int64)
    counts[docs.searchsorted(found.docs)] = found.hits
    return counts


def _words(world: World, vertical: Vertical, docs: U32) -> Words:
    words = new_words(world.segment.size(vertical))
    set_bits(words, 0, docs)
    return words


def _has_traits(world: World) -> bool:
    return f"{traits.TOPIC}.column" in world.segment.manifest.arrays


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
