"""What a shell asks: an index of this machine (`api.session.Session`) or a service over the wire (`api.repl.wire`)."""

from __future__ import annotations

from typing import Any, Protocol

from query import Answer, LiveTerm, Request
from schemas.catalogue import Edge, Vertical
from schemas.ids import ExternalId
from schemas.settings import Settings


class Answers(Protocol):
    """Answers queries. Errors are `MonocerosError`s."""

    settings: Settings

    @property
    def generation(self) -> str:
        """The name of the generation that answers; '' where it is not for the shell to know."""
        ...

    def refresh(self) -> bool:
        """Go over to what is in force; whether that is another generation than before."""
        ...

    def run(self, request: Request) -> Answer:
        """The answer."""
        ...


class LooksUp(Protocol):
    """What may be looked up beside answers, in the world of a viewer or, as operator, the whole."""

    def terms(
        self, viewer: ExternalId | None, edge: Edge, beginning: str, limit: int, *, is_operator: bool
    ) -> list[LiveTerm]:
        """As `query.live_terms`."""
        ...

    def peek(
        self, viewer: ExternalId | None, vertical: Vertical, external: ExternalId, *, is_operator: bool
    ) -> dict[str, Any] | None:
        """As `query.peek`."""
        ...

    def stats(self) -> dict[str, str]:
        """Figures of the whole index, for people; the operator's."""
        ...


class Source(Answers, LooksUp, Protocol):
    """Both."""
