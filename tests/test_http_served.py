"""What endpoints are given to rank with, and the served-feature log: bounded, and never in the way of an answer."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from api.http.auth import Caller
from api.http.endpoint import Call
from api.http.endpoints import ENDPOINTS
from api.http.keeping import kept_as
from api.http.logqueue import LogQueue
from api.keys import Key, Scope
from ranking import (
    TYPEAHEAD,
    Context,
    Searches,
    ServedRows,
    Slate,
    experiment_reports,
    read_exposures,
    read_served,
)
from ranking.log.searches import COLUMNS
from schemas.catalogue import Vertical
from schemas.ids import ExternalId
from tests.service import Site, site
from tests.test_cli import build
from tests.yardstick import cost


def writing(text: str) -> Callable[[Any], None]:
    return lambda log: log.write(text)


class Writer:
    """Keeps what it is given, or fails; waits while `gate` is shut."""

    def __init__(self, error: OSError | None = None, *, loses: bool = False) -> None:
        self.kept: list[str] = []
        self.error = error
        self.loses = loses
        self.lost = 0
        self.gate = threading.Event()
        self.gate.set()
        self.is_closed = False

    def write(self, request_id: str) -> None:
        self.gate.wait(10)
        if self.error is not None:
            raise self.error
        self.lost += self.loses
        self.kept.append(request_id)

    def close(self) -> None:
        self.is_closed = True


def test_entries_are_written_in_order() -> None:
    writer, lost = Writer(), []
    queue = LogQueue(lambda: writer, lost.append)
    queue.start()
    for number in range(600):
        queue.put(writing(str(number)))
    queue.close()
    assert writer.kept == [str(number) for number in range(600)]
    assert (writer.is_closed, lost) == (True, [])


def test_a_slow_disk_holds_nobody_up() -> None:
    writer, lost = Writer(), []
    writer.gate.clear()
    queue = LogQueue(lambda: writer, lost.append, room=10)
    queue.start()
    said = 0

    def put_many() -> None:
        nonlocal said
        for _ in range(10_000):
            queue.put(writing(str(said)))
            said += 1

    assert cost(put_many, 250) <= 250
    writer.gate.set()
    queue.close()
    assert len(writer.kept) + sum(lost) == said
    assert 10 <= len(writer.kept) <= 11


@pytest.mark.parametrize("how", ["refuses", "loses", "cannot be opened"])
def test_a_broken_disk_loses_rows_and_nothing_else(how: str) -> None:
    error = OSError(28, "no space left")
    writer, lost = Writer(error if how == "refuses" else None, loses=how == "loses"), []

    def opened() -> Writer:
        if how == "cannot be opened":
            raise error
        return writer

    queue = LogQueue(opened, lost.append)
    queue.start()
    for number in range(5):
        queue.put(writing(str(number)))
    queue.close()
    queue.put(writing("late"))
    assert sum(lost) == 6


EXPERIMENTS = """
[experiments.tops]
arms.control.weight = 1
arms.learned = { weight = 1, parameters = { "hashtag_top.scorer" = "learned" } }
"""


def test_what_the_service_logs_can_be_learnt_from(tmp_path: Path) -> None:
    matrix = np.ones((1, len(TYPEAHEAD.features)), dtype=np.float32)
    slate = Slate((), served=(ServedRows(TYPEAHEAD.name, "linear", TYPEAHEAD.hash, (0,), matrix),))
    (tmp_path / "experiments.toml").write_text(EXPERIMENTS)
    options = {"logs": tmp_path / "logs", "experiments": tmp_path / "experiments.toml"}
    with site(build(tmp_path), tmp_path, **options) as here:
        call = call_of(here, 1, "r1")
        call.note_served(slate)
        call.note_served(Slate(()))
        call.note_exposures()  # nothing was met
        call.context().arms.get("hashtag_top.scorer")
        call.note_exposures()
        call_of(here, None, "r2").context().arms.get("hashtag_top.scorer")
    found = read_served(tmp_path / "logs", TYPEAHEAD)
    assert found.requests.tolist() == ["r1"]
    assert np.array_equal(found.matrix, matrix)
    exposed = list(read_exposures(tmp_path / "logs", Counter()))
    assert [(one.unit, one.request_id, one.exposure.experiment) for one in exposed] == [("1", "r1", "tops")]


DRAFT = """
[experiments.weights]
arms.control.weight = 1
arms.drafted = { weight = 1, parameters = { "draft" = "hand", "blend.is_hashtag" = 9 } }
"""


def test_a_list_that_two_blends_draft_is_served_and_credited(tmp_path: Path) -> None:
    """The box drafts by hand (a) with the arm's love of hashtags (b); a click on a hashtag is to the credit of b."""
    (tmp_path / "experiments.toml").write_text(DRAFT + EXPERIMENTS)
    options = {"logs": tmp_path / "logs", "experiments": tmp_path / "experiments.toml"}
    clicks: dict[str, str] = {}
    lists: dict[str, int] = {}
    with site(build(tmp_path), tmp_path, **options) as here:
        experiments = here.service.experiments
        for turn, viewer in enumerate((1, 2, 3, 4) * 6):
            context = replace(call_of(here, viewer, f"r{turn}").context(), arms=experiments.arms(str(viewer)))
            call = call_of(here, viewer, f"r{turn}", country=None)
            slate = here.service.box.typeahead(call.context(), "", 4)
            assert slate.teams == here.service.box.typeahead(context, "", 4).teams, "chance is of the request"
            call.note_served(slate)
            call.note_exposures()
            clicks[f"r{turn}"] = slate.teams
            lists[f"r{turn}"] = len(slate.slots)
            arm = experiments.arms(str(viewer)).owner("draft")
            assert arm is not None
            assert len(slate.teams) == (len(slate.slots) if arm.arm == "drafted" else 0)
            if slate.teams[:1] == "b":
                assert slate.slots[0].vertical is Vertical.HASHTAG
    exposed = list(read_exposures(tmp_path / "logs", Counter()))
    assert {one.exposure.experiment for one in exposed} == {"weights"}
    assert {one.request_id: one.teams for one in exposed} == clicks
    assert {teams[:1] for teams in clicks.values()} == {"a", "b", ""}, "who begins is drawn; the control is not drafted"
    rows = [
        dict.fromkeys(COLUMNS, "")
        | {
            "ts_ms": exposed[-1].ts_ms + 1,
            "request_id": one.request_id,
            "viewer_id": int(one.unit),
            "result_id": position,
        }
        | {"position": position, "clicked": one.teams[position : position + 1] == "b", "followed": False}
        for one in exposed
        for position in range(lists[one.request_id])
    ]
    (found,) = experiment_reports(exposed, Searches.of([pl.DataFrame(rows)]))
    drafted = [teams for teams in clicks.values() if "b" in teams]
    assert found.drafted is not None
    assert (found.drafted.lists, found.drafted.wins_a, found.drafted.wins_b) == (len(drafted), 0, len(drafted))


