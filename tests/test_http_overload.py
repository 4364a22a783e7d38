"""Overload: who waits, who is refused, and that nobody waits for nothing."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
import uvloop

from api.http.asgi import GoneError
from api.http.costs import Costs
from api.http.engine import Engine, Outcome
from api.http.exchange import Exchange, Frames, Seat, framed
from api.http.lanes import Lane, Limits
from api.http.problems import Refusal
from api.http.quotas import Quotas
from api.http.seats import Seats, Stopped
from api.http.serving import _while_here
from api.http.typical import Typical
from api.keys import Key
from query import Request, Searcher, StoppedError
from tests.service import site, write_keys
from tests.test_cli import build
from tests.test_http_api import problem
from tests.yardstick import cost


class Crew:
    """An engine and workers in threads of this process; work is what a function gives, which is told whether it is still wanted."""

    def __init__(self, exchange: Exchange, workers: int, **limits: Any) -> None:
        self.exchange = exchange
        self.engine = Engine(Limits(**limits), exchange)
        self._work: list[Callable[[Stopped], Any]] = []
        self._seats = [Seats(exchange, number, self._handle) for number in range(workers)]
        self.done: list[tuple[int, int]] = []
        """Which worker did which piece of work, in order."""

    def _handle(self, place: int, stopped: Stopped) -> Any:
        self.done.append((int(threading.current_thread().name.split("-")[1]) // 2, place))
        return self._work[place](stopped)

    async def start(self) -> None:
        await self.engine.start()
        for number, seats in enumerate(self._seats):
            seats.start()
            while self.engine.workers <= number:
                await asyncio.sleep(0.001)

    def lose(self, worker: int) -> None:
        """Break a worker's connections, as its end would."""
        for connection in list(self._seats[worker]._connections.values()):
            connection.shutdown(socket.SHUT_RDWR)

    async def run(
        self, lane: Lane, work: Callable[[Stopped], Any], whose: int | None = None, **options: Any
    ) -> Outcome:
        self._work.append(work)
        return await self.engine.run(lane, len(self._work) - 1, whose=whose, **options)

    async def close(self) -> None:
        for seats in self._seats:
            await asyncio.to_thread(seats.close)
        await self.engine.close()


def run(work: Callable[[Crew], Coroutine[Any, Any, Any]], workers: int = 1, **limits: Any) -> Any:
    """Something done with a crew."""

    async def inside() -> Any:
        with closing(Exchange(workers)) as exchange:
            crew = Crew(exchange, workers, **limits)
            await crew.start()
            try:
                return await work(crew)
            finally:
                await crew.close()

    return uvloop.run(inside())


def hold(begun: threading.Event, gate: threading.Event, result: Any = None) -> Callable[[Stopped], Any]:
    """Work that says when it is begun and goes on until it is let."""

    def held(_: Stopped) -> Any:
        begun.set()
        assert gate.wait(30)
        return result

    return held


async def told(event: threading.Event) -> None:
    assert await asyncio.to_thread(event.wait, 30)


PATIENT_MS = (1e6, 1e6, 1e6)


def test_work_gives_its_result_and_what_it_took() -> None:
    async def work(crew: Crew) -> None:
        outcome = await crew.run(Lane.RAW, lambda _: time.sleep(0.02) or {"a": [1, None]})  # type: ignore[func-returns-value]
        assert outcome.result == {"a": [1, None]}
        assert outcome.took_ms >= 20
        assert outcome.busy_ms == outcome.took_ms
        assert outcome.begun < time.perf_counter()
        assert (await crew.run(Lane.TYPEAHEAD, lambda _: b"x" * 1_000_000)).result == b"x" * 1_000_000

    run(work)


def test_frames_come_in_pieces_of_any_length() -> None:
    contents = [Seat(1, is_typing=True), b"", {"a": "b" * 1_000}, None]
    data = b"".join(map(framed, contents))
    for length in (1, 3, 7, 500, len(data)):
        frames, found = Frames(), []
        for start in range(0, len(data), length):
            found += frames.feed(data[start : start + length])
        assert found == contents


