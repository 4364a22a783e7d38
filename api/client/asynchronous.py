"""The client for programs that do other things while they wait: `Client` with `await`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from typing import Self, TypeVar, Unpack, final

import httpx
from msgspec import UNSET

from api.client import questions
from api.client.credentials import Credentials
from api.client.exchange import Came, Manner, Pause, Send, exchange
from api.client.options import ExploreOptions, SearchOptions, TypeaheadOptions
from api.client.questions import Question
from api.client.synchronous import DEADLINE_S, TRIES
from api.wire import (
    Documents,
    Generation,
    Hit,
    Kept,
    MediaSeen,
    RankedMedia,
    Results,
    SearchSeen,
    Suggested,
    Token,
    Typeahead,
)

T = TypeVar("T")


@final
class AsyncClient:
    """Asks one service, as one viewer. Of one event loop.

    `deadline_s` is for a whole call, with all its tries. `ServiceError` where the service says no, `UnreachableError` where
    no answer came. `heard` is told the headers of each answer.
    """

    def __init__(
        self,
        url: str,
        credentials: Credentials | None = None,
        *,
        viewer: int | None = None,
        deadline_s: float = DEADLINE_S,
        tries: int = TRIES,
        heard: Callable[[Mapping[str, str]], None] = lambda _: None,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(base_url=url, transport=transport, follow_redirects=False, trust_env=False)
        self._manner = Manner(credentials or Credentials(), viewer, deadline_s, tries, heard=heard)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    async def ask(self, question: Question[T]) -> T:
        """The answer to any question of `api.client.questions`."""
        steps = exchange(question, self._manner)
        came: Came | None = None
        while True:
            try:
                step = steps.send(came)
            except StopIteration as end:
                answer: T = end.value
                return answer
            if isinstance(step, Pause):
                await asyncio.sleep(step.seconds)
                came = None
            else:
                came = await self._send(step)

    async def _send(self, step: Send) -> Came:
        try:
            answer = await self._http.request(
                step.method, step.target, headers=dict(step.headers), content=step.body, timeout=step.timeout_s
            )
        except httpx.HTTPError as error:
            return Came(0, {}, f"{type(error).__name__}: {error}".encode())
        return Came(answer.status_code, answer.headers, answer.content)

    async def typeahead(self, q: str, **options: Unpack[TypeaheadOptions]) -> Typeahead:
        """What may be meant by what was typed, in one list. Options are the parameters of GET /v1/typeahead."""
        return await self.ask(questions.typeahead(q, **options))

    async def search(self, q: str | None = None, **options: Unpack[SearchOptions]) -> Results:
        """One page of the answer to a query. Options are the parameters of GET /v1/search."""
        return await self.ask(questions.search(q, **options))

    async def hits(self, question: Question[Results]) -> AsyncIterator[Hit]:
        """All results of a question, page by page; each page has the whole deadline."""
        while True:
            page = await self.ask(question)
            for hit in page.results:
                yield hit
            if page.cursor is UNSET:
                return
            question = question.after(page.cursor)

    async def documents(self, vertical: str, ids: Iterable[int], *, fields: Iterable[str] | None = None) -> Documents:
        """Documents by id."""
        return await self.ask(questions.documents(vertical, ids, fields=fields))

    async def explore(
        self, *, seen: Iterable[int | str] | None = None, **options: Unpack[ExploreOptions]
    ) -> RankedMedia:
        """Media that the viewer may like. Options are the parameters of GET /v1/explore."""
        return await self.ask(questions.explore(seen=seen, **options))

    async def suggested(self, *, limit: int | None = None) -> Suggested:
        """People followed by people whom the viewer follows."""
        return await self.ask(questions.suggested(limit=limit))

    async def viewer_token(self, viewer: int | None, *, lifetime_s: int = 600) -> Token:
        """A token with which a browser may ask as this viewer."""
        return await self.ask(questions.viewer_token(viewer, lifetime_s=lifetime_s))

    async def tell(self, events: Iterable[SearchSeen | MediaSeen]) -> Kept:
        """Tell what the viewer saw, clicked and followed."""
        return await self.ask(questions.events(events))

    async def generation(self) -> Generation:
        """What is in force."""
        return await self.ask(questions.generation())
