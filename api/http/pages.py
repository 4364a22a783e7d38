"""Pages of an answer: what the engine is asked for so that one page can be cut out of it, and the cursor to the next.

language.md promises that a smaller limit gives the beginning of what a larger one gives, for all forms but weak-and and
strong-or. So a page is asked for by a limit that reaches past it. Where the answer depends on its limit, the first page fixes
that limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from api.console.answers import lead_text
from api.http.cursor import ANCHORS, GHOSTS, Cursor, ended, read_cursor, write_cursor
from api.http.documents import some_fields
from api.http.endpoint import Call
from api.http.problems import Refusal
from api.wire import Hit, LeadOut, Named, Results
from query import Answer, Lead, Request
from schemas.settings import Settings

FIXED_LIMIT = 1_000
"""The `L` of a paged weak-and or strong-or."""
_ROOM = 8
"""Documents that may have come in before the place of a cursor without a second look."""
_FIXING = ("weak-and", "strong-or", ":order")


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be made: of what, how long, and after which cursor. `fields` None: no fields."""

    request: Request
    limit: int
    cursor: str | None
    question: str
    fields: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """An answer of the engine, where in it the page begins, and who is not to be given again."""

    answer: Answer
    start: int
    ghosts: tuple[int, ...] = ()


def page(call: Call, wanted: Page) -> Results:
    """The page. `InputError` `bad-cursor` and `Refusal` 410 as in `read_cursor`."""
    secret = call.caller.key.secret
    settings = call.searcher.settings
    if not 1 <= wanted.limit <= settings.max_limit:
        call.searcher.run(
            wanted.request._replace(limit=wanted.limit)
        )  # which says what is wrong, in the engine's words
    request = wanted.request._replace(deadline_ms=call.deadline_ms)
    binding = call.binding(wanted.question)
    fixed = min(max(FIXED_LIMIT, wanted.limit), settings.max_limit) if _is_fixed(request.text) else 0
    before = Cursor((), 0, fixed)
    if wanted.cursor is None:
        found = _Found(call.run(request._replace(limit=fixed or wanted.limit)), 0)
    else:
        before = read_cursor(wanted.cursor, binding, secret)
        found = _resume(call, request, before, wanted.limit, settings)
    answer, start = found.answer, found.start
    ghosts = frozenset(found.ghosts)
    places = [place for place in range(start, len(answer.ids)) if answer.ids[place] not in ghosts][: wanted.limit]
    stop = places[-1] + 1 if places else len(answer.ids)
    given = before.given + len(places)
    is_more = stop < len(answer.ids) or not answer.total_is_exact or answer.total > len(answer.ids)
    ends = _why_it_ends(stop, is_more, before.fixed, settings)
    cursor = None
    if ends is None:
        anchors = tuple(reversed(answer.ids[max(0, stop - ANCHORS) : stop]))
        cursor = write_cursor(Cursor(anchors, given, before.fixed, found.ghosts), binding, secret)
    return Results(
        results=list(_hits(call, wanted, answer, places)),
        vertical=answer.vertical.value,
        total=answer.total if answer.total_is_exact else given,
        total_is_exact=answer.total_is_exact,
        complete=answer.is_complete,
        incomplete=list(answer.incomplete),
        took_ms=round(answer.took_ms, 3),
        cursor=msgspec.UNSET if cursor is None else cursor,
        ends=msgspec.UNSET if ends is None else ends,
        explain=msgspec.UNSET if answer.explain is None else answer.explain.as_json(),
        why_not=msgspec.UNSET if answer.why_not is None else answer.why_not,
    )


def whole(call: Call, wanted: Page) -> Results:
    """The answer with the page's limit as the `L` of language.md, without a cursor."""
    if wanted.cursor is not None:
        raise Refusal(
            400, "bad-cursor", "an answer without pages has no cursor", hint="leave cursor or pages=false out"
        )
    answer = call.run(wanted.request._replace(limit=wanted.limit, deadline_ms=call.deadline_ms))
    return Results(
        results=list(_hits(call, wanted, answer, range(len(answer.ids)))),
        vertical=answer.vertical.value,
        total=answer.total,
        total_is_exact=answer.total_is_exact,
        complete=answer.is_complete,
        incomplete=list(answer.incomplete),
        took_ms=round(answer.took_ms, 3),
        explain=msgspec.UNSET if answer.explain is None else answer.explain.as_json(),
        why_not=msgspec.UNSET if answer.why_not is None else answer.why_not,
    )


def _is_fixed(text: str) -> bool:
    """Whether the answer might depend on its limit or on counts; a text that only looks like it loses nothing but time."""
    return any(word in text for word in _FIXING)


def _resume(call: Call, request: Request, cursor: Cursor, limit: int, settings: Settings) -> _Found:
    """An answer that reaches past the page behind the cursor, where it can be had."""
    reach = cursor.fixed or min(cursor.given + limit + _ROOM, settings.max_limit)
    while True:
        answer = call.run(request._replace(limit=reach))
        start, gone = _behind(answer.ids, cursor.anchors)
        ghosts = cursor.ghosts + gone
        if start is not None and len(ghosts) > GHOSTS:
            raise ended("too many of the results that were given have gone since")
        is_whole = len(answer.ids) < reach or reach == settings.max_limit or bool(cursor.fixed)
        if start is not None and (is_whole or start + limit + len(ghosts) <= len(answer.ids)):
            return _Found(answer, start, ghosts)
        if start is None and is_whole:
            if any(reason["reason"] == "deadline" for reason in answer.incomplete):
                raise Refusal(504, "deadline", "the deadline passed before the place of the cursor was reached")
            raise ended("none of the results that the page before ended with is left")
        reach = min(reach * 2 if start is None else start + limit + len(ghosts), settings.max_limit)


def _behind(ids: list[int], anchors: tuple[int, ...]) -> tuple[int | None, tuple[int, ...]]:
    """The place behind the first anchor that is there, None where none is, and the anchors before it, which have gone."""
    for number, anchor in enumerate(anchors):
        if anchor in ids:
            return ids.index(anchor) + 1, anchors[:number]
    return None, anchors


def _why_it_ends(stop: int, is_more: bool, fixed: int, settings: Settings) -> str | None:
    """Why no page follows; None where one does."""
    if stop >= (fixed or settings.max_limit):
        return "limit"
    if not is_more:
        return "all"
    return "cut" if stop == 0 else None


def _hits(call: Call, wanted: Page, answer: Answer, places: Iterable[int]) -> Iterator[Hit]:
    vertical = answer.vertical
    world = call.world() if wanted.fields is not None else None
    for place in places:
        hit = Hit(id=str(answer.ids[place]), vertical=vertical.value, name=answer.names[place])
        if answer.lineage is not None:
            hit.lineage = [lead_out(lead) for lead in answer.lineage[place]]
        if world is not None and wanted.fields is not None:
            hit.fields = some_fields(world, vertical, answer.ids[place], wanted.fields) or {}
        yield hit


def lead_out(lead: Lead) -> LeadOut:
    """One lead on the wire."""
    by = [
        Named(id=str(id_), vertical=lead.vertical.value, name=name)
        for id_, name in zip(lead.ids, lead.names, strict=True)
    ]
    return LeadOut(
        form=lead.text, edge=lead.edge, vertical=lead.vertical.value, by=by, more=lead.more, reads=lead_text(lead)
    )


def question_of(request: Request, **more: Any) -> str:
    """What a cursor is bound to beside viewer and generation: all that decides the order and the documents of an answer."""
    return repr((request.text, request.vertical, request.is_operator, sorted(more.items())))
