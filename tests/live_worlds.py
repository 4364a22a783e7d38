"""Random tables, random mutations, what is in force by the oracle's registers, and everything that an index says of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from random import Random
from typing import Any

import numpy as np

from index import NONE, Layer, Live, LiveSegment, Segment, layout, open_index, publish, writing
from ingest.documents import read_corpus
from ingest.firehose.mutations import FACT_KINDS, CommentRow, DocumentRow, Mutations
from schemas.catalogue import CATALOGUE, Rule, ValueKind, Vertical
from schemas.tables import CONTENT_TYPES, VISIBILITIES
from tests.oracle.events import Register, Said
from tests.oracle.live import Base as OracleBase
from tests.oracle.live import Live as OracleLive
from tests.oracle.live import base_of, snapshot_times
from tests.oracle.random_world import (
    CAPTION_WORDS,
    COUNTRIES,
    FULL_NAMES,
    HANDLES,
    HASHTAGS,
    LABELS,
    TAGS,
    random_tables,
)
from tests.oracle.tables import Tables, write_tables
from tests.translation import Attributes, attribute_rows, spoken, tell

NOW_MS = 1_000_000
FACT_TABLES = {
    "follows": ("follows", ("follower_id", "followee_id")),
    "blocks": ("blocks", ("blocker_id", "blocked_id")),
    "likes": ("likes", ("liker_id", "media_id")),
    "members": ("group_members", ("user_id", "group_id")),
    "group_media": ("group_media", ("group_id", "media_id")),
}
ORACLE_LISTS = {
    "hashtags": ("media_hashtags", "hashtags"),
    "tags": ("media_tags", "tags"),
    "tagged": ("media_tagged_users", "tagged_user_ids"),
    "mentions": ("media_mentions", "mentioned_user_ids"),
    "autotags": ("media_autotags", "autotags"),
}
OF_VERTICAL = {Vertical.USER: "users", Vertical.MEDIA: "media", Vertical.PLACE: "places", Vertical.GROUP: "groups"}


# -- worlds ------------------------------------------------------------------------------------------------------------


def base_tables(rng: Random) -> Tables:
    """Tables with rows that wait, and with several rows of a key; sometimes tables are missing, sometimes times are given."""
    from tests.oracle.columns import TABLES

    tables: Tables = {}
    for name, rows in random_tables(rng.randrange(10**9)).items():
        if name == "rank_counts":
            tables[name] = rows
            continue
        if name not in TABLES or name == "snapshot":
            continue
        spec = TABLES[name]
        kept = [row for row in rows if all(row.get(column) is not None for column in spec.key)]
        tables[name] = [row for row in kept if rng.random() < 0.93 or name.startswith("media_")]
        if rng.random() < 0.04 and name not in ("users", "media"):
            del tables[name]
    if rng.random() < 0.6:
        tables["snapshot"] = [
            {"table": name, "as_of_ms": rng.randrange(3, 12)} for name in sorted(tables) if rng.random() < 0.9
        ]
    return tables


class MutationMaker:
    """Random mutations of a world of these ids, at times around the snapshots', equal ones among them."""

    def __init__(self, tables: Tables, rng: Random) -> None:
        self.rng = rng
        of = {
            v: sorted({row["id"] for row in tables.get(table, ()) if row["id"] is not None})
            for v, table in OF_VERTICAL.items()
        }
        self.ids = {v: [*known, *range(5_000 + 100 * n, 5_004 + 100 * n)] for n, (v, known) in enumerate(of.items())}
        self.comments = [row["id"] for row in tables.get("comments", ())]
        self.comment_ends = {row["id"]: (row["commenter_id"], row["media_id"]) for row in tables.get("comments", ())}
        self.rows = {
            (v, row["id"]): row
            for v, table in OF_VERTICAL.items()
            for row in tables.get(table, ())
            if row["id"] is not None
        }
        self.lists: dict[tuple[str, int], list[Any]] = {}
        for name, column in (("hashtags", "hashtag"), ("tags", "tag"), ("tagged", "user_id"), ("mentions", "user_id")):
            for row in tables.get(ORACLE_LISTS[name][0], ()):
                if row.get("media_id") is not None and row.get(column) is not None:
                    self.lists.setdefault((name, row["media_id"]), []).append(row[column])

    def batch(self, count: int) -> Mutations:
        batch = Mutations()
        for _ in range(count):
            self.add(batch)
        return batch

    def time(self) -> int:
        return self.rng.choice((self.rng.randrange(-2, 30), 9, 10, 11))

    def id(self, vertical: Vertical) -> int:
        return self.rng.choice(self.ids[vertical])

    def add(self, batch: Mutations) -> None:
        rng, time = self.rng, self.time()
        match rng.randrange(10):
            case 0 | 1 | 2 | 3:
                kind = rng.choice(FACT_KINDS)
                ends = {
                    "follows": (Vertical.USER, Vertical.USER),
                    "blocks": (Vertical.USER, Vertical.USER),
                    "likes": (Vertical.USER, Vertical.MEDIA),
                    "members": (Vertical.USER, Vertical.GROUP),
                    "group_media": (Vertical.GROUP, Vertical.MEDIA),
                }[kind]
                rows = batch.facts[kind]
                rows.left.append(self.id(ends[0]))
                rows.right.append(self.id(ends[1]))
                rows.time_ms.append(time)
                rows.is_set.append(rng.random() < 0.6)
            case 4:
                comment = rng.choice([*self.comments, *range(7_000, 7_010)])
                if comment not in self.comment_ends:
                    self.comment_ends[comment] = (self.id(Vertical.USER), self.id(Vertical.MEDIA))
                user, media = self.comment_ends[comment]
                if rng.random() < 0.1:  # nobody promises that it is the same each time
                    user, media = self.id(Vertical.USER), self.id(Vertical.MEDIA)
                if None not in (user, media):
                    batch.comments.append(CommentRow(comment, user, media, time, rng.random() < 0.5))
            case 5 | 6:
                vertical = rng.choice(list(OF_VERTICAL))
                batch.documents.append(DocumentRow(vertical, self.id(vertical), time, rng.random() < 0.6))
            case _:
                vertical = rng.choice(
                    (Vertical.USER, Vertical.USER, Vertical.MEDIA, Vertical.MEDIA, Vertical.MEDIA, *OF_VERTICAL)
                )
                values = self.values(vertical)
                document = self.id(vertical)
                for name in values:
                    if rng.random() < 0.4:
                        values[name] = self.same(vertical, document, name, values[name])
                tell(batch, Attributes(vertical, document, time, values))

    def same(self, vertical: Vertical, document: int, name: str, otherwise: Any) -> Any:
        """What the table says of it."""
        if (name, document) in self.lists:
            return tuple(self.lists[name, document])
        found = self.rows.get((vertical, document), {}).get(name)
        return otherwise if found is None else found

    def values(self, vertical: Vertical) -> dict[str, Any]:
        rng = self.rng
        few = lambda pool, most: tuple(rng.choice(pool) for _ in range(rng.randrange(most + 1)))  # noqa: E731
        match vertical:
            case Vertical.USER:
                full = {
                    "username": rng.choice(HANDLES) + rng.choice(("", "_x", "1")),
                    "fullname": rng.choice(FULL_NAMES),
                    "is_private": rng.random() < 0.5,
                    "is_verified": rng.random() < 0.5,
                    "country": rng.choice(COUNTRIES),
                    "created_at_ms": rng.randrange(9),
                }
            case Vertical.MEDIA:
                full = {
                    "owner_id": self.id(Vertical.USER),
                    "content_type": rng.choice(CONTENT_TYPES),
                    "visibility": rng.choice(VISIBILITIES),
                    "caption": " ".join(few(CAPTION_WORDS, 3)),
                    "place_id": self.id(Vertical.PLACE),
                    "created_at_ms": rng.randrange(9),
                    "hashtags": few((*HASHTAGS, "new", "#New", "other"), 4),
                    "tags": few((*TAGS, "newtag", "new:tag=1"), 3),
                    "tagged": tuple(self.id(Vertical.USER) for _ in range(rng.randrange(3))),
                    "mentions": tuple(self.id(Vertical.USER) for _ in range(rng.randrange(3))),
                    "autotags": tuple((label, rng.random()) for label in few(LABELS, 2)),
                }
            case Vertical.PLACE:
                full = {
                    "name": rng.choice(FULL_NAMES),
                    "city": rng.choice(("Oslo", "Paris", "")),
                    "country": rng.choice(COUNTRIES),
                    "category": rng.choice(("cafe", "new")),
                    "lat": rng.random(),
                    "lon": rng.random(),
                }
            case _:
                full = {
                    "name": rng.choice(FULL_NAMES),
                    "description": rng.choice(("", "x")),
                    "is_public": rng.random() < 0.5,
                }
        return {name: value for name, value in full.items() if rng.random() < 0.6}


