"""GET /v1/typeahead: names that begin as typed, by static rank: the global tier, which knows nothing of the viewer's taste."""

from __future__ import annotations

import time

from api.http.endpoint import Call, Endpoint, Example
from api.http.endpoints.common import quoted
from api.http.engine import Lane
from api.http.matching import hashtag_ranges, word_ranges
from api.http.params import Kind, Param
from api.keys import Scope
from api.wire import Match, Section, Suggestion, Typeahead
from query import Request, World, peek
from schemas.catalogue import Vertical
from schemas.ids import ExternalId

VERTICALS = (Vertical.USER, Vertical.HASHTAG, Vertical.PLACE, Vertical.GROUP)
_SIGNS = {"#": Vertical.HASHTAG, "@": Vertical.USER}
_MOST = 50


def typeahead(call: Call) -> Typeahead:
    """One section a vertical. A leading `#` or `@` asks for hashtags or people alone."""
    started = time.perf_counter()
    typed: str = call.values["q"]
    chosen = [Vertical(name) for name in call.values["verticals"]]
    only = _SIGNS.get(typed[:1])
    if only is not None:
        typed = typed[1:]
        chosen = [vertical for vertical in chosen if vertical is only]
    sections = [_section(call, vertical, typed) for vertical in chosen]
    return Typeahead(tier="global", sections=sections, took_ms=round((time.perf_counter() - started) * 1e3, 3))


def _section(call: Call, vertical: Vertical, typed: str) -> Section:
    request = Request(
        text=f"name:{quoted(typed)}*",
        viewer=call.caller.viewer,
        vertical=vertical,
        limit=call.values["limit"],
        deadline_ms=call.deadline_ms,
    )
    if not typed:
        return Section(vertical=vertical.value, suggestions=[], complete=True)
    answer = call.searcher.run(request, call.stopped)
    world = call.world()
    found = zip(answer.ids, answer.names, strict=True)
    return Section(
        vertical=vertical.value,
        suggestions=[_suggestion(world, vertical, id_, name, typed) for id_, name in found],
        complete=answer.is_complete,
    )


def _suggestion(world: World, vertical: Vertical, id_: int, name: str, typed: str) -> Suggestion:
    text = {"name": name}
    if vertical is Vertical.USER:
        text["fullname"] = (peek(world, vertical, ExternalId(id_)) or {}).get("fullname", "")
    matches = []
    for field, shown in text.items():
        if vertical is Vertical.HASHTAG:
            ranges = hashtag_ranges(shown, typed)
        else:
            ranges = word_ranges(shown, typed, splits_underscores=vertical is Vertical.USER and field == "name")
        if ranges:
            matches.append(Match(field=field, ranges=ranges))
    return Suggestion(
        id=str(id_), vertical=vertical.value, name=name, text=text, matches=matches, reason="name begins so"
    )


TYPEAHEAD = Endpoint(
    name="typeahead",
    method="GET",
    path="/v1/typeahead",
    summary="Names that begin as typed",
    description=(
        "By vertical, in static-rank order. `matches` are ranges of code points in the texts to show, never markup. "
        "A leading # or @ asks for hashtags or people alone."
    ),
    scope=Scope.TYPEAHEAD,
    lane=Lane.TYPEAHEAD,
    params=(
        Param("q", Kind.TEXT, "what was typed so far", "mel", is_required=True, low=1, high=256),
        Param("limit", Kind.WHOLE, "suggestions of each vertical", "8", default=8, low=1, high=_MOST),
        Param(
            "verticals",
            Kind.CHOICES,
            "what to suggest",
            "user,hashtag",
            default=tuple(v.value for v in VERTICALS),
            choices=tuple(v.value for v in VERTICALS),
        ),
    ),
    answer=Typeahead,
    handle=typeahead,
    examples=(Example({"q": "mel"}), Example({"q": "#tb", "limit": "3"})),
)
