"""The consumer against a slow twin of the live index: order, loss, letters, back-pressure, disks that refuse, stopping."""

from __future__ import annotations

import json
import random
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from index import read_as_of
from ingest.firehose.consumer import Consumer
from ingest.firehose.dead_letters import DeadLetters
from ingest.firehose.drive_again import drive_again
from ingest.firehose.limits import Limits
from ingest.firehose.metrics import read_metrics, write_metrics
from ingest.firehose.mutations import Mutations
from ingest.firehose.sources import Batch, open_source
from ingest.firehose.translate import translate
from ingest.firehose.watch import Watch
from ingest.firehose.wire import DecodeError, Event, decode, encode, irrelevant_kind
from schemas.errors import InputError
from schemas.gen.ttypes import UnlikeEvent, ViewEvent
from tests.fake_writer import FakeWriter
from tests.firehose import damaged, random_message
from tests.source_laws import append


class Clock:
    """Time that only tests move."""

    def __init__(self) -> None:
        self.s = 1_000.0

    def now_s(self) -> float:
        return self.s

    def now_ms(self) -> int:
        return int(self.s * 1000)


class ListSource:
    """Messages of a list; a poll that finds nothing moves the clock by its timeout."""

    name = "list://"

    def __init__(self, messages: list[bytes], clock: Clock, batch: int = 10**9) -> None:
        self.messages = messages
        self.clock = clock
        self.batch = batch
        self.at = 0
        self.ends = True
        self.polled: list[int] = []

    def poll(self, max_events: int, timeout_s: float) -> Batch | None:
        self.polled.append(max_events)
        found = self.messages[self.at : self.at + min(max_events, self.batch)]
        if not found:
            if self.ends and max_events and self.at == len(self.messages):
                return None
            self.clock.s += timeout_s
        places = [(0, self.at + place) for place in range(len(found))]
        self.at += len(found)
        return Batch(found, places, {"offset": self.at})

    def seek(self, position: dict[str, int]) -> None:
        self.at = position.get("offset", 0)

    def stop_at_end(self) -> None:
        self.ends = True

    def lag(self) -> int | None:
        return len(self.messages) - self.at

    def close(self) -> None:
        pass


def unlike(number: int, time_ms: int = 5) -> bytes:
    return encode(Event(time_ms, "unlike", UnlikeEvent(number, number, number)))


def state_of(messages: list[bytes]) -> dict[object, object]:
    twin = FakeWriter()
    mutations = Mutations()
    for message in messages:
        try:
            translate(decode(message), mutations)
        except DecodeError:
            continue
    twin.apply(mutations)
    return twin.state


class Rig:
    def __init__(self, tmp_path: Path, messages: list[bytes], limits: Limits | None = None, batch: int = 10**9) -> None:
        self.clock = Clock()
        self.source = ListSource(messages, self.clock, batch)
        self.writer = FakeWriter()
        self.letters = DeadLetters(tmp_path / "letters.db")
        self.limits = limits
        self.consumer = self.new()

    def new(self) -> Consumer:
        return Consumer(
            self.source,
            self.writer,
            self.letters,
            limits=self.limits,
            now_s=self.clock.now_s,
            now_ms=self.clock.now_ms,
        )

    def run(self) -> None:
        self.consumer.run(threading.Event())

    def restart(self) -> None:
        """Another process, after this one was killed."""
        self.source.at = 0
        self.writer = FakeWriter(self.writer.durable)
        self.consumer = self.new()


