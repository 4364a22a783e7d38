"""One endpoint on the wire: from an ASGI request through admission to encoded bytes, with whatever can go wrong on the way.

In this order: what it costs us to look at is bounded, then who calls, then what the key may, then parameters, then whether there is
room (what has none is mostly refused before, at the door), then the answer, which a worker makes. Whoever leaves has the work
stopped.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Mapping
from contextlib import suppress
from functools import lru_cache, partial
from typing import Any, final

import msgspec
from fastapi import FastAPI

from api.http.asgi import GoneError, Receive, Send, Trace, body_of, head_of, send_answer, trace_of
from api.http.asgi import Scope as AsgiScope
from api.http.auth import LOCAL, Caller, Head
from api.http.endpoint import Call, Endpoint
from api.http.engine import Outcome
from api.http.keeping import KeptAs, kept_as
from api.http.lanes import Lane, overloaded
from api.http.params import read_params
from api.http.problems import LONGEST_QUERY, Refusal, encode, query_too_long
from api.http.replies import GONE, Reply, answered, refused
from api.http.service import Service
from api.http.working import Work, packed
from api.keys import Scope
from api.session import OPERATOR_LOG
from schemas.errors import InputError

_LONGEST_DEADLINE_MS = 600_000
_SHED = overloaded().code
_QUERIES, _SHORT = 2_048, 256
"""Queries of an endpoint that were read last, and up to which length they are kept: many type the same letters."""
_PATIENT_S = 0.01
"""How long a request is worked on before anybody looks whether its client is still there."""


@final
class Served:
    """An endpoint as an ASGI application."""

    def __init__(self, service: Service, endpoint: Endpoint) -> None:
        self._service = service
        self._endpoint = endpoint
        self._short = lru_cache(_QUERIES)(partial(_read, endpoint, {}))

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = time.perf_counter()
        head = head_of(scope)
        trace = trace_of(head)
        try:
            reply = await self._answer(scope, receive, head, trace, started)
        except GoneError:
            reply = Reply(GONE, {}, b"")
        except Exception as error:
            reply = refused(error, trace.request_id, self._service.log)
        if reply.status != GONE:
            await send_answer(send, reply.status, reply.body, trace.request_id, trace.headers | reply.headers)
        self._note(trace, reply, started)

    async def _answer(self, scope: AsgiScope, receive: Receive, head: Head, trace: Trace, started: float) -> Reply:
        endpoint, service = self._endpoint, self._service
        if len(head.query) > LONGEST_QUERY:
            raise query_too_long()
        data = await body_of(receive)
        caller = service.gate.admit(head, data)
        trace.key = caller.key.id
        if endpoint.scope is not None and endpoint.scope not in caller.scopes:
            raise Refusal(
                403, "no-scope", f"this needs the scope {endpoint.scope}", hint="use a key or token that has it"
            )
        if caller.key.id != LOCAL:
            self._take_quota(caller)
        latest = _latest(head, started)
        path = scope.get("path_params")
        values = (
            _read(endpoint, path or {}, head.query) if path or len(head.query) > _SHORT else self._short(head.query)
        )
        _check_scopes(caller, values)
        body = _read_body(endpoint, head, data)
        call = Call(service, service.session.searcher, caller, values, body, latest, trace.request_id)
        if call.is_operator or values.get("generation") is not None:
            OPERATOR_LOG.info("operator %s by key %s: %r", endpoint.name, caller.key.id, head.query)
        trace.stages.append(("admit", started, time.perf_counter()))
        if endpoint.lane is None:
            answer = encode(await asyncio.to_thread(endpoint.handle, call))
            service.arm_counts.add(call.met)
            return answered(answer, service.session.age_ms())
        kept = kept_as(endpoint, call)
        if kept is not None and (found := await self._found(kept, trace)) is not None:
            return answered(found, service.session.age_ms())
        work = Work(endpoint.name, packed(caller), values, latest, trace.request_id, kept)
        reply = await self._worked(endpoint.lane, caller, work, receive, trace)
        if kept is not None and reply.may_be_kept:
            await service.cache.put(str(kept.epoch), *kept.parts, value=reply.body, ttl_s=endpoint.ttl_s)
        return reply

    def _take_quota(self, caller: Caller) -> None:
        wait_s = self._service.quotas.take(caller.key, self._service.now())
        if wait_s is not None:
            self._service.metrics.add("monoceros_quota_total")
            raise Refusal(429, "quota", "the key has used its quota", hint="ask less often", retry_after_s=wait_s)

    async def _found(self, kept: KeptAs, trace: Trace) -> bytes | None:
        """What the cache has."""
        looked = time.perf_counter()
        found = await self._service.cache.get(str(kept.epoch), *kept.parts)
        trace.stages.append(("cache", looked, time.perf_counter()))
        self._service.metrics.add("monoceros_cache_total", "miss" if found is None else "hit")
        return found

    async def _worked(self, lane: Lane, caller: Caller, work: Work, receive: Receive, trace: Trace) -> Reply:
        """What a worker answers."""
        service, queued = self._service, time.perf_counter()
        whose = None if caller.viewer is None else int(caller.viewer)
        try:
            outcome: Outcome = await _while_here(service.engine.run(lane, work, work.latest, whose), receive)
        except Refusal as error:
            if error.code == _SHED:
                service.metrics.add("monoceros_shed_total", lane.name.lower())
            raise
        reply: Reply = outcome.result
        if reply.code == _SHED:
            service.metrics.add("monoceros_shed_total", lane.name.lower())
        trace.stages += [("wait", queued, outcome.begun), *reply.stages]
        trace.engine_ms, trace.wait_ms = outcome.busy_ms, (outcome.begun - queued) * 1e3
        service.metrics.observe("monoceros_engine_seconds", lane.name.lower(), value=outcome.busy_ms / 1e3)
        service.metrics.observe("monoceros_wait_seconds", lane.name.lower(), value=outcome.begun - queued)
        if caller.key.id != LOCAL:
            service.quotas.charge(caller.key, outcome.busy_ms, service.now())
        return reply

    def _note(self, trace: Trace, reply: Reply, started: float) -> None:
        status, trace.code = reply.status, reply.code
        took = time.perf_counter() - started
        name, metrics = self._endpoint.name, self._service.metrics
        metrics.add("monoceros_requests_total", name, str(status))
        metrics.observe("monoceros_request_seconds", name, value=took)
        if reply.is_partial:
            metrics.add("monoceros_partial_total", name)
        for stage, begun, ended in trace.stages:
            metrics.observe("monoceros_stage_seconds", stage, value=ended - begun)
        if self._service.tracing is not None:
            self._service.tracing.note(trace, name, status, started)
        self._service.log.info(
            "request",
            endpoint=name,
            status=status,
            code=trace.code,
            ms=round(took * 1e3, 2),
            wait_ms=round(trace.wait_ms, 2),
            engine_ms=round(trace.engine_ms, 2),
            key=trace.key,
            request_id=trace.request_id,
            trace_id=trace.trace,
        )


def _read(endpoint: Endpoint, path: Mapping[str, str], query: str) -> Mapping[str, Any]:
    return read_params(endpoint.params, path, query.encode("latin-1"))


def _check_scopes(caller: Caller, values: Mapping[str, Any]) -> None:
    """`Refusal` 403 where the caller names what its key may not, whether there is such or not. A named generation: what was visible
    when it was built may have been hidden since, so it is shown to those alone who may see everything."""
    if values.get("generation") is not None and Scope.OPERATOR not in caller.scopes:
        raise Refusal(403, "no-scope", "a named generation needs a key with the scope operator")
    if (values.get("ranker") or values.get("arm")) and Scope.RAW not in caller.scopes:
        raise Refusal(403, "no-scope", "a named ranking needs the scope raw")


@final
class Direct:
    """Hands requests of endpoints whose path has no parameters straight to them, past what a framework does for others, and
    all others on."""

    def __init__(self, app: FastAPI, served: Mapping[tuple[str, str], Served]) -> None:
        self.app = app
        self._served = served

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Answer one request, or have it answered."""
        found = self._served.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        await (self.app if found is None else found)(scope, receive, send)


