"""GET /v1/{vertical}: documents by id, many in one call."""

from __future__ import annotations

from api.http.documents import PLURALS, document
from api.http.endpoint import Call, Endpoint, Example
from api.http.endpoints.common import FIELDS, OPERATOR
from api.http.lanes import Lane
from api.http.params import Kind, Param
from api.keys import Scope
from api.wire import Documents
from query import World
from schemas.catalogue import Vertical
from schemas.ids import ExternalId

MOST = 500


def documents(call: Call) -> Documents:
    """What the viewer may see of these documents. An unknown id and one outside the viewer's world are missing alike."""
    vertical = PLURALS[call.values["vertical"]]
    world = call.world()
    found = {id_: document(world, vertical, id_, call.values["fields"]) for id_ in call.values["ids"]}
    call.hidden.append(_hidden(world, vertical, [id_ for id_, content in found.items() if content is None]))
    return Documents(
        documents=[content for content in found.values() if content is not None],
        missing=[str(id_) for id_, content in found.items() if content is None],
    )


def _hidden(world: World, vertical: Vertical, ids: list[ExternalId]) -> int:
    """How many of the ids that the viewer's world lacks are documents all the same: for who runs the service, in no answer."""
    idmap = world.segment.idmap(vertical)
    return sum(idmap.find(id_) is not None for id_ in ids)


DOCUMENTS = Endpoint(
    name="documents",
    method="GET",
    path="/v1/{vertical}",
    summary="Documents by id",
    description="In the order of the ids. Without `fields`, all fields that there are.",
    scope=Scope.EXPLORE,
    lane=Lane.EXPLORE,
    params=(
        Param(
            "vertical",
            Kind.CHOICE,
            "a kind of document",
            "users",
            is_required=True,
            choices=tuple(PLURALS),
            is_path=True,
        ),
        Param("ids", Kind.IDS, f"up to {MOST} ids", "181861901,5", is_required=True, low=1, high=MOST),
        FIELDS,
        OPERATOR,
    ),
    answer=Documents,
    handle=documents,
    examples=(
        Example({"vertical": "users", "ids": "181861901,5"}),
        Example({"vertical": "media", "ids": "10,11", "fields": "owner,hashtags"}),
    ),
)
