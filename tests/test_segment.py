"""A segment as it is read, array by array, against the plain sets of the slow twin: tiny worlds from seeds."""

from __future__ import annotations

from random import Random
from typing import Any

import numpy as np
import pytest

from index import NONE, WINDOW, DocSet, Segment, Strings, TermDictionary, layout, new_words, set_bits
from index.idmap import BulkIdMap, IdMap
from index.postings import LONG, Grouped
from schemas.catalogue import CATALOGUE, Edge, Rule, ValueKind, Vertical
from schemas.ids import INT64_MAX, INT64_MIN, ExternalId, hashtag_id
from schemas.tables import VISIBILITIES
from tests import oracle
from tests.agreement import built
from tests.oracle.random_world import EXTREME_IDS, random_tables
from tests.oracle.text import words
from tests.oracle.view import View

BATCHES = 4
WORLDS = 7
SEED = 7_000

Documents = dict[Vertical, list[Any]]


@pytest.mark.parametrize("batch", range(BATCHES))
def test_a_segment_holds_what_plain_sets_hold(batch: int) -> None:
    sparse = 0
    for seed in range(SEED + batch * WORLDS, SEED + (batch + 1) * WORLDS):
        print(f"world {seed}")
        tables = random_tables(seed)
        view = View(oracle.make_world(tables, hashtag_id))
        with built(tables) as segment:
            documents = check_documents(segment, view)
            for edge in CATALOGUE:
                check_edge(segment, view, edge, documents)
                sparse += sum(len(segment.lists(name).keys) > 0 for name in stored(edge))
            check_texts_and_columns(segment, view, documents)
            check_what_visibility_reads(segment, view, documents)
            check_dictionaries(segment, view, Random(seed))
    assert sparse > 0


# -- documents ---------------------------------------------------------------------------------------------------------


def check_documents(segment: Segment, view: View) -> Documents:
    """Numbers are the static rank; ids lead to numbers. Returns the oracle's documents by number."""
    documents: Documents = {}
    for vertical in Vertical:
        rank = view.rank(vertical.value)
        documents[vertical] = sorted(rank, key=rank.__getitem__)
        assert segment.size(vertical) == len(rank)
        ids = segment.ids(vertical).tolist()
        if vertical is Vertical.HASHTAG:
            assert ids == [hashtag_id(text) for text in documents[vertical]]
        else:
            assert ids == documents[vertical]
        numbers = {external: number for number, external in enumerate(ids)}
        near = {external + step for external in ids for step in (-1, 0, 1)} | {*EXTREME_IDS, INT64_MIN, INT64_MAX}
        for external in near:
            if INT64_MIN <= external <= INT64_MAX:
                assert segment.idmap(vertical).find(ExternalId(external)) == numbers.get(external)
    return documents


# -- edges -------------------------------------------------------------------------------------------------------------


def stored(edge: Edge) -> list[str]:
    """The lists that hold an edge: of used_by and visited_by one for each level of visibility."""
    if edge.rule is Rule.OWNER_OF:
        return [layout.levelled(edge, level) for level in range(layout.LEVELS)]
    return [edge.key]


def check_edge(segment: Segment, view: View, edge: Edge, documents: Documents) -> None:
    """Every list of the edge, those of keys without one too, is the twin's set.

    The twin keeps a username whole as a word even where it is several words, which no term can ask for.
    """
    postings = view.postings(edge.vertical.value, edge.name)
    held, size = documents[edge.vertical], segment.size(edge.vertical)
    keys = keys_of(segment, edge, documents)
    met = set()
    for place, key in enumerate(keys):
        found: list[int] = []
        for name in stored(edge):
            found += segment.lists(name).of(place).within(0, size).docs().tolist()
        assert len(found) == len(set(found))
        assert {held[number] for number in found} == postings.get(key, frozenset()), (edge.key, key)
        met.add(key)
    assert {key for key in postings if edge.key != "user.name" or words(key) == (key,)} <= met, edge.key
    for name in stored(edge):
        lists = segment.lists(name)
        for beyond in (len(keys), len(keys) + 1, len(keys) + 1_000, NONE):
            assert lists.of(beyond).size() == 0
        filled = sum(lists.of(place).size() > 0 for place in range(len(keys)))
        assert (len(lists.keys) > 0) == (0 < filled < len(keys) / 4), edge.key


