"""What operators ask for and do: the generation in force, going back to the one before, the cache."""

from __future__ import annotations

from api.http.endpoint import Call, Endpoint
from api.http.problems import Refusal
from api.keys import Scope
from api.wire import CacheState, Generation
from index import LiveSegment, rollback, writing


def generation(call: Call) -> Generation:
    """What this worker answers from."""
    segment = call.searcher.segment
    name, sequence = segment.state
    manifest = segment.manifest
    return Generation(
        generation=name,
        sequence=sequence,
        created_ms=manifest.created_ms,
        documents=dict(manifest.documents),
        snapshot=dict(manifest.snapshot_ms),
    )


def roll_back(call: Call) -> Generation:
    """Put the generation before the one in force in force; `InputError` `no-rollback` where there is none."""
    session = call.service.session
    if isinstance(call.searcher.segment, LiveSegment):
        raise Refusal(
            409,
            "live",
            "a live index follows its stream, not what was published before",
            hint="monoceros rollback does it, where the index is",
        )
    with writing(session.index):
        name = rollback(session.index)
    call.service.log.info("rollback", generation=name, key=call.caller.key.id)
    session.refresh()
    manifest = session.searcher.segment.manifest
    return Generation(
        generation=name,
        sequence=session.searcher.segment.state[1],
        created_ms=manifest.created_ms,
        documents=dict(manifest.documents),
        snapshot=dict(manifest.snapshot_ms),
    )


def cache(call: Call) -> CacheState:
    """How the cache of this worker did."""
    kept = call.service.cache
    return CacheState(kind=kept.kind, hits=kept.hits, misses=kept.misses, failures=kept.failures)


GENERATION = Endpoint(
    name="generation",
    method="GET",
    path="/v1/admin/generation",
    summary="The generation in force",
    scope=Scope.ADMIN,
    lane=None,
    answer=Generation,
    handle=generation,
)
ROLLBACK = Endpoint(
    name="rollback",
    method="POST",
    path="/v1/admin/rollback",
    summary="Go back to the generation before",
    description="All workers follow within a second. There is one generation to go back to, until the next build.",
    scope=Scope.ADMIN,
    lane=None,
    answer=Generation,
    handle=roll_back,
    codes=("no-rollback", "live"),
)
CACHE = Endpoint(
    name="cache",
    method="GET",
    path="/v1/admin/cache",
    summary="The cache of the worker that answers",
    scope=Scope.ADMIN,
    lane=None,
    answer=CacheState,
    handle=cache,
)
