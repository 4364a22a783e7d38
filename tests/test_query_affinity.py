"""`:inner affinity`: engine against oracle, non-interference, and what an answer says of it, with a model that is a table."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from random import Random

import numpy as np
import pytest

from index import U32
from query import Request, Searcher, World
from schemas.catalogue import Vertical
from schemas.errors import QueryError
from schemas.ids import ExternalId, hashtag_id
from tests import oracle
from tests.agreement import SETTINGS, Report, built, difference, request_of
from tests.oracle.check import verticals
from tests.oracle.coverage import Coverage
from tests.oracle.edges import VERTICALS
from tests.oracle.parse import parse
from tests.oracle.random_cases import LIMITS, Case, random_viewers
from tests.oracle.random_query import QueryMaker
from tests.oracle.random_world import random_tables
from tests.test_non_interference import told

CASES = 60


@dataclass(frozen=True)
class Table:
    """Affinities by external ids, as parts of 1,024; as a model should, it knows none but of those whom the viewer follows."""

    parts: dict[int, dict[int, int]]
    version: str = "a table"

    def of(self, world: World, users: U32) -> np.ndarray:
        ids = world.segment.ids(Vertical.USER)
        known = {} if world.viewer is None else self.parts.get(int(ids[world.viewer]), {})
        return np.array([known.get(id_, np.nan) / 1_024 for id_ in ids[users].tolist()], dtype=np.float32)


def random_affinities(world: oracle.World, rng: Random) -> dict[int, dict[int, int]]:
    """Some affinities are equal, some zero, some unknown."""
    found: dict[int, dict[int, int]] = {user: {} for user in world.users}
    for row in world.tables["follows"]:
        if rng.random() < 0.8:
            found[row["follower_id"]][row["followee_id"]] = rng.choice((0, 1, 300, 1_024, 1_024, 1_500, 4_000))
    return found


def random_affine_cases(world: oracle.World, seed: int, viewers: list[int | None]) -> list[Case]:
    rng = Random(seed)
    cases = []
    while len(cases) < CASES:
        viewer, vertical = rng.choice(viewers), rng.choice(VERTICALS)
        maker = QueryMaker(world, rng, viewer, Coverage(), has_affinity=True)
        query = maker.form(vertical, rng.choice((1, 2, 3, 4)))
        if ":inner" in query or rng.random() < 0.05:
            assert vertical in verticals(parse(query))
            cases.append(Case(query, viewer, vertical, rng.choice(LIMITS), rng.random() < 0.1, rng.random() < 0.5))
    return cases


@pytest.mark.parametrize("seed", range(70_000, 70_010))
def test_engine_equals_oracle_and_nothing_hidden_counts(seed):
    print(f"seed {seed}")
    tables = random_tables(seed)
    world = oracle.make_world(tables, hashtag_id)
    rng = Random(seed)
    affinities = random_affinities(world, rng)
    report = Report()
    with built(tables) as segment:
        searcher = Searcher(segment, SETTINGS, affinity=Table(affinities))
        viewers = random_viewers(world, rng, 3)
        cases = random_affine_cases(world, seed, viewers)
        for case in cases:
            known = {user: Fraction(n, 1_024) for user, n in affinities.get(case.viewer or 0, {}).items()}
            expected = oracle.answer(
                world,
                case.query,
                viewer=case.viewer,
                vertical=case.vertical,
                limit=case.limit,
                operator=case.operator,
                affinity=known,
            )
            found = searcher.run(request_of(case))
            assert difference(found, expected, case.limit, is_exact=case.exact) is None, case
            assert sorted({cut["order"] for cut in found.incomplete}) == sorted({cut.order for cut in expected.cuts})
            report.non_empty += bool(expected.ids)
            report.cut += any(cut.order == "affinity" for cut in expected.cuts)
        assert report.non_empty > CASES / 10
        viewer = next(viewer for viewer in viewers if viewer is not None)
        ids = segment.ids(Vertical.USER).tolist()
        with built(oracle.visible_tables(world, viewer, hashtag_id)) as left:
            alone = Searcher(left, SETTINGS, affinity=Table({viewer: affinities.get(viewer, {})}))
            for case in cases[: CASES // 2]:
                seen_by = Case(case.query, viewer, case.vertical, case.limit, False, case.exact)
                about = rng.choice(ids)
                assert told(searcher, seen_by, about) == told(alone, seen_by, about), seen_by


USERS = [{"id": id_, "username": f"u{id_}"} for id_ in range(1, 8)]
FOLLOWS = [(1, 2), (1, 3), (1, 4), (2, 5), (3, 5), (3, 6), (4, 6), (2, 7), (5, 2), (6, 2), (7, 2), (5, 3)]
TABLES = {
    "users": USERS,
    "follows": [{"follower_id": a, "followee_id": b, "created_at_ms": 1} for a, b in FOLLOWS],
}
"""By static rank: 2 (four followers), 3, 5 and 6 (two), 4, 7 (one), 1."""
AFFINITY = Table({1: {2: 100, 3: 512, 4: 2_460}})


def told_of(query: str, **said: object) -> object:
    with built(TABLES) as segment:
        request = Request(text=query, viewer=ExternalId(1), gives_lineage=True, **said)  # type: ignore[arg-type]
        return Searcher(segment, SETTINGS, affinity=AFFINITY).run(request)


def test_those_who_matter_are_taken_first():
    plain = told_of("(apply followed_by: followed_by:me :limit 1)")
    assert plain.ids == [5, 7]  # what 2 follows, the first by static rank
    found = told_of("(apply followed_by: followed_by:me :inner affinity :limit 1)")
    assert found.ids == [6]  # what 4 follows
    assert [cut["order"] for cut in found.incomplete] == ["affinity"]


def test_each_counts_its_affinity():
    assert told_of("(apply followed_by: followed_by:me :order hits)").ids == [5, 6, 7]
    found = told_of("(apply followed_by: followed_by:me :order hits :inner affinity)")
    assert found.ids == [6, 5, 7]  # 2,972 parts, 612 and 100
    assert found.lineage[0][0].ids == (4, 3)  # who matters most is named first
    assert told_of("(apply followed_by: followed_by:me :min-hits 2)").ids == [5, 6]
    assert told_of("(apply followed_by: followed_by:me :min-hits 2 :inner affinity)").ids == [6]
    assert told_of("(apply followed_by: followed_by:me :min-hits 1 :inner affinity)").ids == [5, 6, 7]
    assert told_of("(apply followed_by: followed_by:me :min-hits 99999999999999999999 :inner affinity)").ids == []


def test_why_not_names_affinity():
    query = "(apply followed_by: followed_by:me :min-hits 2 :inner affinity)"
    said = told_of(query, why_not=ExternalId(5)).why_not
    assert said == f"the inner results of {query} that lead to it count less than 2 together, by affinity"


@pytest.mark.parametrize(
    ("query", "viewer", "code", "says"),
    [
        ("(apply hashtag: name:a :inner affinity)", 1, "bad-option", "affinity is to users"),
        ("(apply liker: name:a :inner affinity)", None, "no-viewer", "affinity is that of the viewer"),
        ("(apply liker: name:a :inner love)", 1, "bad-option", "cannot take"),
    ],
)
def test_where_it_cannot_stand(query, viewer, code, says):
    with built(TABLES) as segment:
        searcher = Searcher(segment, SETTINGS, affinity=AFFINITY)
        with pytest.raises(QueryError, match=says) as caught:
            searcher.run(Request(text=query, viewer=None if viewer is None else ExternalId(viewer)))
        assert caught.value.code == code
        assert caught.value.hint


def test_texts_are_bound_anew_when_a_model_comes():
    with built(TABLES) as segment:
        request = Request(text="(apply followed_by: followed_by:me :inner affinity)", viewer=ExternalId(1))
        without = Searcher(segment, SETTINGS)
        with pytest.raises(QueryError, match="no affinity model yet"):
            without.run(request)
        assert without.over(segment, AFFINITY).run(request).ids == [5, 6, 7]
        with pytest.raises(QueryError, match="no affinity model yet"):
            without.run(request)
