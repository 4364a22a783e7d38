"""The facts of a world, and W_v: what a viewer may see of it (data-model.md §3, §4).

`visible` deletes everything outside W_v. What comes out is a world like any other, in which nobody asks about
visibility again; only the counts of the static rank, public by definition, are those of the full world.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from functools import cached_property
from pathlib import Path

from .tables import Row, Tables, clean, read_tables
from .text import hashtag

Document = int | str
"""An id; of a hashtag its normalised text."""

Counts = dict[str, Counter[Document]]
HashtagId = Callable[[str], int]


class World:
    """Cleaned tables and the counts of the rank keys. Treated as frozen."""

    def __init__(self, tables: Tables, counts: Counts) -> None:
        self.tables = tables
        self.counts = counts

    @cached_property
    def users(self) -> dict[int, Row]:
        return {row["id"]: row for row in self.tables["users"]}

    @cached_property
    def media(self) -> dict[int, Row]:
        return {row["id"]: row for row in self.tables["media"]}

    @cached_property
    def hashtags(self) -> set[tuple[int, str]]:
        """(media, normalised hashtag); a tag of which nothing is left is none (§2)."""
        pairs = {(row["media_id"], hashtag(row["hashtag"])) for row in self.tables["media_hashtags"]}
        return {(media, tag) for media, tag in pairs if tag}

    @cached_property
    def documents(self) -> dict[str, set[Document]]:
        """The documents of every vertical; a hashtag is there as long as a media carries it (§4)."""
        return {
            "user": set(self.users),
            "media": set(self.media),
            "hashtag": {tag for _, tag in self.hashtags},
            "place": {row["id"] for row in self.tables["places"]},
            "group": {row["id"] for row in self.tables["groups"]},
        }


def own_counts(world: World) -> Counts:
    """§3: followers of users, public media of hashtags and places, members of groups."""
    public = {
        media
        for media, row in world.media.items()
        if row["visibility"] == "public" and not world.users[row["owner_id"]]["is_private"]
    }
    places = (world.media[media]["place_id"] for media in public)
    return {
        "user": Counter(row["followee_id"] for row in world.tables["follows"]),
        "hashtag": Counter(tag for media, tag in world.hashtags if media in public),
        "place": Counter(place for place in places if place is not None),
        "group": Counter(row["group_id"] for row in world.tables["group_members"]),
    }


def given_counts(world: World, hashtag_id: HashtagId | None) -> Counts:
    """§1 `rank_counts`: for each vertical that it names, all the counts (absent = 0).

    Hashtags stand there under their ids, so their rows are read only where `hashtag_id` is known.
    """
    by_id: dict[int, Document] = {}
    if hashtag_id is not None:
        by_id = {hashtag_id(str(tag)): tag for tag in world.documents["hashtag"]}
    given: Counts = {}
    for row in world.tables["rank_counts"]:
        vertical, document = row["vertical"], row["id"]
        if vertical == "hashtag":
            if hashtag_id is None:
                continue
            document = by_id.get(document)
        given.setdefault(vertical, Counter())
        if document is not None:
            given[vertical][document] = row["count"]
    return given


def make_world(raw: Mapping[str, Iterable[Row]], hashtag_id: HashtagId | None = None) -> World:
    """The full world of raw rows."""
    world = World(clean(raw), {})
    world.counts = own_counts(world) | given_counts(world, hashtag_id)
    return world


def load_world(directory: str | Path, hashtag_id: HashtagId | None = None) -> World:
    """The full world of a warehouse directory."""
    return make_world(read_tables(Path(directory)), hashtag_id)


class Eyes:
    """§4 as predicates of one viewer (None: nobody) over a full world, one for each row of the table."""

    def __init__(self, world: World, viewer: int | None) -> None:
        self.world = world
        self.viewer = viewer
        self.media_owner = {media: row["owner_id"] for media, row in world.media.items()}
        follows = world.tables["follows"]
        blocks = {(row["blocker_id"], row["blocked_id"]) for row in world.tables["blocks"]}
        self.followed = {row["followee_id"] for row in follows if row["follower_id"] == viewer}
        self.blocked = {b for a, b in blocks if a == viewer} | {a for a, b in blocks if b == viewer}
        self.groups_joined = {row["group_id"] for row in world.tables["group_members"] if row["user_id"] == viewer}
        self.public_groups = {row["id"] for row in world.tables["groups"] if row["is_public"]}
        self.users = {user for user in world.users if self.user(user)}
        self.opened = {user for user in world.users if self.open(user)}
        self.media_seen = {media for media in world.media if self.media(media)}

    def open(self, x: int) -> bool:
        if x in self.blocked:
            return False
        return x == self.viewer or not self.world.users[x]["is_private"] or x in self.followed

    def user(self, x: int) -> bool:
        return x not in self.blocked

    def media(self, m: int) -> bool:
        owner, visibility = self.media_owner[m], self.world.media[m]["visibility"]
        if owner == self.viewer:
            return True
        return owner in self.opened and (
            visibility == "public" or (visibility == "followers" and owner in self.followed)
        )

    def group(self, g: int) -> bool:
        return g in self.public_groups or g in self.groups_joined

    def follow(self, a: int, b: int) -> bool:
        if a not in self.users or b not in self.users:
            return False
        return self.viewer in (a, b) or (a in self.opened and b in self.opened)

    def fact(self, u: int, m: int) -> bool:
        """like, comment, tagged, mention(u, m)."""
        if m not in self.media_seen or u not in self.users:
            return False
        return u in self.opened or self.media_owner[m] == self.viewer

    def member(self, g: int, u: int) -> bool:
        return self.group(g) and u in self.users and u in self.opened

    def group_media(self, g: int, m: int) -> bool:
        return self.group(g) and m in self.media_seen

    def row(self, table: str, row: Row) -> bool:
        """Whether a row of a table is of W_v. Blocks have done their work: none is left."""
        match table:
            case "users":
                return row["id"] in self.users
            case "places":
                return True
            case "groups":
                return self.group(row["id"])
            case "media":
                return row["id"] in self.media_seen
            case "follows":
                return self.follow(row["follower_id"], row["followee_id"])
            case "media_hashtags" | "media_tags" | "media_autotags" | "media_faces":
                return row["media_id"] in self.media_seen
            case "media_tagged_users" | "media_mentions":
                return self.fact(row["user_id"], row["media_id"])
            case "likes":
                return self.fact(row["liker_id"], row["media_id"])
            case "comments":
                return self.fact(row["commenter_id"], row["media_id"])
            case "group_members":
                return self.member(row["group_id"], row["user_id"])
            case "group_media":
                return self.group_media(row["group_id"], row["media_id"])
            case "blocks" | "rank_counts":
                return False
        raise AssertionError(table)


def visible(world: World, viewer: int | None) -> World:
    """W_v: the world without everything that the viewer may not see, with the counts of the full world."""
    eyes = Eyes(world, viewer)
    seen = {name: [row for row in rows if eyes.row(name, row)] for name, rows in world.tables.items()}
    return World(seen, world.counts)


def visible_tables(world: World, viewer: int | None, hashtag_id: HashtagId, *, operator: bool = False) -> Tables:
    """The warehouse of W_v, its `rank_counts` those of the full world: an index of it holds no secret.

    A build of these tables must answer the viewer as the build of the full world does (§4, non-interference).
    """
    seen = world if operator else visible(world, viewer)
    counts: list[Row] = []
    for vertical, of in world.counts.items():
        for document in sorted(seen.documents.get(vertical, ()), key=str):
            number = document if isinstance(document, int) else hashtag_id(document)
            counts.append({"vertical": vertical, "id": number, "count": of[document]})
    contained = [
        row | {"added_by": row["added_by"] if row["added_by"] in seen.users else None}
        for row in seen.tables["group_media"]
    ]
    return seen.tables | {"group_media": contained, "rank_counts": counts}
