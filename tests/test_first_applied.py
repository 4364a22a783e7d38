"""The best few documents of an apply, for which lists are read no further than it takes, against all of it: bases and live indexes
from seeds, with private accounts, blocks, late and removed documents."""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Any

import pytest

import query.traverse
from index import AnySegment
from query import Request, Searcher
from schemas.catalogue import Vertical
from schemas.ids import ExternalId
from tests.agreement import SETTINGS
from tests.live_layers import Layers
from tests.live_worlds import built, live_segment
from tests.test_explore import follows, likes, media, user

USERS, LATE, FOLLOWS, MEDIA = 700, 40, 24, 1_500
FORMS = ("(apply followed_by: followed_by:me)", "(apply follower: follower:me)", "(apply liker: followed_by:me)")
LIMITS = (1, 2, 5, 30)


def tables(rng: Random) -> dict[str, list[dict[str, Any]]]:
    """Few are followed by many, as it is in the world, and a fifth of all are private."""
    users = range(1, USERS + 1)
    private = {id_: rng.random() < 0.2 for id_ in users}
    pairs = {(one, min(int(rng.paretovariate(0.7)), USERS)) for one in users for _ in range(FOLLOWS)}
    blocks = {(rng.randrange(1, USERS), rng.randrange(1, 30)) for _ in range(200)}
    return {
        "users": [user(id_, is_private=private[id_]) for id_ in users],
        "follows": follows(*sorted(pair for pair in pairs if pair[0] != pair[1])),
        "blocks": [{"blocker_id": one, "blocked_id": other} for one, other in sorted(blocks) if one != other],
        "media": [media(id_, rng.randrange(1, USERS), age_hours=id_) for id_ in range(1_000, 1_000 + MEDIA)],
        "likes": likes(*sorted({(rng.choice(users), 1_000 + rng.randrange(MEDIA)) for _ in range(30 * USERS)})),
    }


def later(rng: Random, before: dict[str, list[dict[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Some are gone, some relations too; there are new people and media, whom the old ones follow and like."""
    new = range(USERS + 1, USERS + LATE)
    gone = set(rng.sample(range(1, USERS), 20))
    kept = {
        name: [row for row in rows if rng.random() > 0.05 or name in ("users", "media")]
        for name, rows in before.items()
    }
    kept["users"] = [row for row in before["users"] if row["id"] not in gone] + [user(id_) for id_ in new]
    pairs = {(rng.randrange(1, USERS), rng.choice(new)) for _ in range(600)}
    pairs |= {(rng.choice(new), rng.randrange(1, USERS)) for _ in range(300)}
    kept["follows"] += follows(*sorted(pairs))
    kept["media"] += [media(id_, rng.choice(new), age_hours=0.5) for id_ in range(9_000, 9_100)]
    kept["likes"] += likes(*sorted({(rng.randrange(1, USERS), rng.randrange(9_000, 9_100)) for _ in range(900)}))
    return kept


def segment_of(rng: Random, tmp_path: Path, *, is_live: bool) -> AnySegment:
    before = tables(rng)
    base = built(before, tmp_path / "base", tmp_path / "before")
    if not is_live:
        return base
    other = built(later(rng, before), tmp_path / "other", tmp_path / "after")
    return live_segment(base, [Layers(base).towards(other, Random(1))])


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("is_live", [False, True])
def test_the_best_few_are_those_of_all(
    is_live: bool, seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    print(f"seed {seed}")
    rng = Random(seed)
    segment = segment_of(rng, tmp_path, is_live=is_live)
    searcher = Searcher(segment, SETTINGS)
    bounds: list[int] = []
    below = query.traverse.union_below

    def noted(*asked: Any) -> Any:
        bounds.append(asked[3])
        return below(*asked)

    monkeypatch.setattr(query.traverse, "union_below", noted)
    viewers = [None, *rng.sample(range(1, USERS + LATE * is_live), 40)]
    for viewer in viewers:
        for form in FORMS:
            if viewer is None:
                request = Request(text=form.replace("me", str(rng.randrange(1, USERS))), limit=10_000)
            else:
                request = Request(text=form, viewer=ExternalId(viewer), limit=10_000)
            everything = searcher.run(request._replace(is_exact=True))
            assert everything.total_is_exact
            assert everything.total == len(everything.ids)
            for limit in LIMITS:
                few = searcher.run(request._replace(limit=limit))
                assert few.ids == everything.ids[:limit], (viewer, form, limit)
                assert few.total_is_exact is (everything.total <= limit)
                assert few.total == len(few.ids)
    assert len(bounds) > 100, "lists were read to their ends"
    assert max(bounds) < segment.size(Vertical.USER)
