"""A service as a shell asks it: over the wire, as one viewer after the other, with a key or, on this machine, without."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar, final

from msgspec import UNSET

from api.client import Client, Credentials, Question, ServiceError, questions
from api.console.text import instant, size_of
from api.http.documents import PLURALS
from api.wire import Hit, LeadOut, Results
from query import Answer, Explanation, Lead, LiveTerm, Request
from schemas.catalogue import Edge, Vertical
from schemas.ids import ExternalId
from schemas.settings import Settings

T = TypeVar("T")

_DEADLINE_S = 15.0
_TOKEN_S = 3_600
_GONE = ("token-expired", "unsigned")
"""What a service says of a token that has ended, or that another service minted."""
_PLURAL_OF = {vertical: plural for plural, vertical in PLURALS.items()}
_AGE = "x-index-age-ms"


@final
class WireSource:
    """See `Source`. Without a key, a token is minted for each viewer. Texts are bounded as here; the service has its own bounds."""

    def __init__(
        self, url: str, key: Credentials | None, settings: Settings, make: Callable[..., Client] = Client
    ) -> None:
        self.settings = settings
        self._url = url
        self._key = key
        self._make = make
        self._clients: dict[ExternalId | None, Client] = {}
        self._age_ms: int | None = None
        self._ask(
            None, questions.search("name:a", limit=1)
        )  # what is wrong with the address or the key is said at once

    generation = ""

    def refresh(self) -> bool:
        """The service follows its index by itself."""
        return False

    def run(self, request: Request) -> Answer:
        """See `Source`."""
        question = questions.search(
            request.text,
            vertical=None if request.vertical is None else request.vertical.value,
            limit=request.limit,
            operator=request.is_operator or None,
            exact=request.is_exact,
            explain=request.explains,
            lineage=request.gives_lineage,
            why_not=request.why_not,
            pages=False,
        )
        self._age_ms = None
        return _answer(self._ask(request.viewer, question), request, self._age_ms)

    def terms(
        self, viewer: ExternalId | None, edge: Edge, beginning: str, limit: int, *, is_operator: bool
    ) -> list[LiveTerm]:
        """See `LooksUp`."""
        question = questions.terms(
            edge.name, vertical=edge.vertical.value, beginning=beginning, limit=limit, operator=is_operator or None
        )
        return [LiveTerm(term.text, term.documents) for term in self._ask(viewer, question).terms]

    def peek(
        self, viewer: ExternalId | None, vertical: Vertical, external: ExternalId, *, is_operator: bool
    ) -> dict[str, Any] | None:
        """See `LooksUp`."""
        question = questions.documents(_PLURAL_OF[vertical], [external], operator=is_operator or None)
        found = self._ask(viewer, question).documents
        return found[0] if found else None

    def stats(self) -> dict[str, str]:
        """See `LooksUp`. Takes a key with the scope admin."""
        found = self._ask(None, questions.generation())
        return {
            "service": self._url,
            "generation": f"{found.generation}, built {instant(found.created_ms)}",
            **{vertical: f"{count:,}" for vertical, count in found.documents.items()},
            "postings": f"{found.postings:,}",
            "size": size_of(found.size),
            "unicode": found.unicode,
            **{f"{name} as of": instant(time_ms) for name, time_ms in sorted(found.snapshot.items())},
        }

    def close(self) -> None:
        """Let go of connections."""
        for client in self._clients.values():
            client.close()
        self._clients.clear()

    def _ask(self, viewer: ExternalId | None, question: Question[T]) -> T:
        try:
            return self._client(viewer).ask(question)
        except ServiceError as error:
            if self._key is not None or viewer is None or error.code not in _GONE:
                raise
        self._clients.pop(viewer).close()  # the token has ended: another one, once
        return self._client(viewer).ask(question)

    def _client(self, viewer: ExternalId | None) -> Client:
        client = self._clients.get(viewer)
        if client is None:
            credentials, named = self._key, viewer
            if credentials is None and viewer is not None:
                token = self._client(None).viewer_token(viewer, lifetime_s=_TOKEN_S).token
                credentials, named = Credentials(token=token), None
            client = self._make(self._url, credentials, viewer=named, deadline_s=_DEADLINE_S, heard=self._hear)
            self._clients[viewer] = client
        return client

    def _hear(self, headers: Mapping[str, str]) -> None:
        age = headers.get(_AGE, "")
        self._age_ms = int(age) if age.isascii() and age.isdigit() else None


def _answer(found: Results, request: Request, age_ms: int | None) -> Answer:
    vertical = Vertical(found.vertical)
    lineage = None
    if request.gives_lineage:
        lineage = tuple(_leads(hit) for hit in found.results)
    return Answer(
        vertical=vertical,
        ids=[int(hit.id) for hit in found.results],
        names=[hit.name for hit in found.results],
        total=found.total,
        total_is_exact=found.total_is_exact,
        incomplete=tuple(found.incomplete),
        took_ms=found.took_ms,
        explain=None if found.explain is UNSET else _explanation(found.explain),
        lineage=lineage,
        why_not=None if found.why_not is UNSET else found.why_not,
        age_ms=age_ms,
    )


def _leads(hit: Hit) -> tuple[Lead, ...]:
    return () if hit.lineage is UNSET else tuple(_lead(lead) for lead in hit.lineage)


def _lead(lead: LeadOut) -> Lead:
    return Lead(
        text=lead.form,
        edge=lead.edge,
        vertical=Vertical(lead.vertical),
        ids=tuple(int(one.id) for one in lead.by),
        names=tuple(one.name for one in lead.by),
        more=lead.more,
    )


def _explanation(found: dict[str, Any]) -> Explanation:
    return Explanation(
        operator=found["operator"],
        text=found["text"],
        size=found["size"],
        estimate=found.get("estimate"),
        took_ms=found.get("took_ms"),
        operands=tuple(map(_explanation, found["operands"])),
        is_excluded=found.get("excluded", False),
    )
