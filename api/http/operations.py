"""What the service asks of whoever runs it: sinks for events, dead letters, the consumer's state.

The command line hands them in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from api.wire import DeadLettersOut, Lag, MediaSeen, SearchSeen
from schemas.ids import ExternalId


class Seen(NamedTuple):
    """One event as it came in: from whom, when (server time), what."""

    viewer: ExternalId
    ts_ms: int
    what: SearchSeen | MediaSeen


class EventSink(Protocol):
    """Where events are written down. Of one thread."""

    def append(self, seen: Sequence[Seen]) -> None:
        """Write them down, in this order; they last when this returns. `MonocerosError` or `OSError` where that failed."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class LetterBox(Protocol):
    """The dead letters of the index. `number` None: all. Each call may come from another thread."""

    def letters(self, limit: int) -> DeadLettersOut:
        """The oldest of them."""
        ...

    def redrive(self, number: int | None) -> int:
        """Have the consumer take them once more; how many there are."""
        ...

    def drop(self, number: int | None) -> int:
        """Forget them; how many there were."""
        ...


@dataclass(frozen=True, slots=True)
class Operations:
    """All of it; what is None is not there. `open_sinks` is called in the process and the thread that writes."""

    open_sinks: Callable[[], Sequence[EventSink]] | None = None
    letters: LetterBox | None = None
    lag: Callable[[], Lag] | None = None