def test_the_urgent_go_first_and_typeahead_has_a_seat_of_its_own() -> None:
    order: list[str] = []

    async def work(crew: Crew) -> None:
        begun, gate = threading.Event(), threading.Event()
        blocked = asyncio.create_task(crew.run(Lane.RAW, hold(begun, gate)))
        await told(begun)
        waiting = [asyncio.create_task(crew.run(Lane.RAW, lambda _: order.append("raw"))) for _ in range(3)]
        await asyncio.sleep(0)
        waiting.append(asyncio.create_task(crew.run(Lane.EXPLORE, lambda _: order.append("explore"))))
        await crew.run(Lane.TYPEAHEAD, lambda _: order.append("typeahead"))
        assert order == ["typeahead"]
        assert crew.exchange.waiting == crew.engine.waiting == 4
        gate.set()
        await asyncio.gather(blocked, *waiting)
        assert crew.exchange.waiting == 0

    run(work, wait_ms=PATIENT_MS)
    assert order == ["typeahead", "explore", "raw", "raw", "raw"]


def test_whoever_has_waited_long_enough_goes_next_whatever_else_waits() -> None:
    order: list[str] = []

    async def work(crew: Crew) -> None:
        begun, gate = threading.Event(), threading.Event()
        blocked = asyncio.create_task(crew.run(Lane.TYPEAHEAD, hold(begun, gate)))
        await told(begun)
        waiting = [asyncio.create_task(crew.run(Lane.RAW, lambda _: order.append("raw")))]
        await asyncio.sleep(1.2)
        waiting += [asyncio.create_task(crew.run(Lane.EXPLORE, lambda _: order.append("explore"))) for _ in range(3)]
        await asyncio.sleep(0)
        gate.set()
        await asyncio.gather(blocked, *waiting)

    run(work, wait_ms=(1e6, 1e6, 1_000.0))
    assert order[0] == "raw"
    assert len(order) == 4


def test_a_worker_does_one_thing_and_typeahead_beside_it() -> None:
    async def work(crew: Crew) -> None:
        begun, gate = [threading.Event() for _ in range(5)], threading.Event()
        lanes = (Lane.RAW, Lane.EXPLORE, Lane.RAW, Lane.TYPEAHEAD, Lane.TYPEAHEAD)
        tasks = [
            asyncio.create_task(crew.run(lane, hold(event, gate))) for lane, event in zip(lanes, begun, strict=True)
        ]
        await told(begun[0])
        await told(begun[3])
        await asyncio.sleep(0.1)
        assert [event.is_set() for event in begun] == [True, False, False, True, False]
        gate.set()
        await asyncio.gather(*tasks)

    run(work, wait_ms=PATIENT_MS)


def test_whichever_worker_is_free_takes_what_is_due() -> None:
    async def work(crew: Crew) -> None:
        begun, gate = threading.Event(), threading.Event()
        long = asyncio.create_task(crew.run(Lane.TYPEAHEAD, hold(begun, gate), whose=6))
        await told(begun)
        for _ in range(20):  # all are of the busy worker's viewer, and none of them waits for it
            await asyncio.wait_for(crew.run(Lane.TYPEAHEAD, lambda _: None, whose=6), 10)
        gate.set()
        await long
        busy = crew.done[0][0]
        assert {worker for worker, _ in crew.done[1:]} == {1 - busy}

    run(work, workers=2)


def test_each_viewer_has_a_worker_of_its_own() -> None:
    async def work(crew: Crew) -> None:
        for whose in range(40):
            for _ in range(3):
                await crew.run(Lane.RAW, lambda _: None, whose=whose << 20)
        found = [{worker for worker, _ in crew.done[at : at + 3]} for at in range(0, 120, 3)]
        assert {len(workers) for workers in found} == {1}
        assert 10 <= sum(workers == {0} for workers in found) <= 30

    run(work, workers=2)


