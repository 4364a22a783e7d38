"""The search box: rewriting, features against the language itself, blending, what is told past visibility, and hostile texts."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from index import U32, DocSet, Segment
from query import Request, Searcher, StoppedError, Tier, Tree, World, parse, print_node
from ranking import (
    ACCOUNT_SEARCH,
    BLEND,
    Box,
    Choice,
    Context,
    Intents,
    KnownPast,
    LoggedPast,
    SearchRows,
    Slate,
    load_intents,
    save_intents,
)
from ranking.box.lexicon import Lexicon, Sounds
from ranking.box.rewriting import rewrite, widen
from ranking.box.rewriting.tiers import TIERS
from ranking.box.rewriting.transliteration import latin
from ranking.box.rewriting.typed import Typed
from schemas.catalogue import EDGES, Vertical
from schemas.errors import DamagedError, InputError
from schemas.ids import ExternalId, hashtag_id
from tests import oracle
from tests.agreement import SETTINGS, built
from tests.box_columns import check_rows
from tests.live_layers import Layers
from tests.live_worlds import live_segment
from tests.oracle.random_cases import random_viewers
from tests.oracle.random_world import random_tables
from tests.test_live_segment import changed, with_counts

NOW_MS = 86_400_000
TYPED = (
    "", " ", "#", "@", "a", "an", "ann", "ann ", "ann l", "lee ann", "@an", "#ca", "#t", "#猫", "cafe", "caffe", "cafe in par",
    "new yo", "paris", "мар", "мария", "maria", "hangug", "한", "محمد", "😀", "…", '"', "(and", ":optional-weight 1", "o'ne",
    "street", "stret", "time", "golden", "blue bottle", "name:*", "\\", "a" * 10_000, "a " * 5_000, "\ud800", "\0",
)  # fmt: skip


def context(segment: Segment, viewer: int | None, **more: object) -> Context:
    who = None if viewer is None else ExternalId(viewer)
    return Context(searcher=Searcher(segment, SETTINGS), viewer=who, now_ms=NOW_MS, **more)  # type: ignore[arg-type]


def told(slate: Slate) -> list[object]:
    """All that a slate brings to light, the features as served among it."""
    rows = [(row.task, row.scorer, row.positions, row.matrix.tobytes()) for row in slate.served]
    return [slate.slots, slate.dropped, slate.incomplete, rows]


@pytest.mark.parametrize("seed", range(9_000, 9_005))
def test_what_is_deleted_is_not_missed(seed: int) -> None:
    tables = random_tables(seed)
    world = oracle.make_world(tables, hashtag_id)
    rng = Random(seed)
    with built(tables) as full:
        users = full.ids(Vertical.USER).tolist() or [1]
        for viewer in random_viewers(world, rng, 2):
            past = [
                Choice(vertical, ExternalId(rng.choice(full.ids(vertical).tolist() or [1])), rng.randrange(1, 4), 5)
                for vertical in Vertical
                for _ in range(2)
            ]
            box = Box(past=KnownPast({ExternalId(user): past for user in users}))
            with built(oracle.visible_tables(world, viewer, hashtag_id)) as left:
                for typed in TYPED:
                    more = {"country": rng.choice(["", "fr", "us"]), "place": rng.choice([None, (59.9, 10.7)])}
                    before = box.typeahead(context(full, viewer, **more), typed, 6)
                    after = box.typeahead(context(left, viewer, **more), typed, 6)
                    assert told(before) == told(after), (seed, viewer, typed)


@pytest.fixture(scope="module")
def some():
    """A world with enough people in it."""
    with built(random_tables(5_011)) as segment:
        yield segment


def test_the_same_question_gives_the_same_slate(some: Segment) -> None:
    box, viewer = Box(), int(some.ids(Vertical.USER)[0])
    for typed in TYPED:
        assert told(box.typeahead(context(some, viewer), typed)) == told(Box().typeahead(context(some, viewer), typed))


def test_a_slate_holds_each_document_once_and_as_many_as_asked(some: Segment) -> None:
    for typed in TYPED:
        for limit in (1, 3, 50):
            slots = Box().typeahead(context(some, None), typed, limit).slots
            assert len(slots) <= limit
            assert len({(slot.vertical, slot.id) for slot in slots}) == len(slots)
            assert all(slot.reason and slot.source for slot in slots)


def test_signs_ask_for_one_vertical(some: Segment) -> None:
    viewer = int(some.ids(Vertical.USER)[0])
    for sign, vertical in (
        ("#", Vertical.HASHTAG),
        ("＃", Vertical.HASHTAG),
        ("@", Vertical.USER),
        (" @", Vertical.USER),
    ):
        for rest in ("", "a", "c"):
            slots = Box().typeahead(context(some, viewer), sign + rest).slots
            assert {slot.vertical for slot in slots} <= {vertical}
        assert Box().typeahead(context(some, viewer), sign).slots, sign


def test_features_of_the_graph_are_what_the_language_finds(some: Segment) -> None:
    searcher = Searcher(some, SETTINGS)

    def count(text: str, viewer: int) -> int:
        return searcher.run(Request(text, ExternalId(viewer), Vertical.USER, 10_000, is_exact=True)).total

    checked = 0
    for viewer in some.ids(Vertical.USER).tolist()[:12]:
        slate = Box().typeahead(context(some, viewer), "@", 50)
        [served] = [row for row in slate.served if row.task == ACCOUNT_SEARCH.name]
        values = {name: served.matrix[:, place] for place, name in enumerate(ACCOUNT_SEARCH.names)}
        for row, position in enumerate(served.positions):
            other = slate.slots[position].id
            found = {
                "mutuals": count(f"(and followed_by:me follower:{other})", viewer),
                "fan_mutuals": count(f"(and follower:me follower:{other})", viewer),
                "following": count(f"followed_by:{other}", viewer),
            }
            for name, size in found.items():
                assert values[name][row] == pytest.approx(np.log1p(size)), (viewer, other, name)
            follows = count(f"(and followed_by:me (apply followed_by: follower:{other}))", viewer)
            is_followee = (
                other in searcher.run(Request("followed_by:me", ExternalId(viewer), Vertical.USER, 10_000)).ids
            )
            assert values["follows"][row] == is_followee, follows
            checked += 1
    assert checked > 20


def test_features_of_affinity_are_those_of_the_model(some: Segment) -> None:
    users = some.ids(Vertical.USER).tolist()
    rng = Random(17)
    parts = {viewer: {other: rng.randrange(0, 4_096) for other in users} for viewer in users}

    def followed(viewer: int) -> set[int]:
        found = Searcher(some, SETTINGS).run(Request("followed_by:me", ExternalId(viewer), Vertical.USER, 10_000)).ids
        return set(found)

    @dataclass(frozen=True)
    class Known:
        """Whatever it says of those whom the viewer does not follow must not count."""

        version: str = "a table"

        def of(self, world: World, docs: U32) -> np.ndarray:
            mine = {} if world.viewer is None else parts[int(some.ids(Vertical.USER)[world.viewer])]
            return np.array([mine[id_] / 1_024 for id_ in some.ids(Vertical.USER)[docs].tolist()], dtype=np.float32)

    searcher = Searcher(some, SETTINGS, affinity=Known())
    checked = 0
    for viewer in users:
        slate = Box().typeahead(Context(searcher=searcher, viewer=ExternalId(viewer), now_ms=NOW_MS), "@", 50)
        [served] = [row for row in slate.served if row.task == ACCOUNT_SEARCH.name]
        followees = followed(viewer)
        for row, position in enumerate(served.positions):
            other = slate.slots[position].id
            values = dict(zip(ACCOUNT_SEARCH.names, served.matrix[row].tolist(), strict=True))
            own = parts[viewer][other] / 1_024 if other in followees else 0
            assert values["affinity"] == pytest.approx(np.log1p(own)), (viewer, other)
            text = f"(and followed_by:me follower:{other})"
            between = searcher.run(Request(text, ExternalId(viewer), Vertical.USER, 10_000)).ids
            leading = sum(max(parts[viewer][one], 1) for one in between) / 1_024
            missing = np.isnan(values["affine_mutuals"])
            assert (missing and not followees) or values["affine_mutuals"] == pytest.approx(np.log1p(leading), rel=1e-5)
            checked += bool(between)
    assert checked > 10


@dataclass(frozen=True)
class Steady:
    """An affinity that knows nothing of some."""

    version: str = "steady"

    def of(self, world: World, docs: U32) -> np.ndarray:
        return np.where(docs % 5 == 0, np.nan, docs / 7).astype(np.float32)


@pytest.mark.parametrize("seed", range(5_020, 5_026))
def test_rows_are_the_plain_columns(seed: int) -> None:
    rng = Random(seed)
    tables = random_tables(seed)
    with built(tables) as segment:
        users = segment.ids(Vertical.USER).tolist() or [1]
        past = [
            Choice(v, ExternalId(rng.choice(segment.ids(v).tolist() or [1])), rng.randrange(1, 4), 5) for v in Vertical
        ]
        box = Box(past=KnownPast({ExternalId(user): past for user in users}))
        for viewer in random_viewers(oracle.make_world(tables, hashtag_id), rng, 3):
            for affinity in (None, Steady()):
                asked = Context(
                    searcher=Searcher(segment, SETTINGS, affinity=affinity),
                    viewer=None if viewer is None else ExternalId(viewer),
                    now_ms=NOW_MS,
                    country=rng.choice(["", "fr", "us"]),
                    place=rng.choice([None, (59.9, 10.7)]),
                )
                for typed in rng.sample(TYPED, 12):
                    check_rows(box._asked(asked, typed), rng)


# -- rewriting ---------------------------------------------------------------------------------------------------------


def form(typed: str, vertical: Vertical) -> str | None:
    found = rewrite(Typed.of(typed), vertical)
    return None if found is None else print_node(found.node)


@pytest.fixture(scope="module")
def names():
    """A world of a few names."""
    usernames = ("melanie", "melany", "kirill", "hidden_melanin", "tonya")
    users = [
        {"id": i + 1, "username": name, "fullname": ("", "", "Кирилл", "", "")[i], "is_private": False}
        for i, name in enumerate(usernames)
    ]
    places = [
        {"id": 1, "name": "Café Zoë", "city": "Paris", "category": "cafe", "country": "fr"},
        {"id": 2, "name": "Louvre", "city": "Paris", "category": "museum", "country": "fr"},
        {"id": 3, "name": "თბილისი", "city": "", "category": "", "country": "ge"},
    ]
    with built({"users": users, "places": places}) as segment:
        yield segment


@pytest.mark.parametrize(
    ("typed", "vertical", "wanted"),
    [
        ("mel", Vertical.USER, "name:mel*"),
        ("mel ", Vertical.USER, "name:mel"),
        ("ann mel", Vertical.USER, "(and name:ann name:mel*)"),
        ("кирилл", Vertical.USER, "(or name:кирилл* name:kirill*)"),
        ("New Yo", Vertical.HASHTAG, "name:newyo*"),
        ('a"b)', Vertical.HASHTAG, 'name:"a\\"b)"*'),
        ("😀", Vertical.USER, None),
        ("😀", Vertical.HASHTAG, "(or name:😀* name:grinning*)"),
        ("lou", Vertical.PLACE, "(or name:lou* city:lou* category:lou*)"),
        (
            "cafe in par",
            Vertical.PLACE,
            '(or (and name:cafe name:in name:par*) city:"cafe in par"* '
            '(and (or name:cafe category:cafe) city:"in par"*) (and (or name:cafe category:cafe) city:par*))',
        ),
        ("go", Vertical.MEDIA, None),
        ("gold", Vertical.MEDIA, "(or caption:gold* hashtag:gold)"),
        ("(and melanie", Vertical.USER, "(and name:and name:melanie*)"),
    ],
)
def test_rewriting(typed: str, vertical: Vertical, wanted: str | None) -> None:
    assert form(typed, vertical) == wanted


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("melnie", "(or name:melnie* name:melanie)"),
        ("mel", None),
        ("tonya ", None),
        ("melxny ", "(or name:melxny name:melany)"),
        ("kiri", "(or name:kiri* name:кирилл)"),
        ("hiddenmelani", "(or name:hiddenmelani* name:hidden_melanin)"),
    ],
)
def test_fuzzy_words_are_near_and_of_the_world(names: Segment, typed: str, wanted: str | None) -> None:
    world = Searcher(names, SETTINGS).world(None, is_operator=False)
    lexicon = Lexicon(world, EDGES[Vertical.USER, "name"], Sounds(latin))
    found = widen(Typed.of(typed), Vertical.USER, lexicon)
    assert (None if found is None else print_node(found.node)) == wanted


def test_slips_and_other_scripts_find(names: Segment) -> None:
    def found(typed: str) -> list[str]:
        return [slot.name for slot in Box().typeahead(context(names, None), typed).slots]

    assert set(found("melnaie")) == {"melanie"}
    assert found("кирилл") == ["kirill"]
    assert found("museum paris") == ["Louvre"]
    assert found("cafe in par") == ["Café Zoë"]
    assert found("tbilisi") == ["თბილისი"]


# -- intents and blending ----------------------------------------------------------------------------------------------


def test_chances_back_off_to_what_is_known() -> None:
    none = Intents()
    typed = Typed.of("sun")
    assert none.chances(typed, "fr").sum() == pytest.approx(1)
    counted = Intents({("", "s"): (10, 80, 5, 3, 2), ("fr", "sun"): (0, 2, 400, 0, 0)})
    hashtag, place = 1, 2
    assert counted.chances(typed, "")[hashtag] > 0.6
    assert counted.chances(Typed.of("sunset"), "fr")[place] > 0.9
    assert counted.chances(Typed.of("sunset"), "us")[hashtag] > 0.6
    assert (counted.chances(Typed.of("x"), "fr") == none.chances(Typed.of("x"), "fr")).all()
    assert counted.chances(Typed.of("#sun"), "fr")[hashtag] == 1


def test_counts_are_kept_and_checked(tmp_path: Path) -> None:
    counted = Intents({("", "s"): (1, 2, 3, 4, 5), ("fr", "日"): (0, 0, 1, 0, 0)})
    place = save_intents(counted, tmp_path, "1")
    assert load_intents(place) == counted
    assert (tmp_path / "intent" / "CURRENT").read_text() == "1\n"
    file = place / "intent.json"
    whole = file.read_bytes()
    for at in range(0, len(whole) - 1, 7):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        with pytest.raises(DamagedError, match="not what was written"):
            load_intents(place)
    with pytest.raises(InputError, match="no counts"):
        load_intents(tmp_path / "intent" / "2")


def test_what_is_meant_comes_first(some: Segment) -> None:
    def first(counts: dict[tuple[str, str], tuple[int, ...]]) -> Vertical:
        return Box(intents=Intents(counts)).typeahead(context(some, None, country="fr"), "a").slots[0].vertical

    verticals = {slot.vertical for slot in Box().typeahead(context(some, None), "a", 50).slots}
    assert {Vertical.USER, Vertical.HASHTAG} <= verticals
    assert first({("fr", "a"): (9_000, 0, 0, 0, 0)}) is Vertical.USER
    assert first({("fr", "a"): (0, 9_000, 0, 0, 0)}) is Vertical.HASHTAG


def test_arms_set_the_blend(some: Segment) -> None:
    asked = context(some, None, arms={"interleave": "hashtag,user"})
    kinds = [slot.vertical for slot in Box().typeahead(asked, "a", 4).slots]
    assert kinds[:2] == [Vertical.HASHTAG, Vertical.USER]
    asked = context(some, None, arms={"blend.is_hashtag": 100.0})
    assert Box().typeahead(asked, "a", 1).slots[0].vertical is Vertical.HASHTAG
    with pytest.raises(InputError, match="is a number"):
        Box().typeahead(context(some, None, arms={"blend.is_user": "much"}), "a")
    with pytest.raises(InputError, match="something else than verticals"):
        Box().typeahead(context(some, None, arms={"interleave": "a,b"}), "a")


def test_features_as_served_belong_to_their_slots(some: Segment) -> None:
    slate = Box().typeahead(context(some, int(some.ids(Vertical.USER)[0])), "a", 10)
    positions = sorted(position for row in slate.served if row.task != BLEND.name for position in row.positions)
    assert positions == list(range(len(slate.slots)))
    [blend] = [row for row in slate.served if row.task == BLEND.name]
    assert blend.positions == tuple(range(len(slate.slots)))
    kinds = [name for name in BLEND.names if name.startswith("is_")]
    for slot, row in zip(slate.slots, blend.matrix, strict=True):
        assert row[kinds.index(f"is_{slot.vertical}")] == 1


def test_a_slate_names_the_numbers_of_its_documents(some: Segment) -> None:
    slate = Box().typeahead(context(some, int(some.ids(Vertical.USER)[0])), "a", 10)
    assert len({slot.vertical for slot in slate.slots}) > 1
    assert list(slate.docs) == [some.idmap(slot.vertical).find(slot.id) for slot in slate.slots]


def test_what_was_chosen_before_comes_back(names: Segment) -> None:
    past = KnownPast(
        {ExternalId(1): [Choice(Vertical.USER, ExternalId(5), 3, 1), Choice(Vertical.USER, ExternalId(9), 9, 1)]}
    )
    box = Box(past=past)
    [first, *_] = box.typeahead(context(names, 1), "@").slots
    assert (first.id, first.reason) == (5, "you chose it before")
    assert [slot.id for slot in box.typeahead(context(names, 1), "to").slots] == [5]
    assert all(slot.id != 5 for slot in box.typeahead(context(names, 1), "mel").slots)


def test_the_past_is_read_from_the_log(tmp_path: Path, names: Segment) -> None:
    def row(
        ts_ms: int, request: str, viewer: int | None, position: int, result: int, **more: object
    ) -> dict[str, object]:
        given = {"session_id": "", "country": "", "surface": "typeahead", "query": "to", "vertical": "user"}
        seen = {"ts_ms": ts_ms, "request_id": request, "viewer_id": viewer, "position": position, "result_id": result}
        return {**given, **seen, "clicked": False, "followed": False, **more}

    past = LoggedPast(tmp_path)
    assert not past.refresh(0)
    now_ms = 200 * 86_400_000
    with closing(SearchRows(tmp_path, "a")) as log:
        log.append([row(now_ms, "r1", 1, 0, 5, clicked=True), row(now_ms, "r1", 1, 1, 2)])
        assert past.refresh(now_ms)
        assert not past.refresh(now_ms)
        assert past.of(ExternalId(1)) == [Choice(Vertical.USER, ExternalId(5), 1, now_ms)]
        log.append(
            [
                row(now_ms + 1, "r2", 1, 0, 5, followed=True),
                row(now_ms + 1, "r3", None, 0, 5, clicked=True),
                row(now_ms + 2, "r4", 1, 0, 7, clicked=True, vertical="hashtag"),
                row(5, "r5", 1, 0, 4, clicked=True),
                row(now_ms, "r6", 2, 0, 4, clicked=True, vertical="nothing"),
            ]
        )
    assert past.refresh(now_ms)
    assert past.of(ExternalId(1)) == [
        Choice(Vertical.HASHTAG, ExternalId(7), 1, now_ms + 2),
        Choice(Vertical.USER, ExternalId(5), 2, now_ms + 1),
    ]
    assert past.of(ExternalId(2)) == ()
    assert Box(past=past).typeahead(context(names, 1), "to").slots[0].reason == "you chose it before"
    (tmp_path / "search_log" / "b.parquet").write_bytes(b"no table")
    with pytest.raises(InputError, match="cannot be read"):
        past.refresh(now_ms)


@pytest.mark.parametrize(
    "text", ["name:a*", "(or name:a* name:b*)", "(and name:a* name:*)", "name:*", "name:nobody", "verified:1"]
)
@pytest.mark.parametrize(("long", "best"), [(2_048, 128), (-1, 128), (-1, 12), (-1, 4)])
def test_trees_in_tiers_are_the_strong_or_that_they_stand_for(
    some: Segment, text: str, long: int, best: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("query.trees._LONG", long)
    monkeypatch.setattr("query.trees._BEST", best)
    for inner_limit in (10_000, 1):
        searcher = Searcher(some, replace(SETTINGS, inner_limit=inner_limit))
        tree = Tree(parse(text, SETTINGS), Vertical.USER)
        for viewer in some.ids(Vertical.USER).tolist()[:10]:
            for limit in (1, 3, 10):
                tiers = TIERS[Vertical.USER]
                asked = Request(in_tiers(text, Vertical.USER), ExternalId(viewer), Vertical.USER, limit)
                found = searcher.find_in_tiers(tree, tiers, asked._replace(text=""))
                wanted = searcher.find(asked)
                assert found.docs.tolist() == wanted.docs.tolist()
                assert found._replace(docs=wanted.docs) == wanted
                alone = searcher.find(asked._replace(text=text))
                assert searcher.find_in_tiers(tree, (), asked).docs.tolist() == alone.docs.tolist()


def in_tiers(text: str, vertical: Vertical) -> str:
    """The strong-or that a form in the tiers of its vertical stands for."""
    shares = " ".join(f"(and {text} {tier.text} :optional-weight {tier.share})" for tier in TIERS[vertical])
    return f"(strong-or {shares} {text})"


@pytest.mark.parametrize("seed", [5_011, 9_008, 9_020])
@pytest.mark.parametrize(
    ("room", "most", "long", "best", "is_dense"),
    [
        (1 << 20, 4_096, 2_048, 128, False),
        (8, 4_096, 2_048, 128, False),
        (1 << 20, 2, 2_048, 128, False),
        (1 << 20, 4_096, -1, 4, False),
        (1 << 20, 4_096, -1, 4, True),
    ],
)
@pytest.mark.parametrize("is_live", [False, True])
def test_what_a_tree_finds_is_kept_for_all_and_shown_to_each_as_his_world_has_it(
    seed: int,
    room: int,
    most: int,
    long: int,
    best: int,
    is_dense: bool,
    is_live: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    few = {"_MOST_KEYS": 0} if is_dense else {}
    for name, value in ({"_MOST_NUMBERS": room, "_MOST": most, "_LONG": long, "_BEST": best} | few).items():
        monkeypatch.setattr(f"query.trees.{name}", value)
    tier = Searcher._tier

    def dense_tier(*arguments: Any) -> DocSet:
        found = tier(*arguments)
        return DocSet(found.base, found.end, None, found.to_words())

    if is_dense:
        monkeypatch.setattr(Searcher, "_tier", dense_tier)
    texts = dict.fromkeys(Vertical, ("name:*", "name:c*"))
    texts[Vertical.MEDIA] = ("caption:*", "hashtag:c*", "owner:1")
    trees = {Tree(parse(text, SETTINGS), vertical): text for vertical, some in texts.items() for text in some}
    tables, rng = random_tables(seed), Random(seed)
    with built(tables) as base, built(with_counts(changed(tables, rng), base)) as later:
        segment = live_segment(base, [Layers(base).towards(later, rng)]) if is_live else base
        shared = Searcher(segment, SETTINGS)
        shown = set()
        for viewer in segment.ids(Vertical.USER).tolist():
            for tree, text in trees.items():
                for limit in (1, 3, 1_000):
                    asked = Request("", ExternalId(viewer), tree.vertical, limit)
                    docs = shared.find_in_tiers(tree, TIERS[tree.vertical], asked).docs.tolist()
                    wanted = shared.find(asked._replace(text=in_tiers(text, tree.vertical)))
                    assert docs == wanted.docs.tolist(), (text, viewer, limit)
                shown.add((tree, tuple(docs)))
        assert len(shown) > len(trees)  # it is not the same for all


def test_a_form_of_many_words_does_not_take_the_room_of_others(some: Segment, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"_MOST_NUMBERS": 4, "_LONG": -1, "_BEST": 1, "_MOST_KEYS": 2}.items():
        monkeypatch.setattr(f"query.trees.{name}", value)
    searcher = Searcher(some, SETTINGS)
    viewer = ExternalId(int(some.ids(Vertical.USER)[0]))
    trees = [Tree(parse(text, SETTINGS), Vertical.USER) for text in ("verified:1", "name:*", "name:a*")]
    for tree in trees:
        searcher.find_in_tiers(tree, TIERS[Vertical.USER], Request("", viewer, Vertical.USER, 10))
    assert list(searcher._trees._kept) == trees


def test_who_does_not_wait_any_more_is_not_answered_from_what_is_kept(some: Segment) -> None:
    searcher, tree = Searcher(some, SETTINGS), Tree(parse("name:a*", SETTINGS), Vertical.USER)
    asked = Request("", ExternalId(int(some.ids(Vertical.USER)[0])), Vertical.USER, 10)
    searcher.find_in_tiers(tree, TIERS[Vertical.USER], asked)
    with pytest.raises(StoppedError):
        searcher.find_in_tiers(tree, TIERS[Vertical.USER], asked, lambda: True)


def test_what_is_beyond_the_limits_of_a_bounded_tier_is_no_cut(some: Segment) -> None:
    tier = Tier("(apply followed_by: followed_by:me :limit 1)", Decimal("0.5"))
    cut = 0
    for viewer in some.ids(Vertical.USER).tolist()[:10]:
        asked = Request("", ExternalId(viewer), Vertical.USER, 3)
        whole, bounded = (
            Searcher(some, SETTINGS).find_in_tiers(Tree(parse("name:*", SETTINGS), Vertical.USER), [one], asked)
            for one in (tier, tier._replace(is_bounded=True))
        )
        assert bounded == whole._replace(docs=bounded.docs, incomplete=())
        assert bounded.docs.tolist() == whole.docs.tolist()
        cut += len(whole.incomplete)
    assert cut


def test_those_whom_followers_follow_are_found_among_the_popular() -> None:
    """Ann follows me and follows kim, who is behind more accounts of that beginning than the box scores."""
    popular = range(100, 200)
    follows = [(1, 2, 3)] + [(1, fan, account) for account in popular for fan in (10, 11)]
    tables = {
        "users": [
            {"id": 1, "username": "me"},
            {"id": 2, "username": "ann"},
            {"id": 3, "username": "kim"},
            {"id": 10, "username": "fan"},
            {"id": 11, "username": "fan2"},
            *({"id": account, "username": f"kim{account}"} for account in popular),
        ],
        "follows": [
            {"follower_id": follower, "followee_id": followee, "created_at_ms": at}
            for at, follower, followee in [*follows, (1, 2, 1)]
        ],
    }
    with built(tables) as segment:
        slots = Box().typeahead(context(segment, 1), "kim", 100).slots
        assert [(slot.name, slot.reason) for slot in slots if slot.source == "fans"] == [
            ("kim", "followed by people who follow you")
        ]
        assert "kim" not in [slot.name for slot in Box().typeahead(context(segment, 11), "kim1", 100).slots]