def _read_body(endpoint: Endpoint, head: Head, data: bytes) -> Any:
    kind = head.headers.get("content-type", "").partition(";")[0].strip().lower()
    if endpoint.method == "POST" and kind != "application/json":
        # also what keeps pages of other sites from asking: browsers send no JSON to another site unasked
        raise Refusal(415, "not-json", "the body must be JSON", hint="content-type: application/json")
    if endpoint.body is None:
        return None
    try:
        return msgspec.json.decode(data, type=endpoint.body)
    except msgspec.ValidationError as error:
        what = str(error)
        raise InputError("bad-body", f"the body is not what is asked for: {what[:1].lower()}{what[1:]}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        raise InputError("bad-body", "the body is no JSON") from None


def _latest(head: Head, started: float) -> float:
    text = head.headers.get("x-deadline-ms")
    if text is None:
        return float("inf")
    if not (text.isascii() and text.isdigit() and len(text) < 8 and 1 <= int(text) <= _LONGEST_DEADLINE_MS):
        raise InputError(
            "bad-deadline",
            "x-deadline-ms is no number of milliseconds",
            hint=f"give a whole number from 1 to {_LONGEST_DEADLINE_MS:,}",
        )
    return started + int(text) / 1e3


async def _while_here(work: Awaitable[Any], receive: Receive) -> Any:
    """What the work gives; `GoneError`, and the work dropped, where the client leaves before.

    Nobody looks whether it is there before some time has passed: most answers are ready sooner, and cost no task.
    """
    task = asyncio.current_task()
    assert task is not None
    leaving: asyncio.Task[Any] | None = None
    is_gone = False

    def look() -> None:
        nonlocal leaving
        leaving = asyncio.ensure_future(_heard(receive))
        leaving.add_done_callback(left)

    def left(done: asyncio.Task[Any]) -> None:
        nonlocal is_gone
        if not done.cancelled():
            is_gone = True
            task.cancel()

    timer = asyncio.get_running_loop().call_later(_PATIENT_S, look)
    try:
        return await work
    except asyncio.CancelledError:
        if is_gone and task.uncancel() == 0:
            raise GoneError from None
        raise
    finally:
        timer.cancel()
        if leaving is not None:
            leaving.cancel()


async def _heard(receive: Receive) -> None:
    """Wait for what a client says after its request, which is that it leaves; a broken connection says as much."""
    with suppress(Exception):
        await receive()
