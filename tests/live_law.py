"""Engine against oracle on histories: base builds and events go the whole way, and whole answers are compared after each stage.

Events go as bytes through the decoder into the live index, in batches, by one of three ways, with restarts between; a later
base build is published under them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from threading import Event as Flag

from api.cli.ingest import run_consumer
from index import AnySegment, open_index, open_published, publish, writing
from ingest.documents import read_corpus
from ingest.firehose import Consumer, DeadLetters, open_source
from ingest.firehose.mutations import Mutations
from ingest.firehose.translate import translate
from ingest.firehose.wire import decode, write_frames
from ingest.live import LiveWriter
from ingest.opening import open_warehouse
from query import Searcher
from schemas.ids import hashtag_id
from tests import oracle
from tests.agreement import NOW_MS, SETTINGS, difference, request_of
from tests.histories import Build, History, random_history
from tests.oracle.coverage import Coverage, visibility_rules
from tests.oracle.directed import directed_cases
from tests.oracle.events import Event
from tests.oracle.live import Base, Live, base_of, snapshot_times
from tests.oracle.random_cases import STRANGERS, Case, random_case
from tests.wired import message

DIRECTED = 16
"""How many requests are about what changed since the first build, after each stage."""
WAYS = ("writer", "writer", "writer", "consumer", "command")


def oracle_base(build: Build) -> Base:
    """The oracle's base of a build."""
    times = snapshot_times(build.tables, now_ms=NOW_MS, as_of_ms=build.as_of_ms)
    return base_of(build.tables, times, hashtag_id)


class LiveIndex:
    """The engine's side: an index on disk, its builds and its stream."""

    def __init__(self, directory: Path, rng: Random, ways: tuple[str, ...] = WAYS) -> None:
        self._ways = ways
        self.index = directory / "index"
        self._directory = directory
        self._rng = rng
        self._builds = 0
        self._stream = directory / "stream"
        self._segment: AnySegment | None = None
        self._told: list[Event] = []
        self._read = 0
        """How many of these were read by consumers."""

    def build(self, build: Build) -> None:
        """Publish a base build, under the live index where there is one."""
        self._builds += 1
        warehouse = self._directory / f"warehouse{self._builds}"
        oracle.write_world(build.tables, warehouse)
        with writing(self.index), open_warehouse(str(warehouse)) as source:
            publish(
                self.index,
                lambda: read_corpus(source, as_of_ms=build.as_of_ms, now_ms=NOW_MS),
                now_ms=NOW_MS,
                progress=lambda _: None,
            )
        if self._builds > 1:
            before = open_index(self.index).manifest.snapshot_ms
            with closing(LiveWriter.open(self.index, now_ms=NOW_MS)) as writer:
                after = open_published(self.index)[0].manifest.snapshot_ms
                # what the base before settled, and this one does not, would count now
                is_later = all(after.get(table, -1) >= time_ms for table, time_ms in before.items())
                known = self._told[: self._read] if is_later else []
                writer.rebase_if_needed(wait=self._rng.random() < 0.3)
                while writer.is_moving:  # meanwhile some comes twice
                    mutations = Mutations()
                    for event in self._rng.sample(known, min(3, len(known))):
                        translate(decode(message(event)), mutations)
                    writer.apply(mutations)
                    writer.rebase_if_needed(wait=self._rng.random() < 0.3)

    def deliver(self, events: list[Event]) -> list[Event]:
        """The next events of the stream. What was delivered: a consumer also reads what others brought before it."""
        with self._stream.open("ab") as file:
            write_frames(file, [message(event) for event in events])
        self._told += events
        match self._rng.choice(self._ways):
            case "writer":
                self._write(events)
                return events
            case "consumer":
                self._consume()
            case _:
                run_consumer(self.index, self._url, once=True)
        unread, self._read = self._told[self._read :], len(self._told)
        return unread

    @property
    def _url(self) -> str:
        return f"file://{self._stream}"

    def _write(self, events: list[Event]) -> None:
        """By hand, in random batches; a writer that is closed before its checkpoint goes on from the one before."""
        done, size = 0, self._rng.choice((1, 3, 10, 1_000))
        name = f"by hand, {len(self._told)}"
        is_new = True
        while done < len(events) or is_new:
            with closing(LiveWriter.open(self.index, now_ms=NOW_MS)) as writer:
                writer.rebase_if_needed()
                if not is_new:
                    done = min(done, writer.position.get(name, 0))
                is_new = False
                while done < len(events):
                    mutations = Mutations()
                    for event in events[done : done + size]:
                        translate(decode(message(event)), mutations)
                    writer.apply(mutations)
                    done = min(done + size, len(events))
                    if self._rng.random() < 0.7 or done == len(events):
                        writer.flush(dict(writer.position) | {name: done})
                    if self._rng.random() < 0.3 or done == len(events):
                        writer.checkpoint()
                    if self._rng.random() < 0.1:
                        break

    def _consume(self) -> None:
        with (
            closing(open_source(self._url)) as source,
            closing(LiveWriter.open(self.index, now_ms=NOW_MS)) as writer,
            closing(DeadLetters(self.index / "live" / "dead_letters.db")) as letters,
        ):
            consumer = Consumer(source, writer, letters)
            source.stop_at_end()
            consumer.run(Flag())
            assert not len(letters)

    def segment(self) -> AnySegment:
        """What readers see: opened anew, or following what was opened before."""
        before = self._segment if self._rng.random() < 0.5 else None
        self._segment = open_index(self.index, before=before)
        return self._segment


