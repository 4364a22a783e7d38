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
    lists, mask = segment.lists(edge.key), world.mask(edge.vertical)
    sign = "#" if is_hashtag else ""
    found: list[LiveTerm] = []
    for terms in segment.terms(layout.HASHTAG_DICTIONARY if is_hashtag else edge.key).ranges(text):
        sizes = lists.sizes(terms.keys, mask)
        shown = np.flatnonzero(sizes)
        best = shown[np.argsort(-sizes[shown].astype(np.int64), kind="stable")[:limit]].tolist()
        found += [LiveTerm(sign + terms.text(row), int(sizes[row])) for row in best]
    return sorted(found, key=lambda term: (-term.documents, term.text))[:limit]


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
            shown["followers"] = int(segment.values("user.rank_count", row)[0])
            shown["created_at_ms"] = int(segment.values("user.created_at_ms", row)[0])
        case Vertical.MEDIA:
            shown |= _media(world, doc, row)
        case Vertical.PLACE:
            shown["lat"] = float(segment.values("place.lat", row)[0])
            shown["lon"] = float(segment.values("place.lon", row)[0])
            shown["public_media"] = int(segment.values("place.rank_count", row)[0])
        case Vertical.HASHTAG:
            shown["public_media"] = int(segment.values("hashtag.rank_count", row)[0])
        case Vertical.GROUP:
            shown["is_public"] = _bit(segment.bits(layout.PUBLIC_GROUPS), doc)
            shown["members"] = int(segment.values("group.rank_count", row)[0])
    return shown


def _media(world: World, doc: DocNum, row: U32) -> dict[str, Any]:
    segment = world.segment
    owner = segment.values(layout.OWNER_COLUMN, row)
    place = segment.values(layout.PLACE_COLUMN, row)
    is_placed = place[0] != NONE and world.shows(Vertical.PLACE, DocNum(int(place[0])))
    raw_tags = segment.terms(layout.RAW_TAGS)
    tags = segment.lists(layout.RAW_TAGS).of(doc).within(0, len(raw_tags)).docs()
    hashtags = segment.lists(layout.HASHTAGS_OF_MEDIA).of(doc).within(0, segment.size(Vertical.HASHTAG)).docs()
    hashtags = segment.order(Vertical.HASHTAG).sorted(hashtags)
    return {
        "owner": external_ids(segment, Vertical.USER, owner)[0],
        "place": names(segment, Vertical.PLACE, place)[0] if is_placed else None,
        "content_type": CONTENT_TYPES[int(segment.values("media.type", row)[0])],
        "visibility": VISIBILITIES[int(segment.values("media.level", row)[0])],
        "hashtags": names(segment, Vertical.HASHTAG, hashtags),
        "tags": sorted(raw_tags[key] for key in tags.tolist()),
        "created_at_ms": int(segment.values("media.created_at_ms", row)[0]),
    }


def _bit(words: np.ndarray[tuple[int], np.dtype[np.uint64]], doc: int) -> bool:
    return bool((int(words[doc >> 6]) >> (doc & 63)) & 1)
