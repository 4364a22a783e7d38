"""Top media of hashtags and places: the share of verified accounts, what fills up, and pictures of a place before people at it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from query import Searcher
from ranking import HASHTAG_TOP, PLACE_TOP, Rankers, Slate, TrainingSet, hashtag_top, keep, place_top, train
from ranking.tops.tops import SHARE, with_share
from schemas.errors import InputError
from schemas.ids import ExternalId
from tests.agreement import SETTINGS, built
from tests.test_explore import NOBODY, context, ids, likes, media, user


@given(st.lists(st.tuples(st.integers(0, 9), st.booleans()), max_size=30), st.integers(1, 20))
def test_the_share_is_kept_by_the_best(rows: list[tuple[int, bool]], limit: int) -> None:
    scores = np.array([float(score) for score, _ in rows])
    favoured = np.array([is_favoured for _, is_favoured in rows], dtype=np.bool_)
    chosen = with_share(scores, favoured, limit, SHARE).tolist()
    size = min(limit, len(rows))
    least = min(math.ceil(SHARE * size), int(favoured.sum()))
    order = sorted(range(len(rows)), key=lambda row: -rows[row][0])
    plain = order[:limit]
    assert len(chosen) == len(set(chosen)) == size
    assert chosen == sorted(chosen, key=order.index)
    held = sum(rows[row][1] for row in chosen)
    assert held >= least
    if sum(rows[row][1] for row in plain) >= least:
        assert chosen == plain
    else:
        assert held == least
        for kind in (True, False):  # of either kind, the best
            of_kind = [row for row in order if rows[row][1] is kind]
            assert [row for row in chosen if rows[row][1] is kind] == of_kind[: sum(rows[r][1] is kind for r in chosen)]


def tagged(verified: int, plain: int) -> dict[str, Any]:
    """Media of #x: the plain ones are liked by all, the verified ones, of low ids and old, by nobody."""
    owners = [user(id_, is_verified=id_ <= verified) for id_ in range(1, 41)]
    rows = [media(100 + n, n, age_hours=500) for n in range(1, verified + 1)]
    rows += [media(200 + n, verified + n) for n in range(1, plain + 1)]
    return {
        "users": owners,
        "media": rows,
        "media_hashtags": [{"media_id": row["id"], "hashtag": "#x"} for row in rows],
        "likes": likes(*((who, 200 + n) for n in range(1, plain + 1) for who in range(1, 10))),
    }


@pytest.mark.parametrize(("verified", "plain"), [(0, 12), (1, 12), (5, 12), (5, 2), (12, 0), (0, 0)])
def test_a_page_is_full_whatever_the_guarantee_leaves(verified: int, plain: int) -> None:
    with built(tagged(verified, plain)) as segment:
        slate = hashtag_top(context(Searcher(segment, SETTINGS), None), NOBODY, "#x", 10)
        assert len(slate.slots) == min(10, verified + plain)
        held = sum(id_ < 200 for id_ in ids(slate))
        assert held >= min(3, verified)
        if plain >= 10:  # those whom nobody likes are there for the guarantee alone
            assert held == min(3, verified)


def test_the_guarantee_reaches_past_what_is_new() -> None:
    """More new media than candidates, and the verified ones are all older."""
    tables = tagged(3, 0)
    many = [media(1_000 + n, 10 + n % 20) for n in range(1_200)]
    tables["media"] += many
    tables["media_hashtags"] += [{"media_id": row["id"], "hashtag": "x"} for row in many]
    with built(tables) as segment:
        found = ids(hashtag_top(context(Searcher(segment, SETTINGS), None), NOBODY, "x", 10))
        assert sum(id_ < 200 for id_ in found) == 3


