"""The shell over a service: what it prints, offers and says of errors is what the shell over the index does."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document

from api.client import Client, Credentials, ServiceError
from api.console.output import console
from api.repl.completer import ShellCompleter
from api.repl.piped import run_piped
from api.repl.shell import Shell
from api.repl.sources import Source
from api.repl.wire import WireSource
from api.session import Session
from schemas.settings import Settings
from tests.service import HOST, SECRET, Site, site
from tests.test_cli import build
from tests.test_client import Through
from tests.test_ingest_cli import run

INPUT = """
followed_by:me
:explain
:lineage on
(apply followed_by: followed_by:me)
(apply liker: (extract owner: liker:me))
:why-not 2
:why-not 99
(difference (apply followed_by: followed_by:me)
  followed_by:me)
:limit 1
name:*
:limit 99999
:vertical place
name:blue*
:peek 510
:peek 10 media
:peek 99
:terms name:b
:terms
:terms follower:1
:vertical any
:me 2
followed_by:me
:me
followed_by:me
(and name:a (aply x: y))
name:
)
:stats
:nonsense
(weak-and name:a (term name:b :optional-count 1))
"""
BEGINNINGS = (
    "(",
    "(and na",
    "name:b",
    "hashtag:#",
    "country:",
    "b",
    "",
    "(apply ",
    "followed_by:",
    ":pe",
    ":terms name:a",
)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("wire"))


@pytest.fixture(params=["with a key", "without keys"])
def service(request: pytest.FixtureRequest, index: Path, tmp_path: Path) -> Iterator[tuple[Site, WireSource]]:
    is_keyed = request.param == "with a key"
    key = Credentials("all", SECRET) if is_keyed else None
    with site(index, tmp_path, is_keyed=is_keyed) as here:
        source = WireSource(HOST, key, Settings(), make=partial(Client, transport=Through(here)))
        yield here, source
        source.close()


def printed(source: Source, text: str, viewer: int | None = 1, *, is_operator: bool = False) -> str:
    out = io.StringIO()
    shell = Shell(source, console(out), viewer, is_operator=is_operator)
    shell.out.width = 160
    run_piped(shell, io.BytesIO(text.encode()))
    return re.sub(r"\d+\.\d ms", "T ms", out.getvalue())


def test_both_shells_print_the_same(index: Path, service: tuple[Site, WireSource]) -> None:
    local = printed(Session(index, Settings()), INPUT)
    assert local.count("error") >= 8
    assert printed(service[1], INPUT) == local


def test_both_offer_the_same(index: Path, service: tuple[Site, WireSource]) -> None:
    def offered(source: Source) -> list[list[str]]:
        shell = Shell(source, console(io.StringIO()), 1, is_operator=False)
        event = CompleteEvent(completion_requested=True)
        return [
            [
                f"{one.text} {one.display_meta_text}"
                for one in ShellCompleter(shell).get_completions(Document(text), event)
            ]
            for text in BEGINNINGS
        ]

    local = offered(Session(index, Settings()))
    assert all(local[:3])
    assert offered(service[1]) == local


def test_the_operator_sees_the_whole_world_by_key(index: Path, tmp_path: Path) -> None:
    text = ":profile on\nname:*\n:peek 10 media\n:terms name:\n:stats\n"
    with site(index, tmp_path) as here:
        source = WireSource(HOST, Credentials("all", SECRET), Settings(), make=partial(Client, transport=Through(here)))
        found = printed(source, text, None, is_operator=True)
    local = printed(Session(index, Settings()), text, None, is_operator=True)
    kept = re.compile(r"(index|service) .*|\d+\.\d+ ms")
    shown = [[" ".join(line.split()) for line in kept.sub("", text).splitlines()] for text in (found, local)]
    assert shown[0] == shown[1]
    assert "size" in local


def test_a_token_that_has_ended_is_minted_anew(service: tuple[Site, WireSource]) -> None:
    here, source = service
    if here.service.gate.keys is not None:
        return
    before = printed(source, "followed_by:me\n")
    now = here.service.now()
    here.service.gate._now = lambda: now + 4_000
    assert printed(source, "followed_by:me\n") == before


def test_what_cannot_be_asked_is_said(index: Path, tmp_path: Path) -> None:
    with site(index, tmp_path) as here:
        make = partial(Client, transport=Through(here))
        with pytest.raises(ServiceError) as refused:
            WireSource(HOST, Credentials("all", bytes(32)), Settings(), make=make)
        assert refused.value.code == "bad-signature"
    assert "give either --index or --url" in run("repl").output
    assert "give either --index or --url" in run("repl", "--index", index, "--url", HOST).output
    assert "--keys are for a service" in run("repl", "--index", index, "--keys", "keys.json").output
    assert "is no address of a service" in run("repl", "--url", "there").output
    assert run("repl", "--url", "http://127.0.0.1:9").exit_code != 0
