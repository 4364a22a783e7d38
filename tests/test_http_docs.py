"""The pages about the service and the files to deploy it are those of the code.

`python -m tests.test_http_docs` writes the tables of today into the pages.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from prometheus_client.parser import text_string_to_metric_families

from api.http.app import LOOPBACK
from api.http.endpoints import ENDPOINTS
from api.http.service import service_metrics
from api.keys import Scope
from tests.service import site
from tests.test_cli import build

ROOT = Path(__file__).parent.parent
API, SERVING = ROOT / "docs" / "http-api.md", ROOT / "docs" / "serving.md"
_TABLE = re.compile(r"(<!-- table: ([a-z-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
METRICS = service_metrics(tuple(endpoint.name for endpoint in ENDPOINTS))
GAUGES = (
    "monoceros_generation",
    "monoceros_sequence",
    "monoceros_generation_age_seconds",
    "monoceros_workers",
    "monoceros_waiting",
    "monoceros_loop_lag_seconds",
    "monoceros_live_lag_seconds",
    "monoceros_age_seconds",
)


def _rows(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(line) + " |\n" for line in lines)


def endpoints_table() -> str:
    return _rows(
        ("endpoint", "scope", "gives", "parameters (required in bold)"),
        (
            (
                f"`{e.method} {e.path}`",
                f"`{e.scope}`",
                e.summary,
                ", ".join(f"**`{p.name}`**" if p.is_required else f"`{p.name}`" for p in e.params) or "none",
            )
            for e in ENDPOINTS
        ),
    )


def metrics_table() -> str:
    return _rows(
        ("metric", "labels", "meaning"),
        ((f"`{m.name}`", ", ".join(f"`{name}`" for name, _ in m.labels), m.help) for m in METRICS),
    )


TABLE_OF: dict[str, Callable[[], str]] = {"endpoints": endpoints_table, "metrics": metrics_table}


@pytest.mark.parametrize("name", TABLE_OF)
def test_tables_are_those_of_the_code(name: str) -> None:
    pages = API.read_text("utf-8") + SERVING.read_text("utf-8")
    assert [found[3] for found in _TABLE.finditer(pages) if found[2] == name] == [f"\n{TABLE_OF[name]()}\n"]


def test_every_scope_and_every_code_is_explained() -> None:
    page = API.read_text("utf-8")
    codes = {code for endpoint in ENDPOINTS for code in endpoint.codes}
    source = "".join(path.read_text("utf-8") for path in (ROOT / "api" / "http").rglob("*.py"))
    codes |= set(re.findall(r'Refusal\(\s*\d{3},\s*"([a-z-]+)"', source))
    assert [code for code in sorted(codes) if f"`{code}`" not in page] == []
    assert [scope.value for scope in Scope if f"`{scope}`" not in page] == []


def test_every_gauge_is_explained(tmp_path: Path) -> None:
    with site(build(tmp_path), tmp_path) as here:
        families = text_string_to_metric_families(here.client.get("/metrics").text)
        gauges = {family.name for family in families if family.type == "gauge"}
    assert gauges | {"monoceros_live_lag_seconds"} == set(GAUGES)
    known = {metric.name for metric in METRICS}
    assert set(re.findall("`(monoceros_[a-z_]+)`", SERVING.read_text("utf-8"))) - known == set(GAUGES)


def test_the_dashboard_shows_metrics_that_there_are() -> None:
    dashboard = json.loads((ROOT / "deploy" / "grafana" / "monoceros.json").read_text("utf-8"))
    shown = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    names = {name for expr in shown for name in re.findall(r"monoceros_\w+", expr)}
    known = {m.name for m in METRICS} | {f"{m.name}_bucket" for m in METRICS if m.buckets} | set(GAUGES)
    assert names - known == set()
    assert {"monoceros_requests_total", "monoceros_shed_total", "monoceros_generation_age_seconds"} <= names


def test_the_compose_file_is_whole() -> None:
    compose = yaml.safe_load((ROOT / "deploy" / "compose.yaml").read_text("utf-8"))
    services = compose["services"]
    assert {"monoceros", "redis", "kafka", "hive", "prometheus", "grafana"} <= set(services)
    for service in services.values():
        assert ("image" in service) or ("build" in service)
        for other in service.get("depends_on", {}):
            assert other in services
        for mount in service.get("volumes", []):
            source = str(mount).partition(":")[0]
            if source.startswith("./") and source != "./secrets/keys.json":
                assert (ROOT / "deploy" / source).exists(), source
    dockerfile = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
    assert "USER" in dockerfile
    assert "HEALTHCHECK" in dockerfile
    assert LOOPBACK


if __name__ == "__main__":
    for path in (API, SERVING):
        text = path.read_text("utf-8")
        path.write_text(_TABLE.sub(lambda m: f"{m[1]}\n{TABLE_OF[m[2]]()}\n{m[4]}", text), "utf-8")
