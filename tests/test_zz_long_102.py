"""A world past one window, with long lists of every form, against the slow twin: spans, bitmaps, early stop, masks.

Tiny worlds never leave the first 65,536 documents and have no list of 4,096. Here is one that does, made so that lists of
either side of every threshold stand beside short ones: 140,000 media, 67,000 users.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random
from typing import Any, NamedTuple

import numpy as np
import polars as pl
import pytest

from index import WINDOW, Segment
from index.postings import LONG
from query import Searcher
from schemas.catalogue import CATALOGUE, Vertical
from tests import oracle
from tests.agreement import SETTINGS, build, difference, request_of
from tests.oracle.columns import TABLES
from tests.oracle.coverage import OPERATORS, OPTIONS, Coverage
from tests.oracle.random_cases import Case
from tests.oracle.random_query import QueryMaker
from tests.oracle.world import own_counts

SEED = 102
USERS = 67_000
MEDIA = 2 * WINDOW + 9_000
PLACES, GROUPS = 300, 40
CASES = 250
LIMITS = (1, 2, 20, 100, 999, 1_000)
INNER_LIMITS = (1, 3, 100, 1_000, 4_096, 10_000, 50_000)
SIZES = (30_000, 12_000, 6_000, LONG + 1, LONG, LONG - 1, 500)
"""Documents of the long lists: bitset containers, array containers, and just not long enough."""
HASHTAGS = ("tbt", "café", "cafeteria", "猫", "sunset", *(f"tag{n}" for n in range(400)))
WORDS = ("golden", "gold", "go", "hour", "café", "cafe", "하늘", "hamlet", "Straße", "sun", "sunset", *"abcdefgh")
MACHINE_TAGS = (*(f"osm:way={n}" for n in range(300, 330)), "geo:lon=-0.1", "astro:name=M31", "beach", "São Paulo")


class Made(NamedTuple):
    """The world, its tables' ids that have long lists, and the index."""

    world: oracle.World
    heavy: dict[str, list[int]]
    segment: Segment


# -- the world ---------------------------------------------------------------------------------------------------------


class Maker:
    """Columns of the tables, from one seed."""

    def __init__(self, seed: int) -> None:
        self.rng = np.random.default_rng(seed)
        self.users = 10 + 3 * self.rng.permutation(USERS)
        self.media = 7 * self.rng.permutation(MEDIA) - 300_000
        self.places = np.arange(PLACES) + 500
        self.groups = np.arange(GROUPS) + 900

    def facts(
        self, left: np.ndarray, right: np.ndarray, others: int, *, both: bool = True
    ) -> tuple[np.ndarray, np.ndarray]:
        """Distinct pairs: the first of `left` have the long lists, so have the next few of `right`; the rest is random."""
        one, other = [self.rng.choice(left, others)], [self.rng.choice(right, others)]
        for ours, theirs, few, many in ((one, other, left, right), (other, one, right, left))[: 1 + both]:
            for place, size in enumerate(SIZES):
                if size < len(many) and place < len(few) // 3:
                    theirs.append(self.rng.choice(many, size, replace=False))
                    ours.append(np.full(size, few[place if few is left else len(SIZES) + place]))
        pairs = np.unique(np.stack([np.concatenate(one), np.concatenate(other)], axis=1), axis=0)
        pairs = pairs[self.rng.permutation(len(pairs))]
        return pairs[:, 0], pairs[:, 1]

    def skewed(self, values: Any, count: int) -> np.ndarray:
        """Values of which the first have the sizes of the long lists, as far as there is room for them."""
        found = self.rng.choice(np.arange(len(values)), count)
        places = self.rng.permutation(count)
        start = 0
        for place, size in enumerate(SIZES[: len(values)]):
            found[places[start : start + size]] = place
            start += size
        return np.array(values)[found]

    def flags(self, count: int, share: float) -> np.ndarray:
        return self.rng.random(count) < share


