"""What a worker does with a request: from what the front let through to the encoded answer."""

from __future__ import annotations

import pickle
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, NamedTuple, final

from api.http.auth import Caller
from api.http.choosing import choose
from api.http.endpoint import Call, Endpoint
from api.http.keeping import KeptAs
from api.http.problems import encode
from api.http.replies import Reply, answered, refused
from api.http.seats import Stopped
from api.http.service import Service

_CALLERS = 4_096
"""Who called last, as they go to workers."""


class Work(NamedTuple):
    """A request that was let in: who asks which endpoint for what, until when (perf_counter), under which id; and what the answer
    is to be kept under."""

    endpoint: str
    caller: bytes
    """As `packed` made them."""
    values: Mapping[str, Any]
    latest: float
    request_id: str
    kept_as: KeptAs | None = None


@lru_cache(_CALLERS)
def packed(caller: Caller) -> bytes:
    """A caller as it goes to workers, mostly one who called before."""
    return pickle.dumps(caller, pickle.HIGHEST_PROTOCOL)


_unpacked = lru_cache(_CALLERS)(pickle.loads)


@final
class Working:
    """The endpoints of one worker."""

    def __init__(self, service: Service, endpoints: tuple[Endpoint, ...]) -> None:
        self._service = service
        self._endpoints = {endpoint.name: endpoint for endpoint in endpoints}

    def answer(self, work: Work, stopped: Stopped) -> Reply:
        """The answer, a problem where there is none. Never raises."""
        stages: list[tuple[str, float, float]] = []
        try:
            reply = self._answer(work, stopped, stages)
        except Exception as error:
            reply = refused(error, work.request_id, self._service.log)
        reply.stages = stages
        return reply

    def _answer(self, work: Work, stopped: Stopped, stages: list[tuple[str, float, float]]) -> Reply:
        service, endpoint, values = self._service, self._endpoints[work.endpoint], work.values
        begun = time.perf_counter()
        generation = values.get("generation")
        searcher = service.session.searcher if generation is None else service.session.kept(generation)
        chosen = choose(service.rankers, service.experiments, values.get("ranker"), values.get("arm"))
        call = Call(
            service,
            searcher,
            _unpacked(work.caller),
            values,
            None,
            work.latest,
            work.request_id,
            stopped,
            chosen,
            stages=stages,
        )
        may_be_kept = work.kept_as is not None and work.kept_as.holds_of(endpoint, call)
        answer = endpoint.handle(call)
        call.note_exposures()
        call.stage("handle", begun)
        begun = time.perf_counter()
        reply = answered(encode(answer), service.session.age_ms())
        call.stage("encode", begun)
        service.arm_counts.add((*call.exposures, *call.met))
        if call.hidden:
            service.metrics.add("monoceros_hidden_total", amount=sum(call.hidden))
        reply.is_partial = not getattr(answer, "complete", True)
        reply.may_be_kept = may_be_kept and not reply.is_partial
        return reply
