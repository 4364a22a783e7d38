"""GET /v1/users/{id}/suggested: people whom people I follow follow, and I do not yet, with who they are followed by."""

from __future__ import annotations

from api.http.endpoint import Call, Endpoint, Example
from api.http.lanes import Lane
from api.http.pages import lead_out
from api.http.params import Kind, Param
from api.http.problems import Refusal
from api.keys import Scope
from api.wire import Hit, Suggested
from query import Request
from schemas.catalogue import Vertical

_FORM = "(apply followed_by: followed_by:me :order hits)"
_MOST = 100
_ROOM = 64
"""People among the best who are followed already, or the viewer, without a second look."""
_GROWTH = 4


def suggested(call: Call) -> Suggested:
    """The people to whom most of the viewer's followees lead. Only the viewer's own suggestions are given."""
    me = call.caller.viewer
    if me is None:
        raise Refusal(400, "no-viewer", "suggestions are for a viewer, and there is none", hint="name a viewer")
    if call.values["id"] not in (str(me), "me"):
        raise Refusal(403, "not-the-viewer", "suggestions are given to their own user only", hint="write me for the id")
    most = call.searcher.settings.max_limit
    limit: int = call.values["limit"]
    base = Request(text="followed_by:me", viewer=me, vertical=Vertical.USER, deadline_ms=call.deadline_ms)
    followed = call.run(base._replace(limit=most))
    known = {me, *followed.ids}
    reach = min(limit + _ROOM, most)
    while True:
        found = call.run(base._replace(text=_FORM, limit=reach))
        places = [place for place, id_ in enumerate(found.ids) if id_ not in known][:limit]
        if len(places) == limit or len(found.ids) < reach or reach == most:
            break
        reach = min(reach * _GROWTH, most)
    incomplete = list(followed.incomplete + found.incomplete)
    if not followed.total_is_exact:
        incomplete.append({"reason": "inner limit", "form": base.text, "kept": most, "order": "static rank"})
    results: list[Hit] = []
    if places:
        told = call.run(base._replace(text=_FORM, limit=places[-1] + 1, gives_lineage=True))
        leads = dict(zip(told.ids, told.lineage or (), strict=False))
        results = [
            Hit(
                id=str(found.ids[place]),
                vertical=found.vertical.value,
                name=found.names[place],
                lineage=[lead_out(lead) for lead in leads.get(found.ids[place], ())],
            )
            for place in places
        ]
    return Suggested(results=results, complete=not incomplete, incomplete=incomplete)


SUGGESTED = Endpoint(
    name="suggested",
    method="GET",
    path="/v1/users/{id}/suggested",
    summary="People followed by people whom the viewer follows",
    description="Each with whom of the viewer's followees it is followed by, as names and as a sentence (`reads`).",
    scope=Scope.EXPLORE,
    lane=Lane.EXPLORE,
    params=(
        Param("id", Kind.TEXT, "the viewer's id, or me", "me", is_required=True, low=1, high=20, is_path=True),
        Param("limit", Kind.WHOLE, "how many", "10", default=10, low=1, high=_MOST),
    ),
    answer=Suggested,
    handle=suggested,
    examples=(Example({"id": "me", "limit": "3"}),),
    codes=("no-viewer", "not-the-viewer"),
    ttl_s=60,
)
