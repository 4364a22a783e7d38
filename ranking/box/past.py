"""What a viewer chose in the box before: documents, how often, how lately. His own history, and nobody else's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from schemas.catalogue import Vertical
from schemas.ids import ExternalId


@dataclass(frozen=True, slots=True)
class Choice:
    """A document that a viewer chose, how often, and when last."""

    vertical: Vertical
    id: ExternalId
    times: int
    last_ms: int


class PastSearches(Protocol):
    """Where the box reads what viewers chose before."""

    def of(self, viewer: ExternalId) -> Sequence[Choice]:
        """The choices of a viewer, the latest first; documents that are no more may be among them."""
        ...


@dataclass(frozen=True)
class KnownPast:
    """Choices held in memory."""

    choices: Mapping[ExternalId, Sequence[Choice]] = field(default_factory=dict)

    def of(self, viewer: ExternalId) -> Sequence[Choice]:
        """See `PastSearches`."""
        return self.choices.get(viewer, ())
