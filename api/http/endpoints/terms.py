"""GET /v1/terms: the terms of an edge that begin so, in the viewer's world: for completion."""

from __future__ import annotations

from api.console.text import is_unicode
from api.http.endpoint import Call, Endpoint, Example
from api.http.endpoints.common import OPERATOR
from api.http.lanes import Lane
from api.http.params import Kind, Param, shown
from api.keys import Scope
from api.wire import TermOut, Terms
from query import live_terms
from schemas.catalogue import EDGE_NAMES, ValueKind, Vertical, edges_named
from schemas.errors import InputError

_MOST = 100


def terms(call: Call) -> Terms:
    """The most frequent terms of W_v that begin so."""
    values = call.values
    edges = edges_named(values["edge"])
    if not edges:
        hint = f"edges: {', '.join(sorted(EDGE_NAMES))}"
        raise InputError("unknown-edge", f"there is no edge {shown(values['edge'])}", hint=hint)
    edge = next((one for one in edges if one.vertical.value == values["vertical"]), edges[0])
    if edge.kind is ValueKind.ID:
        raise InputError("no-terms", f"{edge.name} takes ids, and ids are not listed", hint="ask for words: edge=name")
    if not is_unicode(values["beginning"]):
        raise InputError("bad-parameter", "beginning is no text", hint="send it as valid UTF-8")
    found = live_terms(call.world(), edge, values["beginning"], values["limit"])
    return Terms(
        edge=edge.name,
        vertical=edge.vertical.value,
        terms=[TermOut(text=term.text, documents=term.documents) for term in found],
    )


TERMS = Endpoint(
    name="terms",
    method="GET",
    path="/v1/terms",
    summary="Terms that begin so, for completion",
    description="The most frequent first. They are counted in the viewer's world, and terms of nothing in it are not there.",
    scope=Scope.RAW,
    lane=Lane.EXPLORE,
    params=(
        Param("edge", Kind.TEXT, "an edge of the language", "name", is_required=True, low=1, high=40),
        Param(
            "vertical", Kind.CHOICE, "of what; the first that has it", "user", choices=tuple(v.value for v in Vertical)
        ),
        Param("beginning", Kind.TEXT, "how the terms begin", "mel", default="", low=0, high=256),
        Param("limit", Kind.WHOLE, "how many", "30", default=30, low=1, high=_MOST),
        OPERATOR,
    ),
    answer=Terms,
    handle=terms,
    examples=(Example({"edge": "name", "beginning": "me"}), Example({"edge": "hashtag", "beginning": "#g"})),
    codes=("unknown-edge", "no-terms"),
)
