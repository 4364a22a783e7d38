"""Answers in notebooks: tables and cards with every text escaped, and `%%monoceros`."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from IPython.core.interactiveshell import InteractiveShell
from IPython.testing.globalipapp import start_ipython

from api.client.html import Html, cards, table
from api.wire import Results
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
