"""Documents, ranks, facts and terms against a twin in plain Python, row by row from the words of the data model."""

from __future__ import annotations

import os
import random
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from index.corpus import NONE, Corpus, Pairs, Postings
from ingest import documents, terms
from ingest.documents import read_corpus
from ingest.text_terms import cleaned_tag, machine_tag_term, whole
from ingest.warehouse import Warehouse
from schemas.catalogue import Vertical
from schemas.ids import INT64_MAX, INT64_MIN, hashtag_id
from schemas.tables import CONTENT_TYPES, TABLES, VISIBILITIES
from schemas.text import fold, hashtag, machine_tag, tag, username_words, words

NOW_MS = 10_000
SHARED = Path(os.environ.get("MONOCEROS_SHARED", Path(__file__).parents[2] / "shared"))
WORLDS = [f"world{n}" for n in range(1, 5)]

Row = dict[str, Any]
World = dict[str, list[Row]]
USER, MEDIA, HASHTAG, PLACE, GROUP = Vertical


# --- the twin -------------------------------------------------------------------------------------------------------


def clean(world: World, table: str, known: dict[str, set[int]]) -> list[Row]:
    """The rows that stand, one a key where the key is an id."""
    spec = TABLES[table]
    standing: dict[Any, Row] = {}
    for raw in world.get(table, []):
        row = {c.name: raw.get(c.name) if raw.get(c.name) is not None else c.default for c in spec.columns}
        if any(row[c.name] is None for c in spec.columns if c.required):
            continue
        if any(row[c.name] not in known[c.references] for c in spec.columns if c.references):
            continue
        if spec.distinct and row[spec.distinct[0]] == row[spec.distinct[1]]:
            continue
        if table == "media" and row["place_id"] not in known["places"]:
            row["place_id"] = None
        names = [name for name in (spec.time, *row) if name and name not in spec.key]
        row[""] = [(row[name] is not None, row[name]) for name in names]
        key = tuple(row[name] for name in spec.key)
        if key not in standing or standing[key][""] < row[""]:
            standing[key] = row
    return list(standing.values())