def keys_of(segment: Segment, edge: Edge, documents: Documents) -> list[Any]:
    """The twin's values in the order of the keys."""
    if edge.value_vertical is not None:
        return documents[edge.value_vertical]
    terms = [segment.dictionary(edge.key)[key] for key in range(len(segment.dictionary(edge.key)))]
    assert terms == sorted(set(terms), key=str.encode)
    if edge.kind is ValueKind.MACHINE_TAG:
        return [split(term) for term in terms]
    return terms


def split(term: str) -> tuple[str, str, str]:
    namespace, _, rest = term.partition(":")
    predicate, _, value = rest.partition("=")
    return namespace, predicate, value


# -- forward texts and columns -----------------------------------------------------------------------------------------

TABLES = {Vertical.USER: "users", Vertical.MEDIA: "media", Vertical.PLACE: "places", Vertical.GROUP: "groups"}


def check_texts_and_columns(segment: Segment, view: View, documents: Documents) -> None:
    world = view.world
    for vertical, table in TABLES.items():
        by_id = {row["id"]: row for row in world.tables[table]}
        rows = [by_id[document] for document in documents[vertical]]
        for name in layout.TEXT_COLUMNS[vertical]:
            column = segment.text(vertical, name)
            assert [column[number] for number in range(len(column))] == [row[name] for row in rows]
        if vertical is Vertical.MEDIA:
            continue
        counts = world.counts[vertical.value]
        found = segment.column(f"{vertical}.rank_count").tolist()
        assert found == [counts[document] for document in documents[vertical]]
    hashtags = segment.text(Vertical.HASHTAG, "name")
    assert [hashtags[number] for number in range(len(hashtags))] == documents[Vertical.HASHTAG]

    users = {external: number for number, external in enumerate(documents[Vertical.USER])}
    places = {external: number for number, external in enumerate(documents[Vertical.PLACE])}
    media = [world.media[external] for external in documents[Vertical.MEDIA]]
    assert segment.column(layout.OWNER_COLUMN).tolist() == [users[row["owner_id"]] for row in media]
    assert segment.column(layout.PLACE_COLUMN).tolist() == [places.get(row["place_id"], NONE) for row in media]
    assert [VISIBILITIES[level] for level in segment.column("media.level")] == [row["visibility"] for row in media]
    assert segment.column("media.created_at_ms").tolist() == [row["created_at_ms"] for row in media]


def check_what_visibility_reads(segment: Segment, view: View, documents: Documents) -> None:
    """Lists and bitsets that stand in no catalogue."""
    world = view.world
    users, media, groups = (documents[v] for v in (Vertical.USER, Vertical.MEDIA, Vertical.GROUP))
    openly = {user for user in users if not world.users[user]["is_private"]}
    public = {m for m, row in world.media.items() if row["visibility"] == "public" and row["owner_id"] in openly}
    groups_of = {row["id"]: row for row in world.tables["groups"]}
    assert shown(segment, layout.PUBLIC_USERS, users) == openly
    assert shown(segment, layout.PUBLIC_MEDIA, media) == public
    assert shown(segment, layout.PUBLIC_GROUPS, groups) == {group for group in groups if groups_of[group]["is_public"]}

    blocks = {(row["blocker_id"], row["blocked_id"]) for row in world.tables["blocks"]}
    carried = view.field("hashtag")
    for number, user in enumerate(users):
        either = {a for a, b in blocks if b == user} | {b for a, b in blocks if a == user}
        assert members(segment, layout.BLOCKED, number, users) == either
        own = {m for m, row in world.media.items() if row["owner_id"] == user and row["visibility"] != "private"}
        assert members(segment, layout.RESTRICTED, number, media) == own - public
        for edge, field in (("hashtag.used_by", "hashtag"), ("place.visited_by", "location")):
            check_levels(segment, view, edge, field, number, user, documents)
    for number, external in enumerate(media):
        found = members(segment, layout.HASHTAGS_OF_MEDIA, number, documents[Vertical.HASHTAG])
        assert found == carried.get(external, frozenset())