def tables(seed: int) -> tuple[dict[str, pl.DataFrame], dict[str, list[int]]]:
    """The tables of the world, clean, and of each vertical the ids of documents with long lists."""
    make = Maker(seed)
    users, media, groups = make.users, make.media, make.groups
    names = make.skewed([f"{word} {letter}" for word in WORDS for letter in "xyz"], USERS)
    captions = make.skewed([" ".join(pair) for pair in zip(WORDS, reversed(WORDS), strict=True)], MEDIA)
    follower, followee = make.facts(users, users[2 * len(SIZES) :], 60_000)
    not_self = follower != followee
    likers, liked = make.facts(users, media, 60_000)
    commenters, commented = make.facts(users[3:], media[9:], 20_000)
    tagged, tagged_in = make.facts(users[5:], media[5:], 10_000)
    mentioned, mentioned_in = make.facts(users[8:], media[2:], 10_000, both=False)
    members, member_of = make.facts(users, groups, 20_000)
    contained, containing = make.facts(media, groups, 20_000)
    hashtags, carrying = make.facts(np.arange(len(HASHTAGS)), media, 40_000)
    viewer, other = users[0], users[1]
    hidden = np.concatenate([users[[3, 2 * len(SIZES) + 3]], users[5_000:5_200]])
    blocks = [(viewer, user) for user in hidden] + [(user, other) for user in users[[4, 700, 800]]]
    columns: dict[str, dict[str, Any]] = {
        "users": {
            "id": users,
            "username": [f"{word}_{n % 3_000}" for n, word in enumerate(names)],
            "fullname": names,
            "is_private": make.flags(USERS, 0.25),
            "is_verified": make.flags(USERS, 0.1),
            "country": make.skewed(["us", "no", "fr", "kr", ""], USERS),
            "created_at_ms": make.rng.integers(1, 9, USERS),
        },
        "places": {
            "id": make.places,
            "name": [f"{WORDS[n % len(WORDS)]} {n % 7}" for n in range(PLACES)],
            "city": ["Oslo"] * PLACES,
            "country": ["no"] * PLACES,
            "category": ["café"] * PLACES,
            "lat": [0.0] * PLACES,
            "lon": [0.0] * PLACES,
        },
        "groups": {
            "id": groups,
            "name": [f"{WORDS[n % len(WORDS)]} club" for n in range(GROUPS)],
            "description": [""] * GROUPS,
            "is_public": make.flags(GROUPS, 0.6),
            "created_at_ms": np.ones(GROUPS, np.int64),
        },
        "media": {
            "id": media,
            "owner_id": make.skewed(users, MEDIA),
            "content_type": make.skewed(["photo", "video", "album"], MEDIA),
            "visibility": make.rng.choice(["public", "public", "followers", "private"], MEDIA),
            "caption": captions,
            "place_id": pl.Series(make.skewed(make.places, MEDIA)).set(pl.Series(make.flags(MEDIA, 0.3)), None),
            "created_at_ms": make.rng.integers(1, 50_000, MEDIA),
        },
        "follows": {"follower_id": follower[not_self], "followee_id": followee[not_self], "created_at_ms": 1},
        "blocks": {"blocker_id": [a for a, _ in blocks], "blocked_id": [b for _, b in blocks], "created_at_ms": 1},
        "likes": {"liker_id": likers, "media_id": liked, "created_at_ms": 1},
        "comments": {
            "id": np.arange(len(commented)),
            "commenter_id": commenters,
            "media_id": commented,
            "text": "",
            "created_at_ms": 1,
        },
        "media_hashtags": {"media_id": carrying, "hashtag": np.array(HASHTAGS)[hashtags]},
        "media_tagged_users": {"media_id": tagged_in, "user_id": tagged},
        "media_mentions": {"media_id": mentioned_in, "user_id": mentioned},
        "media_tags": {"media_id": media[:60_000], "tag": make.skewed(MACHINE_TAGS, 60_000)},
        "media_autotags": {
            "media_id": media[30_000:90_000],
            "label": make.skewed(["beach", "dog", "hot air", "hot"], 60_000),
            "confidence": 0.5,
        },
        "group_members": {"group_id": member_of, "user_id": members, "joined_at_ms": 1},
        "group_media": {"group_id": containing, "media_id": contained, "added_by": None, "added_at_ms": 1},
    }
    frames = {
        name: pl.DataFrame(columns[name], schema_overrides={c.name: c.dtype for c in TABLES[name].columns})
        for name in columns
    }
    heavy = {
        "user": [int(user) for user in users[: 3 * len(SIZES) + 8]],
        "media": [int(m) for m in media[: 2 * len(SIZES) + 9]],
        "place": [int(place) for place in make.places[:8]],
        "group": [int(group) for group in groups[:20]],
    }
    return frames, heavy


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    print(f"seed {SEED}")
    directory: Path = tmp_path_factory.mktemp("large")
    frames, heavy = tables(SEED)
    (directory / "warehouse").mkdir()
    for name, frame in frames.items():
        frame.write_parquet(directory / "warehouse" / f"{name}.parquet")
    rows = {name: frames[name].to_dicts() if name in frames else [] for name in TABLES}
    world = oracle.World(rows, {})  # clean as it is made
    world.counts = own_counts(world)
    return Made(world, heavy, build(directory / "warehouse", directory / "index"))


