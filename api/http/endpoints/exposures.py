"""POST /v1/experiments/{name}/exposures: a client showed a viewer what an experiment varies, without any answer of ours."""

from __future__ import annotations

from api.http.endpoint import Call, Endpoint, Example
from api.http.params import Kind, Param, shown
from api.http.problems import Refusal
from api.keys import Scope
from api.wire import ExposureKept, ExposureSeen
from schemas.errors import InputError

_LONGEST = 64


def exposures(call: Call) -> ExposureKept:
    """Log the arm that the viewer is in. `Refusal` 404 `no-experiment` where none of that name runs."""
    service, name, viewer = call.service, call.values["name"], call.caller.viewer
    told: ExposureSeen = call.body
    if viewer is None:
        raise Refusal(400, "no-viewer", "an exposure is that of a viewer, and there is none", hint="name a viewer")
    if len(told.request_id) > _LONGEST:
        raise InputError("bad-body", "request_id is too long", hint=f"give at most {_LONGEST} characters")
    if name not in {one.name for one in service.experiments.experiments}:
        raise Refusal(404, "no-experiment", f"no experiment {shown(name)} runs", hint="serve with --experiments FILE")
    unit, now_ms = str(viewer), int(service.now() * 1e3)
    met = service.experiments.exposure(name, unit)
    if met is not None:
        call.met.append(met)
    if met is not None and service.exposures is not None:
        service.exposures.put(lambda log: log.write(now_ms, unit, told.request_id, [met]))
    return ExposureKept(experiment=name, arm=None if met is None else met.arm)


EXPOSURES = Endpoint(
    name="exposures",
    method="POST",
    path="/v1/experiments/{name}/exposures",
    summary="Tell that a viewer met an experiment",
    description=(
        "For experiments in clients; what an answer of ours depends on is logged with the answer. Gives the viewer's arm, which is "
        "the same at all times."
    ),
    scope=Scope.EVENTS,
    lane=None,
    params=(Param("name", Kind.TEXT, "an experiment", "tops", is_required=True, low=1, high=100, is_path=True),),
    body=ExposureSeen,
    answer=ExposureKept,
    handle=exposures,
    examples=(Example({"name": "tops"}, body={"request_id": "b7c1f3"}),),
    codes=("no-viewer", "no-experiment"),
)
