"""What endpoints are given to rank with, and the served-feature log: bounded, and never in the way of an answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from api.http.auth import Caller
from api.http.endpoint import Call
from api.http.served import ServedQueue
from api.keys import Key, Scope
from ranking import TYPEAHEAD, ServedRows, Slate, read_served
from schemas.ids import ExternalId
from tests.service import site
from tests.test_cli import build

ROWS = ServedRows("account", "linear", "hash", (0,), np.zeros((1, 2), dtype=np.float32))
SLATE = Slate((), served=(ROWS,))


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

    def write(self, request_id: str, ts_ms: int, served: Sequence[ServedRows]) -> None:
        self.gate.wait(10)
        if self.error is not None:
            raise self.error
        self.lost += self.loses
        self.kept.append(request_id)

    def close(self) -> None:
        self.is_closed = True


def test_slates_are_written_in_order_and_those_without_features_not_at_all() -> None:
    writer, lost = Writer(), []
    queue = ServedQueue(lambda: writer, lost.append)
    queue.start()
    for number in range(600):
        queue.note(str(number), number, SLATE if number % 2 else Slate(()))
    queue.close()
    assert writer.kept == [str(number) for number in range(1, 600, 2)]
    assert (writer.is_closed, lost) == (True, [])


def test_a_slow_disk_holds_nobody_up() -> None:
    writer, lost = Writer(), []
    writer.gate.clear()
    queue = ServedQueue(lambda: writer, lost.append, room=10)
    queue.start()
    started = time.thread_time()
    for number in range(10_000):
        queue.note(str(number), number, SLATE)
    assert time.thread_time() - started < 1
    writer.gate.set()
    queue.close()
    assert len(writer.kept) + sum(lost) == 10_000
    assert 10 <= len(writer.kept) <= 11


@pytest.mark.parametrize("how", ["refuses", "loses", "cannot be opened"])
def test_a_broken_disk_loses_rows_and_nothing_else(how: str) -> None:
    error = OSError(28, "no space left")
    writer, lost = Writer(error if how == "refuses" else None, loses=how == "loses"), []

    def opened() -> Writer:
        if how == "cannot be opened":
            raise error
        return writer

    queue = ServedQueue(opened, lost.append)
    queue.start()
    for number in range(5):
        queue.note(str(number), number, SLATE)
    queue.close()
    queue.note("late", 0, SLATE)
    assert sum(lost) == 6


def test_what_the_service_logs_can_be_learnt_from(tmp_path: Path) -> None:
    matrix = np.ones((1, len(TYPEAHEAD.features)), dtype=np.float32)
    slate = Slate((), served=(ServedRows(TYPEAHEAD.name, "linear", TYPEAHEAD.hash, (0,), matrix),))
    with site(build(tmp_path), tmp_path, logs=tmp_path / "logs") as here:
        assert here.service.served is not None
        here.service.served.note("r1", 7, slate)
    found = read_served(tmp_path / "logs", TYPEAHEAD)
    assert found.requests.tolist() == ["r1"]
    assert np.array_equal(found.matrix, matrix)


def test_the_context_of_a_request(tmp_path: Path) -> None:
    with site(build(tmp_path), tmp_path) as here:
        service = here.service
        assert service.rankers.directory == service.session.index / "models"
        key = Key("k", bytes(32), frozenset(Scope))

        def context(viewer: int | None, request_id: str, **values: object):
            caller = Caller(key, None if viewer is None else ExternalId(viewer), key.scopes)
            searcher = service.session.searcher
            call = Call(service, searcher, caller, values, None, float("inf"), lambda: False, request_id)
            return call.context()

        one, again, other = context(1, "a"), context(1, "a"), context(1, "b")
        assert (one.viewer, one.seed, one.deadline_ms) == (1, again.seed, None)
        assert one.seed != other.seed
        assert abs(one.now_ms - time.time() * 1e3) < 60_000
        assert context(1, "a", country="FR").country == "fr"
        assert context(None, "a").country == ""
        assert context(987654321, "a").country == ""
