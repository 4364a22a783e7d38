"""One world as posting lists: edge, value → documents (data-model.md §2), and the static rank (§3).

Every edge is one line of EDGE_FACTS: all its (value, document) pairs. Built when first asked for.
"""

from collections.abc import Callable, Iterable
from typing import Any

from .text import clean_tag, fold, hashtag_name, machine_tag, username_words, words
from .world import Document, World

Pairs = Iterable[tuple[Any, Document]]
Documents = frozenset[Document]
Postings = dict[Any, Documents]
NONE: Documents = frozenset()


def _columns(table: str, value: str, document: str) -> Callable[[World], Pairs]:
    return lambda world: ((row[value], row[document]) for row in world.tables[table])


def _whole(table: str, column: str, document: str = "id") -> Callable[[World], Pairs]:
    return lambda world: ((fold(row[column]), row[document]) for row in world.tables[table])


def _words(table: str, column: str) -> Callable[[World], Pairs]:
    return lambda world: ((word, row["id"]) for row in world.tables[table] for word in words(row[column]))


def _flag(column: str) -> Callable[[World], Pairs]:
    return lambda world: (("1", row["id"]) for row in world.tables["users"] if row[column])


def user_name(world: World) -> Pairs:
    for row in world.tables["users"]:
        for word in {*username_words(row["username"]), *words(row["fullname"])}:
            yield word, row["id"]


def owner_verified(world: World) -> Pairs:
    return (("1", m) for m, row in world.media.items() if world.users[row["owner_id"]]["is_verified"])


def location(world: World) -> Pairs:
    return ((row["place_id"], m) for m, row in world.media.items() if row["place_id"] is not None)


def tag(world: World) -> Pairs:
    return ((clean_tag(row["tag"]), row["media_id"]) for row in world.tables["media_tags"])


def mt(world: World) -> Pairs:
    pairs = ((machine_tag(row["tag"]), row["media_id"]) for row in world.tables["media_tags"])
    return ((parts, media) for parts, media in pairs if parts is not None)


def used_by(world: World) -> Pairs:
    return ((world.media[media]["owner_id"], name) for media, name in world.hashtags)


def visited_by(world: World) -> Pairs:
    rows = (row for row in world.tables["media"] if row["place_id"] is not None)
    return ((row["owner_id"], row["place_id"]) for row in rows)


EDGE_FACTS: dict[tuple[str, str], Callable[[World], Pairs]] = {
    ("user", "name"): user_name,
    ("user", "username"): _whole("users", "username"),
    ("user", "followed_by"): _columns("follows", "follower_id", "followee_id"),
    ("user", "follower"): _columns("follows", "followee_id", "follower_id"),
    ("user", "verified"): _flag("is_verified"),
    ("user", "private"): _flag("is_private"),
    ("user", "country"): _whole("users", "country"),
    ("user", "member_of"): _columns("group_members", "group_id", "user_id"),
    ("user", "liked"): _columns("likes", "media_id", "liker_id"),
    ("user", "tagged_in"): _columns("media_tagged_users", "media_id", "user_id"),
    ("user", "mentioned_in"): _columns("media_mentions", "media_id", "user_id"),
    ("media", "owner"): _columns("media", "owner_id", "id"),
    ("media", "liker"): _columns("likes", "liker_id", "media_id"),
    ("media", "commenter"): _columns("comments", "commenter_id", "media_id"),
    ("media", "tagged"): _columns("media_tagged_users", "user_id", "media_id"),
    ("media", "mention"): _columns("media_mentions", "user_id", "media_id"),
    ("media", "hashtag"): lambda world: ((name, media) for media, name in world.hashtags),
    ("media", "location"): location,
    ("media", "in_group"): _columns("group_media", "group_id", "media_id"),
    ("media", "type"): _whole("media", "content_type"),
    ("media", "verified"): owner_verified,
    ("media", "caption"): _words("media", "caption"),
    ("media", "autotag"): _whole("media_autotags", "label", "media_id"),
    ("media", "tag"): tag,
    ("media", "mt"): mt,
    ("hashtag", "name"): lambda world: ((hashtag_name(name), name) for _, name in world.hashtags),
    ("hashtag", "used_by"): used_by,
    ("place", "name"): _words("places", "name"),
    ("place", "city"): _whole("places", "city"),
    ("place", "country"): _whole("places", "country"),
    ("place", "category"): _whole("places", "category"),
    ("place", "visited_by"): visited_by,
    ("group", "name"): _words("groups", "name"),
    ("group", "member"): _columns("group_members", "user_id", "group_id"),
    ("group", "contains"): _columns("group_media", "media_id", "group_id"),
}


class View:
    """The posting lists, fields and rank of one world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._postings: dict[tuple[str, str], Postings] = {}
        self._fields: dict[str, Postings] = {}
        self._ranks: dict[str, dict[Document, int]] = {}

    def postings(self, vertical: str, edge: str) -> Postings:
        """Value → documents; what an empty text would find is not there."""
        found = self._postings.get((vertical, edge))
        if found is None:
            sets: dict[Any, set[Document]] = {}
            for value, document in EDGE_FACTS[vertical, edge](self.world):
                if value != "":
                    sets.setdefault(value, set()).add(document)
            found = {value: frozenset(documents) for value, documents in sets.items()}
            self._postings[vertical, edge] = found
        return found

    def field(self, name: str) -> Postings:
        """§2 fields: media → ids, the posting lists of the edge of that name from the other end."""
        if name not in self._fields:
            turned: dict[Document, set[Document]] = {}
            for value, media in self.postings("media", name).items():
                for m in media:
                    turned.setdefault(m, set()).add(value)
            self._fields[name] = {m: frozenset(ids) for m, ids in turned.items()}
        return self._fields[name]

    def _key(self, vertical: str, document: Any) -> tuple[Any, ...]:
        """§3, best first; hashtags with one count by code point, media newer and then larger id first."""
        if vertical == "media":
            return (-self.world.media[document]["created_at_ms"], -document)
        return (-self.world.counts[vertical][document], document)

    def rank(self, vertical: str) -> dict[Document, int]:
        """Each document's place in the static rank, 0 the best."""
        if vertical not in self._ranks:
            documents = self.world.documents[vertical]
            ordered = sorted(documents, key=lambda document: self._key(vertical, document))
            self._ranks[vertical] = {document: place for place, document in enumerate(ordered)}
        return self._ranks[vertical]
