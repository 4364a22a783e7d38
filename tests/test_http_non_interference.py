"""Non-interference (data-model.md §4) on every endpoint: statuses, headers, bodies, cursors and what the cache does are those of a
world from which all that the viewer may not see was deleted."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from api.http.endpoints import ENDPOINTS
from schemas.catalogue import Vertical
from schemas.ids import hashtag_id
from tests import oracle
from tests.agreement import build
from tests.oracle.random_cases import random_cases, random_viewers
from tests.oracle.random_world import random_tables
from tests.service import SCOPES, Site, site, target_of, write_keys

CASES = 25
NOW_S = 1_800_000_000.0
"""One clock for both worlds: ages are part of what ranks media."""
NAMED = ({"ranker": "hand"}, {"ranker": "learned"}, {"ranker": "explore/1"}, {"arm": "none/none"})
_VOLATILE = ("x-request-id", "date")


def no_operator(directory: Path) -> Path:
    """A key that may do all but read the whole world, as which another generation counts too."""
    scopes = [scope for scope in SCOPES if scope != "operator"]
    return write_keys(directory / "viewers.json", {"id": "all", "scopes": scopes})


@contextmanager
def served(tables: dict[str, list[oracle.Row]]) -> Iterator[Site]:
    """A service over the index of these rows."""
    with TemporaryDirectory() as directory, ExitStack() as stack:
        warehouse, index = Path(directory, "warehouse"), Path(directory, "index")
        oracle.write_world(tables, warehouse)
        build(warehouse, index)
        here = stack.enter_context(site(index, Path(directory), keys=no_operator(Path(directory))))
        here.service.now = lambda: NOW_S
        yield here


def told(here: Site, target: str, viewer: int | None) -> dict[str, Any]:
    """All that an answer brings to light, but for times and ids made up for it."""
    answer = here.get(target, viewer)
    content = answer.json()
    for name in ("took_ms", "request_id"):
        content.pop(name, None)
    headers = {name: value for name, value in answer.headers.items() if name not in (*_VOLATILE, "content-length")}
    return {"status": answer.status_code, "headers": headers, "content": content}


def targets(rng: Random, ids: dict[Vertical, list[int]], names: list[str]) -> Iterator[str]:
    """Requests to every endpoint but search, by ids seen and unseen."""

    def some(vertical: Vertical) -> int:
        return rng.choice([*ids[vertical], 5, -1])

    for _ in range(4):
        yield target_of(f"/v1/users/{some(Vertical.USER)}/media", limit=rng.randrange(1, 5))
        yield target_of(
            f"/v1/places/{some(Vertical.PLACE)}/recent", limit=rng.randrange(1, 5), fields="owner,hashtags,tags"
        )
        yield target_of(f"/v1/hashtags/{rng.choice('abcst')}/recent", limit=3)
        yield target_of(f"/v1/hashtags/{rng.choice(('tbt', 'cafe', 'sunset', 'fi'))}/top", limit=3, fields="owner,tags")
        yield target_of(f"/v1/places/{some(Vertical.PLACE)}/top", limit=rng.randrange(1, 5), explain="true")
        seen = ",".join(str(some(Vertical.MEDIA)) for _ in range(3))
        yield target_of("/v1/explore", limit=rng.randrange(1, 20), seen=seen, country=rng.choice(("fr", "us", "")))
        yield target_of("/v1/explore", fields="owner,place,hashtags", explain="true")
        yield target_of("/v1/explore", limit=5, **rng.choice(NAMED))
        yield target_of("/v1/typeahead", q=rng.choice("abs"), **rng.choice(NAMED))
        yield target_of("/v1/search", q="name:*", generation=rng.choice(("000001", "000002")))  # by no operator
        for plural, vertical in (("users", Vertical.USER), ("media", Vertical.MEDIA), ("groups", Vertical.GROUP)):
            yield target_of(f"/v1/{plural}", ids=",".join(str(some(vertical)) for _ in range(6)))
        yield target_of("/v1/hashtags", ids=",".join(str(some(Vertical.HASHTAG)) for _ in range(6)))
        yield target_of("/v1/places", ids=",".join(str(some(Vertical.PLACE)) for _ in range(6)))
        typed = rng.choice(names)
        yield target_of("/v1/typeahead", q=typed[: rng.randrange(1, len(typed) + 1)] or "a", limit=rng.randrange(1, 9))
        sign, country = rng.choice(("", "#", "@")), rng.choice(("fr", "us", ""))
        yield target_of(
            "/v1/typeahead", q=sign + typed[: rng.randrange(2)], country=country, near="59.9,10.7", limit=50
        )
        vertical = rng.choice(list(Vertical)).value
        yield target_of("/v1/search", text=typed[: rng.randrange(4)], vertical=vertical, limit=rng.randrange(1, 50))
        edge = rng.choice(
            ["name", "username", "country", "caption", "hashtag", "tag", "mt", "city", "autotag", "owner"]
        )
        yield target_of("/v1/terms", edge=edge, beginning=rng.choice(["", "a", "s", "#"]), limit=5)
        yield target_of("/v1/completions", q=f"(and {edge}:{rng.choice(['', 'a', 's', '#'])}")
    yield "/v1/users/me/suggested?limit=3"
    yield "/v1/users/me/suggested?limit=3"
    yield "/v1/users/me/suggested?limit=50"


@pytest.mark.parametrize("seed", range(7_000, 7_008))
def test_what_is_deleted_is_not_missed(seed: int) -> None:
    tables = random_tables(seed)
    world = oracle.make_world(tables, hashtag_id)
    rng = Random(seed)
    with served(tables) as full:
        segment = full.service.session.searcher.segment
        ids = {vertical: segment.ids(vertical).tolist() for vertical in Vertical}
        names = ["ann", "café", "#tb", "s", "한"]
        for viewer in random_viewers(world, rng, 2):
            with served(oracle.visible_tables(world, viewer, hashtag_id)) as left:
                asked = list(targets(rng, ids, names))
                for case in random_cases(world, seed, CASES):
                    about = rng.choice([rng.choice(ids[Vertical.USER] or [1]), rng.choice(ids[Vertical.MEDIA] or [1])])
                    params: dict[str, object] = {"q": case.query, "limit": min(case.limit, 4), "why_not": about}
                    if case.vertical is not None:
                        params["vertical"] = case.vertical
                    asked.append(target_of("/v1/search", **params, lineage="true", explain="true"))
                    asked.append(
                        target_of("/v1/search", **params, pages="false", exact="true", fields="followers,owner")
                    )
                for target in asked:
                    before, after = told(full, target, viewer), told(left, target, viewer)
                    assert before == after, (seed, viewer, target)
                    cursor = before["content"].get("cursor")
                    if cursor is not None:  # the same bytes in both worlds, and the same page behind it
                        target = f"{target}&{target_of('', cursor=cursor)[1:]}"
                        assert told(full, target, viewer) == told(left, target, viewer), (seed, viewer, target)
                _check_cache(full, left)


def _check_cache(full: Site, left: Site) -> None:
    """What is kept for one viewer tells another nothing: each question was a miss and a hit as often in both worlds."""
    kept = [(here.service.cache.hits, here.service.cache.misses) for here in (full, left)]
    full.service.cache.hits = full.service.cache.misses = 0
    assert kept[0] == kept[1]


def test_every_reading_endpoint_is_asked() -> None:
    """What is not asked above does not depend on documents."""
    asked = {"search", "terms", "user_media", "place_recent", "hashtag_recent", "documents", "typeahead", "suggested"}
    asked |= {"completions", "explore", "hashtag_top", "place_top"}
    others = {"language", "viewer_tokens", "events", "exposures", "cache"}
    others |= {"generation", "generations", "promote", "rollback", "lag"}
    others |= {"experiments", "rankers", "dead_letters", "dead_letters_redrive", "dead_letters_drop"}
    assert {endpoint.name for endpoint in ENDPOINTS} == asked | others


def test_a_kept_answer_is_of_one_viewer_and_one_state(tmp_path: Path) -> None:
    tables = random_tables(7_100)
    warehouse, index = tmp_path / "warehouse", tmp_path / "index"
    oracle.write_world(tables, warehouse)
    build(warehouse, index)
    with site(index, tmp_path) as here:
        cache = here.service.cache
        users = here.service.session.searcher.segment.ids(Vertical.USER).tolist()[:3]
        for hits, misses in ((0, 3), (3, 3)):
            for user in users:
                assert here.get("/v1/users/me/suggested", user).status_code == 200
            assert (cache.hits, cache.misses) == (hits, misses)
        build(warehouse, index)
        here.service.session.refresh()
        for user in users:
            here.get("/v1/users/me/suggested", user)
        assert (cache.hits, cache.misses) == (3, 6)