@pytest.mark.parametrize("is_patient", [True, False])
def test_a_moment_is_waited_for_the_worker_that_knows_the_viewer(is_patient: bool) -> None:
    async def work(crew: Crew) -> None:
        begun, gate = threading.Event(), threading.Event()
        first = asyncio.create_task(crew.run(Lane.TYPEAHEAD, hold(begun, gate), whose=6))
        await told(begun)
        second = asyncio.create_task(crew.run(Lane.TYPEAHEAD, lambda _: None, whose=6))
        await asyncio.sleep(0.3)
        assert second.done() is not is_patient
        gate.set()
        await asyncio.gather(first, second)
        assert (crew.done[0][0] == crew.done[1][0]) is is_patient

    patience_ms = 60_000.0 if is_patient else 1.0
    run(work, workers=2, patience_ms=patience_ms, overtaken_ms=120_000.0, wait_ms=PATIENT_MS)


@pytest.mark.parametrize("overtaken_ms", [60_000.0, 50.0])
def test_a_free_worker_takes_its_own_viewers_first_but_nobody_waits_for_long(overtaken_ms: float) -> None:
    async def work(crew: Crew) -> None:
        own: dict[int, int] = {}
        for whose in range(10):
            await crew.run(Lane.RAW, lambda _: None, whose=whose)
            own[crew.done[-1][0]] = whose
        crew.done.clear()
        begun, gates = [threading.Event() for _ in range(2)], [threading.Event() for _ in range(2)]
        busy = [
            asyncio.create_task(crew.run(Lane.TYPEAHEAD, hold(begun[worker], gates[worker]), whose=own[worker]))
            for worker in range(2)
        ]
        await told(begun[0])
        await told(begun[1])
        waits = [
            asyncio.create_task(crew.run(Lane.TYPEAHEAD, lambda _: None, whose=own[worker])) for worker in (1, 1, 0)
        ]
        await asyncio.sleep(0.2)
        gates[0].set()
        await waits[2]
        await busy[0]
        by_zero = [place for worker, place in crew.done[2:] if worker == 0]
        assert by_zero[0] - 12 == (2 if overtaken_ms > 1_000 else 0)
        gates[1].set()
        await asyncio.gather(*busy, *waits)

    run(work, workers=2, patience_ms=1.0, overtaken_ms=overtaken_ms, wait_ms=PATIENT_MS)


def test_a_slow_moment_of_the_machine_is_no_overload() -> None:
    typical = Typical(1.0)
    for _ in range(30):
        typical.note(4.0)
    for _ in range(5):
        typical.note(80.0)
    assert typical.ms == 4.0
    for _ in range(10):
        typical.note(80.0)
    assert typical.ms > 70
    for _ in range(15):
        typical.note(4.0)
    assert typical.ms < 10


def test_others_rest_while_typeahead_is_at_work() -> None:
    steps: list[str] = []

    async def work(crew: Crew) -> None:
        begun, typed, gate = threading.Event(), threading.Event(), threading.Event()

        def listed(stopped: Stopped) -> None:
            begun.set()
            assert typed.wait(30)
            assert not stopped()
            steps.append("explore")

        def typing(_: Stopped) -> None:
            typed.set()
            assert gate.wait(30)
            steps.append("typeahead")

        explore = asyncio.create_task(crew.run(Lane.EXPLORE, listed))
        await told(begun)
        typeahead = asyncio.create_task(crew.run(Lane.TYPEAHEAD, typing))
        await asyncio.sleep(0.3)
        gate.set()
        outcome = await explore
        await typeahead
        assert outcome.rested_ms > 0
        assert outcome.busy_ms < outcome.took_ms  # the rest is not charged

    run(work, wait_ms=PATIENT_MS)
    assert steps == ["typeahead", "explore"]


def test_nobody_rests_longer_than_his_lane_may_wait() -> None:
    async def work(crew: Crew) -> None:
        begun, typed, gate = threading.Event(), threading.Event(), threading.Event()

        def listed(stopped: Stopped) -> float:
            begun.set()
            assert typed.wait(30)
            before = time.perf_counter()
            assert not stopped()
            assert not stopped()
            return time.perf_counter() - before

        explore = asyncio.create_task(crew.run(Lane.EXPLORE, listed))
        await told(begun)
        typeahead = asyncio.create_task(crew.run(Lane.TYPEAHEAD, hold(typed, gate)))
        rested_s = (await asyncio.wait_for(explore, 20)).result
        assert rested_s >= 0.1
        gate.set()
        await typeahead

    run(work, wait_ms=(1e6, 100.0, 1e6))