class Twin:
    """What `read_corpus` gives, with ids for document numbers."""

    def __init__(self, world: World) -> None:
        known: dict[str, set[int]] = {}
        tables: World = {}
        for table in ("users", "places", "groups", "media", *TABLES):
            if table not in tables and table not in ("snapshot", "search_log"):
                tables[table] = clean(world, table, known)
                known[table] = {row["id"] for row in tables[table] if "id" in row}
        self.tables = tables
        self.users = {row["id"]: row for row in tables["users"]}
        self.media = {row["id"]: row for row in tables["media"]}
        self.hashtags = {
            (name, row["media_id"]) for row in tables["media_hashtags"] if (name := hashtag(row["hashtag"]))
        }
        self.names = {name for name, _ in self.hashtags}
        given: dict[str, dict[int, int]] = {}
        for row in tables["rank_counts"]:
            counts = given.setdefault(row["vertical"], {})
            counts[row["id"]] = max(row["count"], counts.get(row["id"], row["count"]))

        def count(vertical: Vertical, id_: int, number: int) -> int:
            return given[vertical].get(id_, 0) if vertical in given else number

        public = {m for m, row in self.media.items() if self.is_public(row)}
        self.public_media = {name: len({m for n, m in self.hashtags if n == name} & public) for name in self.names}
        self.place_media = {
            row["id"]: sum(self.media[m]["place_id"] == row["id"] for m in public) for row in tables["places"]
        }
        followers = [row["followee_id"] for row in tables["follows"]]
        members = [row["group_id"] for row in tables["group_members"]]
        self.counts = {
            USER: {u: count(USER, u, followers.count(u)) for u in self.users},
            MEDIA: {m: row["created_at_ms"] for m, row in self.media.items()},
            HASHTAG: {n: count(HASHTAG, hashtag_id(n), self.public_media[n]) for n in self.names},
            PLACE: {p: count(PLACE, p, number) for p, number in self.place_media.items()},
            GROUP: {row["id"]: count(GROUP, row["id"], members.count(row["id"])) for row in tables["groups"]},
        }
        self.order: dict[Vertical, list[Any]] = {
            vertical: sorted(counts, key=lambda d: (-counts[d], d)) for vertical, counts in self.counts.items()
        }
        self.order[MEDIA] = sorted(self.media, key=lambda m: (-self.media[m]["created_at_ms"], -m))

    def is_public(self, row: Row) -> bool:
        return row["visibility"] == "public" and not self.users[row["owner_id"]]["is_private"]

    def facts(self) -> dict[str, set[tuple[Any, Any]]]:
        def of(table: str, left: str, right: str) -> set[tuple[Any, Any]]:
            return {(row[left], row[right]) for row in self.tables[table]}

        return {
            "follows": of("follows", "follower_id", "followee_id"),
            "blocks": of("blocks", "blocker_id", "blocked_id"),
            "likes": of("likes", "liker_id", "media_id"),
            "comments": of("comments", "commenter_id", "media_id"),
            "tagged": of("media_tagged_users", "user_id", "media_id"),
            "mentions": of("media_mentions", "user_id", "media_id"),
            "hashtags": self.hashtags,
            "members": of("group_members", "user_id", "group_id"),
            "group_media": of("group_media", "group_id", "media_id"),
        }

    def terms(self) -> dict[str, set[tuple[str, Any]]]:
        def of(
            table: str, column: str, terms_of: Callable[[str], Iterable[str]], key: str = "id"
        ) -> set[tuple[str, Any]]:
            return {(term, row[key]) for row in self.tables[table] for term in terms_of(row[column]) if term}

        def whole(text: str) -> list[str]:
            return [fold(text)]

        def machine(raw: str) -> list[str]:
            parts = machine_tag(raw)
            return [f"{parts.namespace}:{parts.predicate}={parts.value}"] if parts else []

        return {
            "user.name": of("users", "username", username_words) | of("users", "fullname", words),
            "user.username": of("users", "username", whole),
            "user.country": of("users", "country", whole),
            "media.caption": of("media", "caption", words),
            "media.autotag": of("media_autotags", "label", whole, "media_id"),
            "media.tag": of("media_tags", "tag", lambda raw: [tag(raw)], "media_id"),
            "media.mt": of("media_tags", "tag", machine, "media_id"),
            "media.raw_tag": of("media_tags", "tag", lambda raw: [raw], "media_id"),
            "hashtag.name": {(fold(name), name) for name in self.names if fold(name)},
            "place.name": of("places", "name", words),
            "place.city": of("places", "city", whole),
            "place.country": of("places", "country", whole),
            "place.category": of("places", "category", whole),
            "group.name": of("groups", "name", words),
        }


ENDS: dict[str, tuple[Vertical, Vertical]] = {
    "follows": (USER, USER),
    "blocks": (USER, USER),
    "likes": (USER, MEDIA),
    "comments": (USER, MEDIA),
    "tagged": (USER, MEDIA),
    "mentions": (USER, MEDIA),
    "hashtags": (HASHTAG, MEDIA),
    "members": (USER, GROUP),
    "group_media": (GROUP, MEDIA),
}


