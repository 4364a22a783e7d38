"""One endpoint on the wire: from an ASGI request through admission to encoded bytes, with whatever can go wrong on the way.

In this order: what it costs us to look at is bounded, then who calls, then what the key may, then parameters, then whether there is
room (what has none is mostly refused before, at the door), then the answer. Whoever leaves has the work stopped.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any, final

import msgspec

from api.http.asgi import GoneError, Receive, Send, Trace, body_of, head_of, send_answer, trace_of
from api.http.asgi import Scope as AsgiScope
from api.http.auth import LOCAL, Caller, Head
from api.http.choosing import Chosen, choose
from api.http.endpoint import Call, Endpoint
from api.http.engine import overloaded
from api.http.params import read_params
from api.http.problems import LONGEST_QUERY, Refusal, encode, problem_body, query_too_long
from api.http.service import Service
from api.keys import Scope
from api.session import OPERATOR_LOG
from query import StoppedError
from schemas.errors import InputError, MonocerosError

_LONGEST_DEADLINE_MS = 600_000
_PATIENT_S = 0.01
"""How long a request is worked on before anybody looks whether its client is still there."""


@final
class Served:
    """An endpoint as an ASGI application."""

    def __init__(self, service: Service, endpoint: Endpoint) -> None:
        self._service = service
        self._endpoint = endpoint

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        started = time.perf_counter()
        head = head_of(scope)
        trace = trace_of(head)
        service = self._service
        try:
            body = await self._answer(scope, receive, head, trace, started)
            status, content_type = 200, "application/json"
            age_ms = service.session.age_ms()
            if age_ms is not None:
                trace.headers["x-index-age-ms"] = str(age_ms)
        except (GoneError, StoppedError):
            self._note(trace, 499, started)
            return
        except MonocerosError as error:
            status, headers, body = problem_body(error, trace.request_id)
            content_type = headers.pop("content-type")
            trace.headers |= headers
            trace.code = error.code
        except Exception as error:
            service.log.error("bug", request_id=trace.request_id, error=type(error).__name__, at=_place(error))
            internal = Refusal(500, "internal", "a bug of ours", hint="say the request_id to whoever runs the service")
            status, headers, body = problem_body(internal, trace.request_id)
            content_type = headers.pop("content-type")
            trace.code = "internal"
        await send_answer(send, status, content_type, body, trace.request_id, trace.headers)
        self._note(trace, status, started)

    async def _answer(self, scope: AsgiScope, receive: Receive, head: Head, trace: Trace, started: float) -> bytes:
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
        values = read_params(endpoint.params, scope.get("path_params", {}), head.query.encode("latin-1"))
        generation = _generation(caller, values)
        call = Call(
            service,
            service.session.searcher
            if generation is None
            else await asyncio.to_thread(service.session.kept, generation),
            caller,
            values,
            _read_body(endpoint, head, data),
            latest,
            lambda: False,
            trace.request_id,
            _chosen(service, caller, values),
            stages=trace.stages,
        )
        call.stage("admit", started)
        if call.is_operator or generation is not None:
            OPERATOR_LOG.info("operator %s by key %s: %r", endpoint.name, caller.key.id, head.query)
        kept = self._key(call)
        if kept is not None:
            looked = time.perf_counter()
            found = await service.cache.get(*kept)
            call.stage("cache", looked)
            service.metrics.add("monoceros_cache_total", "miss" if found is None else "hit")
            if found is not None:
                return found
        answer = await self._work(call, receive, trace)
        service.arm_counts.add((*call.exposures, *call.met))
        if call.hidden:
            service.metrics.add("monoceros_hidden_total", amount=sum(call.hidden))
        if kept is not None and not trace.is_partial:
            await service.cache.put(*kept, value=answer, ttl_s=endpoint.ttl_s)
        return answer

    def _take_quota(self, caller: Caller) -> None:
        wait_s = self._service.quotas.take(caller.key, self._service.now())
        if wait_s is not None:
            self._service.metrics.add("monoceros_quota_total")
            raise Refusal(429, "quota", "the key has used its quota", hint="ask less often", retry_after_s=wait_s)

    def _key(self, call: Call) -> tuple[str, ...] | None:
        """What an answer is kept under: all that what it shows depends on. None where answers are not kept, or this one not."""
        if not self._endpoint.ttl_s:
            return None
        epoch = self._service.epochs.of(call.searcher.segment)
        if epoch is None:
            return None
        asked = sorted((name, repr(value)) for name, value in call.values.items())
        ties = call.world().ties.hex()
        return (self._endpoint.name, call.built, str(epoch), ties, str(call.caller.viewer), repr(asked))

    async def _work(self, call: Call, receive: Receive, trace: Trace) -> bytes:
        """The encoded answer, made by the engine or beside it."""
        endpoint, service = self._endpoint, self._service
        if endpoint.lane is None:
            return encode(await asyncio.to_thread(endpoint.handle, call))
        lane = endpoint.lane
        queued = time.perf_counter()

        def work(stopped: Callable[[], bool]) -> tuple[bytes, bool, float]:
            begun = time.perf_counter()
            wanted = with_stop(call, stopped)
            answer = endpoint.handle(wanted)
            wanted.note_exposures()
            wanted.stage("handle", begun)
            encoding = time.perf_counter()
            body = encode(answer)
            wanted.stage("encode", encoding)
            return body, not getattr(answer, "complete", True), begun

        try:
            (body, trace.is_partial, begun), took_ms = await _while_here(
                service.engine.run(lane, work, call.latest), receive
            )
        except Refusal as error:
            if error.code == overloaded().code:
                service.metrics.add("monoceros_shed_total", lane.name.lower())
            raise
        trace.stages.append(("wait", queued, begun))
        trace.engine_ms, trace.wait_ms = took_ms, (begun - queued) * 1e3
        service.metrics.observe("monoceros_engine_seconds", lane.name.lower(), value=took_ms / 1e3)
        service.metrics.observe("monoceros_wait_seconds", lane.name.lower(), value=begun - queued)
        if call.caller.key.id != LOCAL:
            service.quotas.charge(call.caller.key, took_ms, service.now())
        encoded: bytes = body
        return encoded

    def _note(self, trace: Trace, status: int, started: float) -> None:
        took = time.perf_counter() - started
        name, metrics = self._endpoint.name, self._service.metrics
        metrics.add("monoceros_requests_total", name, str(status))
        metrics.observe("monoceros_request_seconds", name, value=took)
        if trace.is_partial:
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


def _generation(caller: Caller, values: Mapping[str, Any]) -> str | None:
    """The generation that the caller names; `Refusal` 403 where the key may not, whether there is one or not.

    What was visible when it was built may have been hidden since, so it is shown to those alone who may see everything.
    """
    name: str | None = values.get("generation")
    if name is not None and Scope.OPERATOR not in caller.scopes:
        raise Refusal(403, "no-scope", "a named generation needs a key with the scope operator")
    return name


def _chosen(service: Service, caller: Caller, values: Mapping[str, Any]) -> Chosen | None:
    """The ranking that the caller names; `Refusal` 403 where the key may not, `InputError` where there is none such."""
    ranker, arm = values.get("ranker"), values.get("arm")
    if (ranker or arm) and Scope.RAW not in caller.scopes:
        raise Refusal(403, "no-scope", "a named ranking needs the scope raw")
    return choose(service.rankers, service.experiments, ranker, arm)


@final
class Direct:
    """Hands requests of endpoints whose path has no parameters straight to them, and all others on."""

    def __init__(
        self,
        app: Callable[[AsgiScope, Receive, Send], Awaitable[None]],
        served: Mapping[tuple[str, str], Served],
    ) -> None:
        self._app = app
        self._served = served

    async def __call__(self, scope: AsgiScope, receive: Receive, send: Send) -> None:
        """Answer one request, or have it answered."""
        found = self._served.get((scope["method"], scope["path"])) if scope["type"] == "http" else None
        await (self._app if found is None else found)(scope, receive, send)


def with_stop(call: Call, stopped: Callable[[], bool]) -> Call:
    """The call with the word of whether it is still wanted."""
    return replace(call, stopped=stopped)


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


def _place(error: BaseException) -> str:
    """File and line of the innermost frame: where to look, without anything of the request."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return "" if trace is None else f"{trace.tb_frame.f_code.co_filename.rpartition('/')[2]}:{trace.tb_lineno}"
