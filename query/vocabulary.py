"""What people may look up beside answers: the live terms of an edge, and one document's fields, both cut to W_v."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from index import NONE, U32, layout
from query.documents import external_ids, names
from query.visibility import World
from schemas.catalogue import Edge, ValueKind, Vertical
from schemas.ids import DocNum, ExternalId
from schemas.tables import CONTENT_TYPES, VISIBILITIES
from schemas.text import fold, hashtag, tag


class LiveTerm(NamedTuple):
    """A term of an edge and the number of documents of W_v that have it."""

    text: str
    documents: int


def live_terms(world: World, edge: Edge, beginning: str, limit: int) -> list[LiveTerm]:
    """The terms of W_v that begin so, the most frequent first, then by code point; none for edges without terms.

    The whole range is counted, so that which terms are shown depends on W_v alone.
    """
    segment = world.segment
    if edge.kind is ValueKind.ID:
        return []
    text = normalise_beginning(edge, beginning)
    is_hashtag = edge.kind is ValueKind.HASHTAG
    dictionary = segment.dictionary(layout.HASHTAG_DICTIONARY if is_hashtag else edge.key)
    found = dictionary.range(text)
    places = np.arange(found.start, found.stop, dtype=np.uint32)
    keys = segment.hashtag_numbers[places] if is_hashtag else places
    sizes = segment.lists(edge.key).sizes(keys, world.mask(edge.vertical))
    shown = np.flatnonzero(sizes)
    best = shown[np.argsort(-sizes[shown].astype(np.int64), kind="stable")[:limit]]
    sign = "#" if is_hashtag else ""
    return [LiveTerm(sign + dictionary[int(places[row])], int(sizes[row])) for row in best]


def normalise_beginning(edge: Edge, text: str) -> str:
    """The beginning of a term as the edge's dictionary holds it."""
    match edge.kind:
        case ValueKind.HASHTAG:
            return hashtag(text)
        case ValueKind.HASHTAG_NAME:
            return fold(hashtag(text))
        case ValueKind.TAG:
            return tag(text) if "=" in text else fold(text)
        case _:
            return fold(text)


def peek(world: World, vertical: Vertical, external: ExternalId) -> dict[str, Any] | None:
    """The fields of one document, None where it is unknown or outside W_v. Its counts are those of the static rank."""
    segment = world.segment
    doc = segment.idmap(vertical).find(external)
    if doc is None or not world.shows(vertical, doc):
        return None
    row = np.array([doc], dtype=np.uint32)
    shown: dict[str, Any] = {
        "id": external,
        "vertical": vertical.value,
        "name": names(segment, vertical, row)[0],
    }
    for name in layout.TEXT_COLUMNS[vertical]:
        if name != "name":
            shown[name] = segment.text(vertical, name)[doc]
    match vertical:
        case Vertical.USER:
            shown["is_private"] = not _bit(segment.bits(layout.PUBLIC_USERS), doc)
            shown["is_verified"] = bool(len(segment.lists("user.verified").of(0).keep(row)))
            shown["followers"] = int(segment.column("user.rank_count")[doc])
            shown["created_at_ms"] = int(segment.column("user.created_at_ms")[doc])
        case Vertical.MEDIA:
            shown |= _media(world, doc, row)
        case Vertical.PLACE:
            shown["lat"] = float(segment.column("place.lat")[doc])
            shown["lon"] = float(segment.column("place.lon")[doc])
            shown["public_media"] = int(segment.column("place.rank_count")[doc])
        case Vertical.HASHTAG:
            shown["public_media"] = int(segment.column("hashtag.rank_count")[doc])
        case Vertical.GROUP:
            shown["is_public"] = _bit(segment.bits(layout.PUBLIC_GROUPS), doc)
            shown["members"] = int(segment.column("group.rank_count")[doc])
    return shown


def _media(world: World, doc: DocNum, row: U32) -> dict[str, Any]:
    segment = world.segment
    owner = segment.column(layout.OWNER_COLUMN)[row]
    place = segment.column(layout.PLACE_COLUMN)[row]
    raw_tags = segment.dictionary(layout.RAW_TAGS)
    hashtags = segment.lists(layout.HASHTAGS_OF_MEDIA).of(doc).within(0, segment.size(Vertical.HASHTAG)).docs()
    return {
        "owner": external_ids(segment, Vertical.USER, owner)[0],
        "place": None if place[0] == NONE else names(segment, Vertical.PLACE, place)[0],
        "content_type": CONTENT_TYPES[int(segment.column("media.type")[doc])],
        "visibility": VISIBILITIES[int(segment.column("media.level")[doc])],
        "hashtags": names(segment, Vertical.HASHTAG, hashtags),
        "tags": [
            raw_tags[key] for key in segment.lists(layout.RAW_TAGS).of(doc).within(0, len(raw_tags)).docs().tolist()
        ],
        "created_at_ms": int(segment.column("media.created_at_ms")[doc]),
    }


def _bit(words: np.ndarray[tuple[int], np.dtype[np.uint64]], doc: int) -> bool:
    return bool((int(words[doc >> 6]) >> (doc & 63)) & 1)
