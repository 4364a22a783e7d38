"""Epochs: how long a kept answer shows nothing that the index does not. They count what goes out of sight for anybody.

An answer is kept under the generation, the epoch, and the viewer's own ties (`World.ties`). As long as all three are the same,
nothing that the answer shows has been hidden since: not by privacy, a deletion or a block, and not by an unfollow of the viewer or
of those whom he follows. So likes and uploads of strangers leave kept answers alone. An epoch is the sequence number at which this
process saw something go: of two processes with one epoch, both saw all that had gone by then, and nothing that went later.
"""

from __future__ import annotations

import threading
from typing import final

from index import AnySegment
from query import is_narrower


@final
class Epochs:
    """Follows the states of one index. Shared between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._newest: tuple[AnySegment, int] | None = None

    def of(self, segment: AnySegment) -> int | None:
        """The epoch of a state, which is the newest that was asked about; None for older ones: their answers are not kept."""
        newest = self._newest
        if newest is not None and newest[0] is segment:
            return newest[1]
        with self._lock:
            epoch = self._next(segment)
            if epoch is not None:
                self._newest = (segment, epoch)
            return epoch

    def _next(self, segment: AnySegment) -> int | None:
        sequence = segment.state[1]
        if self._newest is None:
            return sequence
        before, epoch = self._newest
        if before.generation != segment.generation or before.manifest != segment.manifest:
            return sequence
        if sequence < before.state[1]:
            return None
        return sequence if is_narrower(before, segment) else epoch