def check(corpus: Corpus, world: World) -> None:
    """Assert that a corpus is what the twin makes of the same rows."""
    twin = Twin(world)
    order = twin.order
    assert {v: ids.tolist() for v, ids in corpus.ids.items()} == {
        v: [hashtag_id(d) for d in docs] if v is HASHTAG else docs for v, docs in order.items()
    }
    assert {v: c.tolist() for v, c in corpus.rank_counts.items()} == {
        v: [twin.counts[v][d] for d in docs] for v, docs in order.items() if v is not MEDIA
    }
    assert list(corpus.texts["hashtag.name"]) == order[HASHTAG]
    for table, vertical in (("users", USER), ("places", PLACE), ("groups", GROUP)):
        rows = {row["id"]: row for row in twin.tables[table]}
        for key, column in corpus.texts.items():
            if key.startswith(f"{vertical}."):
                assert list(column) == [rows[d][key.partition(".")[2]] for d in order[vertical]]
    users = [twin.users[u] for u in order[USER]]
    media = [twin.media[m] for m in order[MEDIA]]
    groups = {row["id"]: row for row in twin.tables["groups"]}
    places = {row["id"]: row for row in twin.tables["places"]}
    assert corpus.private.tolist() == [row["is_private"] for row in users]
    assert corpus.verified.tolist() == [row["is_verified"] for row in users]
    assert [order[USER][u] for u in corpus.owner] == [row["owner_id"] for row in media]
    assert [None if p == NONE else order[PLACE][p] for p in corpus.place] == [row["place_id"] for row in media]
    assert [VISIBILITIES[level] for level in corpus.level] == [row["visibility"] for row in media]
    assert [CONTENT_TYPES[kind] for kind in corpus.content_type] == [row["content_type"] for row in media]
    assert corpus.group_public.tolist() == [groups[g]["is_public"] for g in order[GROUP]]
    assert {key: column.tolist() for key, column in corpus.columns.items()} == {
        "user.created_at_ms": [row["created_at_ms"] for row in users],
        "media.created_at_ms": [row["created_at_ms"] for row in media],
        "hashtag.public_media": [twin.public_media[n] for n in order[HASHTAG]],
        "place.public_media": [twin.place_media[p] for p in order[PLACE]],
        "place.lat": [places[p]["lat"] for p in order[PLACE]],
        "place.lon": [places[p]["lon"] for p in order[PLACE]],
    }
    found = {fact: _named(loader(), order, *ENDS[fact]) for fact, loader in corpus.pairs.items()}
    assert found == twin.facts()
    for fact, loader in corpus.postings.items():
        postings = loader()
        assert list(postings.terms) == sorted(set(postings.terms)), fact
        assert set(np.unique(postings.term).tolist()) == set(range(len(postings.terms))), fact
        assert _spelt(postings, order[Vertical(fact.partition(".")[0])]) == twin.terms()[fact], fact


def _named(pairs: Pairs, order: dict[Vertical, list[Any]], left: Vertical, right: Vertical) -> set[tuple[Any, Any]]:
    assert pairs.left.dtype == pairs.right.dtype == np.uint32
    return {(order[left][a], order[right][b]) for a, b in zip(pairs.left, pairs.right, strict=True)}


def _spelt(postings: Postings, docs: list[Any]) -> set[tuple[str, Any]]:
    assert postings.term.dtype == postings.docs.dtype == np.uint32
    return {(postings.terms[t], docs[d]) for t, d in zip(postings.term, postings.docs, strict=True)}


# --- worlds ---------------------------------------------------------------------------------------------------------

TEXTS = [
    "",
    " ",
    "Ann_Lee",
    "ann  lee",
    "José",
    "jose",
    "ΟΔΟΣ odos",
    "straße",
    "하늘",
    "x" * 300,
    "a\u0300 \u0301b",
    "🎉",
    "i̇İ",
]
TAGS = [
    "#Café",
    "cafe",
    "CAFÉ",
    "##tbt",
    "t b t",
    "#",
    "",
    "\u0301",
    "geo:lat=1.5",
    "Geo:Lat=1.5",
    "a:=",
    "San Francisco",
]


