"""The names of the arrays of a segment: how the catalogue's edges and the engine's own lists are stored.

Beside the catalogue's edges a segment keeps lists that only visibility and extract read.
"""

from __future__ import annotations

from schemas.catalogue import CATALOGUE, Edge, Rule, ValueKind, Vertical

BLOCKED = "user.blocked"
"""Keyed by user: those between whom and him a block stands, in either direction."""
RESTRICTED = "media.restricted"
"""Keyed by user: his media that a stranger does not see and a follower does."""
HASHTAGS_OF_MEDIA = "hashtag.of_media"
"""Keyed by media: the hashtags that it carries."""
PUBLIC_USERS = "user.public"
"""Bitset: accounts that are not private."""
PUBLIC_MEDIA = "media.public"
"""Bitset: public media of accounts that are not private."""
PUBLIC_GROUPS = "group.public"
"""Bitset: public groups."""
OWNER_COLUMN = "media.owner"
PLACE_COLUMN = "media.place"
RAW_TAGS = "media.raw_tag"
"""Keyed by media: its tags as they were written, by their places in a dictionary of all of them."""
LEVELS = 3
"""Visibility levels of media: public, followers, private."""


def levelled(edge: Edge, level: int) -> str:
    """The lists of a used_by or visited_by edge that hold what shows at `level` of the media, and not below it."""
    assert edge.rule is Rule.OWNER_OF
    return f"{edge.key}.{level}"


def has_dictionary(edge: Edge) -> bool:
    """Whether the keys of an edge's lists are places in a term dictionary (else they are document numbers)."""
    return edge.kind not in (ValueKind.ID, ValueKind.HASHTAG)


def prefixes(edge_key: str) -> str:
    """The lists of frequent prefixes of an edge, with a dictionary of their own."""
    return f"{edge_key}.prefix"


def keeps_prefixes(edge: Edge) -> bool:
    """Whether the unions behind an edge's frequent prefixes are kept: those of names, which are typed letter by letter."""
    return edge.name in ("name", "username")


DICTIONARY_EDGES = tuple(edge for edge in CATALOGUE if has_dictionary(edge))
HASHTAG_DICTIONARY = "hashtag.text"
"""Normalised hashtags, sorted; `hashtag.text.number` holds the document number of each."""

TEXT_COLUMNS: dict[Vertical, tuple[str, ...]] = {
    Vertical.USER: ("username", "fullname", "country"),
    Vertical.MEDIA: (),
    Vertical.HASHTAG: ("name",),
    Vertical.PLACE: ("name", "city", "country", "category"),
    Vertical.GROUP: ("name", "description"),
}