@dataclass
class Report:
    """What a run has met."""

    histories: int = 0
    events: int = 0
    cases: int = 0
    non_empty: int = 0
    lawful: int = 0
    repaired: int = 0
    failures: list[str] = field(default_factory=list)
    first: tuple[int, int, Case] | None = None
    """Of the first failure: after how many builds and deliveries, and the request."""
    coverage: Coverage = field(default_factory=Coverage)

    def add(self, other: Report) -> None:
        """Count another run's too."""
        for name in ("histories", "events", "cases", "non_empty", "lawful", "repaired"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.failures += other.failures
        self.coverage.update(other.coverage)


def cases_of(world: oracle.World, past: oracle.World, rng: Random, count: int, coverage: Coverage) -> Iterator[Case]:
    """Requests by people who are there, who were, who never were, and nobody; about what is there and what was."""
    people = sorted(world.users)
    viewers: list[int | None] = [*rng.sample(people, min(2, len(people))), None]
    viewers += [*rng.sample(sorted(past.users), min(1, len(past.users))), rng.choice(STRANGERS)]
    for viewer in viewers:
        coverage.update(visibility_rules(world, viewer))
    for _ in range(count):
        yield random_case(world if rng.random() < 0.8 else past, rng, rng.choice(viewers), coverage)


def compare(segment: AnySegment, world: oracle.World, case: Case, report: Report) -> str | None:
    """What is wrong with the engine's answer to one request, None where nothing is."""
    expected = oracle.answer(
        world, case.query, viewer=case.viewer, vertical=case.vertical, limit=case.limit, operator=case.operator
    )
    report.cases += 1
    report.non_empty += bool(expected.ids)
    try:
        found = Searcher(segment, SETTINGS).run(request_of(case))
    except Exception as error:  # a crash is a wrong answer as any other
        return f"{type(error).__name__}: {error}"
    return difference(found, expected, case.limit, is_exact=case.exact)


def stages(
    history: History, directory: Path, rng: Random, made_by: type[LiveIndex] = LiveIndex
) -> Iterator[tuple[int, int, LiveIndex, Live]]:
    """The history in the engine and in the oracle, side by side, after so many builds and deliveries."""
    engine = made_by(directory, rng)
    live: Live | None = None
    is_repaired = history.is_repaired and rng.random() < 0.4
    builds = [*history.builds, *([history.now] if is_repaired else [])]
    for number, build in enumerate(builds):
        engine.build(build)
        if live is None:
            live = Live(oracle_base(build))
        else:
            live.rebase(oracle_base(build))
            yield number + 1, number, engine, live
        if number < len(history.deliveries):
            for event in engine.deliver(history.deliveries[number]):
                live.apply(event)
            yield number + 1, number + 1, engine, live


def check(history: History, cases: int, report: Report, made_by: type[LiveIndex] = LiveIndex) -> None:
    """One history: after each stage so many random requests, whole answers compared."""
    rng = Random(f"law {history.seed}")
    past = oracle.make_world(history.builds[0].tables, hashtag_id)
    report.histories += 1
    report.lawful += history.is_lawful
    report.repaired += history.is_repaired
    report.events += sum(map(len, history.deliveries))
    with TemporaryDirectory(dir=scratch()) as directory:
        for builds, deliveries, engine, live in stages(history, Path(directory), rng, made_by):
            world = live.world()
            segment = engine.segment()
            asked = cases_of(world, past, rng, cases, report.coverage)
            for case in chain(directed_cases(past, world, rng, DIRECTED), asked):
                wrong = compare(segment, world, case, report)
                if wrong is not None:
                    where = f"history {history.seed}, after {builds} builds and {deliveries} deliveries"
                    report.failures.append(f"{where}: {case}\n    {wrong}")
                    report.first = report.first or (builds, deliveries, case)
                    return


def scratch() -> str | None:
    """Where tiny indexes are made: in memory, where the machine has such a place."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def check_seed(seed: int, cases: int, report: Report) -> None:
    """The history of a seed; a crash is a failure as any other."""
    history = random_history(seed)
    try:
        check(history, cases, report)
    except Exception as error:
        report.failures.append(f"history {seed}: {type(error).__name__}: {error}")
        whole = (
            len(history.builds) + history.is_repaired,
            len(history.deliveries),
            Case("name:*", None, "user", 5, True, True),
        )
        report.first = report.first or whole