def make_world(rng: random.Random) -> World:
    """Rows with nulls, unknown references, duplicates, ties and every optional column sometimes left out."""
    ids = {table: [rng.choice([INT64_MIN, INT64_MAX, -3, 0, *range(1, 14)]) for _ in range(9)] for table in TABLES}

    def cell(table: str, name: str, kind: str) -> Any:
        pool = {"user": "users", "follower": "users", "followee": "users", "media": "media", "place": "places"}
        pool |= {"blocker": "users", "blocked": "users", "owner": "users", "liker": "users", "commenter": "users"}
        pool |= {"viewer": "users", "group": "groups"}
        if rng.random() < 0.04:
            return None
        match kind:
            case "id" | "ref":
                return rng.choice([*ids[pool.get(name.removesuffix("_id"), table)], 77])
            case "time" | "int":
                return rng.randrange(4)
            case "bool":
                return rng.random() < 0.4
            case "float":
                return rng.choice([0.0, 1.5, -2.25])
            case _:
                options = TABLES[table].column(name).one_of or (TAGS if name in ("tag", "hashtag", "label") else TEXTS)
                return rng.choice(options)

    world: World = {}
    for table, spec in TABLES.items():
        if table in ("search_log", "snapshot", "media_vectors") or rng.random() < 0.08:
            continue
        if table == "rank_counts":
            if rng.random() < 0.3:
                tags = [hashtag_id(name) for raw in TAGS if (name := hashtag(raw))]
                world[table] = [
                    {"vertical": v, "id": rng.choice(tags if v is HASHTAG else range(14)), "count": rng.randrange(5)}
                    for v in rng.choices(list(Vertical), k=12)
                ]
            continue
        columns = [c for c in spec.columns if c.required or rng.random() < 0.9]
        rows = [{c.name: cell(table, c.name, c.kind) for c in columns} for _ in range(rng.randrange(40))]
        world[table] = rows
    return world


def write(root: Path, world: World) -> Path:
    kinds = {"text": pl.String, "bool": pl.Boolean, "float": pl.Float64}
    for table, rows in world.items():
        spec = TABLES[table]
        names = list(dict.fromkeys(name for row in rows for name in row)) or [c.name for c in spec.columns]
        schema = {name: kinds.get(spec.column(name).kind, pl.Int64) for name in names}
        pl.DataFrame(rows, schema=schema).write_parquet(root / f"{table}.parquet")
    return root


