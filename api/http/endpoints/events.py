"""POST /v1/events: what viewers saw, clicked and followed, for the search log and the firehose.

Nothing is looked up: an event of what the viewer may not see is taken like any other, so that no answer tells what exists.
"""

from __future__ import annotations

from api.http.endpoint import Call, Endpoint, Example
from api.http.operations import Seen
from api.http.params import shown
from api.http.problems import Refusal
from api.ids import read_id
from api.keys import Scope
from api.wire import Events, Kept, MediaSeen, SearchSeen
from schemas.catalogue import Vertical
from schemas.errors import InputError

SURFACES = ("typeahead", "search", "explore", "hashtag_top", "place_top", "suggested")
MOST_EVENTS, MOST_SHOWN = 100, 200
_LONGEST = {"request_id": 64, "session_id": 64, "query": 1_024, "country": 16}
_VERTICALS = tuple(vertical.value for vertical in Vertical)


def events(call: Call) -> Kept:
    """Write the events down; all of them are looked at before the first is written."""
    service = call.service
    told: Events = call.body
    viewer = call.caller.viewer
    if viewer is None:
        raise Refusal(400, "no-viewer", "events are those of a viewer, and there is none", hint="name a viewer")
    if not 1 <= len(told.events) <= MOST_EVENTS:
        raise InputError("bad-body", f"{len(told.events):,} events", hint=f"give 1 to {MOST_EVENTS}")
    for place, event in enumerate(told.events):
        _check(event, f"events[{place}]")
    if not service.events.is_kept:
        raise Refusal(409, "no-events", "this service keeps no events", hint="serve with --events URL or --log DIR")
    now_ms = int(service.now() * 1e3)
    try:
        service.events.append([Seen(viewer, now_ms, event) for event in told.events])
    except Refusal:
        service.metrics.add("monoceros_events_total", "refused", amount=len(told.events))
        raise
    service.metrics.add("monoceros_events_total", "kept", amount=len(told.events))
    return Kept(kept=len(told.events))


def _check(event: SearchSeen | MediaSeen, where: str) -> None:
    """`InputError` `bad-body` naming the place where an event is not what it should be."""
    if isinstance(event, MediaSeen):
        read_id(event.media_id)
        return
    if not event.request_id:
        raise InputError("bad-body", f"{where}.request_id is empty", hint="give that of the answer: x-request-id")
    for name, longest in _LONGEST.items():
        if len(getattr(event, name)) > longest:
            raise InputError("bad-body", f"{where}.{name} is too long", hint=f"give at most {longest:,} characters")
    if event.surface not in SURFACES:
        hint = f"one of {', '.join(SURFACES)}"
        raise InputError("bad-body", f"{where}.surface cannot be {shown(event.surface)}", hint=hint)
    if not 1 <= len(event.shown) <= MOST_SHOWN:
        raise InputError("bad-body", f"{where}.shown has {len(event.shown):,} results", hint=f"1 to {MOST_SHOWN}")
    for number, result in enumerate(event.shown):
        read_id(result.id)
        if result.vertical not in _VERTICALS:
            what = f"{where}.shown[{number}].vertical cannot be {shown(result.vertical)}"
            raise InputError("bad-body", what, hint=f"one of {', '.join(_VERTICALS)}")
    for name in ("clicked", "followed"):
        position = getattr(event, name)
        if position is not None and not 0 <= position < len(event.shown):
            raise InputError("bad-body", f"{where}.{name} is no place in shown", hint="positions count from 0")


EVENTS = Endpoint(
    name="events",
    method="POST",
    path="/v1/events",
    summary="Tell what a viewer saw, clicked and followed",
    description=(
        "Rows of the search log and events of the firehose. What is answered with 200 lasts. Telling one thing twice changes "
        "nothing: a search is known by its `request_id`."
    ),
    scope=Scope.EVENTS,
    lane=None,
    body=Events,
    answer=Kept,
    handle=events,
    examples=(
        Example(
            {},
            body={
                "events": [
                    {
                        "kind": "search",
                        "request_id": "b7c1f3",
                        "query": "mel",
                        "surface": "typeahead",
                        "shown": [{"vertical": "user", "id": "181861901"}],
                        "clicked": 0,
                    },
                    {"kind": "view", "media_id": "10"},
                ]
            },
        ),
    ),
    codes=("no-viewer", "no-events", "events-refused"),
)