def test_what_a_worker_was_at_when_it_ended_is_done_by_another() -> None:
    async def work(crew: Crew) -> None:
        begun, gate = threading.Event(), threading.Event()
        lost = asyncio.create_task(crew.run(Lane.RAW, hold(begun, gate, "done"), whose=0))
        await told(begun)
        crew.lose(0)
        assert (await asyncio.wait_for(asyncio.shield(_let(gate, lost)), 20)).result == "done"
        assert [place for _, place in crew.done] == [0, 0]
        while crew.engine.workers < 2:  # it came back
            await asyncio.sleep(0.01)

    run(work, workers=2)


async def _let(gate: threading.Event, task: asyncio.Task[Outcome]) -> Outcome:
    await asyncio.sleep(0.2)
    gate.set()
    return await task


def test_what_ends_workers_is_given_up() -> None:
    async def work(crew: Crew) -> None:
        gate = threading.Event()

        def poison(_: Stopped) -> None:
            crew.lose(int(threading.current_thread().name.split("-")[1]) // 2)

        with pytest.raises(Refusal) as error:
            await asyncio.wait_for(crew.run(Lane.RAW, poison), 20)
        assert (error.value.status, error.value.code) == (503, "interrupted")
        assert len(crew.done) == 2
        gate.set()
        assert (await asyncio.wait_for(crew.run(Lane.RAW, lambda _: 5), 20)).result == 5  # they came back

    run(work)


def test_nobody_waits_for_ever_for_workers_that_do_not_come() -> None:
    async def work(crew: Crew) -> None:
        await crew.close()
        while crew.engine.workers:
            await asyncio.sleep(0.001)
        waiting = [
            asyncio.create_task(crew.run(Lane.RAW, lambda _: None)),
            asyncio.create_task(crew.run(Lane.RAW, lambda _: None, latest=time.perf_counter() + 0.01)),
        ]
        await asyncio.sleep(0.1)
        crew.engine.sweep()
        with pytest.raises(Refusal, match="the deadline passed"):
            await asyncio.wait_for(waiting[1], 5)
        await asyncio.sleep(0.3)
        crew.engine.sweep()
        with pytest.raises(Refusal, match="more is asked"):
            await asyncio.wait_for(waiting[0], 5)
        assert crew.engine.waiting == crew.exchange.waiting == 0

    run(work, given_up_ms=300.0)


def test_raw_queries_are_shed_first_and_typeahead_last() -> None:
    async def work(crew: Crew) -> dict[Lane, int]:
        answered = dict.fromkeys(Lane, 0)
        refusals: list[tuple[int, str, float | None]] = []

        async def ask(lane: Lane) -> None:
            try:
                await crew.run(lane, lambda _: time.sleep(0.005))
                answered[lane] += 1
            except Refusal as error:
                refusals.append((error.status, error.code, error.retry_after_s))

        for _ in range(20):  # teaches what each lane takes
            await asyncio.gather(*(ask(lane) for lane in Lane))
        answered.update(dict.fromkeys(Lane, 0))
        lanes = [lane for number in range(60) for lane in (Lane if number < 10 else (Lane.EXPLORE, Lane.RAW))]
        await asyncio.gather(*map(ask, lanes))
        assert set(refusals) == {(503, "overloaded", 1.0)}
        return answered

    answered = run(work)
    assert answered[Lane.TYPEAHEAD] == 10
    assert answered[Lane.RAW] < answered[Lane.EXPLORE] < 60


def test_saying_no_takes_no_time() -> None:
    async def work(crew: Crew) -> None:
        begun, gate = threading.Event(), threading.Event()
        tasks = [asyncio.create_task(crew.run(Lane.RAW, hold(begun, gate)))]
        await told(begun)
        tasks.append(asyncio.create_task(crew.run(Lane.RAW, lambda _: None)))
        await asyncio.sleep(0)
        answers: list[bool] = []
        assert cost(lambda: answers.extend(crew.engine.has_room(Lane.RAW) for _ in range(1_000)), 10) <= 10
        assert answers
        assert not any(answers)
        assert crew.engine.has_room(Lane.TYPEAHEAD)
        gate.set()
        await asyncio.gather(*tasks)

    run(work, waiting=(9, 9, 1), wait_ms=PATIENT_MS)


def test_a_late_event_loop_sheds_too() -> None:
    with closing(Exchange(1)) as exchange:
        engine = Engine(Limits(), exchange)
        for lag_ms, refused in ((0, []), (60, [Lane.RAW]), (150, [Lane.EXPLORE, Lane.RAW]), (500, list(Lane))):
            engine.lag_ms = lag_ms
            assert [lane for lane in Lane if not engine.has_room(lane)] == refused


def test_twice_as_many_workers_have_room_for_twice_as_many() -> None:
    def fits(workers: int) -> int:
        async def work(crew: Crew) -> int:
            gate, begun = threading.Event(), threading.Event()
            tasks = [asyncio.create_task(crew.run(Lane.TYPEAHEAD, hold(begun, gate))) for _ in range(workers)]
            await told(begun)
            while crew.engine.has_room(Lane.TYPEAHEAD):
                tasks.append(asyncio.create_task(crew.run(Lane.TYPEAHEAD, lambda _: None)))
                await asyncio.sleep(0)
            gate.set()
            await asyncio.gather(*tasks)
            return len(tasks)

        return int(run(work, workers, wait_ms=(20.0, 1.0, 1.0)))

    assert 20 <= fits(1) <= 22
    assert 40 <= fits(2) <= 44


def test_long_queries_are_not_begun_while_others_wait() -> None:
    with closing(Exchange(1)) as exchange:
        costs = Costs(Limits(), exchange)
        costs.admit(10**9)  # nobody waits
        exchange.waiting = 1
        costs.admit(10)
        with pytest.raises(Refusal, match="more is asked"):
            costs.admit(10**9)


def test_small_queries_teach_nothing_wrong_of_large_ones() -> None:
    with closing(Exchange(1)) as exchange:
        costs = Costs(Limits(), exchange)
        for postings, took_ms in ((2, 0.4), (20_000, 2.0)) * 200:
            costs.learn(postings, took_ms)
        exchange.waiting = 1
        costs.admit(40_000)
        with pytest.raises(Refusal):
            costs.admit(400_000)


def test_whoever_leaves_stops_the_work_and_whoever_waited_too_long_is_told() -> None:
    async def work(crew: Crew) -> None:
        seen, begun = threading.Event(), threading.Event()

        def endless(stopped: Stopped) -> None:
            begun.set()
            while not stopped():
                time.sleep(0.001)
            seen.set()

        task = asyncio.create_task(crew.run(Lane.RAW, endless))
        await told(begun)
        behind = asyncio.create_task(crew.run(Lane.RAW, lambda _: None))
        await asyncio.sleep(0)
        behind.cancel()
        task.cancel()
        await told(seen)
        assert not (await crew.run(Lane.RAW, lambda stopped: stopped())).result  # the next one is wanted
        assert len(crew.done) == 2, "what nobody waits for is not begun"
        with pytest.raises(Refusal) as error:
            await crew.run(Lane.RAW, lambda _: 1, latest=time.perf_counter() - 1)
        assert (error.value.status, error.value.code) == (504, "deadline")

    run(work)


def test_a_request_ends_with_its_answer_or_with_its_client() -> None:
    async def never() -> dict[str, str]:
        return await asyncio.get_running_loop().create_future()

    async def soon() -> dict[str, str]:
        await asyncio.sleep(0.02)
        return {"type": "http.disconnect"}

    async def broken() -> dict[str, str]:
        raise OSError

    async def answer(after_s: float) -> int:
        await asyncio.sleep(after_s)
        return 7

    async def main() -> None:
        for after_s in (0, 0.03):
            assert await _while_here(answer(after_s), never) == 7
        assert await _while_here(answer(0), broken) == 7  # nobody looked
        for leaves in (soon, broken):
            with pytest.raises(GoneError):
                await _while_here(answer(5), leaves)
        assert await answer(0) == 7  # nothing of it is left behind
        task = asyncio.create_task(_while_here(answer(5), never))
        await asyncio.sleep(0.03)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())


