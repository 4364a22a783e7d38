"""The catalogue of data-model.md §2 as the oracle reads it: each vertical's edges, the kind of their value.

Kinds: a vertical (the value is an id of it), `flag` (only `1` has documents), `words` (a word edge),
`whole` (the folded value), `tag`, `hashtag` and `hashtag-name` (normalised), `machine-tag`.
"""

VERTICALS = ("user", "media", "hashtag", "place", "group")

EDGES: dict[str, dict[str, str]] = {
    "user": {
        "name": "words",
        "username": "whole",
        "followed_by": "user",
        "follower": "user",
        "verified": "flag",
        "private": "flag",
        "country": "whole",
        "member_of": "group",
        "liked": "media",
        "tagged_in": "media",
        "mentioned_in": "media",
    },
    "media": {
        "owner": "user",
        "liker": "user",
        "commenter": "user",
        "tagged": "user",
        "mention": "user",
        "hashtag": "hashtag",
        "location": "place",
        "in_group": "group",
        "type": "whole",
        "verified": "flag",
        "caption": "words",
        "autotag": "whole",
        "tag": "tag",
        "mt": "machine-tag",
    },
    "hashtag": {"name": "hashtag-name", "used_by": "user"},
    "place": {
        "name": "words",
        "city": "whole",
        "country": "whole",
        "category": "whole",
        "visited_by": "user",
    },
    "group": {"name": "words", "member": "user", "contains": "media"},
}

FIELDS = {"owner": "user", "hashtag": "hashtag", "location": "place", "tagged": "user", "mention": "user"}
"""Fields for extract, all of media, with the vertical of what they hold."""

ID_KINDS = ("user", "media", "place", "group")
"""Kinds whose value is written as a decimal 64-bit integer; a hashtag is written as its text."""

TEXT_KINDS = ("words", "whole", "tag", "hashtag", "hashtag-name", "machine-tag")
"""Kinds on which a trailing `*` makes a prefix term (language.md §1)."""

EDGE_NAMES = frozenset(edge for edges in EDGES.values() for edge in edges)


def verticals_of(edge: str | None) -> frozenset[str]:
    """The verticals that have the edge; a bare word (None) is `name:` or, in media, `caption:` (§2)."""
    if edge is None:
        return frozenset(VERTICALS)
    return frozenset(vertical for vertical in VERTICALS if edge in EDGES[vertical])


def edge_in(vertical: str, edge: str | None) -> str:
    """The edge that a term stands for in a vertical."""
    if edge is None:
        return "caption" if vertical == "media" else "name"
    return edge


def kind_of(edge: str | None) -> str:
    """The kind of an edge's value; those of one name in several verticals take the same spellings."""
    if edge is None:
        return "words"
    return next(EDGES[vertical][edge] for vertical in VERTICALS if edge in EDGES[vertical])