# -- the slow twin -----------------------------------------------------------------------------------------------------


def said(batch: Mutations) -> Iterator[tuple[Register, Said]]:
    """The registers of the oracle that mutations speak of."""
    for kind, rows in batch.facts.items():
        table = FACT_TABLES[kind][0]
        for left, right, time, is_set in zip(*rows, strict=True):
            key = (right, left) if kind == "members" else (left, right)
            yield Register(table, key), Said(time, not is_set)
    for vertical, document, time, exists in batch.documents:
        yield Register(OF_VERTICAL[vertical], (document,)), Said(time, not exists)
    for vertical, document, time, values in attribute_rows(batch):
        for name, value in values.items():
            table, attribute = ORACLE_LISTS.get(name, (OF_VERTICAL[vertical], name))
            yield Register(table, (document,), attribute), Said(time, False, spoken(attribute, value))
    for comment, user, media, time, exists in batch.comments:
        yield Register("comments", (comment,)), Said(time, not exists, (user, media) if exists else ())


def apply(live: OracleLive, batch: Mutations) -> None:
    """Say mutations to the oracle."""
    for register, what in said(batch):
        if not live.base.settles(register, what.time_ms):
            live.realtime[register] = max(what, live.realtime.get(register, what))


def oracle_of(tables: Tables) -> OracleLive:
    """The oracle over these tables."""
    return OracleLive(oracle_base(tables))


