"""A base build with events on top of it (data-model.md §5): registers of the base and of the stream, kept apart, read together.

live = Live(base_of(tables, snapshot_times(tables, now_ms=now_ms)))
live.apply(event)
live.rebase(base_of(later_tables, later_times))
live.world()
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .columns import TABLES
from .events import AUTOTAGS, ENUMS, EXISTS, Event, Register, Said, changes
from .tables import Row, Tables, clean, standing, with_defaults, with_referents
from .world import Counts, HashtagId, World, make_world

DERIVED = (AUTOTAGS,)
"""Tables whose silence about a media says nothing."""

OTHER_TIMES = {"views": "viewed_at_ms", "search_log": "ts_ms"}
"""Times of the tables that no edge is made from."""

ABOUT_TABLES = ("snapshot", "rank_counts")

DOCUMENTS = ("users", "places", "groups", "media")
PAIRS = ("follows", "blocks", "likes", "group_members", "group_media")

LIST_COLUMNS = {
    "hashtags": ("media_hashtags", ("hashtag",)),
    "tags": ("media_tags", ("tag",)),
    "tagged_user_ids": ("media_tagged_users", ("user_id",)),
    "mentioned_user_ids": ("media_mentions", ("user_id",)),
    "autotags": (AUTOTAGS, ("label", "confidence")),
}

NEVER_SAID: Mapping[str, Row] = {
    "users": {"username": "", "is_private": True},
    "places": {"name": ""},
    "groups": {"name": "", "is_public": False},
    "media": {"created_at_ms": 0},
}
"""Attributes that neither event nor table said, where that is not the default of the table."""


def snapshot_times(raw: Mapping[str, list[Row]], *, now_ms: int, as_of_ms: int | None = None) -> dict[str, int]:
    """`T` of every table that is there: given, else its newest time, of media, of all; never later than `now_ms`."""
    newest: dict[str, int] = {}
    for name, rows in raw.items():
        column = TABLES[name].time if name in TABLES else OTHER_TIMES.get(name)
        times = [row[column] for row in rows if row.get(column) is not None] if column is not None else []
        if times:
            newest[name] = min(max(times), now_ms)
    in_all = max(newest.values(), default=0)
    given: dict[str, int] = {}
    for row in raw.get("snapshot", ()):
        given[row["table"]] = max(row["as_of_ms"], given.get(row["table"], row["as_of_ms"]))
    settled = {}
    for name in raw:
        if name not in ABOUT_TABLES:
            inferred = newest.get("media" if name.startswith("media_") else name, in_all)
            settled[name] = min(as_of_ms if as_of_ms is not None else given.get(name, inferred), now_ms)
    return settled


@dataclass(frozen=True)
class Base:
    """What the tables of one build say: the value of each register that they hold, and `T` of each table."""

    values: Mapping[Register, Any]
    times: Mapping[str, int]
    counts: Counts

    def settles(self, register: Register, time_ms: int) -> bool:
        """Whether the base speaks for the register, whatever an event of that time said."""
        if register.table not in self.times:
            return False
        if register.table in DERIVED and register not in self.values:
            return False
        return time_ms <= self.times[register.table]


def _registers(raw: Mapping[str, list[Row]]) -> Iterator[tuple[Register, Any]]:
    """Of the rows of one key the one that stands; where none does, one that refers to nothing is there: it waits."""
    known = {name: {row["id"] for row in rows} for name, rows in clean(raw).items() if TABLES[name].key == ("id",)}
    best: dict[str, dict[tuple[Any, ...], Row]] = {}
    for name in TABLES:
        ranks: dict[tuple[Any, ...], Any] = {}
        for row in with_defaults(name, raw.get(name, ()), {}):
            key = tuple(row[column] for column in TABLES[name].key)
            kept = with_referents(name, [row], known)
            rank = (bool(kept), standing(name, kept[0] if kept else row))
            if key not in ranks or rank > ranks[key]:
                ranks[key], best.setdefault(name, {})[key] = rank, row
    for name in DOCUMENTS:
        for row in best.get(name, {}).values():
            yield Register(name, (row["id"],)), ()
            yield from ((Register(name, (row["id"],), column), value) for column, value in row.items())
    for name in PAIRS:
        yield from ((Register(name, key), ()) for key in best.get(name, {}))
    for row in best.get("comments", {}).values():
        yield Register("comments", (row["id"],)), (row["commenter_id"], row["media_id"])
    for attribute, (name, columns) in LIST_COLUMNS.items():
        lists: dict[int, list[Any]] = {}
        for row in best.get(name, {}).values():
            values = tuple(row[column] for column in columns)
            lists.setdefault(row["media_id"], []).append(values if len(values) > 1 else values[0])
        yield from ((Register(name, (media,), attribute), tuple(items)) for media, items in lists.items())


def base_of(raw: Mapping[str, list[Row]], times: Mapping[str, int], hashtag_id: HashtagId | None = None) -> Base:
    """The base build of raw rows. Its counts are those of the documents that it has; later ones have 0 (§3)."""
    world = make_world(raw, hashtag_id)
    for vertical, counts in world.counts.items():
        for document in set(counts) - world.documents[vertical]:
            del counts[document]
    return Base(dict(_registers(raw)), times, world.counts)


class Live:
    """The state of one index: a base, and the last word of the stream for each register that the base does not settle."""

    def __init__(self, base: Base) -> None:
        self.base = base
        self.realtime: dict[Register, Said] = {}

    def apply(self, event: Event) -> None:
        """One event; duplicates and any order end in the same state."""
        for register, said in changes(event):
            if not self.base.settles(register, said.time_ms):
                self.realtime[register] = max(said, self.realtime.get(register, said))

    def rebase(self, base: Base) -> None:
        """A later base build is published under the live index."""
        self.base = base
        kept = {r: said for r, said in self.realtime.items() if not base.settles(r, said.time_ms)}
        self.realtime = kept

    def in_force(self) -> dict[Register, Any]:
        """The value of every register that is set: the realtime one, else the base's."""
        values = dict(self.base.values)
        for register, said in self.realtime.items():
            if said.clears:
                values.pop(register, None)
            else:
                words = ENUMS.get(register.attribute)
                values[register] = said.value if words is None else words[said.value]
        return values

    def tables(self) -> Tables:
        """The warehouse that says the same: what refers to nothing stands in it, and is no part of the world."""
        values = self.in_force()
        tables: Tables = {name: [] for name in TABLES}
        rows: dict[tuple[str, int], Row] = {}
        for register, value in values.items():
            if register.table in DOCUMENTS and register.attribute != EXISTS:
                rows.setdefault((register.table, register.key[0]), {})[register.attribute] = value
        for register, value in values.items():
            name, key = register.table, register.key
            if name in PAIRS:
                tables[name].append(dict(zip(TABLES[name].key, key, strict=True)))
            elif name == "comments":
                tables[name].append({"id": key[0], "commenter_id": value[0], "media_id": value[1]})
            elif name in DOCUMENTS and register.attribute == EXISTS:
                tables[name].append(NEVER_SAID[name] | rows.get((name, key[0]), {}) | {"id": key[0]})
            elif register.attribute in LIST_COLUMNS:
                columns = LIST_COLUMNS[register.attribute][1]
                for item in value:
                    items = item if len(columns) > 1 else (item,)
                    tables[name].append({"media_id": key[0]} | dict(zip(columns, items, strict=True)))
        return tables

    def world(self) -> World:
        """What shows: facts whose documents exist, media whose owner does, with the counts of the base (§3)."""
        return World(make_world(self.tables()).tables, self.base.counts)
