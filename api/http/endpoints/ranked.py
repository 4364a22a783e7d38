"""Ranked media: Explore, and the top sections of hashtag and place pages."""

from __future__ import annotations

import time
from collections.abc import Callable

import msgspec

from api.http.choosing import ARM, RANKER
from api.http.documents import some_fields
from api.http.endpoint import Call, Endpoint, Example
from api.http.endpoints.common import COUNTRY, FIELDS, rankers_in_force
from api.http.lanes import Lane
from api.http.params import Kind, Param
from api.keys import Scope
from api.wire import DroppedOut, RankedHit, RankedMedia
from ranking import Context, Slate, explore, hashtag_top, place_top
from schemas.ids import ExternalId

MOST = 100
_SEEN = 500
_TTL_S = 60


def explored(call: Call) -> RankedMedia:
    """Media that the viewer did not ask for and may like."""
    values = call.values
    seen = [ExternalId(id_) for id_ in values["seen"] or ()]
    return _ranked(call, lambda context: explore(context, call.rankers, values["limit"], seen))


def top_of_hashtag(call: Call) -> RankedMedia:
    """The best media that carry a hashtag."""
    values = call.values
    return _ranked(call, lambda context: hashtag_top(context, call.rankers, values["tag"], values["limit"]))


def top_of_place(call: Call) -> RankedMedia:
    """The best media of a place."""
    values = call.values
    return _ranked(call, lambda context: place_top(context, call.rankers, values["id"], values["limit"]))


def _ranked(call: Call, rank: Callable[[Context], Slate]) -> RankedMedia:
    started = time.perf_counter()
    with rankers_in_force():
        slate = rank(call.context())
    call.note_served(slate)
    world, fields = call.world(), call.values["fields"]
    results = []
    for slot in slate.slots:
        hit = RankedHit(
            id=str(slot.id), vertical=slot.vertical.value, name=slot.name, reason=slot.reason, source=slot.source
        )
        if fields is not None:
            hit.fields = some_fields(world, slot.vertical, slot.id, fields) or {}
        results.append(hit)
    dropped = [DroppedOut(id=str(one.id), stage=one.stage, reason=one.reason) for one in slate.dropped]
    return RankedMedia(
        results=results,
        complete=not slate.incomplete,
        incomplete=list(slate.incomplete),
        request_id=call.request_id,
        took_ms=round((time.perf_counter() - started) * 1e3, 3),
        dropped=dropped if call.values["explain"] else msgspec.UNSET,
    )


def _limit(default: int) -> Param:
    return Param("limit", Kind.WHOLE, "how many", str(default), default=default, low=1, high=MOST)


_EXPLAIN = Param("explain", Kind.FLAG, "say what was kept out, and why", "true", default=False)
_RANKED = (FIELDS, _EXPLAIN, RANKER, ARM)
_CODES = ("no-ranker", "no-experiment", "no-model", "model-format", "schema-mismatch")
_KEPT = (
    "An answer is kept for a minute. `request_id` is that of the request for which it was made: name it where you tell what was "
    "seen and clicked."
)

EXPLORE = Endpoint(
    name="explore",
    method="GET",
    path="/v1/explore",
    summary="Media that the viewer may like",
    description=(
        "Each with a reason, and with the sources that found it. Nothing of the viewer's own, nothing that he likes already, "
        "nothing that is in `seen`. A stranger and a newcomer get what is popular and new, in the country first. "
        + _KEPT
    ),
    scope=Scope.EXPLORE,
    lane=Lane.EXPLORE,
    params=(
        _limit(30),
        Param("seen", Kind.IDS, f"up to {_SEEN} media that were shown already", "10,11", low=1, high=_SEEN),
        COUNTRY,
        *_RANKED,
    ),
    answer=RankedMedia,
    handle=explored,
    examples=(
        Example({"limit": "9", "fields": "owner,place"}),
        Example({"seen": "10,11", "country": "fr", "explain": "true"}),
    ),
    codes=_CODES,
    ttl_s=_TTL_S,
)
HASHTAG_TOP = Endpoint(
    name="hashtag_top",
    method="GET",
    path="/v1/hashtags/{tag}/top",
    summary="The top media that carry a hashtag",
    description="At least three of ten are of verified accounts, as far as there are any. " + _KEPT,
    scope=Scope.EXPLORE,
    lane=Lane.EXPLORE,
    params=(
        Param("tag", Kind.TEXT, "a hashtag, with or without #", "tbt", is_required=True, low=1, high=256, is_path=True),
        _limit(9),
        *_RANKED,
    ),
    answer=RankedMedia,
    handle=top_of_hashtag,
    examples=(Example({"tag": "tbt", "limit": "3", "fields": "owner,created_at_ms"}),),
    codes=_CODES,
    ttl_s=_TTL_S,
)
PLACE_TOP = Endpoint(
    name="place_top",
    method="GET",
    path="/v1/places/{id}/top",
    summary="The top media of a place",
    description="Pictures of the place before people at it; verified accounts as for hashtags. " + _KEPT,
    scope=Scope.EXPLORE,
    lane=Lane.EXPLORE,
    params=(Param("id", Kind.ID, "a place", "510", is_required=True, is_path=True), _limit(9), *_RANKED),
    answer=RankedMedia,
    handle=top_of_place,
    examples=(Example({"id": "510"}),),
    codes=_CODES,
    ttl_s=_TTL_S,
)