def in_force(live: OracleLive) -> Tables:
    """The merged tables; a media of which no owner was said is of nobody."""
    tables = live.tables()
    return tables | {"media": [row for row in tables["media"] if row.get("owner_id") is not None]}


def oracle_base(tables: Tables) -> OracleBase:
    """What the tables say."""
    return base_of(tables, snapshot_times(tables, now_ms=NOW_MS))


def built(tables: Mapping[str, Any], index: Path, warehouse: Path) -> Segment:
    """The index of these tables."""
    write_tables(tables, warehouse)
    with writing(index):
        publish(index, lambda: read_corpus(warehouse, now_ms=NOW_MS), now_ms=NOW_MS, progress=lambda _: None)
    segment = open_index(index)
    return segment.base if isinstance(segment, LiveSegment) else segment


def live_segment(base: Segment, layers: list[dict[str, Any]]) -> LiveSegment:
    """A base and layers, read as one."""
    opened = tuple(Layer(str(n), str(n), arrays, {}) for n, arrays in enumerate(layers))
    return LiveSegment(base, Live(base.generation, "", len(layers), (), {}, 0), opened)


# -- what an index says ------------------------------------------------------------------------------------------------


def contents(segment: Segment | LiveSegment) -> dict[str, Any]:
    """Everything that an index says, by external ids and terms; what is not there says nothing."""
    return dict(_contents(segment))


