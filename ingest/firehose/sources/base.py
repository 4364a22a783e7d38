"""What every source of messages promises, and every sink."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple, Protocol
from zlib import crc32

from schemas.errors import InputError

Position = dict[str, Any]
"""How far a source was read, as JSON can hold it: only the source that gave it knows what it means."""
Place = tuple[int, int]
"""Where a message stands in its source: partition (0 where there are none) and offset."""


class Batch(NamedTuple):
    """Messages in the order of the source, the place of each, and the position behind the last of them."""

    messages: Sequence[bytes]
    places: Sequence[Place]
    position: Position


class Source(Protocol):
    """A stream of messages that can be read again from any position.

    Laws: what follows `seek(batch.position)` is what follows that batch, whoever reads and how often; without a `seek` a
    source begins at its beginning; no message is left out, and the messages of one partition come in their order. A file or
    a log that took the place of the one that was read is not read on from the middle.
    """

    @property
    def name(self) -> str:
        """Under this name positions of this source are kept."""
        ...

    def poll(self, max_events: int, timeout_s: float) -> Batch | None:
        """The next messages, at most `max_events`; none of them where nothing came within the time.

        None says that the end named by `stop_at_end` is reached. With `max_events` 0 nothing is read, and the source is
        told that its reader is alive.
        """
        ...

    def seek(self, position: Position) -> None:
        """Read on from a position that a batch of this source had; `{}` is the beginning.

        `InputError` `other-stream` where another stream stands under this name now, in which the position means nothing;
        `bad-position` for anything else.
        """
        ...

    def stop_at_end(self) -> None:
        """From now on the source ends where it ends now; what is added later may still be read."""
        ...

    def lag(self) -> int | None:
        """How many messages stand behind the place of reading, no longer ago than a second or two; 0 only where none does.

        Cheap: a file counts them by their mean length. None where the source does not answer, or not yet.
        """
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


class Sink(Protocol):
    """Where messages can be appended."""

    def append(self, messages: Sequence[bytes]) -> None:
        """Append them, in this order. They last when this returns."""
        ...

    def close(self) -> None:
        """Let go of files and connections."""
        ...


def number_in(position: Position, key: str, source: str) -> int:
    """The whole number from 0 on that a position holds under `key`; 0 where it is the beginning."""
    value = position.get(key) if position else 0
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise bad_position(source, position)
    return value


def mark_of(message: bytes) -> list[int]:
    """By which a position knows the last message in front of it again: its length and a sum."""
    return [len(message), crc32(message)]


def position_at(offset: int, mark: list[int] | None) -> Position:
    """The position behind a message of that mark, if one was read."""
    return {"offset": offset} if mark is None else {"offset": offset, "last": mark}


def mark_in(position: Position, source: str) -> list[int] | None:
    """The mark of the message in front of a position; None in one that was written by hand."""
    mark = position.get("last")
    if mark is not None and not (isinstance(mark, list) and [*map(type, mark)] == [int, int] and min(mark) >= 0):
        raise bad_position(source, position)
    return mark


def other_stream(source: str) -> InputError:
    """The error for a position in a stream that is not there any more."""
    return InputError("other-stream", f"{source} is not the stream that was read before")


def bad_position(source: str, position: object) -> InputError:
    """The error for a position that is none of this source."""
    return InputError("bad-position", f"{source}: {position!r} is no position in it")
