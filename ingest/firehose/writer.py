"""What the consumer asks of the live index."""

from __future__ import annotations

from typing import Any, Protocol

from ingest.firehose.mutations import Mutations


class Writer(Protocol):
    """The live index, as the consumer sees it."""

    @property
    def position(self) -> dict[str, Any]:
        """What was given to the last `flush`, also of another process, which may have been a checkpoint ago."""
        ...

    def apply(self, mutations: Mutations) -> None:
        """Take these changes into the state; idempotent, in any order."""
        ...

    def flush(self, position: dict[str, Any]) -> None:
        """Show readers all that was applied. `InputError` `unwritable` leaves it for the next flush."""
        ...

    def checkpoint(self) -> None:
        """Make what was flushed last. `InputError` `unwritable` leaves the checkpoint of before."""
        ...

    def rebase_if_needed(self, *, wait: bool = True) -> bool:
        """Move to another generation, where one was published; whether it was done. Without `wait` it goes on at the next call."""
        ...

    @property
    def is_moving(self) -> bool:
        """Whether a move has begun, and goes on at the next call."""
        ...

    def close(self) -> None:
        """Let go of the index."""
        ...
