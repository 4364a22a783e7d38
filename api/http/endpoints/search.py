"""GET /v1/search: a query of the language, or words as people type them."""

from __future__ import annotations

from api.http.endpoint import Call, Endpoint, Example
from api.http.endpoints.common import CURSOR, FIELDS, LIMIT, OPERATOR, quoted
from api.http.engine import Lane
from api.http.pages import Page, page, question_of, whole
from api.http.params import Kind, Param
from api.keys import Scope
from api.wire import Results
from query import Request
from schemas.catalogue import BARE_WORD_EDGE, Vertical
from schemas.errors import InputError
from schemas.settings import Settings

_LONGEST = Settings().max_text_bytes


def search(call: Call) -> Results:
    """A page of the answer to a query; with `pages=false` the answer whose `L` is the limit."""
    values = call.values
    vertical = None if values["vertical"] is None else Vertical(values["vertical"])
    request = Request(
        text=_text(values["q"], values["text"], vertical or Vertical.USER),
        viewer=call.caller.viewer,
        vertical=vertical,
        is_operator=call.is_operator,
        is_exact=values["exact"],
        explains=values["explain"],
        gives_lineage=values["lineage"],
        why_not=values["why_not"],
    )
    wanted = Page(request, values["limit"], values["cursor"], question_of(request), values["fields"])
    return page(call, wanted) if values["pages"] else whole(call, wanted)


def _text(query: str | None, typed: str | None, vertical: Vertical) -> str:
    if query is not None and typed is None:
        return query
    if typed is not None and query is None:
        return f"{BARE_WORD_EDGE[vertical]}:{quoted(typed)}*"
    raise InputError("bad-parameter", "give either q or text", hint="q=name:mel* in the language, or text=mel as typed")


SEARCH = Endpoint(
    name="search",
    method="GET",
    path="/v1/search",
    summary="A query of the language, or words as typed",
    description=(
        "Answers in static-rank order (`:order hits` excepted), by pages. The cursor of a page asks for the next one with all "
        "other parameters unchanged; the limit may change. Pages of weak-and, strong-or and :order hits cut an answer of "
        "1,000 results; `pages=false` makes the limit the `L` of the language."
    ),
    scope=Scope.RAW,
    lane=Lane.RAW,
    params=(
        Param("q", Kind.TEXT, "a query of the language", "(apply followed_by: followed_by:me)", low=0, high=_LONGEST),
        Param("text", Kind.TEXT, "words of a name or caption, the last perhaps unfinished", "mel", low=0, high=256),
        Param("vertical", Kind.CHOICE, "what to find", "user", choices=tuple(v.value for v in Vertical)),
        LIMIT,
        CURSOR,
        FIELDS,
        Param("exact", Kind.FLAG, "count all results", "true", default=False),
        Param("explain", Kind.FLAG, "give the plan as run", "true", default=False),
        Param("lineage", Kind.FLAG, "say who leads to each result", "true", default=False),
        Param("why_not", Kind.ID, "say what kept this document out", "181861901"),
        Param("pages", Kind.FLAG, "false: one answer, without a cursor", "false", default=True),
        OPERATOR,
    ),
    answer=Results,
    handle=search,
    examples=(
        Example({"q": "name:mel*", "limit": "3"}),
        Example({"q": "(apply liker: followed_by:181861901)", "lineage": "true", "explain": "true"}),
        Example({"text": "blue bott", "vertical": "place", "fields": "city,lat,lon"}),
    ),
    codes=("bad-cursor", "cursor-ended", "deadline"),
)
