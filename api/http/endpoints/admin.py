"""What operators ask for and do: generations and which is in force, the lag of the stream, dead letters, the cache."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from api.http.endpoint import Call, Endpoint, Example
from api.http.operations import LetterBox
from api.http.params import Kind, Param, shown
from api.http.problems import Refusal
from api.keys import Scope
from api.wire import (
    CacheState,
    DeadLettersOut,
    Done,
    Generation,
    Generations,
    KeptGeneration,
    Lag,
    LetterChoice,
    Promotion,
)
from index import AnySegment, manifest_of, read_live, reinstate, rollback, writing
from index import generations as kept_generations
from schemas.errors import DamagedError, InputError


def generation(call: Call) -> Generation:
    """What this worker answers from."""
    return _in_force(call.searcher.segment)


def _in_force(segment: AnySegment) -> Generation:
    name, sequence = segment.state
    manifest = segment.manifest
    return Generation(
        generation=name,
        sequence=sequence,
        created_ms=manifest.created_ms,
        documents=dict(manifest.documents),
        snapshot=dict(manifest.snapshot_ms),
        postings=manifest.postings,
        size=manifest.size,
        unicode=manifest.unicode,
    )


def roll_back(call: Call) -> Generation:
    """Put the generation before the one in force in force; `InputError` `no-rollback` where there is none."""
    index = call.service.session.index
    with writing(index):
        _refuse_live(index)
        name = rollback(index)
    return _changed(call, "rollback", name)


def promote(call: Call) -> Generation:
    """Put a generation that is kept in force; `InputError` `no-generation` where it is not kept."""
    index, wish = call.service.session.index, call.body
    with writing(index):
        _refuse_live(index)
        if wish.generation not in kept_generations(index):
            hint = f"kept: {', '.join(kept_generations(index))}"
            raise InputError("no-generation", f"no generation {shown(wish.generation)} is kept", hint=hint)
        reinstate(index, wish.generation)
    return _changed(call, "promote", wish.generation)


def _refuse_live(index: Path) -> None:
    """What is on the disk counts: what this worker has opened may be a moment old."""
    if read_live(index) is not None:
        raise Refusal(
            409,
            "live",
            "a live index follows its stream, not what was published before",
            hint="monoceros rollback does it, where the index is",
        )


def _changed(call: Call, what: str, name: str) -> Generation:
    call.service.log.info(what, generation=name, key=call.caller.key.id)
    call.service.session.refresh()
    return _in_force(call.service.session.searcher.segment)


def generations(call: Call) -> Generations:
    """All generations on the disk."""
    index = call.service.session.index
    current, sequence = call.searcher.segment.state
    kept = []
    for name in kept_generations(index):
        with suppress(DamagedError):  # one that a build removes at this moment
            manifest = manifest_of(index, name)
            row = KeptGeneration(
                generation=name,
                created_ms=manifest.created_ms,
                documents=dict(manifest.documents),
                size=manifest.size,
            )
            if name == current:
                row.sequence = sequence
            kept.append(row)
    return Generations(current=current, kept=kept)


def lag(call: Call) -> Lag:
    """How far the index is behind its stream, in the words of its consumer."""
    told = call.service.operations.lag
    found = Lag(state="none") if told is None else told()
    found.age_ms = call.service.session.age_ms()
    return found


def dead_letters(call: Call) -> DeadLettersOut:
    """The oldest dead letters."""
    return _letters(call).letters(call.values["limit"])


def redrive(call: Call) -> Done:
    """Have dead letters taken once more."""
    return _to_letters(call, "redrive", _letters(call).redrive)


def drop(call: Call) -> Done:
    """Forget dead letters for good."""
    return _to_letters(call, "drop", _letters(call).drop)


def _letters(call: Call) -> LetterBox:
    letters = call.service.operations.letters
    if letters is None:
        raise Refusal(409, "no-letters", "this service knows of no dead letters", hint="serve with monoceros serve")
    return letters


def _to_letters(call: Call, what: str, act: Callable[[int | None], int]) -> Done:
    number: int | None = call.body.number
    count = act(number)
    if number is not None and not count:
        raise InputError("no-letter", f"there is no dead letter {number}", hint="GET /v1/admin/dead-letters lists them")
    call.service.log.info(f"{what} dead letters", count=count, key=call.caller.key.id)
    return Done(count=count)


def _of_letters(what: str, handle: Callable[[Call], Done], summary: str, description: str = "") -> Endpoint:
    """What is done to one dead letter or to all."""
    return Endpoint(
        name=f"dead_letters_{what}",
        method="POST",
        path=f"/v1/admin/dead-letters/{what}",
        summary=summary,
        description=description,
        scope=Scope.ADMIN,
        lane=None,
        body=LetterChoice,
        answer=Done,
        handle=handle,
        examples=(Example({}, body={"number": None}),),
        codes=("no-letters", "no-letter"),
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
GENERATIONS = Endpoint(
    name="generations",
    method="GET",
    path="/v1/admin/generations",
    summary="The generations that are kept",
    scope=Scope.ADMIN,
    lane=None,
    answer=Generations,
    handle=generations,
)
PROMOTE = Endpoint(
    name="promote",
    method="POST",
    path="/v1/admin/promote",
    summary="Put a kept generation in force",
    description="Checked byte by byte first; all workers follow within a second. After a rollback it is the way forward again.",
    scope=Scope.ADMIN,
    lane=None,
    body=Promotion,
    answer=Generation,
    handle=promote,
    examples=(Example({}, body={"generation": "000001"}),),
    codes=("no-generation", "live"),
)
LAG = Endpoint(
    name="lag",
    method="GET",
    path="/v1/admin/lag",
    summary="How far the index is behind its stream",
    scope=Scope.ADMIN,
    lane=None,
    answer=Lag,
    handle=lag,
)
DEAD_LETTERS = Endpoint(
    name="dead_letters",
    method="GET",
    path="/v1/admin/dead-letters",
    summary="Messages that were no events",
    scope=Scope.ADMIN,
    lane=None,
    params=(Param("limit", Kind.WHOLE, "how many, oldest first", "10", default=20, low=1, high=1_000),),
    answer=DeadLettersOut,
    handle=dead_letters,
    codes=("no-letters",),
)
REDRIVE = _of_letters(
    "redrive",
    redrive,
    "Have dead letters taken once more",
    "The consumer that runs on the index takes them within a second.",
)
DROP = _of_letters("drop", drop, "Forget dead letters for good")
CACHE = Endpoint(
    name="cache",
    method="GET",
    path="/v1/admin/cache",
    summary="The cache of the service",
    scope=Scope.ADMIN,
    lane=None,
    answer=CacheState,
    handle=cache,
)
