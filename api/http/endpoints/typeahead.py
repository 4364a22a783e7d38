"""GET /v1/typeahead: the search box. One list of all verticals, best first, each with a reason and with what to highlight."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from api.http.choosing import ARM, RANKER
from api.http.endpoint import Call, Endpoint, Example
from api.http.endpoints.common import COUNTRY, rankers_in_force
from api.http.lanes import Lane
from api.http.matching import hashtag_ranges, word_ranges
from api.http.params import Kind, Param
from api.keys import Scope
from api.wire import Match, Suggestion, Typeahead
from index import AnySegment
from ranking import BOX_VERTICALS, Slate, Typed
from schemas.catalogue import Vertical
from schemas.errors import InputError

MOST = 50
_SHOWN: dict[Vertical, str] = {Vertical.USER: "fullname", Vertical.PLACE: "city"}
"""The text that is shown beside the name."""
_NAMES = {vertical: vertical.value for vertical in Vertical}


def typeahead(call: Call) -> Typeahead:
    """One blended list. A leading `#` or `@` asks for hashtags or people alone."""
    started = time.perf_counter()
    values = call.values
    context = replace(call.context(), place=_place(values["near"]))
    verticals = [Vertical(name) for name in values["verticals"]]
    with rankers_in_force():
        slate = call.box.typeahead(context, values["q"], values["limit"], verticals)
    call.note_served(slate)
    return Typeahead(
        slots=_suggestions(call.searcher.segment, slate, Typed.of(values["q"]).text),
        complete=not slate.incomplete,
        incomplete=list(slate.incomplete),
        request_id=call.request_id,
        took_ms=round((time.perf_counter() - started) * 1e3, 3),
    )


def _suggestions(segment: AnySegment, slate: Slate, typed: str) -> list[Suggestion]:
    shown: list[dict[str, str]] = [{"name": slot.name} for slot in slate.slots]
    for vertical, column in _SHOWN.items():  # the documents of a slate are in the viewer's world
        places = [place for place, slot in enumerate(slate.slots) if slot.vertical is vertical]
        docs = np.array([slate.docs[place] for place in places], dtype=np.uint32)
        for place, text in zip(places, segment.text(vertical, column).of(docs), strict=True):
            shown[place][column] = text
    return [
        Suggestion(
            id=str(slot.id),
            vertical=_NAMES[slot.vertical],
            name=slot.name,
            text=texts,
            matches=[
                Match(field=field, ranges=ranges)
                for field, text in texts.items()
                if (ranges := _ranges(slot.vertical, field, text, typed))
            ],
            reason=slot.reason,
            source=slot.source,
        )
        for slot, texts in zip(slate.slots, shown, strict=True)
    ]


def _ranges(vertical: Vertical, field: str, shown: str, typed: str) -> list[tuple[int, int]]:
    if vertical is Vertical.MEDIA:  # which goes by its owner, and was found by its caption
        return []
    if vertical is Vertical.HASHTAG:
        return hashtag_ranges(shown, typed)
    return word_ranges(shown, typed, splits_underscores=vertical is Vertical.USER and field == "name")


def _place(near: str | None) -> tuple[float, float] | None:
    """Degrees of latitude and longitude from `lat,lon`."""
    if near is None:
        return None
    try:
        lat, lon = map(float, near.split(","))
    except ValueError:
        lat = lon = float("nan")
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        hint = "give degrees of latitude and longitude with a comma between, such as 48.86,2.35"
        raise InputError("bad-parameter", "near is no place on Earth", hint=hint)
    return lat, lon


TYPEAHEAD = Endpoint(
    name="typeahead",
    method="GET",
    path="/v1/typeahead",
    summary="What may be meant by what was typed so far",
    description=(
        "People, hashtags, places, groups and media in one list, best first: those that the viewer knows, those to whom the people "
        "lead whom he follows, and what is popular; each with a reason. Slips of the finger are forgiven in words of four "
        "letters or more, and words may be in another script. A leading # or @ asks for hashtags or people alone; nothing typed "
        "gives what is popular in the country. `matches` are ranges of code points in the texts to show, never markup. "
        "`request_id` names the list: name it where you tell what was seen and clicked."
    ),
    scope=Scope.TYPEAHEAD,
    lane=Lane.TYPEAHEAD,
    params=(
        Param("q", Kind.TEXT, "what was typed so far", "mel", default="", low=0, high=256),
        Param("limit", Kind.WHOLE, "suggestions", "8", default=8, low=1, high=MOST),
        COUNTRY,
        Param("near", Kind.TEXT, "where the viewer is: latitude,longitude in degrees", "48.86,2.35", low=3, high=64),
        Param(
            "verticals",
            Kind.CHOICES,
            "what to suggest",
            "user,hashtag",
            default=tuple(v.value for v in BOX_VERTICALS),
            choices=tuple(v.value for v in BOX_VERTICALS),
        ),
        RANKER,
        ARM,
    ),
    answer=Typeahead,
    handle=typeahead,
    examples=(Example({"q": "mel"}), Example({"q": "#tb", "limit": "3"}), Example({"country": "fr"})),
    codes=("no-ranker", "no-experiment", "no-model", "model-format", "schema-mismatch"),
)
