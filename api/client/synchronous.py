"""The client for programs that wait."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Self, TypeVar, Unpack, final

import httpx
from msgspec import UNSET

from api.client import questions
from api.client.credentials import Credentials
from api.client.exchange import Came, Manner, Pause, Send, exchange
from api.client.options import ExploreOptions, SearchOptions, TypeaheadOptions
from api.client.questions import Question
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
DEADLINE_S = 2.0
TRIES = 3


@final
class Client:
    """Asks one service, as one viewer. Shared between threads.

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
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(base_url=url, transport=transport, follow_redirects=False, trust_env=False)
        self._manner = Manner(credentials or Credentials(), viewer, deadline_s, tries, heard=heard)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of connections."""
        self._http.close()

    def ask(self, question: Question[T]) -> T:
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
                time.sleep(step.seconds)
                came = None
            else:
                came = self._send(step)

    def _send(self, step: Send) -> Came:
        try:
            answer = self._http.request(
                step.method, step.target, headers=dict(step.headers), content=step.body, timeout=step.timeout_s
            )
        except httpx.HTTPError as error:
            return Came(0, {}, f"{type(error).__name__}: {error}".encode())
        return Came(answer.status_code, answer.headers, answer.content)

    def typeahead(self, q: str, **options: Unpack[TypeaheadOptions]) -> Typeahead:
        """What may be meant by what was typed, in one list. Options are the parameters of GET /v1/typeahead."""
        return self.ask(questions.typeahead(q, **options))

    def search(self, q: str | None = None, **options: Unpack[SearchOptions]) -> Results:
        """One page of the answer to a query. Options are the parameters of GET /v1/search."""
        return self.ask(questions.search(q, **options))

    def hits(self, question: Question[Results]) -> Iterator[Hit]:
        """All results of a question, page by page; each page has the whole deadline."""
        while True:
            page = self.ask(question)
            yield from page.results
            if page.cursor is UNSET:
                return
            question = question.after(page.cursor)

    def documents(self, vertical: str, ids: Iterable[int], *, fields: Iterable[str] | None = None) -> Documents:
        """Documents by id."""
        return self.ask(questions.documents(vertical, ids, fields=fields))

    def explore(self, *, seen: Iterable[int | str] | None = None, **options: Unpack[ExploreOptions]) -> RankedMedia:
        """Media that the viewer may like. Options are the parameters of GET /v1/explore."""
        return self.ask(questions.explore(seen=seen, **options))

    def suggested(self, *, limit: int | None = None) -> Suggested:
        """People followed by people whom the viewer follows."""
        return self.ask(questions.suggested(limit=limit))

    def viewer_token(self, viewer: int | None, *, lifetime_s: int = 600) -> Token:
        """A token with which a browser may ask as this viewer."""
        return self.ask(questions.viewer_token(viewer, lifetime_s=lifetime_s))

    def tell(self, events: Iterable[SearchSeen | MediaSeen]) -> Kept:
        """Tell what the viewer saw, clicked and followed."""
        return self.ask(questions.events(events))

    def generation(self) -> Generation:
        """What is in force."""
        return self.ask(questions.generation())