def check_levels(
    segment: Segment, view: View, edge: str, field: str, number: int, user: int, documents: Documents
) -> None:
    """What a user's media lead to stands at the lowest level of those media, and nowhere else."""
    lowest: dict[Any, int] = {}
    for media, row in view.world.media.items():
        for document in view.field(field).get(media, ()) if row["owner_id"] == user else ():
            level = VISIBILITIES.index(row["visibility"])
            lowest[document] = min(level, lowest.get(document, level))
    held = documents[Vertical(edge.partition(".")[0])]
    for level in range(layout.LEVELS):
        expected = {document for document, at in lowest.items() if at == level}
        assert members(segment, f"{edge}.{level}", number, held) == expected


def members(segment: Segment, name: str, key: int, documents: list[Any]) -> set[Any]:
    return {documents[number] for number in segment.lists(name).of(key).within(0, len(documents)).docs().tolist()}


def shown(segment: Segment, name: str, documents: list[Any]) -> set[Any]:
    found = DocSet(0, len(documents), None, segment.bits(name)).docs().tolist()
    return {documents[number] for number in found}


# -- dictionaries ------------------------------------------------------------------------------------------------------


def check_dictionaries(segment: Segment, view: View, rng: Random) -> None:
    texts = sorted(view.world.documents["hashtag"], key=lambda text: str(text).encode())
    dictionary = segment.dictionary(layout.HASHTAG_DICTIONARY)
    assert [dictionary[key] for key in range(len(dictionary))] == texts
    names = segment.text(Vertical.HASHTAG, "name")
    assert [names[int(number)] for number in segment.hashtag_numbers] == texts
    machine_tags = view.postings("media", "mt")
    heads = segment.mt_heads
    assert [heads[row] for row in range(len(heads))] == sorted(
        {f"{n}:{p}=" for n, p, _ in machine_tags}, key=str.encode
    )
    check_ranges(dictionary, rng)
    for edge in layout.DICTIONARY_EDGES:
        check_ranges(segment.dictionary(edge.key), rng)


def check_ranges(dictionary: TermDictionary, rng: Random) -> None:
    """Terms and the ranges of prefixes: beginnings of terms, changed beginnings, and texts before and behind all."""
    terms = [dictionary[key] for key in range(len(dictionary))]
    asked = {"", "\0", "\x7f", "\x80", "é", "\ud7ff", "\ue000", "\uffff", "\U00010000", "\U0010ffff", "zzz", "하"}
    for term in rng.sample(terms, min(len(terms), 30)):
        cut = rng.randrange(len(term) + 1)
        asked |= {term, term[:cut], term + "\0", term + "\U0010ffff", term[:cut] + "~", term[:1]}
        asked |= {term[:-1] + chr(ord(term[-1]) + step) for step in (-1, 1) if 0 < ord(term[-1]) < 0xD000}
    for text in asked:
        assert dictionary.find(text) == (terms.index(text) if text in terms else None)
        found = dictionary.range(text)
        assert [terms[key] for key in found] == [term for term in terms if term.startswith(text)], text


# -- by themselves -----------------------------------------------------------------------------------------------------


def test_words_of_many_bytes_stand_in_one_order() -> None:
    letters = ["a", "b", "é", "ß", "하", "늘", "猫", "\ud7ff", "\ue000", "\uffff", "😀", "\U0010ffff", "\x7f", "\0"]
    rng = Random(SEED)
    terms = sorted({"".join(rng.choices(letters, k=rng.randrange(5))) for _ in range(3_000)})
    assert terms == sorted(terms, key=str.encode)
    strings = Strings.of(terms)
    dictionary = TermDictionary(Strings(strings.blob.copy(), strings.offsets.astype(np.uint32)))
    for key, term in enumerate(terms):
        assert dictionary.find(term) == key
    for _ in range(2_000):
        text = "".join(rng.choices(letters, k=rng.randrange(4)))
        assert list(dictionary.range(text)) == [key for key, term in enumerate(terms) if term.startswith(text)]


