"""The consumer: poll → decode → translate → apply → flush → checkpoint, in one thread.

At least once: a position is flushed with what it covers, and checkpoints make both last; what is read again after a
failure changes nothing, since state is last-writer-wins. While the disk refuses, applying goes on up to a bound of memory, then
reading stops until it is allowed to write again.
"""

from __future__ import annotations

import os
import time
from collections import Counter, deque
from collections.abc import Callable
from threading import Event as Flag

from ingest.firehose.dead_letters import DeadLetters
from ingest.firehose.drive_again import drive_again
from ingest.firehose.limits import Limits
from ingest.firehose.metrics import Metrics, Window
from ingest.firehose.mutations import Mutations
from ingest.firehose.sources.base import Batch, Position, Source
from ingest.firehose.translate import translate
from ingest.firehose.wire import DecodeError, decode, irrelevant_kind
from ingest.firehose.writer import Writer
from schemas.errors import InputError

_MOVING_S = 0.01
_STEADY = 4
"""So many flushes count: one that puts parts together takes longer than others."""
_PATIENT_S = 5.0
"""So long a source may not say how much it holds, such as one that joins a group, before that is a problem."""


class Consumer:
    """One source into one index. Not for several threads, but for `metrics` and `quiet_s`."""

    def __init__(
        self,
        source: Source,
        writer: Writer,
        letters: DeadLetters,
        *,
        limits: Limits | None = None,
        at: Position | None = None,
        as_of_ms: int | None = None,
        now_s: Callable[[], float] = time.monotonic,
        now_ms: Callable[[], int] = lambda: time.time_ns() // 1_000_000,
    ) -> None:
        """`at` is where to begin, whatever was read before; `as_of_ms` the moment of which readers see all, where the consumer
        before said it."""
        self._source = source
        self._writer = writer
        self._letters = letters
        self._limits = limits or Limits()
        self._now_s = now_s
        self._now_ms = now_ms
        self._position = dict(writer.position)
        self.begins_anew = False
        """Whether another stream stands where the one stood that was read before: it is read from its beginning."""
        if at is not None:
            source.seek(at)
        elif source.name in self._position:
            self._seek(self._position[source.name])
        self._read = Mutations()
        self._read_events = 0
        """What was read and is not applied, and of how many events that is."""
        self._kinds: Counter[str] = Counter()
        self._events = 0
        self._newest_ms = 0
        self._lag: int | None = 0
        self._lag_known_at = now_s()
        self._times: list[int] = []
        self._fresh = Window()
        self._marks: deque[tuple[int, int]] = deque()
        """Moments, and how many events will have been read when all that the source held then was read."""
        self._read_ms = self._shown_ms = now_ms() if as_of_ms is None else as_of_ms
        """The last moment of which everything was read, and of which readers see everything."""
        self._unsaved_events = self._unsaved_bytes = self._unchecked_events = 0
        self._unsaved_since: float | None = None
        self._checkpointed_at = self._flushed_at = self._tended_at = self._looked_at = now_s()
        self._flush_share = 0.0
        """Of the time, what flushes would take that came after every `behind_flush_events`, as the mean of some."""
        self._refused: dict[str, tuple[float, str]] = {}
        """What the disk did not let us do, when it will be tried again, and why."""
        self._rates: deque[tuple[float, int]] = deque([(now_s(), 0)], maxlen=11)
        self._base = Metrics(pid=os.getpid(), source=source.name, started_ms=now_ms())
        self._beat_at = self._progress_at = now_s()

    def run(self, stop: Flag) -> None:
        """Until `stop` is set or the source ends or fails; then all that was read is flushed and checkpointed.

        `InputError` `unwritable` where that last part fails: it will be read again. The error of a source that fails.
        """
        self._look()
        self._tend()
        try:
            while not stop.is_set() and self.step():
                pass
        except InputError:  # the source cannot be read any further
            self._save()
            raise
        self._save()

    def _save(self) -> None:
        self._flush()
        self._checkpoint()
        self._refused.clear()
        self._look()
        self._base.dead_letters = len(self._letters)

    def step(self) -> bool:
        """One round. Whether the source goes on."""
        limits = self._limits
        room = min(limits.batch_events, limits.unsaved_events - self._unsaved_events)
        if self._unsaved_bytes >= limits.unsaved_bytes:
            room = 0
        batch = self._source.poll(max(0, room), self._patience())
        self._beat_at = self._now_s()
        if batch is None and self._writer.is_moving:
            self._apply()
            self._follow_base(wait=True)  # a base that comes back makes it read once more
            return True
        if batch is None:
            return False
        if batch.messages:
            self._take(batch)
        if batch.messages or room <= 0 or self._lag == 0:
            self._progress_at = self._beat_at
        if not batch.messages and room > 0 and self._lag is not None:
            self._marks.clear()
            self._read_ms = self._now_ms()
        while self._marks and self._marks[0][1] <= self._events:
            self._read_ms, _ = self._marks.popleft()
        self._when_due()
        return True

    def _patience(self) -> float:
        """How long a poll may wait: until the next flush; a move to another base is to go on."""
        if self._writer.is_moving:
            return _MOVING_S
        flush_s, now = self._flush_s(), self._now_s()
        due = now + flush_s if self._unsaved_since is None else self._unsaved_since + flush_s
        again, _ = self._refused.get("flush", (due, ""))
        return min(flush_s, max(0.0, due - now, again - now))

    def _flush_s(self) -> float:
        limits = self._limits
        if (self._lag or 0) <= limits.behind_events:
            return limits.flush_s
        took_ms = self._base.flush_ms if self._base.flushes > 1 else 0.0  # the first also pays for what is needed once
        return max(limits.behind_flush_s, took_ms / 1000 / limits.behind_flush_share)

    def _is_flush_due(self, now: float) -> bool:
        if self._unsaved_since is None:
            return False
        limits = self._limits
        is_many = (self._lag or 0) > limits.behind_events and self._unsaved_events >= limits.behind_flush_events
        if is_many and self._flush_share <= limits.behind_flush_share:
            return True
        return now - self._unsaved_since >= self._flush_s()

    def _take(self, batch: Batch) -> None:
        mutations, kinds = self._read, self._kinds
        for message, place in zip(batch.messages, batch.places, strict=True):
            if kind := irrelevant_kind(message):
                kinds[kind] += 1
                continue
            try:
                event = decode(message)
            except DecodeError as cause:
                self._letters.add(self._source.name, place, cause.message, self._now_ms(), message)
                continue
            kinds[event.kind] += 1
            self._times.append(event.time_ms)
            translate(event, mutations)
        self._position[self._source.name] = batch.position
        self._read_events += len(batch.messages)
        if self._read_events >= self._limits.apply_events:
            self._apply()
        if self._unsaved_since is None:
            self._unsaved_since = self._now_s()
            self._shown_ms = self._read_ms
        self._events += len(batch.messages)
        self._unsaved_events += len(batch.messages)
        self._unchecked_events += len(batch.messages)
        self._unsaved_bytes += sum(map(len, batch.messages))
        if self._times:
            self._newest_ms = max(self._newest_ms, self._times[-1])

    def _apply(self) -> None:
        """Apply what was read."""
        if self._read_events:
            mutations, self._read, self._read_events = self._read, Mutations(), 0
            self._writer.apply(mutations)

    def _when_due(self) -> None:
        now, limits = self._now_s(), self._limits
        if now - self._looked_at >= limits.upkeep_s / 2:
            self._look()
        is_due = (
            self._unchecked_events >= limits.checkpoint_events or now - self._checkpointed_at >= limits.checkpoint_s
        )
        is_due = is_due and self._unchecked_events > 0
        if self._unsaved_since is not None and (is_due or self._is_flush_due(now)):
            is_flushed = self._attempt("flush", self._flush)
            is_due = is_due or (is_flushed and self._unchecked_events >= limits.flushed_checkpoint_events)
        if is_due and self._unsaved_since is None:
            self._attempt("checkpoint", self._checkpoint)
        if now - self._tended_at >= limits.upkeep_s:
            self._tend()
        elif self._writer.is_moving:
            self._apply()
            self._attempt("upkeep", self._follow_base)

    def _flush(self) -> None:
        self._apply()
        started, events = self._now_s(), self._unsaved_events
        self._letters.save()  # first: the position says that they were read
        self._writer.flush(self._position)
        self._flushed()
        ended = self._now_s()
        self._base.flush_ms = round((ended - started) * 1000, 1)
        if events:
            between_s = (started - self._flushed_at) * self._limits.behind_flush_events / events
            share = (ended - started) / max(1e-9, between_s + ended - started)
            self._flush_share += (share - self._flush_share) / _STEADY
        self._flushed_at = ended

    def _flushed(self) -> None:
        now_ms = self._now_ms()
        some = self._times[:: 1 + len(self._times) // 2_000]
        self._fresh.add([max(0, now_ms - time_ms) for time_ms in some])
        self._times.clear()
        self._base.flushes += 1
        self._base.position = dict(self._position)
        self._unsaved_events = self._unsaved_bytes = 0
        self._unsaved_since = None
        self._shown_ms = self._read_ms

    def _checkpoint(self) -> None:
        started = self._now_s()
        self._writer.checkpoint()
        self._checkpointed_at = self._now_s()
        self._unchecked_events = 0
        self._base.checkpoints += 1
        self._base.checkpoint_ms = round((self._checkpointed_at - started) * 1000, 1)

    def _look(self) -> None:
        self._looked_at = self._now_s()
        moment = self._now_ms()
        self._lag = self._source.lag()
        if self._lag is not None:
            self._lag_known_at = self._looked_at
            self._marks.append((moment, self._events + self._lag))
        self._rates.append((self._looked_at, self._events))

    def _tend(self) -> None:
        """What is done now and then, where the disk lets us."""
        self._tended_at = self._now_s()
        self._apply()  # what others flush is at the position that was read
        if self._attempt("upkeep", self._follow_base):
            self._attempt("upkeep", self._drive_again)

    def _follow_base(self, *, wait: bool = False) -> None:
        """Move to the base in force. One that comes back lacks what a later one settled: that is read once more."""
        if self._writer.rebase_if_needed(wait=wait) and self._writer.position != self._position:
            self._position = self._writer.position
            self._seek(self._position.get(self._source.name, {}))

    def _seek(self, position: Position) -> None:
        """Read on from there. What of another stream was read before, if anything, changes nothing when it is read again."""
        try:
            self._source.seek(position)
        except InputError as error:
            if error.code != "other-stream":
                raise
            self.begins_anew = True
            self._source.seek({})

    def _drive_again(self) -> None:
        if drive_again(self._writer, self._letters, self._position):
            self._flushed()
        self._base.dead_letters = len(self._letters)

    def _attempt(self, name: str, action: Callable[[], object]) -> bool:
        """Whether this is done; if the disk refuses, it is told and tried again a second later, no sooner."""
        now = self._now_s()
        again, _ = self._refused.get(name, (now, ""))
        if now < again:
            return False
        try:
            action()
        except InputError as error:
            if error.code != "unwritable":
                raise
            problem = error.message
        except OSError as error:
            problem = f"{error.filename or 'the index'}: {error.strerror or error}"
        else:
            self._refused.pop(name, None)
            return True
        self._refused[name] = (self._now_s() + self._limits.upkeep_s, problem)
        return False

    @property
    def as_of_ms(self) -> int:
        """Readers see all that the source held at this moment, as far as its lag is known."""
        return self._read_ms if self._unsaved_since is None else self._shown_ms

    def quiet_s(self) -> float:
        """How long ago the loop came round, or if longer, something was read or nothing was there to read."""
        now = self._now_s()
        return max(now - self._beat_at, now - self._progress_at)

    def metrics(self) -> Metrics:
        """The figures of now."""
        limits, base, now_ms = self._limits, self._base, self._now_ms()
        is_full = self._unsaved_events >= limits.unsaved_events or self._unsaved_bytes >= limits.unsaved_bytes
        (first_s, first), (last_s, last) = self._rates[0], self._rates[-1]
        base.state = "paused" if is_full else "running"
        problems = [problem for _, problem in self._refused.copy().values()]
        if self._lag is None and self._now_s() - self._lag_known_at > _PATIENT_S:
            problems.append(f"{self._source.name} does not answer")
        base.problem = next(iter(problems), "")
        base.events = self._events
        base.by_kind = dict(sorted(self._kinds.copy().items()))
        base.events_per_s = round((last - first) / max(1e-9, last_s - first_s), 1)
        base.lag_events = self._lag
        base.lag_ms = max(0, now_ms - self._newest_ms) if self._lag and self._newest_ms else 0
        base.freshness_p50_ms = self._fresh.percentile(50)
        base.freshness_p99_ms = self._fresh.percentile(99)
        base.as_of_ms = self.as_of_ms
        base.unsaved_events = self._unsaved_events
        base.updated_ms = now_ms
        return base
