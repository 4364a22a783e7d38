"""What ranks: the experiments that run, with their arms, and the models that are kept."""

from __future__ import annotations

from api.http.endpoint import Call, Endpoint
from api.keys import Scope
from api.wire import ArmOut, ExperimentOut, ExperimentsOut, RankerOut, RankersOut
from ranking import BUCKETS, TASKS, Experiment


def experiments(call: Call) -> ExperimentsOut:
    """All experiments, and of each the arm of the viewer. Asking is no exposure."""
    unit = None if call.caller.viewer is None else str(call.caller.viewer)
    return ExperimentsOut(experiments=[_out(call, one, unit) for one in call.service.experiments.experiments])


def _out(call: Call, one: Experiment, unit: str | None) -> ExperimentOut:
    own = None if unit is None else one.arm_of(unit)
    percent = 100 / BUCKETS
    return ExperimentOut(
        name=one.name,
        layer=one.layer,
        traffic=(one.low * percent, one.high * percent),
        arm=None if own is None else own.name,
        arms=[
            ArmOut(
                name=arm.name,
                share=arm.share,
                parameters=dict(arm.parameters),
                exposures=call.service.arm_counts.of(one.name, arm.name),
            )
            for arm in one.arms
        ],
    )


def rankers(call: Call) -> RankersOut:
    """The versions of each task, as they are on the disk."""
    kept = call.service.rankers
    return RankersOut(
        rankers=[RankerOut(task=task, in_force=kept.version(task), kept=kept.versions(task)) for task in TASKS]
    )


EXPERIMENTS = Endpoint(
    name="experiments",
    method="GET",
    path="/v1/admin/experiments",
    summary="The experiments that run, and their arms",
    description="With the arm of the viewer, where the signed request names one.",
    scope=Scope.ADMIN,
    lane=None,
    answer=ExperimentsOut,
    handle=experiments,
)
RANKERS = Endpoint(
    name="rankers",
    method="GET",
    path="/v1/admin/rankers",
    summary="The models that are kept, and which are in force",
    scope=Scope.ADMIN,
    lane=None,
    answer=RankersOut,
    handle=rankers,
)