def test_at_places_pictures_of_it_come_before_pictures_of_people() -> None:
    """The one with the large face has the most likes and the verified owner, and comes last; a crowd far off does little harm."""
    faces = [{"media_id": 10, "x": 0.1, "y": 0.1, "width": 0.8, "height": 0.7}]
    faces += [{"media_id": 11, "x": x / 10, "y": 0.5, "width": 0.02, "height": 0.03} for x in range(3)]
    tables = {
        "users": [user(1), user(2, is_verified=True), *(user(id_) for id_ in range(3, 9))],
        "media": [media(10, 2, place_id=5), media(11, 3, place_id=5), media(12, 4, place_id=5)],
        "places": [{"id": 5, "name": "pier"}],
        "media_faces": faces,
        "likes": likes(*((who, 10) for who in range(3, 9)), (5, 11), (6, 11), (7, 11), (5, 12)),
    }
    with built(tables) as segment:
        found = place_top(context(Searcher(segment, SETTINGS), 1), NOBODY, ExternalId(5), 10)
        assert ids(found) == [11, 12, 10]
        faces_at = found.served[0].matrix[:, PLACE_TOP.names.index("faces")]
        assert faces_at.tolist() == [3, 0, 1]


def test_a_tag_is_a_value_and_nothing_else() -> None:
    with built(tagged(1, 3)) as segment:
        here = context(Searcher(segment, SETTINGS), 1)
        assert len(hashtag_top(here, NOBODY, "X", 10).slots) == 4
        for tag in ("x) (or type:photo", 'x"', "x*", "", "*", "me", "(", "a b", "ẋ", "x" * 10_000):
            assert hashtag_top(here, NOBODY, tag, 10).slots == ()


def test_a_learned_ranker_is_an_arm(tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    rows = draw.random((400, len(HASHTAG_TOP.features))).astype(np.float32)
    likes_at = HASHTAG_TOP.names.index("likes")
    rows[:, likes_at] = draw.integers(0, 3, 400)
    data = TrainingSet(rows, (rows[:, likes_at] == 0).astype(np.int64), np.full(40, 10))
    keep(tmp_path, train(HASHTAG_TOP, data, {"min_data_in_leaf": 5}, 20, task="hashtag_top", window=("a", "b")), "1")
    with built(tagged(0, 3) | {"likes": likes((1, 201), (2, 201), (1, 202))}) as segment:
        searcher = Searcher(segment, SETTINGS)
        plain = context(searcher, None)
        arm = context(searcher, None, arms={"hashtag_top.scorer": "learned"})
        assert _scorer(hashtag_top(plain, Rankers(tmp_path), "x", 10)) == "hashtag_top/linear"
        assert _scorer(hashtag_top(arm, Rankers(tmp_path), "x", 10)) == "hashtag_top/1"
        assert _scorer(hashtag_top(arm, NOBODY, "x", 10)) == "hashtag_top/linear"
        assert ids(hashtag_top(plain, Rankers(tmp_path), "x", 10))[0] == 201
        assert ids(hashtag_top(arm, Rankers(tmp_path), "x", 10))[0] == 203
        (tmp_path / "hashtag_top").rename(tmp_path / "place_top")
        place = context(searcher, None, arms={"place_top.scorer": "learned"})
        with pytest.raises(InputError, match="another feature schema"):
            place_top(place, Rankers(tmp_path), ExternalId(5), 10)


def test_no_learned_ranker_of_places_prefers_large_faces() -> None:
    """Not even one whose log says that people click on them."""
    draw = np.random.default_rng(2)
    rows = draw.random((400, len(PLACE_TOP.features))).astype(np.float32)
    face = PLACE_TOP.names.index("largest_face")
    labels = (rows[:, face] + 0.5 * rows[:, PLACE_TOP.names.index("likes")] > 0.8).astype(np.int64)
    model = train(
        PLACE_TOP,
        TrainingSet(rows, labels, np.full(40, 10)),
        {"min_data_in_leaf": 5},
        20,
        task="place_top",
        window=("", ""),
    )
    same = np.repeat(rows[:20], 11, axis=0)
    same[:, face] = np.tile(np.linspace(0, 1, 11), 20)
    scores = model.score(same).reshape(20, 11)
    assert (np.diff(scores, axis=1) <= 0).all()
    assert len(np.unique(model.score(rows).round(6))) > 1


def _scorer(slate: Slate) -> str:
    return slate.served[0].scorer
