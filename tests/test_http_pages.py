"""The law of pages on an index that changes between them: whatever is in the answer throughout is on exactly one page."""

from __future__ import annotations

from dataclasses import dataclass, field
from random import Random
from types import SimpleNamespace
from typing import Any

import pytest

from api.http.cursor import Binding, Cursor, read_cursor, write_cursor
from api.http.pages import Page, page
from api.http.problems import Refusal
from query import Answer, Request
from schemas.catalogue import Vertical
from schemas.errors import InputError
from schemas.settings import Settings

SECRET = bytes(32)


@dataclass
class FakeCall:
    """An index of numbers, the smallest best, that says what `there` holds."""

    there: set[int]
    sequence: int = 0
    generation: str = "000001"
    settings: Settings = field(default_factory=lambda: Settings(max_limit=400))
    deadline_ms: int | None = None
    runs: int = 0

    def __post_init__(self) -> None:
        self.searcher = SimpleNamespace(settings=self.settings)
        self.caller = SimpleNamespace(key=SimpleNamespace(secret=SECRET), viewer=None)

    def binding(self, question: str) -> Binding:
        return Binding(question, self.generation, self.sequence)

    def run(self, request: Request) -> Answer:
        self.runs += 1
        assert request.limit is not None
        ids = sorted(self.there)
        cut = ids[: request.limit]
        is_exact = len(ids) <= request.limit
        return Answer(Vertical.USER, cut, [str(id_) for id_ in cut], len(cut), is_exact, (), 0.0)


def pages_of(call: Any, limit: int, change: Any, text: str = "name:*") -> tuple[list[int], str]:
    """The ids of all pages, with a change before each but the first, and how it ended."""
    given: list[int] = []
    cursor: str | None = None
    while True:
        try:
            answer = page(call, Page(Request(text=text), limit, cursor, "question"))
        except Refusal as error:
            return given, "refused" if (error.status, error.code) == (410, "cursor-ended") else repr(error)
        given += [int(hit.id) for hit in answer.results]
        if isinstance(answer.ends, str):
            return given, answer.ends
        assert isinstance(answer.cursor, str)
        cursor = answer.cursor
        change()


@pytest.mark.parametrize("seed", range(300))
def test_what_is_there_throughout_is_on_exactly_one_page(seed: int) -> None:
    rng = Random(seed)
    span = rng.choice([30, 120, 500])
    call = FakeCall(set(rng.sample(range(span), rng.randrange(span))))
    throughout = set(call.there)
    ever = set(call.there)
    rate = rng.choice([0, 1, 3, 12])

    def change() -> None:
        for _ in range(rng.randrange(rate + 1)):
            one = rng.randrange(span)
            if rng.random() < 0.5:
                call.there.discard(one)
                throughout.discard(one)
            else:
                call.there.add(one)
                ever.add(one)
        call.sequence += 1

    given, how = pages_of(call, rng.randrange(1, 20), change)
    assert len(given) == len(set(given)), seed
    assert set(given) <= ever
    if rate == 0:
        assert given == sorted(given)
    if how == "all":
        assert throughout <= set(given), seed
    elif given:
        assert how in ("limit", "refused")
        assert {one for one in throughout if one <= given[-1]} <= set(given), seed
    if rate <= 1:
        assert how != "refused"


def test_a_page_costs_one_look_where_nothing_changes() -> None:
    call = FakeCall(set(range(300)))
    given, how = pages_of(call, 20, lambda: None)
    assert (len(given), how, call.runs) == (300, "all", 15)


def test_the_end_of_what_is_given_is_said() -> None:
    given, how = pages_of(FakeCall(set(range(1_000))), 150, lambda: None)
    assert (given, how) == (list(range(400)), "limit")


@pytest.mark.parametrize("text", ["(weak-and a b)", "(strong-or a b)", "(apply followed_by: name:a :order hits)"])
def test_answers_that_depend_on_their_limit_end_with_any_change(text: str) -> None:
    call = FakeCall(set(range(100)))

    def change() -> None:
        call.sequence += 1

    given, how = pages_of(call, 30, change, text)
    assert (len(given), how) == (30, "refused")
    assert pages_of(FakeCall(set(range(100))), 30, lambda: None, text) == (list(range(100)), "all")


def test_a_cursor_is_bound_to_its_generation_and_its_question() -> None:
    binding = Binding("question", "000001", 3)
    text = write_cursor(Cursor((5, 4), 2, 0), binding, SECRET)
    assert read_cursor(text, Binding("question", "000001", 9), SECRET) == Cursor((5, 4), 2, 0)
    with pytest.raises(Refusal):
        read_cursor(text, Binding("question", "000002", 0), SECRET)
    for other, secret in ((Binding("other", "000001", 3), SECRET), (binding, bytes(31) + b"x")):
        with pytest.raises(InputError):
            read_cursor(text, other, secret)
