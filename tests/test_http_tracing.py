"""Traces: under the caller's, one span a request and one a stage, with nothing in them of what was asked; only where asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from api.http.service import STAGES
from api.http.tracing import Tracing
from tests.service import Site, signed, site, target_of
from tests.test_cli import build

TRACE, SPAN = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@contextmanager
def traced(tmp_path: Path, exporter: SpanExporter, share: float) -> Iterator[Site]:
    index = build(tmp_path)
    with site(index, tmp_path) as here:
        here.service.tracing = Tracing(exporter, share)
        here.service.tracing.start()
        yield here


def ask(here: Site, flags: str | None, q: str = "name:ann", viewer: int = 1) -> None:
    target = target_of("/v1/search", q=q)
    headers = signed("GET", target, viewer=viewer)
    if flags is not None:
        headers["traceparent"] = f"00-{TRACE}-{SPAN}-{flags}"
    answer = here.client.get(target, headers=headers)
    if flags is not None:
        assert answer.headers["traceparent"].startswith(f"00-{TRACE}-")


def test_a_traced_request_is_a_span_with_its_stages_under_that_of_the_caller(tmp_path: Path) -> None:
    exporter = InMemorySpanExporter()
    with traced(tmp_path, exporter, 0.0) as here:
        ask(here, "01")
        ask(here, "01", q="(nonsense")
        ask(here, "00")
        ask(here, None)
    found: list[ReadableSpan] = list(exporter.get_finished_spans())
    roots = [span for span in found if span.name == "search"]
    assert [span.attributes["http.response.status_code"] for span in roots] == [200, 400]
    assert all(span.context.trace_id == int(TRACE, 16) for span in found)
    assert all(span.parent.span_id == int(SPAN, 16) for span in roots)
    stages = [span for span in found if span.parent.span_id == roots[0].context.span_id]
    assert {span.name for span in stages} == {"admit", "wait", "handle", "plan", "execute", "encode"} <= set(STAGES)
    for span in stages:
        assert roots[0].start_time <= span.start_time <= span.end_time <= roots[0].end_time + 1_000_000
    assert "ann" not in json.dumps([json.loads(span.to_json()) for span in found])


def test_a_share_of_the_others_is_traced(tmp_path: Path) -> None:
    exporter = InMemorySpanExporter()
    with traced(tmp_path, exporter, 1.0) as here:
        ask(here, None)
        ask(here, None)
    roots = [span for span in exporter.get_finished_spans() if span.parent is None]
    assert len({span.context.trace_id for span in roots}) == 2


class Broken(SpanExporter):
    def export(self, spans: object) -> SpanExportResult:
        return SpanExportResult.FAILURE

    def shutdown(self) -> None:
        return


def test_a_collector_that_refuses_is_nothing_to_answers(tmp_path: Path) -> None:
    with traced(tmp_path, Broken(), 1.0) as here:
        for _ in range(5):
            ask(here, None)


def test_stages_are_measured_and_what_was_hidden_is_counted(tmp_path: Path) -> None:
    with site(build(tmp_path), tmp_path) as here:
        here.search("name:a*", 1)
        blocked_or_private = here.get("/v1/media", 99, ids=",".join(map(str, range(1, 30)))).json()["missing"]
        text = here.service.metrics.text({}).decode()
    for stage in ("admit", "wait", "handle", "plan", "execute", "encode"):
        assert f'monoceros_stage_seconds_count{{stage="{stage}"}}' in text
    hidden = here.service.metrics.total("monoceros_hidden_total")
    assert 0 < hidden < len(blocked_or_private)


def test_collectors_are_asked_for_by_url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with site(build(tmp_path), tmp_path, trace_to="http://127.0.0.1:9/v1/traces", trace_share=0.0) as here:
        assert here.service.tracing is not None
        here.search("name:a*", 1)
