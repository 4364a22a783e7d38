"""GET /v1/search: a query of the language, by pages, or words as people type them, which the search box answers."""

from __future__ import annotations

import time

from api.http.choosing import ARM, RANKER
from api.http.documents import some_fields
from api.http.endpoint import Call, Endpoint, Example
from api.http.endpoints.common import COUNTRY, CURSOR, FIELDS, LIMIT, OPERATOR, rankers_in_force
from api.http.lanes import Lane
from api.http.pages import Page, page, question_of, whole
from api.http.params import Kind, Param
from api.keys import Scope
from api.wire import Hit, Results
from query import Request
from ranking import BOX_ROOM, Typed
from schemas.catalogue import Vertical
from schemas.errors import InputError

_OF_QUERIES = ("cursor", "exact", "explain", "lineage", "why_not", "generation", "operator")
"""Parameters that words as typed do not take: their answer is one ranked list, in the viewer's world of today."""
_OF_TYPED = ("ranker", "arm")
"""Parameters that queries do not take: their answer is in static rank."""


def search(call: Call) -> Results:
    """A page of the answer to a query; with `pages=false` the answer whose `L` is the limit. Of words as typed, the best."""
    values = call.values
    if (values["q"] is None) == (values["text"] is None):
        raise InputError(
            "bad-parameter", "give either q or text", hint="q=name:mel* in the language, or text=mel as typed"
        )
    if values["text"] is not None:
        return _typed(call, values["text"])
    for name in _OF_TYPED:
        if values[name]:
            raise InputError("bad-parameter", f"q takes no {name}", hint="it is for words as typed: text")
    vertical = None if values["vertical"] is None else Vertical(values["vertical"])
    request = Request(
        text=values["q"],
        viewer=call.caller.viewer,
        vertical=vertical,
        is_operator=call.is_operator,
        is_exact=values["exact"],
        explains=values["explain"],
        gives_lineage=values["lineage"],
        why_not=values["why_not"],
    )
    question = question_of(request, generation=values["generation"])
    wanted = Page(request, values["limit"], values["cursor"], question, values["fields"])
    return page(call, wanted) if values["pages"] else whole(call, wanted)


def _typed(call: Call, text: str) -> Results:
    """The best of one vertical for words as typed, as the search box ranks them: one page."""
    started = time.perf_counter()
    values = call.values
    for name in _OF_QUERIES:
        if values[name]:
            raise InputError("bad-parameter", f"text takes no {name}", hint="it is for queries of the language: q")
    asked = Typed.of(text).only or Vertical.USER if values["vertical"] is None else Vertical(values["vertical"])
    with rankers_in_force():
        slate = call.box.typeahead(call.context(), text, values["limit"], (asked,))
    call.note_served(slate)
    world, fields = call.world(), values["fields"]
    results = []
    for slot in slate.slots:
        hit = Hit(id=str(slot.id), vertical=asked.value, name=slot.name, reason=slot.reason, source=slot.source)
        if fields is not None:
            hit.fields = some_fields(world, asked, slot.id, fields) or {}
        results.append(hit)
    is_full = len(results) >= min(values["limit"], BOX_ROOM[asked])  # the box looks at no more than it has room for
    return Results(
        results=results,
        vertical=asked.value,
        total=len(results),
        total_is_exact=not is_full and not slate.incomplete,
        complete=not slate.incomplete,
        incomplete=list(slate.incomplete),
        took_ms=round((time.perf_counter() - started) * 1e3, 3),
        ends="limit" if is_full else "cut" if slate.incomplete else "all",
    )


SEARCH = Endpoint(
    name="search",
    method="GET",
    path="/v1/search",
    summary="A query of the language, or words as typed",
    description=(
        "Answers in static-rank order (`:order hits` excepted), by pages. The cursor of a page asks for the next one with all "
        "other parameters unchanged; the limit may change. Pages of weak-and, strong-or and :order hits cut an answer of "
        "1,000 results; `pages=false` makes the limit the `L` of the language. Words as typed (`text`) are answered as by the "
        "search box, for one vertical: slips of the finger forgiven, best first, each with a reason, on one page."
    ),
    scope=Scope.RAW,
    lane=Lane.RAW,
    params=(
        Param("q", Kind.QUERY, "a query of the language", "(apply followed_by: followed_by:me)"),
        Param("text", Kind.TEXT, "words of a name or caption, the last perhaps unfinished", "mel", low=0, high=256),
        Param("vertical", Kind.CHOICE, "what to find", "user", choices=tuple(v.value for v in Vertical)),
        COUNTRY,
        LIMIT,
        CURSOR,
        FIELDS,
        Param("exact", Kind.FLAG, "count all results", "true", default=False),
        Param("explain", Kind.FLAG, "give the plan as run", "true", default=False),
        Param("lineage", Kind.FLAG, "say who leads to each result", "true", default=False),
        Param("why_not", Kind.ID, "say what kept this document out", "181861901"),
        Param("pages", Kind.FLAG, "false: one answer, without a cursor", "false", default=True),
        Param(
            "generation",
            Kind.TEXT,
            "answer from this kept generation, as its build left it; takes the scope operator, and is logged",
            "000001",
            low=1,
            high=20,
        ),
        RANKER,
        ARM,
        OPERATOR,
    ),
    answer=Results,
    handle=search,
    examples=(
        Example({"q": "name:mel*", "limit": "3"}),
        Example({"q": "(apply liker: followed_by:181861901)", "lineage": "true", "explain": "true"}),
        Example({"text": "blue bott", "vertical": "place", "fields": "city,lat,lon"}),
    ),
    codes=(
        "bad-cursor",
        "cursor-ended",
        "deadline",
        "no-generation",
        "no-ranker",
        "no-experiment",
        "no-model",
        "model-format",
        "schema-mismatch",
    ),
)
