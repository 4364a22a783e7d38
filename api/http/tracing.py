"""Sampled OpenTelemetry: one span a request, one for each of its stages, under the caller's trace. Off unless asked for.

A request is traced where the caller's `traceparent` says so, or by chance. Spans are made when all is over, from times that were
taken anyway; a bounded queue hands them to the exporter, and what finds it full is dropped. No query, path or viewer is in them.
"""

from __future__ import annotations

import random
import secrets
import time
from typing import TYPE_CHECKING, final

from api.http.asgi import Trace
from schemas.errors import InputError

if TYPE_CHECKING:
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
    from opentelemetry.trace import SpanContext

_ROOM, _TOGETHER = 2_048, 256


@final
class Tracing:
    """Makes and hands over spans. `share` of the requests that no caller traces are traced."""

    def __init__(self, exporter: SpanExporter, share: float) -> None:
        self._exporter = exporter
        self._share = share
        self._processor: BatchSpanProcessor | None = None
        self._resource: Resource | None = None

    @staticmethod
    def to(url: str, share: float) -> Tracing:
        """To a collector, by OTLP over HTTP. `InputError` `no-otel` where the packages for it are not installed."""
        try:
            from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        except ImportError:
            hint = "pip install 'monoceros[otel]'"
            raise InputError("no-otel", "the packages of OpenTelemetry are not installed", hint=hint) from None
        return Tracing(OTLPSpanExporter(endpoint=url), share)

    def start(self) -> None:
        """Start the thread that exports: after a fork, never before."""
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        self._resource = Resource.create({"service.name": "monoceros"})
        self._processor = BatchSpanProcessor(self._exporter, max_queue_size=_ROOM, max_export_batch_size=_TOGETHER)

    def close(self) -> None:
        """Export what waits, as far as that can be done soon."""
        if self._processor is not None:
            self._processor.shutdown()
            self._processor = None

    def note(self, trace: Trace, name: str, status: int, started: float) -> None:
        """A request is over: hand its spans over, where it is traced."""
        if self._processor is None or not (trace.is_sampled or random.random() < self._share):
            return
        from opentelemetry.sdk.trace import ReadableSpan
        from opentelemetry.trace import SpanContext, SpanKind, TraceFlags
        from opentelemetry.trace.status import Status, StatusCode

        trace_id = int(trace.trace or secrets.token_hex(16), 16)
        flags = TraceFlags(TraceFlags.SAMPLED)

        def context(span_id: str, *, is_remote: bool = False) -> SpanContext:
            return SpanContext(trace_id, int(span_id, 16), is_remote, flags)

        zero_ns = time.time_ns() - int(time.perf_counter() * 1e9)
        root = context(trace.span_id)
        parent = None if trace.parent is None else context(trace.parent, is_remote=True)
        spans = [
            ReadableSpan(
                stage,
                context(secrets.token_hex(8)),
                root,
                self._resource,
                start_time=zero_ns + int(begun * 1e9),
                end_time=zero_ns + int(ended * 1e9),
            )
            for stage, begun, ended in trace.stages
        ]
        spans.append(
            ReadableSpan(
                name,
                root,
                parent,
                self._resource,
                {
                    "http.response.status_code": status,
                    "monoceros.code": trace.code,
                    "monoceros.request_id": trace.request_id,
                },
                kind=SpanKind.SERVER,
                status=Status(StatusCode.ERROR if status >= 500 else StatusCode.UNSET),
                start_time=zero_ns + int(started * 1e9),
                end_time=time.time_ns(),
            )
        )
        for span in spans:
            self._processor.on_end(span)
