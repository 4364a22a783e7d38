"""The files to deploy with, held against rules that need no engine: those of hadolint and compose, and our real flags."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from api.cli.main import commands

ROOT = Path(__file__).parent.parent
DEPLOY = ROOT / "deploy"
COMPOSE: dict[str, Any] = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
_PINNED = re.compile(r"[a-z0-9./-]+:v?\d+(\.\d+)+[a-z0-9.-]*|python:3\.\d+-slim-\w+")
OURS = [name for name, service in SERVICES.items() if "build" in service]


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile as (instruction, rest), continued lines joined, comments left out."""
    text = (DEPLOY / "Dockerfile").read_text("utf-8")
    lines = re.sub(
        r"\\\n\s*", " ", "\n".join(x for x in text.splitlines() if not x.lstrip().startswith("#"))
    ).splitlines()
    return [(line.split(None, 1)[0], line.split(None, 1)[1].strip()) for line in lines if line.strip()]


def of(name: str) -> list[str]:
    return [rest for instruction, rest in instructions() if instruction == name]


def test_the_dockerfile_is_one_of_good_habits() -> None:
    assert {name for name, _ in instructions()} <= {
        "FROM", "WORKDIR", "RUN", "COPY", "ENV", "USER", "EXPOSE", "STOPSIGNAL", "HEALTHCHECK", "ENTRYPOINT", "CMD",
    }  # fmt: skip
    for image in of("FROM"):
        assert _PINNED.fullmatch(image.split(" AS ")[0]), image
    for directory in of("WORKDIR"):
        assert directory.startswith("/")
    for run in of("RUN"):
        assert "sudo" not in run
        assert "curl" not in run
        if "pip install" in run:
            assert "--no-cache-dir" in run
            assert "--require-hashes" in run or "--no-deps" in run, run
    for form in [*of("ENTRYPOINT"), *of("CMD"), *(health.partition("CMD ")[2] for health in of("HEALTHCHECK"))]:
        assert all(isinstance(word, str) for word in json.loads(form)), form
    last = [name for name, _ in instructions()]
    assert last.index("USER") < last.index("ENTRYPOINT")
    assert of("USER")[-1] not in ("root", "0")
    assert of("STOPSIGNAL") == ["SIGTERM"]


def test_what_the_dockerfile_copies_is_there_and_is_all_that_runs() -> None:
    copied = [word for copy in of("COPY") if "--from" not in copy for word in copy.split()[:-1]]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert packages <= set(copied)


@pytest.mark.parametrize("name", SERVICES)
def test_a_service_of_compose_is_pinned_and_kept_in(name: str) -> None:
    service = SERVICES[name]
    if "image" in service:
        assert _PINNED.fullmatch(service["image"]), service["image"]
    for port in service.get("ports", []):
        assert str(port).startswith("127.0.0.1:"), port
    for mount in service.get("volumes", []):
        source = mount.split(":")[0]
        assert source.startswith("./") or source in COMPOSE["volumes"], mount
    for other in service.get("depends_on", {}):
        assert other in SERVICES
    assert "privileged" not in service
    if "build" in service:
        assert (DEPLOY / service["build"]["context"] / service["build"]["dockerfile"]).is_file()
        if "profiles" not in service:
            assert service["cap_drop"] == ["ALL"]
            assert service["read_only"] is True


@pytest.mark.parametrize("name", [name for name in OURS if "command" in SERVICES[name]])
def test_the_commands_of_compose_are_ours(name: str) -> None:
    """Every flag is one of the command, with a value that it takes; nothing is run."""
    words = [str(word) for word in SERVICES[name]["command"]]
    command = commands.commands[words[0]]
    with click.Context(command) as context:
        command.parse_args(context, words[1:])


def test_the_commands_of_the_images_and_comments_are_ours() -> None:
    entry, rest = json.loads(of("ENTRYPOINT")[0]), json.loads(of("CMD")[0])
    assert entry == ["monoceros"]
    with click.Context(commands.commands[rest[0]]) as context:
        commands.commands[rest[0]].parse_args(context, rest[1:])
    comment = next(line for line in (DEPLOY / "compose.yaml").read_text("utf-8").splitlines() if "keys add" in line)
    words = shlex.split(comment.lstrip("# "))[2:]
    group = commands.commands["keys"]
    assert isinstance(group, click.Group)
    with click.Context(group.commands[words[0]]) as context:
        group.commands[words[0]].parse_args(context, words[1:])


def test_prometheus_scrapes_the_service_and_grafana_shows_it() -> None:
    scraped = yaml.safe_load((DEPLOY / "prometheus.yml").read_text("utf-8"))["scrape_configs"]
    assert [target for job in scraped for one in job["static_configs"] for target in one["targets"]] == [
        "monoceros:8000"
    ]
    dashboard = json.loads((DEPLOY / "grafana" / "monoceros.json").read_text("utf-8"))
    ids = [panel["id"] for panel in dashboard["panels"]]
    assert len(set(ids)) == len(ids)
    places = [(panel["gridPos"]["x"], panel["gridPos"]["y"]) for panel in dashboard["panels"]]
    assert len(set(places)) == len(places)
    for path in (DEPLOY / "grafana" / "provisioning").rglob("*.yaml"):
        assert yaml.safe_load(path.read_text("utf-8"))["apiVersion"] == 1
