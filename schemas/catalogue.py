"""The catalogue (data-model.md §2): the one table of verticals, edges, fields, value kinds and visibility rules.

The binder, the completion of the REPL, the reference page of the docs and the index builder are made from it; an edge
that is not here does not exist.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, StrEnum, auto


class Vertical(StrEnum):
    """A kind of document."""

    USER = "user"
    MEDIA = "media"
    HASHTAG = "hashtag"
    PLACE = "place"
    GROUP = "group"


class ValueKind(Enum):
    """What stands behind the colon of an edge, and so how it is normalised and looked up."""

    ID = "id"
    WORD = "word"
    TEXT = "text"
    HASHTAG = "hashtag"
    HASHTAG_NAME = "hashtag name"
    TAG = "tag"
    MACHINE_TAG = "machine tag"
    FLAG = "1"


class Rule(Enum):
    """Which sentence of data-model.md §4 cuts the posting lists of an edge to the viewer's world."""

    DOCUMENT = auto()
    """The document is in W_v; the value has no say."""
    FOLLOW = auto()
    """follow a→b: both in W_v, and v is one of them or both are open. Value: a user."""
    ENGAGED_BY = auto()
    """like, comment, tagged, mention(u, m), seen from u: media in W_v; u open, or v owns m."""
    ENGAGED_WITH = auto()
    """The same facts, seen from m: users in W_v who are open, or all of them where v owns m."""
    OWNER_OF = auto()
    """used_by, visited_by: from the owner's media in W_v."""
    MEMBER = auto()
    """member(g, u), groups by user."""
    MEMBER_OF = auto()
    """member(g, u), users by group."""
    IN_GROUP = auto()
    """group media(g, m), media by group."""
    CONTAINS = auto()
    """group media(g, m), groups by media."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One edge: its posting lists hold documents of `vertical` under values of `kind`.

    `value_vertical` is the vertical whose documents the values are (None where they are words, names or numbers); only
    such edges can head an `apply`. `is_field` says whether `extract` can read it.
    """

    vertical: Vertical
    name: str
    kind: ValueKind
    meaning: str
    example: str
    value_vertical: Vertical | None = None
    rule: Rule = Rule.DOCUMENT
    is_field: bool = False
    key: str = field(init=False)
    """The name that is unique over all verticals, such as `media.owner`."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "key", f"{self.vertical}.{self.name}")

    @property
    def takes_prefix(self) -> bool:
        """Whether a `*` may stand behind the value."""
        return self.kind not in (ValueKind.ID, ValueKind.FLAG)

    @property
    def takes_me(self) -> bool:
        """Whether `me` as a value stands for the viewer."""
        return self.kind is ValueKind.ID and self.value_vertical is Vertical.USER


def _ids(
    vertical: Vertical,
    name: str,
    value: Vertical,
    rule: Rule,
    meaning: str,
    example: str,
    is_field: bool = False,
) -> Edge:
    return Edge(vertical, name, ValueKind.ID, meaning, example, value, rule, is_field)


_U, _M, _H, _P, _G = Vertical.USER, Vertical.MEDIA, Vertical.HASHTAG, Vertical.PLACE, Vertical.GROUP
_K = ValueKind

CATALOGUE: tuple[Edge, ...] = (
    Edge(_U, "name", _K.WORD, "a word of the username or the full name", "name:mel*"),
    Edge(_U, "username", _K.TEXT, "the whole username", "username:melanie"),
    _ids(_U, "followed_by", _U, Rule.FOLLOW, "the users whom that user follows", "followed_by:me"),
    _ids(_U, "follower", _U, Rule.FOLLOW, "the users who follow that user", "follower:me"),
    Edge(_U, "verified", _K.FLAG, "verified accounts", "verified:1"),
    Edge(_U, "private", _K.FLAG, "private accounts", "private:1"),
    Edge(_U, "country", _K.TEXT, "the country of the account", "country:fr"),
    _ids(_U, "member_of", _G, Rule.MEMBER_OF, "the members of that group", "member_of:901"),
    _ids(_U, "liked", _M, Rule.ENGAGED_WITH, "the users who like that media", "liked:1454743"),
    _ids(_U, "tagged_in", _M, Rule.ENGAGED_WITH, "the users tagged in that media", "tagged_in:1454743"),
    _ids(_U, "mentioned_in", _M, Rule.ENGAGED_WITH, "the users named in its caption", "mentioned_in:1454743"),
    _ids(_M, "owner", _U, Rule.DOCUMENT, "the media of that user", "owner:me", is_field=True),
    _ids(_M, "liker", _U, Rule.ENGAGED_BY, "the media that user likes", "liker:me"),
    _ids(_M, "commenter", _U, Rule.ENGAGED_BY, "the media that user commented on", "commenter:me"),
    _ids(_M, "tagged", _U, Rule.ENGAGED_BY, "the media that user is tagged in", "tagged:me", is_field=True),
    _ids(
        _M,
        "mention",
        _U,
        Rule.ENGAGED_BY,
        "the media whose caption names that user",
        "mention:me",
        is_field=True,
    ),
    Edge(_M, "hashtag", _K.HASHTAG, "the media that carry the hashtag", "hashtag:#tbt", _H, Rule.DOCUMENT, True),
    _ids(_M, "location", _P, Rule.DOCUMENT, "the media taken at that place", "location:510", is_field=True),
    _ids(_M, "in_group", _G, Rule.IN_GROUP, "the media of that group", "in_group:901"),
    Edge(_M, "type", _K.TEXT, "photo, video or album", "type:video"),
    Edge(_M, "verified", _K.FLAG, "media whose owner is verified", "verified:1"),
    Edge(_M, "caption", _K.WORD, "a word of the caption", "caption:golden"),
    Edge(_M, "autotag", _K.TEXT, "what a vision model saw", "autotag:beach"),
    Edge(_M, "tag", _K.TAG, "a plain or machine tag, cleaned", 'tag:"San Francisco"'),
    Edge(_M, "mt", _K.MACHINE_TAG, "a machine tag by its parts, any of them open", "mt:osm:way=30*"),
    Edge(_H, "name", _K.HASHTAG_NAME, "the hashtag's text, folded", "name:cafe"),
    _ids(_H, "used_by", _U, Rule.OWNER_OF, "the hashtags on that user's media", "used_by:me"),
    Edge(_P, "name", _K.WORD, "a word of the place's name", "name:bottle"),
    Edge(_P, "city", _K.TEXT, "the city of the place", 'city:"new york"'),
    Edge(_P, "country", _K.TEXT, "the country of the place", "country:us"),
    Edge(_P, "category", _K.TEXT, "the category of the place", "category:cafe"),
    _ids(_P, "visited_by", _U, Rule.OWNER_OF, "the places of that user's media", "visited_by:me"),
    Edge(_G, "name", _K.WORD, "a word of the group's name", "name:film"),
    _ids(_G, "member", _U, Rule.MEMBER, "the groups that user is a member of", "member:me"),
    _ids(_G, "contains", _M, Rule.CONTAINS, "the groups that media is in", "contains:1454743"),
)

EDGES: dict[tuple[Vertical, str], Edge] = {(edge.vertical, edge.name): edge for edge in CATALOGUE}
EDGE_NAMES: tuple[str, ...] = tuple(dict.fromkeys(edge.name for edge in CATALOGUE))
BARE_WORD_EDGE: dict[Vertical, str] = {_U: "name", _M: "caption", _H: "name", _P: "name", _G: "name"}


def edges_named(name: str) -> tuple[Edge, ...]:
    """The edges of that name, one a vertical, in the order of the catalogue."""
    return tuple(edge for edge in CATALOGUE if edge.name == name)
