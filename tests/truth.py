"""The truth of a history: a tiny world at one moment, its warehouse, and its documents as events carry them."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from typing import Any

from tests.oracle import Row
from tests.oracle.events import Event

START_MS = 1_700_000_000_000
LISTS = {
    "media_hashtags": ("hashtags", "hashtag"),
    "media_tags": ("tags", "tag"),
    "media_tagged_users": ("tagged_user_ids", "user_id"),
    "media_mentions": ("mentioned_user_ids", "user_id"),
}
FACTS = {
    "follows": ("follower_id", "followee_id", "created_at_ms"),
    "blocks": ("blocker_id", "blocked_id", "created_at_ms"),
    "likes": ("liker_id", "media_id", "created_at_ms"),
    "group_members": ("group_id", "user_id", "joined_at_ms"),
    "group_media": ("group_id", "media_id", "added_at_ms"),
}
ENDS = {
    "follows": ("users", "users"),
    "blocks": ("users", "users"),
    "likes": ("users", "media"),
    "group_members": ("groups", "users"),
    "group_media": ("groups", "media"),
}
TABLES = ("users", "places", "groups", "media", *FACTS, "comments", *LISTS, "media_autotags")
CONTENT_TYPES = ("photo", "video", "album")
VISIBILITIES = ("public", "followers", "private")


@dataclass
class Truth:
    """What is true at `time_ms`. Documents that are not there yet, or no more, keep their rows beside `alive`."""

    rng: Random
    keeps: bool
    """Whether the warehouse keeps the facts of documents that are not there; else nothing returns, nothing is early."""
    time_ms: int = START_MS
    rows: dict[str, dict[int, Row]] = field(default_factory=dict)
    alive: dict[str, set[int]] = field(default_factory=dict)
    born: set[int] = field(default_factory=set)
    facts: dict[str, dict[tuple[int, int], int]] = field(default_factory=lambda: {name: {} for name in FACTS})
    comments: dict[int, Row] = field(default_factory=dict)
    lists: dict[str, dict[int, list[Any]]] = field(default_factory=lambda: {name: {} for name in LISTS})
    labels: dict[int, list[tuple[str, float]]] = field(default_factory=dict)
    comment_ids: int = 0

    def copy(self, rng: Random, time_ms: int) -> Truth:
        """The same world at another time, to be changed apart."""
        return Truth(
            rng,
            self.keeps,
            time_ms,
            {name: {i: dict(row) for i, row in rows.items()} for name, rows in self.rows.items()},
            {name: set(ids) for name, ids in self.alive.items()},
            set(self.born),
            {name: dict(facts) for name, facts in self.facts.items()},
            {i: dict(row) for i, row in self.comments.items()},
            {name: dict(lists) for name, lists in self.lists.items()},
            dict(self.labels),
            self.comment_ids,
        )

    # choices

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def some(self, table: str) -> int | None:
        """One that is there; where facts may be early, now and then one that is not."""
        pool = self.rows[table] if self.keeps and self.chance(0.06) else self.alive[table]
        return self.rng.choice(sorted(pool)) if pool else None

    def known(self, table: str, is_alive: bool = True) -> int | None:
        """One that is there, or one that is not."""
        pool = self.alive[table] if is_alive else self.rows[table].keys() - self.alive[table]
        if not is_alive and not self.keeps:
            pool = pool - self.born
        return self.rng.choice(sorted(pool)) if pool else None

    # what stands in the warehouse

    def there(self, table: str, of: int) -> bool:
        return self.keeps or of in self.alive[table]

    def dump(self, table: str) -> list[Row]:
        """The rows of a table now."""
        if table in self.rows:
            return [dict(row) for i, row in self.rows[table].items() if i in self.alive[table] and self.owned(row)]
        if table in FACTS:
            one, other, time = FACTS[table]
            left, right = ENDS[table]
            return [
                {one: a, other: b, time: at}
                for (a, b), at in self.facts[table].items()
                if self.there(left, a) and self.there(right, b)
            ]
        if table == "comments":
            rows = self.comments.values()
            return [
                dict(r) for r in rows if self.there("users", r["commenter_id"]) and self.there("media", r["media_id"])
            ]
        if table == "media_autotags":
            return [
                {"media_id": media, "label": label, "confidence": sure}
                for media, labels in self.labels.items()
                if self.there("media", media)
                for label, sure in labels
            ]
        column = LISTS[table][1]
        return [
            {"media_id": media, column: value}
            for media, values in self.lists[table].items()
            if media in self.born and self.there("media", media)
            for value in dict.fromkeys(values)
            if column != "user_id" or self.there("users", value)
        ]

    def owned(self, row: Row) -> bool:
        return "owner_id" not in row or self.there("users", row["owner_id"])

    # documents as events carry them

    def some_of(self, carried: dict[str, Any], share: float) -> dict[str, Any]:
        return {name: value for name, value in carried.items() if self.chance(share)}

    def user(self, of: int, share: float = 1.0) -> dict[str, Any]:
        row = self.rows["users"][of]
        carried = {name: row[name] for name in ("username", "fullname", "is_private", "is_verified", "country")}
        carried["created_at_millis"] = row["created_at_ms"]
        return {"id": of} | self.some_of(carried, share)

    def user_inside(self, of: int) -> dict[str, Any] | None:
        if of not in self.rows["users"] or self.chance(0.3):
            return None
        return self.user(of, 0.8) | {"is_private": self.chance(0.5)}

    def place(self, of: int, share: float = 1.0) -> dict[str, Any]:
        """A place that an event carries is there from then on; the first says all of it."""
        share = share if of in self.alive["places"] else 1.0
        self.alive["places"].add(of)
        row = self.rows["places"][of]
        carried = {name: row[name] for name in ("name", "city", "country", "category")}
        return {"id": of} | self.some_of(carried | {"latitude": row["lat"], "longitude": row["lon"]}, share)

    def media(self, of: int, share: float = 1.0) -> dict[str, Any]:
        row = self.rows["media"][of]
        carried: dict[str, Any] = {"caption": row["caption"], "created_at_millis": row["created_at_ms"]}
        carried["visibility"] = VISIBILITIES.index(row["visibility"]) + 1
        carried |= {name: list(self.lists[table].get(of, ())) for table, (name, _) in LISTS.items()}
        carried = self.some_of(carried, share)
        if row["place_id"] is not None and self.chance(share):
            carried["place"] = self.place(row["place_id"], share)
        kind = CONTENT_TYPES.index(row["content_type"]) + 1
        return {"id": of, "owner_id": row["owner_id"], "content_type": kind} | carried

    def media_inside(self, of: int) -> dict[str, Any] | None:
        if of not in self.rows["media"] or self.chance(0.3):
            return None
        return self.media(of, 0.7) | {"visibility": self.rng.randint(1, 3)}

    def event(self, kind: str, **fields: Any) -> Event:
        return Event(self.time_ms, kind, {name: value for name, value in fields.items() if value is not None})