@pytest.mark.parametrize("seed", range(5))
def test_all_is_applied_whatever_the_batches(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    messages = [random_message(rng) for _ in range(500)]
    rig = Rig(tmp_path, messages, batch=rng.choice([1, 7, 1_000]))
    rig.run()
    assert rig.writer.durable == ({"list://": {"offset": 500}}, state_of(messages))
    metrics = rig.consumer.metrics()
    assert metrics.events == 500 == sum(metrics.by_kind.values())
    assert metrics.dead_letters == 0


@pytest.mark.parametrize("seed", range(10))
def test_killed_anywhere_nothing_is_lost(tmp_path: Path, seed: int) -> None:
    rng = random.Random(seed)
    good = [random_message(rng) for _ in range(400)]
    messages = [damaged(rng, message) if rng.random() < 0.1 else message for message in good]
    limits = Limits(batch_events=20, flush_s=0.2, checkpoint_s=1, checkpoint_events=100)
    rig = Rig(tmp_path, messages, limits, batch=13)
    for _ in range(6):
        for _ in range(rng.randrange(12)):
            rig.consumer.step()
            rig.clock.s += rng.random() * 0.3
        rig.restart()
    rig.run()
    assert rig.writer.durable[1] == state_of(messages)
    refused = []
    for place, message in enumerate(messages):
        if irrelevant_kind(message):
            continue  # whatever else is wrong with it
        try:
            decode(message)
        except DecodeError as cause:
            refused.append(((0, place), message, cause.message))
    found = [(letter.place, letter.message, letter.reason) for letter in rig.letters.letters()]
    assert sorted(found) == refused  # each once, though some were read several times


def test_flushes_and_checkpoints_come_in_time(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [unlike(n) for n in range(10_000)], Limits(batch_events=10), batch=10)
    shown, kept, last_shown, last_kept = 0, 0, rig.clock.s, rig.clock.s
    while rig.consumer.step():
        rig.clock.s += 0.02
        if len(rig.writer.shown) > shown:
            shown, last_shown = len(rig.writer.shown), rig.clock.s
        if len(rig.writer.durable[1]) > kept:
            kept, last_kept = len(rig.writer.durable[1]), rig.clock.s
        assert rig.clock.s - last_shown <= 0.25
        assert rig.clock.s - last_kept <= 10
    many = Rig(tmp_path, [unlike(n) for n in range(10_000)], Limits(batch_events=10, checkpoint_events=990), batch=10)
    while many.consumer.step():
        many.clock.s += 0.002
        assert many.source.at - len(many.writer.durable[1]) <= 1_000


def test_a_flush_of_many_events_is_made_to_last(tmp_path: Path) -> None:
    """Far behind, a power cut costs hardly more than what one flush shows, and checkpoints make no flush come sooner."""

    def ran(checkpoints: dict[str, int]) -> tuple[int, int]:
        limits = Limits(100, behind_events=1_000, **checkpoints)
        rig = Rig(tmp_path, [unlike(n) for n in range(80_000)], limits, batch=100)
        rig.consumer._look()
        tail = 0
        while rig.consumer.step():
            rig.clock.s += 0.002
            tail = max(tail, rig.source.at - len(rig.writer.durable[1]))
        return tail, rig.writer.calls.count("flush")

    never = {"flushed_checkpoint_events": 10**9, "checkpoint_events": 10**9}
    (tail, flushes), (longer, as_many) = ran({}), ran(never)
    assert tail <= 24_100 < longer
    assert flushes == as_many > 1


@pytest.mark.parametrize("pace_s", [0.0005, 0.002, 0.004])
def test_far_behind_one_flush_shows_again_what_a_power_cut_took(tmp_path: Path, pace_s: float) -> None:
    """The power goes between a flush and the checkpoint behind it; what starts again may be slower than what ended."""
    rig = Rig(tmp_path, [unlike(n) for n in range(120_000)], Limits(100, behind_events=1_000), batch=100)
    rig.consumer._look()
    while rig.writer.calls.count("flush") < 3:
        assert rig.consumer.step()
        rig.clock.s += 0.001
        if rig.writer.calls.count("checkpoint") == 2:
            rig.writer.refuse = {"checkpoint"}
    lost = rig.writer.position["list://"]["offset"]
    rig.restart()
    assert rig.source.at < lost - 20_000
    rig.consumer._look()
    while "flush" not in rig.writer.calls:
        assert rig.consumer.step()
        rig.clock.s += pace_s
    assert rig.writer.position["list://"]["offset"] == lost


def test_a_consumer_that_is_behind_flushes_less_often(tmp_path: Path) -> None:
    """After so many events, or where they come slowly, after a longer time."""

    def waits(limits: Limits) -> tuple[list[float], list[int], list[float]]:
        rig = Rig(tmp_path, [unlike(n) for n in range(9_000)], limits, batch=10)
        rig.consumer._look()
        behind: list[float] = []
        events: list[int] = []
        near: list[float] = []
        shown, last = 0, rig.clock.s
        while rig.consumer.step():
            rig.clock.s += 0.02
            if len(rig.writer.shown) > shown:
                if rig.source.lag() > 3_300:
                    events.append(len(rig.writer.shown) - shown)
                    behind.append(rig.clock.s - last)
                else:
                    near.append(rig.clock.s - last)
                shown, last = len(rig.writer.shown), rig.clock.s
        return behind, events, near

    limits = Limits(batch_events=10, behind_events=3_000, checkpoint_events=10**9, checkpoint_s=1e9)
    behind, _, near = waits(limits)
    assert 1.9 < min(behind) <= max(behind) <= 2.05
    assert max(near[4:]) <= 0.25
    _, events, near = waits(replace(limits, behind_flush_events=400))
    assert {*events} == {400}
    assert max(near[4:]) <= 0.25


def test_flushes_that_take_long_leave_time_for_events(tmp_path: Path) -> None:
    limits = Limits(
        batch_events=10, behind_events=1_000, behind_flush_events=200, checkpoint_events=10**9, checkpoint_s=1e9
    )
    rig = Rig(tmp_path, [unlike(n) for n in range(20_000)], limits, batch=10)
    rig.consumer._look()
    flush, spans = rig.writer.flush, []
    takes_s = [0.05] * 10 + [0.3] + [0.05] * 10 + [0.3] * 100

    def slow(position: dict[str, Any]) -> None:
        spans.append((rig.clock.s, rig.source.at))
        rig.clock.s += takes_s[len(spans) - 1]
        flush(position)

    rig.writer.flush = slow
    while rig.source.lag() > 1_300:
        rig.consumer.step()
        rig.clock.s += 0.02
    events = [after - before for (_, before), (_, after) in pairwise(spans)]
    assert {*events[:20]} == {200}  # 0.4 s of events; one long flush among short ones changes nothing
    waits = [after - before for (before, _), (after, _) in pairwise(spans)][26:]
    assert len(waits) > 5
    assert all(0.3 / wait <= 0.2 for wait in waits)
    assert max(waits) < 2.5


def test_a_base_that_comes_back_is_told_again_what_came_since(tmp_path: Path) -> None:
    messages = [unlike(n) for n in range(20)]
    rig = Rig(tmp_path, messages)
    rig.source.ends = False
    for _ in range(20):
        rig.consumer.step()
    assert rig.writer.position == {"list://": {"offset": 20}}

    def roll_back(*, wait: bool) -> bool:
        rig.writer.position, rig.writer.state, rig.writer.shown = {"list://": {"offset": 5}}, state_of(messages[:5]), {}
        rig.writer.rebase_if_needed = lambda *, wait: False
        return True

    rig.writer.rebase_if_needed = roll_back
    for _ in range(20):
        rig.consumer.step()
    assert rig.writer.shown == state_of(messages)
    assert rig.writer.position == {"list://": {"offset": 20}}


def test_an_idle_stream_is_flushed_and_left_alone(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [unlike(1)])
    rig.source.ends = False
    for _ in range(100):
        rig.consumer.step()
    assert rig.writer.calls.count("flush") == 1
    assert rig.writer.calls.count("checkpoint") == 1
    assert rig.writer.calls.count("rebase") > 10
    assert rig.writer.durable[0] == {"list://": {"offset": 1}}


def test_views_and_searches_are_counted_and_move_the_position(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [encode(Event(5, "view", ViewEvent(1, 2, 3)))] * 7)
    rig.run()
    assert rig.consumer.metrics().by_kind == {"view": 7}
    assert rig.writer.durable == ({"list://": {"offset": 7}}, {})


def test_poison_does_not_hold_up_its_neighbours(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [unlike(1), b"poison", unlike(2)] * 100)
    rig.source.ends = False
    began = rig.clock.s
    while len(rig.writer.shown) < 2:
        rig.consumer.step()
    assert rig.clock.s - began <= 0.25
    rig.source.ends = True
    rig.run()
    assert rig.consumer.metrics().dead_letters == 100


def test_positions_of_other_sources_are_kept(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [unlike(1)])
    rig.writer.position["file:///other"] = {"offset": 9}
    rig.consumer = rig.new()
    rig.run()
    assert rig.writer.durable[0] == {"file:///other": {"offset": 9}, "list://": {"offset": 1}}


@pytest.mark.parametrize("refused", ["flush", "checkpoint"])
def test_a_disk_that_refuses(tmp_path: Path, refused: str) -> None:
    limits = Limits(batch_events=10, unsaved_events=300, checkpoint_events=50)
    rig = Rig(tmp_path, [unlike(n) for n in range(1_000)], limits, batch=10)
    rig.writer.refuse = {refused}
    for _ in range(60):
        rig.consumer.step()
        rig.clock.s += 0.05
    metrics = rig.consumer.metrics()
    assert "No space left" in metrics.problem
    assert rig.writer.durable == ({}, {})
    if refused == "flush":
        assert rig.source.at == 300  # up to the bound, and no further
        assert metrics.state == "paused"
        assert metrics.unsaved_events == 300
        assert rig.source.polled[-1] == 0  # the source hears that its reader is alive
    else:
        assert rig.source.at == 600  # readers see all; only the checkpoint waits
        assert metrics.state == "running"
        assert len(rig.writer.shown) > 550
    rig.writer.refuse = set()
    rig.run()
    assert rig.consumer.metrics().problem == ""
    assert rig.writer.durable == ({"list://": {"offset": 1_000}}, state_of(rig.source.messages))


def test_the_bound_in_bytes(tmp_path: Path) -> None:
    limits = Limits(batch_events=10, unsaved_bytes=5_000)
    rig = Rig(tmp_path, [unlike(n) for n in range(1_000)], limits)
    rig.writer.refuse = {"flush"}
    for _ in range(100):
        rig.consumer.step()
        rig.clock.s += 0.05
    assert 5_000 <= sum(map(len, rig.source.messages[: rig.source.at])) <= 5_000 + 10 * 100


def test_at_the_end_a_refusing_disk_is_an_error_and_nothing_is_lost(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [unlike(n) for n in range(20)])
    rig.writer.refuse = {"checkpoint"}
    with pytest.raises(InputError, match="No space left"):
        rig.run()
    rig.restart()
    rig.run()
    assert rig.writer.durable == ({"list://": {"offset": 20}}, state_of(rig.source.messages))


def test_a_letter_that_cannot_be_kept_holds_the_position(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig(tmp_path, [unlike(1), b"poison", unlike(2)])
    rig.source.ends = False

    def refuse(_: DeadLetters) -> None:
        raise InputError("unwritable", "letters.db: database or disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(DeadLetters, "save", refuse)
        for _ in range(20):
            rig.consumer.step()
        assert "disk is full" in rig.consumer.metrics().problem
        assert rig.writer.position == {}
    for _ in range(20):
        rig.consumer.step()
    assert [letter.message for letter in rig.letters.letters()] == [b"poison"]
    assert rig.writer.position == {"list://": {"offset": 3}}


def test_bugs_are_not_swallowed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig(tmp_path, [unlike(1)])

    def bug(_: Mutations) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(rig.writer, "apply", bug)
    with pytest.raises(RuntimeError, match="a bug"):
        rig.run()
    assert rig.writer.durable == ({}, {})


def test_stopping_saves_what_was_read(tmp_path: Path) -> None:
    messages = [unlike(n) for n in range(5_000)]
    append(f"file://{tmp_path}/events", messages)
    writer = FakeWriter()
    letters = DeadLetters(tmp_path / "letters.db")
    stop = threading.Event()
    threading.Timer(0.5, stop.set).start()
    began = time.monotonic()
    with closing(open_source(f"file://{tmp_path}/events")) as source:
        Consumer(source, writer, letters).run(stop)
    assert time.monotonic() - began < 3
    assert writer.durable[1] == state_of(messages)


# -- letters -----------------------------------------------------------------------------------------------------------


def test_letters_are_driven_again_by_the_consumer_that_runs(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [unlike(1)])
    rig.source.ends = False
    rig.letters.add("list://", (0, 7), "was newer", 1, unlike(8))
    rig.letters.add("list://", (0, 8), "was newer", 2, b"poison")
    rig.letters.save()
    other = DeadLetters(tmp_path / "letters.db")  # as the command has it open
    rig.consumer.step()
    assert other.mark_due() == 2
    for _ in range(30):
        rig.consumer.step()
    assert rig.writer.durable[1] == state_of([unlike(1), unlike(8)])
    (left,) = other.letters()
    assert (left.message, left.reason) == (b"poison", decode_reason(b"poison"))
    assert other.due(10) == []


def decode_reason(message: bytes) -> str:
    with pytest.raises(DecodeError) as raised:
        decode(message)
    return raised.value.message


def test_a_letter_is_forgotten_only_once_it_lasts(tmp_path: Path) -> None:
    letters, writer = DeadLetters(tmp_path / "letters.db"), FakeWriter()
    letters.add("s", (0, 1), "reason", 1, unlike(1))
    letters.save()
    assert letters.due(1) == []
    letters.mark_due(1)
    writer.refuse = {"checkpoint"}
    with pytest.raises(InputError):
        drive_again(writer, letters, {})
    assert len(letters) == 1
    writer.refuse = set()
    assert drive_again(writer, letters, {"s": 3}) == 1
    assert len(letters) == 0
    assert writer.durable == ({"s": 3}, state_of([unlike(1)]))


def test_letters_last_and_are_kept_once(tmp_path: Path) -> None:
    letters = DeadLetters(tmp_path / "letters.db")
    for reason in ("one", "two"):
        letters.add("s", (0, 1), reason, 5, b"bytes")
        letters.add("s", (1, 1), reason, 5, b"other")
        assert len(letters) >= 2
        letters.save()
    letters.close()
    again = DeadLetters(tmp_path / "letters.db")
    assert [(x.number, x.place, x.reason, x.message) for x in again.letters()] == [
        (1, (0, 1), "two", b"bytes"),
        (2, (1, 1), "two", b"other"),
    ]
    assert again.letter(2) == list(again.letters())[1]
    assert again.letter(9) is None


# -- metrics and the watch ---------------------------------------------------------------------------------------------


def test_figures(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [], Limits(batch_events=10))
    rig.source.ends = False
    now = rig.clock.now_ms()
    for second in range(5):
        rig.source.messages += [unlike(n, now + second * 1000) for n in range(100)]
        until = rig.clock.s + 1
        while rig.clock.s < until:
            rig.consumer.step()
            rig.clock.s += 0.01
    metrics = rig.consumer.metrics()
    assert metrics.events == 500
    assert 80 <= metrics.events_per_s <= 130
    assert metrics.lag_events == 0 == metrics.lag_ms
    assert 0 < metrics.freshness_p50_ms <= metrics.freshness_p99_ms <= 1_000
    rig.source.messages += [unlike(1)] * 100
    rig.consumer.step()
    rig.clock.s += 2
    rig.consumer.step()
    assert rig.consumer.metrics().lag_events == 80
    assert rig.consumer.metrics().lag_ms >= 1_000


def test_an_index_is_as_old_as_what_readers_miss(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [], Limits(batch_events=10))
    rig.source.ends = False
    rig.consumer.run(stopped())
    for _ in range(20):  # nothing comes: nothing is missed
        rig.consumer.step()
        assert rig.clock.now_ms() - rig.consumer.as_of_ms <= 1_000
    oldest = 0
    for _ in range(300):  # 200 events a second, 10 at once, each 0.05 s
        rig.source.messages += [unlike(1)] * 10
        rig.consumer.step()
        rig.clock.s += 0.05
        oldest = max(oldest, rig.clock.now_ms() - rig.consumer.as_of_ms)
    assert 200 <= oldest <= 1_500
    began = rig.clock.now_ms()
    rig.source.messages += [unlike(1)] * 2_000
    for _ in range(100):
        rig.consumer.step()
        rig.clock.s += 0.05
    assert rig.consumer.as_of_ms <= began
    rig.writer.refuse = {"flush"}
    for _ in range(400):
        rig.consumer.step()
        rig.clock.s += 0.05
    assert rig.source.at == len(rig.source.messages)  # all was read, and nobody sees it
    assert rig.consumer.as_of_ms <= began
    rig.writer.refuse = set()
    for _ in range(40):
        rig.consumer.step()
    assert rig.clock.now_ms() - rig.consumer.as_of_ms <= 1_000
    assert Consumer(rig.source, rig.writer, rig.letters, as_of_ms=77).as_of_ms == 77


def test_a_source_that_does_not_answer_makes_it_older(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig(tmp_path, [])
    rig.source.ends = False
    rig.consumer.run(stopped())
    rig.consumer.step()
    monkeypatch.setattr(rig.source, "lag", lambda: None)
    rig.clock.s += 1
    rig.consumer.step()
    before = rig.consumer.as_of_ms
    for _ in range(50):
        rig.consumer.step()
    assert rig.consumer.as_of_ms == before <= rig.clock.now_ms() - 5_000


def stopped() -> threading.Event:
    flag = threading.Event()
    flag.set()
    return flag


def index_in(tmp_path: Path) -> Path:
    (tmp_path / "live").mkdir(exist_ok=True)
    return tmp_path


def watch(rig: Rig, tmp_path: Path, stalled_s: float = 30) -> tuple[Watch, list[str]]:
    lines: list[str] = []
    return Watch(rig.consumer, index_in(tmp_path), lines.append, stalled_s=stalled_s), lines


def test_the_watch_tells_of_no_progress_once(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [unlike(n) for n in range(10)])
    watcher, lines = watch(rig, tmp_path)
    rig.consumer.step()
    assert watcher.look().state == "running"
    rig.clock.s += 31  # a loop that does not come round
    assert watcher.look().state == "stalled"
    rig.clock.s += 31
    assert watcher.look().state == "stalled"
    assert len(lines) == 1
    assert "no progress for 31 s" in lines[0]
    rig.source.ends = False
    rig.consumer.step()
    assert watcher.look().state == "running"
    assert len(lines) == 2
    rig.clock.s += 25  # nothing to read is no stall
    for _ in range(100):
        rig.consumer.step()
    assert watcher.look().state == "running"


def test_lag_without_progress_is_a_stall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig(tmp_path, [])
    rig.source.ends = False
    for lag in (5, None):
        monkeypatch.setattr(rig.source, "lag", lambda lag=lag: lag)
        watcher, lines = watch(rig, tmp_path)
        for _ in range(300):
            rig.consumer.step()
        metrics = watcher.look()
        assert metrics.state == "stalled"
        assert ("does not answer" if lag is None else "no progress") in lines[0]
        monkeypatch.undo()
        for _ in range(20):
            rig.consumer.step()


def test_metrics_are_written_and_read(tmp_path: Path) -> None:
    rig = Rig(tmp_path, [unlike(1)])
    lines: list[str] = []
    with Watch(rig.consumer, index_in(tmp_path), lines.append):
        until((tmp_path / "live" / "metrics.json").exists)
        until(lambda: read_as_of(tmp_path) == rig.consumer.as_of_ms)
        now_ms = time.time_ns() // 1_000_000
        assert read_metrics(tmp_path / "live", rig.clock.now_ms()).state == "running"
        assert read_metrics(tmp_path / "live", rig.clock.now_ms() + 11_000).state == "dead"
        rig.run()
    assert read_as_of(tmp_path) is None  # it ended as it should, and nobody is behind anything
    metrics = read_metrics(tmp_path / "live", now_ms)
    assert (metrics.state, metrics.events, metrics.position) == ("ended", 1, {"list://": {"offset": 1}})
    assert lines == []


def until(is_so: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 10
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_metrics_survive_a_full_disk_and_torn_reads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rig = Rig(tmp_path, [unlike(1)])
    write_metrics(tmp_path, rig.consumer.metrics())
    rig.run()

    def no_room(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("os.replace", no_room)
        write_metrics(tmp_path, rig.consumer.metrics())
    assert read_metrics(tmp_path, rig.clock.now_ms()).events == 1
    assert sorted(path.name for path in tmp_path.iterdir() if "metrics" in path.name) == ["metrics.json"]
    (tmp_path / "metrics.json").write_text(json.dumps({"state": "running"})[:-3])
    with pytest.raises(InputError, match="no consumer has written"):
        read_metrics(tmp_path, 0)
