"""How much a consumer takes at once, and how long it waits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """How much and how long; defaults are those of the service."""

    batch_events: int = 2_000
    """Read at once."""
    apply_events: int = 16_000
    """Applied at once where so many come before the next flush; what a batch costs beside its events is paid less often."""
    flush_s: float = 0.2
    """From the first event that readers do not see to the flush, but for the time that a batch takes."""
    behind_events: int = 20_000
    """Where more stand unread, answers are old anyway: flushes, whose cost hardly grows with events, are then further apart."""
    behind_flush_events: int = 24_000
    """So many, while so many stand unread: what a power cut took is as many again, which one flush then shows, at any speed."""
    behind_flush_share: float = 0.2
    """Of the time, what flushes may take while so many stand unread: what one costs grows with the live index. Where it would be
    more, they come with the checkpoints of `checkpoint_events` alone."""
    behind_flush_s: float = 2.0
    """The longest between two flushes where fewer events come in that time, and that share is kept."""
    checkpoint_s: float = 8.0
    checkpoint_events: int = 40_000
    """Since the last checkpoint; either brings the next, with a flush before it."""
    flushed_checkpoint_events: int = 20_000
    """From so many on, a checkpoint follows a flush that comes anyway: it costs little then, and a power cut that much less."""
    unsaved_events: int = 1_000_000
    unsaved_bytes: int = 256 << 20
    """Past either, nothing is read until a flush succeeds."""
    upkeep_s: float = 1.0
    """Between looks for a new generation, for letters to drive again, and at the lag."""
