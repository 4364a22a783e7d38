"""Overload: who waits, who is refused, and that nobody waits for nothing."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from api.http.asgi import GoneError
from api.http.engine import Engine, Lane, Limits
from api.http.problems import Refusal
from api.http.quotas import Quotas
from api.http.serving import _while_here
from api.keys import Key
from query import Request, Searcher, StoppedError
from tests.service import site, write_keys
from tests.test_cli import build
from tests.test_http_api import problem


def run(work: Callable[[Engine], Coroutine[Any, Any, Any]], **limits: Any) -> Any:
    """Something done with an engine."""

    async def inside() -> Any:
        engine = Engine(Limits(**limits))
        engine.start()
        try:
            return await work(engine)
        finally:
            await asyncio.to_thread(engine.close)

    return asyncio.run(inside())


def test_work_gives_its_result_and_its_errors() -> None:
    async def work(engine: Engine) -> None:
        assert (await engine.run(Lane.RAW, lambda _: 5))[0] == 5
        with pytest.raises(ZeroDivisionError):
            await engine.run(Lane.RAW, lambda _: 1 / 0)
        assert (await engine.run(Lane.TYPEAHEAD, lambda _: 6))[0] == 6

    run(work)


def test_the_urgent_go_first_and_typeahead_has_a_thread_of_its_own() -> None:
    order: list[str] = []

    async def work(engine: Engine) -> None:
        gate = threading.Event()
        blocked = [asyncio.create_task(engine.run(Lane.RAW, lambda _: gate.wait(5)))]
        await asyncio.sleep(0.05)
        waiting = [asyncio.create_task(engine.run(Lane.RAW, lambda _: order.append("raw"))) for _ in range(3)]
        await asyncio.sleep(0.05)
        waiting.append(asyncio.create_task(engine.run(Lane.EXPLORE, lambda _: order.append("explore"))))
        await engine.run(Lane.TYPEAHEAD, lambda _: order.append("typeahead"))
        assert order == ["typeahead"]
        gate.set()
        await asyncio.gather(*blocked, *waiting)

    run(work, wait_ms=(1e6, 1e6, 1e6))
    assert order == ["typeahead", "explore", "raw", "raw", "raw"]


def test_whoever_has_waited_long_enough_goes_next_whatever_else_waits() -> None:
    order: list[str] = []

    async def work(engine: Engine) -> None:
        gate = threading.Event()
        blocked = asyncio.create_task(engine.run(Lane.TYPEAHEAD, lambda _: gate.wait(30)))
        await asyncio.sleep(0.05)
        waiting = [asyncio.create_task(engine.run(Lane.RAW, lambda _: order.append("raw")))]
        await asyncio.sleep(1.2)
        waiting += [asyncio.create_task(engine.run(Lane.EXPLORE, lambda _: order.append("explore"))) for _ in range(3)]
        await asyncio.sleep(0.05)
        gate.set()
        await asyncio.gather(blocked, *waiting)

    run(work, wait_ms=(1e6, 1e6, 1_000.0))
    assert order[0] == "raw"
    assert len(order) == 4


def test_one_is_at_work_and_beside_it_typeahead() -> None:
    begun: list[Lane] = []

    async def work(engine: Engine) -> None:
        gate = threading.Event()

        def held(lane: Lane) -> Callable[[Callable[[], bool]], bool]:
            def hold(_: Callable[[], bool]) -> bool:
                begun.append(lane)
                return gate.wait(30)

            return hold

        tasks = []
        for lane in (Lane.RAW, Lane.EXPLORE, Lane.RAW, Lane.TYPEAHEAD, Lane.TYPEAHEAD):
            tasks.append(asyncio.create_task(engine.run(lane, held(lane))))
            await asyncio.sleep(0.05)
        assert begun == [Lane.RAW, Lane.TYPEAHEAD]
        gate.set()
        await asyncio.gather(*tasks)

    run(work, wait_ms=(1e6, 1e6, 1e6))
    assert sorted(begun) == [Lane.TYPEAHEAD] * 2 + [Lane.EXPLORE] + [Lane.RAW] * 2


def test_what_goes_first_for_its_age_lets_typeahead_begin_beside_it() -> None:
    async def work(engine: Engine) -> None:
        gate, raw_gate, began = threading.Event(), threading.Event(), threading.Event()

        def begin(_: Callable[[], bool]) -> bool:
            began.set()
            return raw_gate.wait(30)

        first = asyncio.create_task(engine.run(Lane.TYPEAHEAD, lambda _: gate.wait(30)))
        await asyncio.sleep(0.05)
        raw = asyncio.create_task(engine.run(Lane.RAW, begin))
        await asyncio.sleep(0.2)
        second = asyncio.create_task(engine.run(Lane.TYPEAHEAD, lambda _: began.is_set()))
        await asyncio.sleep(0.05)
        gate.set()
        assert (await asyncio.wait_for(second, 10))[0] is True  # after the raw query began, before it ended
        raw_gate.set()
        await asyncio.gather(first, raw)

    run(work, wait_ms=(1e6, 1e6, 100.0))


def test_others_rest_while_typeahead_is_at_work() -> None:
    steps: list[str] = []

    async def work(engine: Engine) -> None:
        begun, typed, gate = threading.Event(), threading.Event(), threading.Event()

        def listed(stopped: Callable[[], bool]) -> float:
            since = time.perf_counter()
            begun.set()
            typed.wait(10)
            assert not stopped()
            steps.append("explore")
            return (time.perf_counter() - since) * 1e3

        def typing(_: Callable[[], bool]) -> None:
            typed.set()
            gate.wait(10)
            steps.append("typeahead")

        explore = asyncio.create_task(engine.run(Lane.EXPLORE, listed))
        assert await asyncio.to_thread(begun.wait, 10)
        typeahead = asyncio.create_task(engine.run(Lane.TYPEAHEAD, typing))
        await asyncio.sleep(0.3)
        gate.set()
        whole_ms, busy_ms = await explore
        await typeahead
        assert busy_ms < whole_ms  # the rest is not charged

    run(work, wait_ms=(1e6, 1e6, 1e6))
    assert steps == ["typeahead", "explore"]


def test_nobody_rests_longer_than_his_lane_may_wait() -> None:
    async def work(engine: Engine) -> None:
        gate = threading.Event()

        def listed(stopped: Callable[[], bool]) -> float:
            while not engine._running[Lane.TYPEAHEAD]:
                time.sleep(0.001)
            before = time.perf_counter()
            assert not stopped()
            assert not stopped()
            return time.perf_counter() - before

        explore = asyncio.create_task(engine.run(Lane.EXPLORE, listed))
        await asyncio.sleep(0.05)
        typeahead = asyncio.create_task(engine.run(Lane.TYPEAHEAD, lambda _: gate.wait(30)))
        rested_s, _ = await asyncio.wait_for(explore, 20)
        assert rested_s >= 0.1
        gate.set()
        await typeahead

    run(work, wait_ms=(1e6, 100.0, 1e6))


def test_raw_queries_are_shed_first_and_typeahead_last() -> None:
    async def work(engine: Engine) -> dict[Lane, int]:
        answered = dict.fromkeys(Lane, 0)
        refusals: list[tuple[int, str, float | None]] = []

        async def ask(lane: Lane) -> None:
            try:
                await engine.run(lane, lambda _: time.sleep(0.005))
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
    async def work(engine: Engine) -> None:
        gate = threading.Event()
        begun = threading.Event()
        tasks = [asyncio.create_task(engine.run(Lane.RAW, lambda _: begun.set() or gate.wait(5)))]  # type: ignore[func-returns-value]
        assert await asyncio.to_thread(begun.wait, 5)
        tasks.append(asyncio.create_task(engine.run(Lane.RAW, lambda _: None)))
        await asyncio.sleep(0)
        started = time.perf_counter()
        for _ in range(1_000):
            assert not engine.has_room(Lane.RAW)
        assert (time.perf_counter() - started) / 1_000 < 0.001
        assert engine.has_room(Lane.TYPEAHEAD)
        gate.set()
        await asyncio.gather(*tasks)

    run(work, waiting=(9, 9, 1), wait_ms=(1e6, 1e6, 1e6))


def test_a_late_event_loop_sheds_too() -> None:
    engine = Engine()
    for lag_ms, refused in ((0, []), (60, [Lane.RAW]), (150, [Lane.EXPLORE, Lane.RAW]), (500, list(Lane))):
        engine.lag_ms = lag_ms
        assert [lane for lane in Lane if not engine.has_room(lane)] == refused


def test_long_queries_are_not_begun_while_others_wait() -> None:
    async def work(engine: Engine) -> None:
        engine.admit_cost(10**9)  # nobody waits
        gate = threading.Event()
        blocked = [asyncio.create_task(engine.run(Lane.RAW, lambda _: gate.wait(5))) for _ in range(2)]
        await asyncio.sleep(0.02)
        engine.admit_cost(10)
        with pytest.raises(Refusal, match="more is asked"):
            engine.admit_cost(10**9)
        gate.set()
        await asyncio.gather(*blocked)

    run(work, wait_ms=(1e6, 1e6, 1e6))


def test_small_queries_teach_nothing_wrong_of_large_ones() -> None:
    async def work(engine: Engine) -> None:
        for postings, took_ms in ((2, 0.4), (20_000, 2.0)) * 200:
            engine.learn(postings, took_ms)
        gate = threading.Event()
        blocked = [asyncio.create_task(engine.run(Lane.RAW, lambda _: gate.wait(5))) for _ in range(2)]
        await asyncio.sleep(0.02)
        engine.admit_cost(40_000)
        with pytest.raises(Refusal):
            engine.admit_cost(400_000)
        gate.set()
        await asyncio.gather(*blocked)

    run(work, wait_ms=(1e6, 1e6, 1e6))


def test_whoever_leaves_stops_the_work_and_whoever_waited_too_long_is_told() -> None:
    async def work(engine: Engine) -> None:
        seen = threading.Event()
        begun = threading.Event()

        def endless(stopped: Callable[[], bool]) -> None:
            begun.set()
            while not stopped():
                time.sleep(0.001)
            seen.set()

        task = asyncio.create_task(engine.run(Lane.RAW, endless))
        assert await asyncio.to_thread(begun.wait, 5)
        task.cancel()
        assert await asyncio.to_thread(seen.wait, 5)
        with pytest.raises(Refusal) as error:
            await engine.run(Lane.RAW, lambda _: 1, latest=time.perf_counter() - 1)
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
