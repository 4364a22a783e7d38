"""Non-interference (data-model.md §4): whatever a viewer is told is told by a world from which all that he may not see is gone.

Whole answers are compared, with explain, lineage and why-not, and so are terms, documents and errors.
"""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from index import Segment
from query import Request, Searcher, live_terms, peek
from schemas.catalogue import CATALOGUE, Vertical
from schemas.errors import QueryError
from schemas.ids import ExternalId, hashtag_id
from tests import oracle
from tests.agreement import SETTINGS, built, request_of
from tests.oracle.random_cases import Case, random_cases, random_viewers
from tests.oracle.random_world import random_tables

CASES = 60
BEGINNINGS = ("", "a", "c", "#t", "s", "한", "osm:", "1")


def told(searcher: Searcher, case: Case, ask_about: int | None) -> dict[str, Any]:
    """All that one request can bring to light."""
    plain = request_of(case)
    request = Request(
        text=plain.text,
        viewer=plain.viewer,
        vertical=plain.vertical,
        limit=plain.limit,
        is_exact=plain.is_exact,
        explains=True,
        gives_lineage=True,
        why_not=None if ask_about is None else ExternalId(ask_about),
    )
    try:
        answer = searcher.run(request).as_json()
    except QueryError as error:
        return error.as_json()
    del answer["took_ms"]
    return answer


def everything_about(segment: Segment, viewer: int | None, ids: dict[Vertical, list[int]]) -> list[Any]:
    """Every term that the viewer is shown, and every document."""
    world = Searcher(segment, SETTINGS).world(None if viewer is None else ExternalId(viewer), is_operator=False)
    terms = [(edge.key, text, live_terms(world, edge, text, 5)) for edge in CATALOGUE for text in BEGINNINGS]
    documents = [peek(world, vertical, ExternalId(id_)) for vertical, known in ids.items() for id_ in known]
    return terms + documents


@pytest.mark.parametrize("seed", range(5_000, 5_024))
def test_what_is_deleted_is_not_missed(seed):
    tables = random_tables(seed)
    world = oracle.make_world(tables, hashtag_id)
    rng = Random(seed)
    with built(tables) as full:
        ids = {vertical: full.ids(vertical).tolist() for vertical in Vertical}
        whole = Searcher(full, SETTINGS)
        for viewer in random_viewers(world, rng, 2):
            reduced = oracle.visible_tables(world, viewer, hashtag_id)
            with built(reduced) as left:
                searcher = Searcher(left, SETTINGS)
                for case in random_cases(world, seed, CASES):
                    seen_by = Case(case.query, viewer, case.vertical, case.limit, False, case.exact)
                    about = rng.choice(
                        [rng.choice(ids[Vertical.USER] or [1]), rng.choice(ids[Vertical.MEDIA] or [1]), 5]
                    )
                    assert told(whole, seen_by, about) == told(searcher, seen_by, about), seen_by
                assert everything_about(full, viewer, ids) == everything_about(left, viewer, ids)