def _contents(segment: Segment | LiveSegment) -> Iterator[tuple[str, Any]]:
    alive = {v: _set_bits(segment.alive(v), segment.size(v)) for v in Vertical}
    ids = {v: segment.ids(v) for v in Vertical}
    for v in Vertical:
        yield f"{v} documents", frozenset(ids[v][alive[v]].tolist())
        for name in layout.TEXT_COLUMNS[v]:
            texts = segment.text(v, name)
            yield f"{v}.{name} texts", {int(ids[v][doc]): texts[doc] for doc in alive[v].tolist()}

    def lists(name: str, keys: list[tuple[Any, int]], of: Vertical) -> dict[Any, frozenset[int]]:
        found = {}
        view, size = segment.lists(name), segment.size(of)
        shown = np.zeros(size, dtype=bool)
        shown[alive[of]] = True
        for label, key in keys:
            docs = view.of(key).within(0, size).docs()
            docs = docs[shown[docs]]
            if len(docs):
                found[label] = frozenset(ids[of][docs].tolist())
        return found

    def by_document(v: Vertical) -> list[tuple[Any, int]]:
        return [(int(ids[v][doc]), doc) for doc in alive[v].tolist()]

    for edge in CATALOGUE:
        if edge.rule is Rule.OWNER_OF:
            for level in range(layout.LEVELS):
                yield (
                    f"{edge.key} {level}",
                    lists(layout.levelled(edge, level), by_document(Vertical.USER), edge.vertical),
                )
        elif edge.kind in (ValueKind.ID, ValueKind.HASHTAG):
            assert edge.value_vertical is not None
            yield edge.key, lists(edge.key, by_document(edge.value_vertical), edge.vertical)
        else:
            keys = [
                (run.terms[row], row if run.keys is None else int(run.keys[row]))
                for run in segment.terms(edge.key).runs
                for row in range(len(run.terms))
            ]
            found = lists(edge.key, keys, edge.vertical)
            yield edge.key, found
            if layout.keeps_prefixes(edge):
                for prefix in (
                    run.terms[row]
                    for run in segment.terms(layout.prefixes(edge.key)).runs
                    for row in range(len(run.terms))
                ):
                    union = segment.frequent_prefix(edge, prefix)
                    assert union is not None
                    docs = [
                        doc
                        for doc in union.within(0, segment.size(edge.vertical)).docs().tolist()
                        if doc in set(alive[edge.vertical].tolist())
                    ]
                    expected = frozenset().union(*(held for term, held in found.items() if term.startswith(prefix)))
                    assert frozenset(ids[edge.vertical][docs].tolist()) == expected, (edge.key, prefix)
    yield "blocked", lists(layout.BLOCKED, by_document(Vertical.USER), Vertical.USER)
    yield "restricted", lists(layout.RESTRICTED, by_document(Vertical.USER), Vertical.MEDIA)
    yield "hashtags", lists(layout.HASHTAGS_OF_MEDIA, by_document(Vertical.MEDIA), Vertical.HASHTAG)
    raws = segment.lists(layout.RAW_TAGS)
    terms = segment.terms(layout.RAW_TAGS)
    tagged = (
        (int(ids[Vertical.MEDIA][doc]), raws.of(doc).within(0, len(terms)).docs())
        for doc in alive[Vertical.MEDIA].tolist()
    )
    yield "raw tags", {media: frozenset(terms[key] for key in keys.tolist()) for media, keys in tagged if len(keys)}
    texts = segment.text(Vertical.HASHTAG, "name")
    spelled = {
        text: segment.terms(layout.HASHTAG_DICTIONARY).find(text)
        for text in (texts[doc] for doc in alive[Vertical.HASHTAG].tolist())
    }
    yield (
        "hashtag texts",
        {text: None if doc is None else int(ids[Vertical.HASHTAG][doc]) for text, doc in spelled.items()},
    )
    for v, name in (
        (Vertical.USER, layout.PUBLIC_USERS),
        (Vertical.MEDIA, layout.PUBLIC_MEDIA),
        (Vertical.GROUP, layout.PUBLIC_GROUPS),
    ):
        yield name, frozenset(ids[v][_set_bits(segment.bits(name), segment.size(v))].tolist())
    media = alive[Vertical.MEDIA].astype(np.uint32)
    for name, of in ((layout.OWNER_COLUMN, Vertical.USER), (layout.PLACE_COLUMN, Vertical.PLACE)):
        there = set(alive[of].tolist())
        values = segment.values(name, media).tolist()
        named = [None if value == NONE or value not in there else int(ids[of][value]) for value in values]
        yield name, dict(zip(ids[Vertical.MEDIA][media].tolist(), named, strict=True))
    for v, names in (
        (Vertical.MEDIA, ("level", "type", "created_at_ms")),
        (Vertical.USER, ("created_at_ms",)),
        (Vertical.PLACE, ("lat", "lon")),
        (Vertical.HASHTAG, ("public_media",)),
    ):
        docs = alive[v].astype(np.uint32)
        for name in names:
            yield (
                f"{v}.{name}",
                dict(zip(ids[v][docs].tolist(), segment.values(f"{v}.{name}", docs).tolist(), strict=True)),
            )


def order_is_right(segment: LiveSegment) -> bool:
    """Whether the order of each vertical is that of the rank keys, counts those of the base."""
    for v in Vertical:
        docs = np.arange(segment.size(v), dtype=np.uint32)
        ids = segment.ids(v).tolist()
        names = segment.text(Vertical.HASHTAG, "name")
        if v is Vertical.MEDIA:
            times = segment.values("media.created_at_ms", docs).tolist()
            key = lambda doc, t=times, i=ids: (-t[doc], -i[doc])  # noqa: E731
        else:
            counts = [*segment.base.column(f"{v}.rank_count").tolist(), *[0] * len(ids)]
            ties: Any = names if v is Vertical.HASHTAG else ids
            key = lambda doc, c=counts, t=ties: (-c[doc], t[doc])  # noqa: E731
        if segment.order(v).sorted(docs).tolist() != sorted(docs.tolist(), key=key):
            return False
    return True


def _set_bits(words: Any, size: int) -> Any:
    if words is None:
        return np.arange(size)
    return np.flatnonzero(np.unpackbits(words.view(np.uint8), bitorder="little")[:size])
