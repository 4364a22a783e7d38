"""The client: signing, one deadline over all tries, which tries there are, and what errors become."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_type_hints

import httpx
import pytest

from api.client import (
    AsyncClient,
    Client,
    Credentials,
    Question,
    ServiceError,
    UnreachableError,
    options,
    questions,
    read_credentials,
)
from api.client.exchange import Came, Manner, Pause, Send, exchange
from api.http.endpoint import Endpoint
from api.http.endpoints import ENDPOINTS
from api.signatures import SIGNATURE_INPUT
from schemas.errors import InputError, Responsible
from tests.service import HOST, SECRET, Site, site, write_keys
from tests.test_cli import build

KEY = Credentials("all", SECRET)


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    directory = tmp_path_factory.mktemp("client")
    with site(build(directory), directory) as running:
        yield running


class Through(httpx.BaseTransport):
    """Sends to an application in this process."""

    def __init__(self, here: Site) -> None:
        self._here = here

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        target = request.url.raw_path.decode()
        answer = self._here.client.request(
            request.method, target, headers=request.headers.multi_items(), content=request.read()
        )
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


@pytest.fixture
def ann(here: Site) -> Iterator[Client]:
    with Client(HOST, KEY, viewer=1, deadline_s=30, transport=Through(here)) as client:
        yield client


def test_everything_can_be_asked(ann: Client) -> None:
    found = ann.search("(apply followed_by: followed_by:me)", lineage=True, limit=5, fields=["username"])
    assert [hit.name for hit in found.results] == ["ann", "dan"]
    assert found.results[1].lineage[0].reads == "followed by bob and cyd"
    assert ann.search(text="blue", vertical="place").results[0].name == "Blue Bottle"
    assert ann.typeahead("go", limit=2, verticals=["hashtag"]).slots[0].name == "#golden"
    assert ann.documents("users", [2, 99]).missing == ["99"]
    assert ann.suggested(limit=3).results[0].name == "dan"
    assert [hit.id for hit in ann.explore(limit=2, seen=[10, 11], fields=["owner"]).results] == ["12"]
    assert [hit.id for hit in ann.ask(questions.hashtag_top("#tea", limit=1)).results] == ["12"]
    assert {hit.id for hit in ann.ask(questions.place_top(510)).results} == {"10", "11"}
    assert ann.generation().generation == "000001"
    assert [h.id for h in ann.ask(questions.hashtag_recent("#golden")).results] == ["11", "10"]
    assert [h.id for h in ann.ask(questions.place_recent(510)).results] == ["11", "10"]
    assert [h.id for h in ann.ask(questions.user_media(2)).results] == ["10"]
    assert ann.ask(questions.experiments()).experiments == []
    assert {one.task for one in ann.ask(questions.rankers()).rankers} >= {"blend", "explore"}
    assert ann.search("name:*", generation="000001", limit=1).results[0].name == "ann"
    assert ann.typeahead("go", ranker="hand").slots[0].name == "#golden"
    assert ann.typeahead("bl", near=(48.86, 2.35)).slots
    assert "and" in {one.name for one in ann.ask(questions.language()).operators}
    assert ann.ask(questions.completions("(and na")).partial == "na"
    token = ann.viewer_token(1)
    assert token.expires > time.time()


QUESTIONS: dict[str, tuple[Question[Any], type | None]] = {
    "typeahead": (questions.typeahead("a"), options.TypeaheadOptions),
    "search": (questions.search("a"), options.SearchOptions),
    "terms": (questions.terms("name"), options.TermsOptions),
    "completions": (questions.completions("(and"), options.CompletionsOptions),
    "language": (questions.language(), None),
    "explore": (questions.explore(), options.ExploreOptions),
    "hashtag_top": (questions.hashtag_top("tea"), options.TopOptions),
    "hashtag_recent": (questions.hashtag_recent("tea"), options.ListOptions),
    "place_top": (questions.place_top(510), options.TopOptions),
    "place_recent": (questions.place_recent(510), options.ListOptions),
    "user_media": (questions.user_media(2), options.ListOptions),
    "suggested": (questions.suggested(), None),
    "documents": (questions.documents("users", [1]), None),
    "events": (questions.events([]), None),
    "exposures": (questions.exposure("box"), None),
    "viewer_tokens": (questions.viewer_token(1), None),
    "generation": (questions.generation(), None),
    "generations": (questions.generations(), None),
    "promote": (questions.promote("000001"), None),
    "rollback": (questions.rollback(), None),
    "lag": (questions.lag(), None),
    "dead_letters": (questions.dead_letters(), None),
    "dead_letters_redrive": (questions.redrive_dead_letters(None), None),
    "dead_letters_drop": (questions.drop_dead_letters(None), None),
    "cache": (questions.cache(), None),
    "experiments": (questions.experiments(), None),
    "rankers": (questions.rankers(), None),
}
ARGUMENTS = {"typeahead": {"q"}, "search": {"q"}, "completions": {"q"}, "terms": {"edge"}, "explore": {"seen"}}
"""Parameters that are arguments of their own."""


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.name)
def test_every_endpoint_is_a_question_with_its_parameters(endpoint: Endpoint) -> None:
    question, known = QUESTIONS[endpoint.name]
    assert (question.method, question.answer) == (endpoint.method, endpoint.answer)
    assert re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", endpoint.path), question.path)
    if known is not None:
        taken = {param.name for param in endpoint.params if not param.is_path}
        assert set(get_type_hints(known)) | ARGUMENTS.get(endpoint.name, set()) == taken


def test_hits_go_through_all_pages(ann: Client) -> None:
    assert [hit.name for hit in ann.hits(questions.search("name:*", limit=2))] == ["ann", "bob", "cyd", "dan", "eve"]


def test_the_async_client_does_the_same(here: Site) -> None:
    class AsyncThrough(httpx.AsyncBaseTransport):
        async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
            body = await request.aread()
            target = request.url.raw_path.decode()
            answer = await asyncio.to_thread(
                here.client.request, request.method, target, headers=request.headers.multi_items(), content=body
            )
            return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    async def check() -> None:
        async with AsyncClient(HOST, KEY, viewer=1, deadline_s=30, transport=AsyncThrough()) as client:
            assert [hit.name async for hit in client.hits(questions.search("followed_by:me", limit=1))] == [
                "bob",
                "cyd",
            ]
            assert (await client.suggested()).results[0].name == "dan"
            assert (await client.explore(seen=[])).results[0].reason
            assert (await client.documents("users", [2])).documents[0]["name"] == "bob"
            assert (await client.typeahead("a", country="fr")).slots
            assert (await client.generation()).sequence == 0
            assert (await client.viewer_token(None)).token
            with pytest.raises(ServiceError, match="not closed"):
                await client.search("(")

    asyncio.run(check())


def test_errors_of_the_service_are_errors_here(ann: Client) -> None:
    with pytest.raises(ServiceError) as error:
        ann.search("(and name:ann nmae:b)")
    said = error.value
    assert (said.status, said.code, said.line, said.column) == (400, "unknown-edge", 1, 15)
    assert said.excerpt
    assert said.hint
    assert said.request_id
    assert said.responsible is Responsible.CALLER


def test_a_token_is_enough(here: Site, ann: Client) -> None:
    token = Credentials(token=ann.viewer_token(2).token)
    with Client(HOST, token, deadline_s=30, transport=Through(here)) as bob:
        assert [hit.name for hit in bob.search("followed_by:me").results] == ["ann", "dan", "zoe_zebra"]


# -- tries and deadlines, without a service ----------------------------------------------------------------------------


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def driven(
    answers: list[Came], *, question: questions.Question[object] | None = None, deadline_s: float = 2.0, tries: int = 3
) -> tuple[object, list[Send], list[float]]:
    """What a question ends in where these answers come, each after 0.1 s; what was sent; the pauses."""
    clock = Clock()
    manner = Manner(KEY, 1, deadline_s, tries, clock=clock, now=lambda: 1_700_000_000.0)
    steps = exchange(question or questions.generation(), manner)  # type: ignore[arg-type]
    sent, pauses, left = [], [], list(answers)
    came: Came | None = None
    try:
        while True:
            step = steps.send(came)
            if isinstance(step, Pause):
                pauses.append(step.seconds)
                clock.now += step.seconds
                came = None
            else:
                sent.append(step)
                clock.now += 0.1
                came = left.pop(0)
    except StopIteration as end:
        return end.value, sent, pauses
    except (ServiceError, UnreachableError) as error:
        return error, sent, pauses


NAMED = {"generation": "1", "sequence": 0, "created_ms": 1, "postings": 0, "size": 0, "unicode": "15.0.0"}
GOOD = Came(200, {}, json.dumps(NAMED | {"documents": {}, "snapshot": {}}).encode())
BUSY = Came(503, {"retry-after": "1"}, b"")
GONE = Came(0, {}, b"ConnectError")


def test_safe_questions_are_asked_again_each_time_signed_anew() -> None:
    answer, sent, pauses = driven([GONE, BUSY, GOOD])
    assert not isinstance(answer, Exception)
    assert len({send.headers[SIGNATURE_INPUT] for send in sent}) == 3
    assert pauses[1] >= 1.0
    budgets = [int(send.headers["x-deadline-ms"]) for send in sent]
    assert budgets == sorted(budgets, reverse=True)
    assert budgets[0] == 2_000


def test_there_are_only_so_many_tries() -> None:
    answer, sent, _ = driven([GONE, GONE, GONE, GOOD])
    assert isinstance(answer, UnreachableError)
    assert len(sent) == 3


def test_no_try_is_begun_that_cannot_end_in_time() -> None:
    answer, sent, pauses = driven([BUSY, GOOD], deadline_s=0.9)
    assert isinstance(answer, ServiceError)
    assert answer.status == 503
    assert (len(sent), pauses) == (1, [])


def test_what_changes_something_is_asked_once() -> None:
    unsafe: questions.Question[object] = questions.Question("POST", "/v1/admin/rollback", object, is_safe=False)
    for came in (GONE, BUSY):
        answer, sent, _ = driven([came, GOOD], question=unsafe)
        assert isinstance(answer, Exception)
        assert len(sent) == 1


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 500, 504])
def test_other_answers_are_final(status: int) -> None:
    answer, sent, _ = driven([Came(status, {}, b"<html>"), GOOD])
    assert isinstance(answer, ServiceError)
    assert (answer.status, answer.code, len(sent)) == (status, "not-ours", 1)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff"])
def test_an_answer_of_somebody_else_is_none(body: bytes) -> None:
    answer, _, _ = driven([Came(200, {}, body)])
    assert isinstance(answer, UnreachableError)


def test_nobody_there_within_the_deadline() -> None:
    started = time.monotonic()
    with Client("http://127.0.0.1:9", KEY, deadline_s=1.0) as client, pytest.raises(UnreachableError):
        client.generation()
    assert time.monotonic() - started < 5


def test_credentials_are_read_and_not_shown(tmp_path: Path) -> None:
    one = write_keys(tmp_path / "one.json")
    assert read_credentials(one).key_id == "all"
    assert str(SECRET) not in repr(read_credentials(one))
    two = write_keys(tmp_path / "two.json", {"id": "a"}, {"id": "b"})
    assert read_credentials(two, "b").key_id == "b"
    wrong: list[Callable[[], object]] = [lambda: read_credentials(two), lambda: read_credentials(two, "c")]
    for read in wrong:
        with pytest.raises(InputError):
            read()
