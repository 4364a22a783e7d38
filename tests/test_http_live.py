"""The service over a live index: it follows in time, and on every endpoint a viewer is told nothing of what he may not see."""

from __future__ import annotations

import time
from pathlib import Path
from random import Random

import pytest

from index import current_state
from ingest.traits import TraitsSource
from schemas.catalogue import Vertical
from schemas.ids import hashtag_id
from tests import oracle
from tests.agreement import build
from tests.histories import random_history
from tests.live_law import stages
from tests.oracle.random_cases import random_cases, random_viewers
from tests.service import Site, site, target_of
from tests.test_http_non_interference import NOW_S, no_operator, targets, told

NAMES = ["ann", "café", "#tb", "s", "한"]
IN_TIME_S = 2.0
"""data-model.md §4: so long after its event was applied, a change holds for every answer."""


def await_state(here: Site, index: Path) -> None:
    """Wait until the service answers from what is in force, at most the 2 s that it has, and what a busy machine adds."""
    until = time.monotonic() + 10 * IN_TIME_S
    while here.service.session.searcher.segment.state != current_state(index):
        assert time.monotonic() < until, "the service did not follow"
        time.sleep(0.01)


def without_pages(content: dict[str, object]) -> dict[str, object]:
    """An answer but for its cursor, which is bound to the generation, and so differs between two indexes."""
    body = content["content"]
    assert isinstance(body, dict)
    return content | {"content": body | {"cursor": "cursor" in body}}


@pytest.mark.parametrize("seed", range(9_100, 9_106))
def test_every_endpoint_of_a_live_service_keeps_secrets(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        TraitsSource, "columns", lambda _: {}
    )  # which a base knows of its own media, and of no late ones
    rng = Random(f"service {seed}")
    here: Site | None = None
    opened = last = None
    for _, _, engine, live in stages(random_history(seed), tmp_path / "live", rng):
        if here is None:
            opened = site(engine.index, tmp_path, keys=no_operator(tmp_path))
            here = opened.__enter__()
        await_state(here, engine.index)
        last = live
    assert here is not None
    here.service.now = lambda: NOW_S
    assert opened is not None
    assert last is not None
    try:
        world = last.world()
        segment = here.service.session.searcher.segment
        ids = {vertical: segment.ids(vertical).tolist() for vertical in Vertical}
        for viewer in random_viewers(world, rng, 1):
            reduced = tmp_path / f"reduced{viewer}"
            oracle.write_world(oracle.visible_tables(world, viewer, hashtag_id), reduced / "warehouse")
            build(reduced / "warehouse", reduced / "index")
            with site(reduced / "index", tmp_path, keys=no_operator(tmp_path)) as left:
                left.service.now = lambda: NOW_S
                asked = list(targets(rng, ids, NAMES))
                for case in random_cases(world, seed, 15):
                    params = {"q": case.query, "limit": min(case.limit, 4)}
                    if case.vertical is not None:
                        params["vertical"] = case.vertical
                    asked.append(target_of("/v1/search", **params, lineage="true", explain="true"))
                for target in asked:
                    before, after = (without_pages(told(one, target, viewer)) for one in (here, left))
                    assert before == after, (seed, viewer, target)
    finally:
        opened.__exit__(None, None, None)