@pytest.mark.parametrize("seed", range(60))
def test_random_worlds(tmp_path: Path, seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    world = make_world(random.Random(seed))
    monkeypatch.setattr(terms, "SLICE_ROWS", 5)
    monkeypatch.setattr(documents, "Warehouse", partial(Warehouse, batch_rows=7))
    check(read_corpus(write(tmp_path, {"users": []} | world), now_ms=NOW_MS), world)


@pytest.mark.parametrize("name", WORLDS)
def test_conformance_worlds(name: str) -> None:
    root = SHARED / "conformance" / name
    if not root.is_dir():
        pytest.skip(f"{root} is absent")
    world = {file.stem: pl.read_parquet(file).to_dicts() for file in root.glob("*.parquet")}
    check(read_corpus(root, now_ms=2**62), world)


# --- one rule at a time ---------------------------------------------------------------------------------------------


def corpus_of(root: Path, world: World) -> Corpus:
    return read_corpus(write(root, world), now_ms=NOW_MS)


def test_hashtags_are_counted_on_public_media_of_public_owners_and_rank_counts_only_order(tmp_path: Path) -> None:
    world: World = {
        "users": [{"id": 1, "username": "a"}, {"id": 2, "username": "b", "is_private": True}],
        "media": [
            {"id": 10, "owner_id": 1, "visibility": "public", "created_at_ms": 1},
            {"id": 11, "owner_id": 1, "visibility": "followers", "created_at_ms": 1},
            {"id": 12, "owner_id": 2, "visibility": "public", "created_at_ms": 1},
        ],
        "media_hashtags": [
            *({"media_id": 10, "hashtag": raw} for raw in ("#one", "ONE", "b", "zero")),
            {"media_id": 11, "hashtag": "one"},
            {"media_id": 12, "hashtag": "closed"},
            {"media_id": 99, "hashtag": "nowhere"},
        ],
    }
    corpus = corpus_of(tmp_path, world)
    assert list(corpus.texts["hashtag.name"]) == ["b", "one", "zero", "closed"]
    assert corpus.columns["hashtag.public_media"].tolist() == [1, 1, 1, 0]
    world["rank_counts"] = [{"vertical": "hashtag", "id": hashtag_id("closed"), "count": 4}]
    corpus = corpus_of(tmp_path, world)
    assert list(corpus.texts["hashtag.name"]) == ["closed", "b", "one", "zero"]
    assert corpus.rank_counts[HASHTAG].tolist() == [4, 0, 0, 0]
    assert corpus.columns["hashtag.public_media"].tolist() == [0, 1, 1, 1]


def test_ties_go_by_code_point_not_by_utf16(tmp_path: Path) -> None:
    raws = ["\ufb29", "\U0001f600", "z", "é", "\uffee", "\U00010000"]
    corpus = corpus_of(
        tmp_path,
        {
            "users": [{"id": 1, "username": "a"}],
            "media": [{"id": 10, "owner_id": 1, "created_at_ms": 1}],
            "media_hashtags": [{"media_id": 10, "hashtag": raw} for raw in raws],
        },
    )
    assert list(corpus.texts["hashtag.name"]) == sorted(hashtag(raw) for raw in raws)


def test_the_same_rows_give_the_same_corpus(tmp_path: Path) -> None:
    root = write(tmp_path, make_world(random.Random(3)))
    one, two = (read_corpus(root, now_ms=NOW_MS) for _ in range(2))
    for fact, loader in one.postings.items():
        a, b = loader(), two.postings[fact]()
        assert list(a.terms) == list(b.terms)
        assert a.term.tolist() == b.term.tolist()
        assert a.docs.tolist() == b.docs.tolist()


# --- terms ----------------------------------------------------------------------------------------------------------

UNICODE = st.text(
    st.one_of(
        st.characters(exclude_categories=["Cs"]),
        st.sampled_from(
            " \t\n\x1c\x85\u00a0\u2003\u00a8\u00b4\u0130ΣςσßſK\u0345\u1fb3\u0f77\u0fb2\u0f71\u0f80<=>\u0338"
        ),
        st.characters(min_codepoint=0x300, max_codepoint=0x36F),
        st.characters(min_codepoint=0x1100, max_codepoint=0x11FF),
    ),
    max_size=40,
)
LONG = st.builds(lambda text, times, tail: text * times + tail, UNICODE, st.integers(1, 40), UNICODE)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.one_of(UNICODE, LONG), max_size=6))
@example(["ΟΔΟΣ ΟΔΟΣ", "a \u0301b", "\u00a8 \u0308", "e\u0301 \u0301", "x" * 255 + " y" + "z", "\u1112\u1161 \u11ab"])
@example(["x" * 255 + "e\u0301", "\ufdfa" * 300, "  ", ""])
def test_words_between_spaces_are_the_words_of_the_text(texts: list[str]) -> None:
    docs = np.arange(len(texts), dtype=np.uint32)
    column = pl.Series("text", texts, dtype=pl.String)
    for terms_of in (words, username_words):
        postings = terms.word_postings(([terms.TextBatch(docs, column)], terms_of))
        expected = {(term, row) for row, text in enumerate(texts) for term in terms_of(text)}
        assert _spelt(postings, list(range(len(texts)))) == expected


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(UNICODE, max_size=5), max_size=4))
def test_whole_terms_are_coded_across_batches(batches: list[list[str]]) -> None:
    docs = iter(range(100))
    numbered = [[(next(docs), text) for text in batch] for batch in batches]
    for terms_of in (whole, cleaned_tag, machine_tag_term):
        postings, empty = terms.whole_postings(
            [
                terms.TextBatch(
                    np.array([doc for doc, _ in batch], dtype=np.uint32),
                    pl.Series([text for _, text in batch], dtype=pl.String),
                )
                for batch in numbered
            ],
            terms_of,
        )
        rows = [(doc, list(terms_of(text))) for batch in numbered for doc, text in batch]
        assert _spelt(postings, list(range(100))) == {(term, doc) for doc, found in rows for term in found}
        assert empty == sum(not found for _, found in rows)