def call_of(here: Site, viewer: int | None, request_id: str, **values: object) -> Call:
    key = Key("k", bytes(32), frozenset(Scope))
    caller = Caller(key, None if viewer is None else ExternalId(viewer), key.scopes)
    searcher = here.service.session.searcher
    return Call(here.service, searcher, caller, values, None, float("inf"), request_id)


def test_the_context_of_a_request(tmp_path: Path) -> None:
    with site(build(tmp_path), tmp_path) as here:
        service = here.service
        assert service.rankers.directory == service.session.index / "models"

        def context(viewer: int | None, request_id: str, **values: object) -> Context:
            return call_of(here, viewer, request_id, **values).context()

        one, again, other = context(1, "a"), context(1, "a"), context(1, "b")
        assert (one.viewer, one.seed, one.deadline_ms) == (1, again.seed, None)
        assert one.seed != other.seed
        assert abs(one.now_ms - time.time() * 1e3) < 60_000
        assert context(1, "a", country="FR").country == "fr"
        assert context(None, "a").country == ""
        assert context(987654321, "a").country == ""


def test_services_that_rank_otherwise_share_no_kept_answers(tmp_path: Path) -> None:
    index = build(tmp_path)
    (tmp_path / "experiments.toml").write_text(EXPERIMENTS)
    [explore] = [endpoint for endpoint in ENDPOINTS if endpoint.name == "explore"]

    def parts(**options: Any) -> tuple[str, ...]:
        with site(index, tmp_path, **options) as here:
            found = kept_as(explore, call_of(here, 1, "r"))
            assert found is not None
            return found.parts

    plain = parts()
    assert parts() == plain
    assert parts(experiments=tmp_path / "experiments.toml") != plain
    assert parts(models=tmp_path / "others") != plain