def test_the_engine_of_queries_stops_when_told(tmp_path: Path) -> None:
    from api.session import Session
    from schemas.settings import Settings

    searcher: Searcher = Session(build(tmp_path), Settings()).searcher
    with pytest.raises(StoppedError):
        searcher.run(Request(text="name:*"), stopped=lambda: True)
    late = searcher.run(Request(text="(apply followed_by: name:*)", deadline_ms=0))
    assert late.incomplete == ({"reason": "deadline", "deadline_ms": 0},)


def test_an_estimate_is_a_number_and_shows_nowhere(tmp_path: Path) -> None:
    with site(build(tmp_path), tmp_path) as here:
        searcher = here.service.session.searcher
        assert searcher.estimate(Request(text="name:*")) >= searcher.estimate(Request(text="name:ann"))
        plain = here.search("(and name:a* name:ann)", 1, explain="true")
        assert "estimate" not in str(plain)


# -- quotas ------------------------------------------------------------------------------------------------------------


def test_a_key_has_so_many_requests_a_second() -> None:
    quotas = Quotas()
    key, other = (Key(name, b"", frozenset(), requests_per_s=5.0) for name in ("a", "b"))
    assert [quotas.take(key, 100.0) for _ in range(10)] == [None] * 10
    wait_s = quotas.take(key, 100.0)
    assert wait_s == pytest.approx(0.2)
    assert quotas.take(other, 100.0) is None
    assert quotas.take(key, 100.2) is None
    assert quotas.take(key, 100.2) is not None
    assert [quotas.take(key, 200.0) for _ in range(11)].count(None) == 10


