"""What endpoints are given to rank with, and the served-feature log: bounded, and never in the way of an answer."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from api.http.auth import Caller
from api.http.endpoint import Call
from api.http.served import Served, ServedLog
from api.keys import Key, Scope
from ranking import ServedRows, Slate
from schemas.ids import ExternalId
from tests.service import site
from tests.test_cli import build

ROWS = ServedRows("account", "linear", "hash", (0,), np.zeros((1, 2), dtype=np.float32))
SLATE = Slate((), served=(ROWS,))


class Writer:
    """Keeps what it is given, or fails; waits while `gate` is shut."""

    def __init__(self, error: OSError | None = None) -> None:
        self.kept: list[Served] = []
        self.error = error
        self.gate = threading.Event()
        self.gate.set()
        self.is_closed = False

    def write(self, served: Sequence[Served]) -> None:
        self.gate.wait(10)
        if self.error is not None:
            raise self.error
        self.kept += served

    def close(self) -> None:
        self.is_closed = True


def test_slates_are_written_in_order_and_those_without_features_not_at_all() -> None:
    writer, lost = Writer(), []
    log = ServedLog(writer, lost.append)
    log.start()
    for number in range(600):
        log.note(str(number), ExternalId(5), number, SLATE if number % 2 else Slate(()))
    log.close()
    assert [one.request_id for one in writer.kept] == [str(number) for number in range(1, 600, 2)]
    assert (writer.is_closed, lost) == (True, [])


def test_a_slow_disk_holds_nobody_up() -> None:
    writer, lost = Writer(), []
    writer.gate.clear()
    log = ServedLog(writer, lost.append, room=10)
    log.start()
    started = time.thread_time()
    for number in range(10_000):
        log.note(str(number), None, number, SLATE)
    assert time.thread_time() - started < 1
    writer.gate.set()
    log.close()
    assert len(writer.kept) + sum(lost) == 10_000
    assert 10 <= len(writer.kept) <= 20


def test_a_broken_disk_loses_rows_and_nothing_else() -> None:
    writer, lost = Writer(OSError(28, "no space left")), []
    log = ServedLog(writer, lost.append)
    log.start()
    for number in range(5):
        log.note(str(number), None, number, SLATE)
    log.close()
    log.note("late", None, 0, SLATE)
    assert sum(lost) == 6


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