def test_an_empty_dictionary() -> None:
    dictionary = TermDictionary(Strings(np.empty(0, np.uint8), np.zeros(1, np.uint32)))
    assert dictionary.find("") is None
    assert list(dictionary.range("")) == list(dictionary.range("a")) == []


def test_id_maps_hold_every_64_bit_integer() -> None:
    rng = Random(SEED)
    ids = {INT64_MIN, INT64_MIN + 1, -1, 0, 1, 2**53, 2**53 + 1, INT64_MAX - 1, INT64_MAX}
    ids |= {rng.randrange(INT64_MIN, INT64_MAX) for _ in range(2_000)}
    shuffled = rng.sample(sorted(ids), len(ids))
    external = np.array(shuffled, dtype=np.int64)
    one, bulk = IdMap.of(external), BulkIdMap(external)
    for number, wanted in enumerate(shuffled):
        assert one.find(ExternalId(wanted)) == number
    unknown = [
        wanted for wanted in (2, -2, 2**53 + 2, *(rng.randrange(2**62) for _ in range(500))) if wanted not in ids
    ]
    assert all(one.find(ExternalId(wanted)) is None for wanted in unknown)
    asked = np.array(shuffled + unknown, dtype=np.int64)
    assert bulk.numbers(asked).tolist() == [*range(len(ids)), *[NONE] * len(unknown)]
    nothing = np.empty(0, dtype=np.int64)
    assert IdMap.of(nothing).find(ExternalId(0)) is None
    assert BulkIdMap(nothing).numbers(asked[:3]).tolist() == [NONE] * 3


def test_bitmaps_on_either_side_of_every_threshold() -> None:
    """Windows of one document, of 4,096 (an array), of 4,097 (a bitset) and full ones; lists just long enough and not."""
    rng, size = Random(SEED), 4 * WINDOW + 77
    counts = [(LONG - 1,), (LONG,), (LONG + 1,), (4_096,), (4_097,), (WINDOW,)]
    counts += [
        (1, 4_097, 0, 4_096, 77),
        (0, WINDOW, 1, 4_095, 1),
        (4_097, 0, 4_097),
        (1, 1, 1, WINDOW, 77),
        (0, 0, 0, 4_098),
    ]
    for per_window in counts:
        docs = [
            window * WINDOW + low
            for window, count in enumerate(per_window)
            for low in sorted(rng.sample(range(min(WINDOW, size - window * WINDOW)), count))
        ]
        held = np.array(docs, dtype=np.uint32)
        lists = Grouped.of(np.full(len(held), 2, dtype=np.uint32), held, 3, size).packed(size)
        found = lists.of(2)
        assert found.is_roaring == (len(docs) >= LONG)
        assert found.size() == len(docs)
        wanted = set(docs)
        asked = np.array(sorted({*rng.sample(docs, len(docs) // 3), *rng.sample(range(size), 3_000)}), dtype=np.uint32)
        assert found.keep(asked).tolist() == [doc for doc in asked.tolist() if doc in wanted]
        assert found.keep(asked, wanted=False).tolist() == [doc for doc in asked.tolist() if doc not in wanted]
        for base, end in ((0, size), (0, WINDOW), (WINDOW, size), (2 * WINDOW, 4 * WINDOW), (4 * WINDOW, size)):
            assert found.within(base, end).docs().tolist() == [doc for doc in docs if base <= doc < end]
        everyone, odd = np.array([0, 2], dtype=np.uint32), new_words(size)
        set_bits(odd, 0, np.arange(1, size, 2, dtype=np.uint32))
        words, hits = new_words(size), np.zeros(size, dtype=np.uint32)
        lists.union_into(everyone, words)
        lists.count_into(everyone, odd, hits, hits.copy(), 0)
        assert DocSet(0, size, None, words).docs().tolist() == docs
        assert np.flatnonzero(hits).tolist() == [doc for doc in docs if doc % 2]
        assert lists.sizes(everyone, None).tolist() == [0, len(docs)]
        assert lists.sizes(everyone, odd).tolist() == [0, sum(doc % 2 for doc in docs)]