def test_a_key_has_so_much_engine_time() -> None:
    quotas = Quotas()
    key = Key("a", b"", frozenset(), busy_ms_per_s=100.0)
    assert quotas.take(key, 0.0) is None
    quotas.charge(key, 250.0, 0.0)  # of 200 that the bucket holds
    assert quotas.take(key, 0.0) == pytest.approx(0.5)
    assert quotas.take(key, 0.51) is None


def test_keys_that_meet_in_the_table_do_not_share_a_quota() -> None:
    quotas = Quotas(room=3)
    keys = [Key(f"k{number}", b"", frozenset(), requests_per_s=1.0) for number in range(3)]
    for key in keys:
        assert [quotas.take(key, 0.0) for _ in range(3)].count(None) == 2
    assert quotas.take(Key("one more", b"", frozenset()), 0.0) is not None


def test_a_quota_is_said_with_when_to_come_back(tmp_path: Path) -> None:
    keys = write_keys(tmp_path / "k.json", {"id": "all", "requests_per_s": 1})
    with site(build(tmp_path), tmp_path, keys=keys) as here:
        answers = [here.get("/v1/search", q="name:a") for _ in range(4)]
        assert [answer.status_code for answer in answers[:2]] == [200, 200]
        problem(answers[3], 429, "quota")
        assert int(answers[3].headers["retry-after"]) >= 1
        assert here.service.metrics.total("monoceros_quota_total") >= 1


def test_shed_requests_are_counted_and_say_when_to_come_back(tmp_path: Path) -> None:
    with site(build(tmp_path), tmp_path, limits=Limits(lag_ms=(-1e9, 1e9, 1e9))) as here:
        answer = here.get("/v1/typeahead", q="a")
        problem(answer, 503, "overloaded")
        assert answer.headers["retry-after"] == "2"
        assert here.service.metrics.total("monoceros_shed_total", "typeahead") == 1
