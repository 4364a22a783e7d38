"""`make kills`: SIGKILL at random moments of ingest, its flushes, checkpoints and moves to new bases, and of builds and publishing.

Random histories go the way of `tests.live_law`, but each build and each delivery is done by processes that are killed until one
comes through. After each kill the index opens and is the old or the new generation, and what was said to be applied still is.
After each stage whole answers are the oracle's: nothing was lost, nothing was applied twice. Seeds are printed, and replay but
for the moments of the kills, which no seed can fix.
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from threading import Event as Flag
from typing import Any, ClassVar

from index import open_index, publish, read_live, writing
from ingest.documents import read_corpus
from ingest.firehose import Consumer, DeadLetters, Limits, open_source
from ingest.firehose.wire import write_frames
from ingest.live import LiveWriter
from ingest.opening import open_warehouse
from tests import oracle
from tests.agreement import NOW_MS
from tests.histories import Build, random_history
from tests.live_law import LiveIndex, Report, check
from tests.oracle.events import Event
from tests.wired import message

BUSY = Limits(batch_events=1, apply_events=3, flush_s=0.0, checkpoint_s=0.005, checkpoint_events=7, upkeep_s=0.01)
"""A consumer that flushes, checkpoints and looks for a new base all the time, so that kills meet these."""
_MOST = 6
"""So many processes in a row are killed; the next may end."""
_context = multiprocessing.get_context("forkserver")
_context.set_forkserver_preload(["tests.kills"])


def ingest(index: Path, url: str) -> None:
    """Apply what a stream holds, as `monoceros ingest --once` does."""
    with (
        closing(open_source(url)) as source,
        closing(LiveWriter.open(index, now_ms=NOW_MS)) as writer,
        closing(DeadLetters(index / "live" / "dead_letters.db")) as letters,
    ):
        source.stop_at_end()
        Consumer(source, writer, letters, limits=BUSY).run(Flag())


def build(index: Path, warehouse: Path, as_of_ms: int | None) -> None:
    """Build from a warehouse and publish, as `monoceros build` does, with the move of what is live."""
    with writing(index), open_warehouse(str(warehouse)) as source:
        publish(
            index,
            lambda: read_corpus(source, as_of_ms=as_of_ms, now_ms=NOW_MS),
            now_ms=NOW_MS,
            progress=lambda _: None,
        )


def move(index: Path) -> None:
    """Move what is live to the base that is published."""
    with closing(LiveWriter.open(index, now_ms=NOW_MS)) as writer:
        writer.rebase_if_needed()


class KilledIndex(LiveIndex):
    """The engine's side, done by processes that are killed."""

    kills: ClassVar[Counter[str]] = Counter()
    """Of all of these: how many processes were killed, by what they did."""
    _took_s: ClassVar[dict[str, float]] = {}

    def build(self, build_: Build) -> None:
        """Publish a base build; killed before that, readers still have the generation before."""
        self._builds += 1
        warehouse = self._directory / f"warehouse{self._builds}"
        oracle.write_world(build_.tables, warehouse)
        target = f"{self._builds:06}"
        self._until_done(build, self.index, warehouse, build_.as_of_ms)
        if self._builds > 1:
            self._until_done(move, self.index)
            assert open_index(self.index).generation >= target  # killed once published, it may have been built again

    def deliver(self, events: list[Event]) -> list[Event]:
        """The next events of the stream."""
        with self._stream.open("ab") as file:
            write_frames(file, [message(event) for event in events])
        self._until_done(ingest, self.index, self._url)
        assert self._applied() == self._stream.stat().st_size
        return events

    def _until_done(self, work: Callable[..., None], *told: Any) -> None:
        """Have it done by one process after the other, killed at random moments, until one ends by itself."""
        name = work.__name__
        for attempt in range(_MOST + 1):
            before, states = self._applied(), self._states()
            process = _context.Process(target=work, args=told)
            began = time.monotonic()
            process.start()
            if attempt < _MOST:
                process.join(self._rng.random() * 1.5 * self._took_s.get(name, 0.3))
                if process.exitcode is None:
                    process.kill()
            process.join(60)
            if process.exitcode == 0:
                took = time.monotonic() - began
                self._took_s[name] = took
                return
            assert process.exitcode == -9, f"{name} ended with {process.exitcode}"
            self.kills[name] += 1
            assert self._applied() >= before, f"{name} was killed, and what was applied is lost"
            now = self._states()
            assert now[-1:] >= states[-1:], f"{name} was killed, and an older generation is in force"
            if now:
                open_index(self.index)
        raise AssertionError(f"{name} does not come to its end")

    def _applied(self) -> int:
        live = read_live(self.index)
        return 0 if live is None else int(live.position.get(self._url, {"offset": 0})["offset"])

    def _states(self) -> list[str]:
        """The generation that is in force, if any."""
        return [open_index(self.index).generation] if (self.index / "CURRENT").exists() else []


def run(kills: int, seed: int, say: Callable[[str], None]) -> Report:
    """Histories from a seed on until so many processes were killed."""
    report = Report()
    KilledIndex.kills.clear()
    number = seed * 1_000_000
    while KilledIndex.kills.total() < kills and not report.failures:
        history = random_history(number)
        check(history, 5, report, KilledIndex)
        say(f"history {number}: {dict(KilledIndex.kills)}, {report.cases:,} answers compared")
        number += 1
    return report


def main() -> int:
    """So many kills; 1 where something was lost, applied twice, or could not be opened."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    report = run(options.kills, options.seed, lambda line: print(line, flush=True))
    print(
        f"{KilledIndex.kills.total():,} kills in {report.histories:,} histories of {report.events:,} events", flush=True
    )
    print("\n".join(report.failures) or "nothing lost, nothing twice")
    return 1 if report.failures else 0


if __name__ == "__main__":
    sys.exit(main())