# -- the requests ------------------------------------------------------------------------------------------------------


class LongLists(QueryMaker):
    """Requests that mostly ask for the ids and texts with long lists, with larger limits."""

    heavy: dict[str, list[int]]

    def id_value(self, vertical: str) -> str:
        if self.chance(0.75):
            return str(self.rng.choice(self.heavy[vertical]))
        return super().id_value(vertical)

    def text_value(self, vertical: str, edge: str, kind: str) -> str:
        texts = {"hashtag": HASHTAGS[:9], "tag": MACHINE_TAGS, "autotag": ("hot", "dog"), "type": ("photo", "video")}
        text = self.rng.choice(texts.get(edge, WORDS))
        return self.spelled(text[: self.rng.choice((1, 2, 3))] if self.chance(0.4) else text, self.chance(0.4))

    def limit(self, share: float) -> list[str]:
        if not self.chance(share):
            return []
        self.use("option:limit")
        return [f":limit {self.rng.choice(INNER_LIMITS)}"]


def cases(made: Made, viewer: int | None, is_operator: bool, coverage: Coverage) -> Iterator[Case]:
    rng = Random(f"{SEED}/{viewer}/{is_operator}")
    maker = LongLists(made.world, rng, viewer, coverage)
    maker.heavy = made.heavy
    for _ in range(CASES):
        vertical = rng.choice(("user", "user", "media", "media", "media", "hashtag", "place", "group"))
        query = maker.form(vertical, rng.choice((1, 1, 2, 2, 3)))
        yield Case(query, viewer, vertical, rng.choice(LIMITS), is_operator, rng.random() < 0.3)


def test_long_lists_have_every_form(made: Made) -> None:
    """What the requests are to meet is there."""
    segment, met = made.segment, set()
    names = [edge.key for edge in CATALOGUE if f"{edge.key}.lists" in set(segment.manifest.arrays)]
    for name in names:
        lists = segment.lists(name)
        vertical = Vertical(name.partition(".")[0])
        for row in range(len(lists.offsets) - 1):
            if int(lists.offsets[row + 1]) - int(lists.offsets[row]) < LONG // 4:
                continue
            key = int(lists.keys[row]) if len(lists.keys) else row
            found = lists.of(key)
            if found.is_roaring:
                docs = found.within(0, segment.size(vertical)).docs()
                in_windows = np.bincount(docs >> 16)
                met |= {(vertical.value, "array" if n <= 4_096 else "bitset", w) for w, n in enumerate(in_windows) if n}
                met |= {("sparse" if len(lists.keys) else "full", "bitmap")}
            met.add(("size", found.size() - LONG))
    assert met >= {("media", form, w) for form in ("array", "bitset") for w in (0, 1)} | {("media", "array", 2)}
    assert met >= {("user", "array", 0), ("user", "array", 1), ("user", "bitset", 0)}
    assert met >= {("sparse", "bitmap"), ("full", "bitmap"), ("size", -1), ("size", 0), ("size", 1)}


@pytest.mark.parametrize("who", ["nobody", "operator", "heavy", "other"])
def test_answers_are_those_of_the_twin(made: Made, who: str) -> None:
    viewer = {"heavy": made.heavy["user"][0], "other": made.heavy["user"][1]}.get(who)
    searcher = Searcher(made.segment, SETTINGS)
    coverage, failures, totals = Coverage(), [], []
    for case in cases(made, viewer, who == "operator", coverage):
        expected = oracle.answer(
            made.world,
            case.query,
            viewer=case.viewer,
            vertical=case.vertical,
            limit=case.limit,
            operator=case.operator,
        )
        wrong = difference(searcher.run(request_of(case)), expected, case.limit, is_exact=case.exact)
        totals.append(expected.total)
        if wrong is not None:
            failures.append(f"{case}\n    {wrong[:500]}")
    assert not failures, f"{len(failures)} failures\n" + "\n".join(failures[:5])
    assert sum(total >= LONG for total in totals) > CASES // 10
    assert sum(total == 0 for total in totals) < CASES // 2


def test_the_requests_hold_every_operator_and_option(made: Made) -> None:
    coverage = Coverage()
    for viewer, is_operator in ((None, False), (None, True), *((user, False) for user in made.heavy["user"][:2])):
        for _ in cases(made, viewer, is_operator, coverage):
            pass
    assert [name for name in OPERATORS if not coverage[f"operator:{name}"]] == []
    assert [name for name in OPTIONS if not coverage[f"option:{name}"]] == []
