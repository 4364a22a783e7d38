"""What is kept ends with what it is of, and waits for no collector: masks and circles of viewers, and the files of a segment."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from query import Request, Searcher
from ranking import Box, Context
from schemas.catalogue import Vertical
from schemas.ids import ExternalId, hashtag_id
from schemas.settings import Settings
from tests import oracle
from tests.agreement import built
from tests.oracle.random_world import random_tables

TABLES = random_tables(9_000)


@pytest.fixture
def uncollected() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.usefixtures("uncollected")
def test_a_searcher_ends_when_another_has_taken_its_place() -> None:
    with built(TABLES) as segment:
        first = Searcher(segment, Settings())
        user = ExternalId(segment.ids(Vertical.USER)[0])
        first.run(Request("(and name:* (apply followed_by: followed_by:me))", user, Vertical.USER, 10))
        world, searcher = weakref.ref(first.world(user, is_operator=False)), weakref.ref(first)
        second = first.over(segment)
        second.run(Request("name:a*", user, Vertical.USER, 10))
        del first
        assert searcher() is None
        assert world() is None


@pytest.mark.usefixtures("uncollected")
def test_what_the_box_knows_of_a_viewer_ends_with_his_world() -> None:
    viewers = sorted(oracle.make_world(TABLES, hashtag_id).users)[:3]
    box = Box()
    with built(TABLES) as segment:
        searcher = Searcher(segment, Settings(cached_viewers=1))
        worlds = []
        for viewer in viewers:
            box.typeahead(Context(searcher=searcher, viewer=ExternalId(viewer), now_ms=0), "a")
            worlds.append(weakref.ref(searcher.world(ExternalId(viewer), is_operator=False)))
        assert [world() is None for world in worlds] == [True, True, False]
