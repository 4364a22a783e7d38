"""Answers in notebooks: tables and cards with every text escaped, and `%%monoceros`."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.testing.globalipapp import start_ipython

from api.client import Client, Credentials
from api.client.html import Html, cards, table
from api.wire import Results, Typeahead
from schemas.errors import InputError
from tests.servers.monoceros import running
from tests.test_cli import build

EVIL = '<script>alert("x")</script>'
FOUND = msgspec.convert(
    {
        "results": [
            {
                "id": "1",
                "vertical": "user",
                "name": EVIL,
                "fields": {"fullname": EVIL, "is_private": True, "hashtags": ["#a", EVIL], EVIL: None},
                "lineage": [
                    {"form": EVIL, "edge": "follower", "vertical": "user", "by": [], "more": 0, "reads": f"by {EVIL}"}
                ],
            }
        ],
        "vertical": "user",
        "total": 1,
        "total_is_exact": True,
        "complete": False,
        "incomplete": [{"reason": EVIL}],
        "took_ms": 1.0,
        "why_not": EVIL,
        "explain": {
            "operator": "and",
            "text": EVIL,
            "size": 1,
            "operands": [{"operator": "t", "text": EVIL, "size": 2, "operands": []}],
        },
    },
    Results,
)


@pytest.mark.parametrize("form", [table, cards])
def test_nothing_of_an_answer_is_markup(form: object) -> None:
    assert callable(form)
    text = form(FOUND)._repr_html_()
    assert "<script" not in text
    assert text.count("&lt;script&gt;") >= 7
    assert FOUND._repr_html_() == table(FOUND).text


@pytest.fixture(scope="module")
def shell() -> InteractiveShell:
    shell = start_ipython() or InteractiveShell.instance()
    shell.run_line_magic("load_ext", "api.client.notebook")
    return shell


def test_cells_are_queries(shell: InteractiveShell, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no service is named"):
        shell.run_cell_magic("monoceros", "", "name:a")
    with running(build(tmp_path), tmp_path) as service:
        shell.run_line_magic("monoceros", f"{service.url} --viewer 1")
        shown = shell.run_cell_magic("monoceros", "--limit 1 --lineage found", "(apply followed_by: followed_by:me)\n")
        assert isinstance(shown, Html)
        assert "ann" in shown.text
        assert "followed by" in shown.text
        assert [hit.name for hit in shell.user_ns["found"].results] == ["ann"]
        assert "bob" in shell.run_cell_magic("monoceros", "--cards --fields followers", "name:bob").text
        with pytest.raises(InputError, match="unrecognized arguments"):
            shell.run_cell_magic("monoceros", "--nonsense", "name:bob")


def test_an_error_is_shown_where_it_is(
    shell: InteractiveShell, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with running(build(tmp_path), tmp_path) as service:
        shell.run_line_magic("monoceros", f"{service.url} --viewer 1")
        capsys.readouterr()
        assert not shell.run_cell("%%monoceros\n(and name:a*\n  (nott name:b))").success
    said = capsys.readouterr().out
    assert said.splitlines() == [
        "error: unknown operator `nott`",
        "  line 2, column 4",
        "    (and name:a*",
        "      (nott name:b))",
        "       ^^^^",
        "  hint: did you mean `not`?",
    ]


def test_every_list_shows_as_a_table(tmp_path: Path) -> None:
    with running(build(tmp_path), tmp_path) as service, Client(service.url, deadline_s=60) as client:
        token = Credentials(token=client.viewer_token(1).token)
        with Client(service.url, token, deadline_s=60) as ann:
            lists = (
                ann.typeahead("b"),
                ann.explore(limit=1, fields=["owner"]),
                ann.suggested(limit=1),
                ann.search("name:a*"),
            )
    typed, explored, suggested, found = (one._repr_html_() for one in lists)
    assert re.findall("<th[^>]*>([^<]*)", typed)[-2:] == ["kind", "reason"]
    assert re.findall("<th[^>]*>([^<]*)", explored) == ["#", "id", "media", "owner", "reason"]
    assert re.findall("<th[^>]*>([^<]*)", suggested) == ["#", "id", "user", "reached by"]
    assert "1 result ·" in explored
    assert "ann" in found
    for one in lists:
        assert f"<b>{(one.slots if isinstance(one, Typeahead) else one.results)[0].name}</b>" in cards(one).text
