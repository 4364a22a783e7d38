"""`LiveWriter`: the one process that applies events to an index, publishes layers, and moves to new bases."""

from __future__ import annotations

import fcntl
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, final

from index import (
    LIVE,
    AnyArray,
    Layer,
    Live,
    changing,
    current_generation,
    has_generation,
    make_directories,
    merge_layers,
    open_base,
    open_published,
    read_live,
    write_live,
)
from ingest.firehose.mutations import Mutations
from ingest.live.base import Base
from ingest.live.batch import Batch, batch_of
from ingest.live.derive import Derivation
from ingest.live.move import Move
from ingest.live.pointers import (
    CHECKPOINT,
    LIVE_DIRECTORY,
    State,
    home,
    read_state,
    remove_others,
    write_state,
)
from ingest.live.reconcile import View, renumbered, repaired_documents, repaired_facts, write_report
from ingest.live.restoring import begun, restored
from ingest.live.runs import merged_runs, run_of
from ingest.live.stack import Stack
from ingest.live.told import Told
from schemas.errors import BusyError, DamagedError

_LOCK = "LOCK"


@final
class LiveWriter:
    """The writer of one index. Laws: what was checkpointed is never lost, whatever happens to the process or the machine;
    what was flushed is not lost with the process; saying anything twice changes nothing."""

    def __init__(self, index: Path, lock: IO[str], now_ms: int) -> None:
        self._index = index
        self._lock = lock
        self._now_ms = now_ms
        self._position: dict[str, Any] = {}
        self._sequence = 0
        self._applied_ms = 0
        self._move: Move | None = None
        self._is_moved = False
        """Whether the state is over a base that readers were not sent to yet, and whoever reads the stream was not told."""
        self._background = ThreadPoolExecutor(max_workers=1, thread_name_prefix="live")
        self._derivation: Derivation
        self._manifest: str
        self._recover()

    @staticmethod
    def open(index: Path, *, now_ms: int) -> LiveWriter:
        """Take up what is in force: `LIVE` where there is one, or what a power cut left of it, else the published base.

        `BusyError` `locked` where another process does; `InputError` `no-index`, `no-sidecar`; `DamagedError`.
        """
        lock = _locked(index)
        try:
            return LiveWriter(index, lock, now_ms)
        except BaseException:
            lock.close()
            raise

    @property
    def position(self) -> dict[str, Any]:
        """What was given to the last `flush` that is in force."""
        return dict(self._position)

    @property
    def generation(self) -> str:
        """The base that events are applied to."""
        return self._derivation.base.segment.generation

    # -- applying --------------------------------------------------------------------------------------------------

    def apply(self, mutations: Mutations) -> None:
        """Take changes into the state. They are shown by the next `flush`."""
        self._say(batch_of(mutations))

    def _say(self, batch: Batch) -> None:
        self._derivation.apply(batch)
        if self._move is not None:
            self._move.said(batch)
        self._applied_ms = max([self._applied_ms, *(int(times.max()) for times in batch.times() if len(times))])

    def flush(self, position: Mapping[str, Any]) -> None:
        """Show readers all that was applied. It outlives the process, not yet a power cut.

        `InputError` `unwritable` leaves all of it to the next flush.
        """
        self._push()
        self._publish(self._position if self._is_moved else position, is_durable=False)

    def checkpoint(self) -> None:
        """Make what was flushed last. `InputError` `unwritable` leaves the checkpoint of before."""
        self._publish(self._position, is_durable=True)
        self._collect()

    def close(self) -> None:
        """Let go of the index. What was not flushed is forgotten."""
        if self._move is not None:
            self._give_up()
        self._background.shutdown()
        self._lock.close()

    def _push(self) -> None:
        """Put what was applied on the stacks."""
        arrays = self._derivation.arrays()
        log = self._derivation.state.take_log()
        run = run_of(self._derivation, log, arrays)
        name = f"{self._next_part:08}"
        self._next_part += 1
        if arrays:
            self._layers.push(name, arrays)
        if run:
            self._runs.push(name, run)
        self._derivation.layers = self._layers.layers

    def _publish(self, position: Mapping[str, Any], *, is_durable: bool) -> None:
        segment = self._derivation.base.segment
        layers, runs = self._layers.save(is_durable=is_durable), self._runs.save(is_durable=is_durable)
        self._derivation.layers = self._layers.layers
        live = Live(
            generation=segment.generation,
            manifest=self._manifest,
            sequence=self._sequence + 1,
            layers=layers,
            position=position,
            applied_ms=self._applied_ms,
        )
        write_state(self._index, live.generation, live.sequence, State(runs, live.position), is_durable=is_durable)
        if is_durable:
            write_live(self._index, live, durable=True, name=CHECKPOINT)
        write_live(self._index, live, durable=is_durable)
        self._sequence = live.sequence
        self._position = dict(position)
        if not is_durable:
            self._collect()

    # -- other bases -----------------------------------------------------------------------------------------------

    @property
    def is_moving(self) -> bool:
        """Whether `rebase_if_needed` has begun a move, and wants to be called again soon."""
        return self._move is not None

    def rebase_if_needed(self, *, wait: bool = True) -> bool:
        """Move to the base that is published, where it is another: what outlives it is said again over it.

        Readers go from the old base and its layers to the new base and one layer in one step. Where the base is one that comes
        back, `position` goes back too: events that came since, and that the other base settled, must be read once more.
        Without `wait` events are applied meanwhile, and this is called again until it says that it moved.
        """
        if self._is_moved:  # the disk refused what says so
            self.flush(self._position)
            self._is_moved = False
            return True
        published = current_generation(self._index)
        if self._move is not None and self._move.target != published:
            self._give_up()
        if published == self.generation:
            return False
        if self._move is None:
            self._move = Move(self._index, self._derivation)
        try:
            if not self._move.step(wait=wait):
                return False
        except BaseException:
            self._give_up()
            raise
        self.flush(self._position)  # what a later rollback to this base finds
        moved, self._move = self._move.finish(), None
        generation = moved.derivation.base.segment.generation
        if not has_generation(self._index, generation):
            return self.rebase_if_needed(wait=wait)  # other builds were published meanwhile, and it was removed
        old = self._derivation
        self._derivation, self._manifest = moved.derivation, moved.manifest
        self._position = dict(self._position if moved.position is None else moved.position)
        self._begin(generation)
        self._is_moved = True
        self._push()
        self._publish(self._position, is_durable=True)
        self._is_moved = False
        self._collect()
        self._report(old)
        return True

    def _give_up(self) -> None:
        assert self._move is not None
        self._move.abandon()
        self._move = None

    def _report(self, old: Derivation) -> None:
        """Count what the new base repaired, in a thread of its own: no event waits for that."""
        numbers = renumbered(old, self._derivation)
        views = View.of(old), View.of(self._derivation)
        told = Told.of(old, goes_on=False), Told.of(self._derivation, goes_on=True)

        def count() -> None:
            write_report(self._index, repaired_documents(*told, numbers) | repaired_facts(*views, numbers))

        self._background.submit(count)

    # -- opening ---------------------------------------------------------------------------------------------------

    def _recover(self) -> None:
        """Take up `LIVE` if all that it names is whole, else the checkpoint, else the published base with nothing on it."""
        checkpoint = read_live(self._index, CHECKPOINT)
        is_torn = False
        try:
            live = read_live(self._index)
            if live is not None and (checkpoint is None or live.sequence >= checkpoint.sequence):
                self._take(live, is_durable=live == checkpoint)
                return
        except DamagedError:
            is_torn = True
        if checkpoint is not None:
            self._take(checkpoint, is_durable=True)
            is_torn = True
        else:
            base, self._manifest = open_published(self._index)
            self._derivation = begun(Base(base))
            self._begin(base.generation)
            self._push()  # what waits is there from the beginning
        if is_torn:  # readers are waiting for a pointer that they can follow
            self._publish(self._position, is_durable=True)

    def _take(self, live: Live, *, is_durable: bool) -> None:
        base = Base(open_base(self._index, live.generation, live.manifest))
        self._begin(live.generation)
        self._layers.open(live.layers, are_durable=is_durable)
        self._runs.open(read_state(self._index, live.generation, live.sequence).runs, are_durable=is_durable)
        self._derivation = restored(base, self._runs.layers)
        self._derivation.follow(self._layers.layers)
        self._manifest = live.manifest
        self._position, self._applied_ms, self._sequence = dict(live.position), live.applied_ms, live.sequence

    def _begin(self, generation: str) -> None:
        """Empty stacks over a generation, whose names nothing has that lies there."""
        place = home(self._index, generation)
        self._layers = Stack(place / "layers", _merge_layers, self._background)
        self._runs = Stack(place / "runs", _merge_runs, self._background)
        taken = [
            int(path.name.partition(".")[0])
            for directory in (place / "layers", place / "runs")
            if directory.is_dir()
            for path in directory.iterdir()
        ]
        self._next_part = 1 + max(taken, default=0)

    # -- what is not needed any more -------------------------------------------------------------------------------

    def _collect(self) -> None:
        """Remove parts that neither `LIVE` nor the checkpoint names, and those over bases that are gone."""
        kept = [live for name in (LIVE, CHECKPOINT) if (live := self._read(name)) is not None]
        generation = self.generation
        own = [live for live in kept if live.generation == generation]
        place = home(self._index, generation)
        remove_others(place / "layers", [*self._layers.in_work, *(layer.name for live in own for layer in live.layers)])
        states = [read_state(self._index, generation, live.sequence) for live in own]
        remove_others(place / "runs", [*self._runs.in_work, *(run.name for state in states for run in state.runs)])
        remove_others(place / "state", [str(live.sequence) for live in own])
        bases = {path.name for path in (self._index / "generations").iterdir()}
        for path in (self._index / LIVE_DIRECTORY).iterdir():
            if path.name.isdecimal() and path.name not in bases | {live.generation for live in kept}:
                remove_others(path, ())
                path.rmdir()

    def _read(self, name: str) -> Live | None:
        try:
            return read_live(self._index, name)
        except DamagedError:
            return None


def _merge_layers(layers: Sequence[Layer]) -> dict[str, AnyArray]:
    merged = layers[0]
    for layer in layers[1:]:
        merged = Layer(layer.name, "", merge_layers(merged, layer), {})
    return dict(merged.arrays)


def _merge_runs(runs: Sequence[Layer]) -> dict[str, AnyArray]:
    return merged_runs([run.arrays for run in runs])


def _locked(index: Path) -> IO[str]:
    path = index / LIVE_DIRECTORY / _LOCK
    current_generation(index)  # an index is there, or this says so
    make_directories(path.parent)
    with changing(path):
        lock = path.open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            raise BusyError(
                "locked",
                f"another process is applying events to {index}",
                hint="one process does; see monoceros ingest --status",
            ) from None
        return lock
