"""A move to another base, made beside the state that goes on taking events: opening, hashing and deriving are a thread's work.

The writer's own thread only reads pieces of the old state out, and says them and all that came meanwhile to the new one through
that thread; what is said twice, or in another order, changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple, final

from index import current_generation, open_layer, open_published
from ingest.live.base import Base
from ingest.live.batch import Batch
from ingest.live.derive import Derivation
from ingest.live.export import exported
from ingest.live.pointers import home, newest_state
from ingest.live.restoring import begun, restored

_FEW = 8
"""So many batches that came meanwhile may be left to the writer's own thread, at the very end."""


class Moved(NamedTuple):
    """Where a move leads. `position` is where the stream must be read on, None where that does not change."""

    derivation: Derivation
    manifest: str
    position: Mapping[str, Any] | None


@final
class Move:
    """One move from a derivation to the base that is published now. All methods are for the writer's thread."""

    def __init__(self, index: Path, old: Derivation) -> None:
        self._index = index
        self._old = old
        self._since: list[Batch] = []
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="move")
        self.target = current_generation(index)
        self._opening: Future[Moved] = self._thread.submit(self._open)
        self._job: Future[Any] = self._opening
        self._pieces: Iterator[Batch] | None = None

    def said(self, batch: Batch) -> None:
        """Note what the old state is told meanwhile."""
        self._since.append(batch)

    def step(self, *, wait: bool) -> bool:
        """Go on without waiting for the thread, or to the end; whether `finish` may be called. Errors are those of the thread."""
        while True:
            if not wait and not self._job.done():
                return False
            self._job.result()
            if not self._advance():
                return True
            if not wait:
                return False

    def _advance(self) -> bool:
        """Give the thread what is next; whether there was anything."""
        derivation = self._opening.result().derivation
        if self._pieces is None:
            self._pieces = exported(self._old.state, derivation.base)
        piece = next(self._pieces, None)
        if piece is not None:
            self._job = self._thread.submit(derivation.apply, piece)
        elif len(self._since) > _FEW:
            since, self._since = self._since, []
            self._job = self._thread.submit(_say_all, derivation, since)
        else:
            return False
        return True

    def finish(self) -> Moved:
        """The new state, to which everything was said."""
        moved = self._opening.result()
        _say_all(moved.derivation, self._since)
        self._since = []
        self._thread.shutdown()
        return moved

    def abandon(self) -> None:
        """Let go of it; what the thread is at, it finishes."""
        self._thread.shutdown(wait=False, cancel_futures=True)

    def _open(self) -> Moved:
        """The published base; where it is one that comes back, with what was said over it before."""
        published, manifest = open_published(self._index)
        derivation = begun(Base(published))
        before = newest_state(self._index, published.generation)
        if before is None:
            return Moved(derivation, manifest, None)
        # for the base that goes, events were dropped that this one lacks
        runs = home(self._index, published.generation) / "runs"
        layers = [open_layer(runs / name, hash_) for name, hash_ in before.runs]
        for piece in exported(restored(Base(published), layers).state, derivation.base):
            derivation.apply(piece)
        return Moved(derivation, manifest, before.position)


def _say_all(derivation: Derivation, batches: list[Batch]) -> None:
    for batch in batches:
        derivation.apply(batch)
