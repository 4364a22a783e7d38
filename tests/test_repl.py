"""The shell: its commands and queries on piped lines, on a terminal, and what both share."""

from __future__ import annotations

import io
import re
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from prompt_toolkit.application import create_app_session
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from prompt_toolkit.input import create_pipe_input
from prompt_toolkit.output import DummyOutput
from pygments.token import Error
from rich.console import Console

from api.repl.balance import Balance, balance, matching
from api.repl.commands import COMMANDS
from api.repl.completer import ShellCompleter
from api.repl.interactive import run_interactive, toolbar
from api.repl.lexer import QueryLexer
from api.repl.run import history_path
from api.repl.shell import Shell
from api.session import Session
from query.operators import OPERATORS
from schemas.catalogue import CATALOGUE
from schemas.ids import ExternalId
from schemas.settings import Settings
from tests.test_cli import ROOT, build, run

ANN = ExternalId(1)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("repl"))


def piped(index: Path, *lines: str, flags: tuple[str, ...] = ("--viewer", "1"), ends: bool = True) -> str:
    text = "\n".join(lines) + ("\n" if ends else "")
    result = run("repl", "--index", index, *flags, input=text.encode("utf-8", "surrogateescape"))
    assert result.exit_code == 0, result.output
    return result.stdout


@pytest.fixture
def shell(index: Path) -> Shell:
    console = Console(file=io.StringIO(), width=100)
    return Shell(Session(index, Settings()), console, ANN, is_operator=False)


def said(shell: Shell) -> str:
    assert isinstance(shell.out.file, io.StringIO)
    return shell.out.file.getvalue()


# -- piped lines -------------------------------------------------------------------------------------------------------


def test_queries_over_several_lines_comments_and_blanks(index: Path) -> None:
    out = piped(
        index,
        "; a comment with a ( in it",
        "",
        "(and name:dan ; no ) here",
        '     (or name:")" name:dan)',
        "  (apply followed_by: followed_by:me))",
        "name:bob",
    )
    assert re.search(r"1 +4 +dan", out)
    assert re.search(r"1 +2 +bob", out)
    assert out.count("1 result · complete") == 2


def test_an_error_is_underlined_and_the_run_goes_on(index: Path) -> None:
    out = piped(index, "(and name:bob", "  nam:x)", "name:cyd")
    shown = out.splitlines()
    place = next(row for row, line in enumerate(shown) if "^" in line)
    assert [line.strip() for line in shown[place - 2 : place + 1]] == ["(and name:bob", "nam:x)", "^^^"]
    assert shown[place].index("^") == shown[place - 1].index("nam:")
    assert re.search(r"1 +3 +cyd", out)


def test_what_is_not_balanced_at_the_end_is_an_error(index: Path) -> None:
    for text in ("(and name:bob", '(and name:"bob)'):
        out = piped(index, "name:cyd", text, ends=False)
        assert re.search(r"1 +3 +cyd", out)
        assert "error: " in out
        assert "hint: " in out


def test_odd_input_is_an_error_and_no_more(index: Path) -> None:
    out = piped(
        index,
        ")",
        "name:\udcff",
        "x" * 300_000,
        "(" * 20_000,
        "name:bob",
        ":limit x",
        ":terms name:\udcff",
        ":me 1 2",
        ":peek",
        ":",
        ": ",
    )
    assert out.count("error: ") == 10
    assert re.search(r"1 +2 +bob", out)


def test_commands(index: Path) -> None:
    out = piped(
        index,
        ":help",
        ":lineage",
        ":explain on",
        ":timing off",
        "(apply followed_by: followed_by:me)",
        ":why-not 5",
        ":limit 1",
        ":vertical place",
        "name:blue",
        ":terms name:bl",
        ":peek 510",
        ":vertical any",
        ":me",
        "followed_by:me",
        ":quit",
        "name:never",
    )
    for command in COMMANDS:
        assert command.name in out
    assert "followed by bob and cyd" in out
    assert "└── followed_by:me  2" in out
    assert " ms" not in out
    assert "why not: no inner result of" in out or "why not: there is no" in out or "why not: user 5" in out
    assert re.search(r"1 +510 +Blue Bottle", out)
    assert re.search(r"name:blue +1", out)
    assert re.search(r"city +New York", out)
    assert "`me` stands for the viewer, and there is none" in out
    assert "never" not in out


@pytest.mark.parametrize(
    ("line", "says"),
    [
        (":lineag", "did you mean `:lineage`?"),
        (":xyzzy", "`:help` lists the commands"),
        (":limit 0", "give a number from 1 to 10000"),
        (":limit 99999999999999999999", "give a number from 1 to 10000"),
        (":vertical people", "one of user, media, hashtag, place, group, any"),
        (":me ann", "is no id"),
        (":explain maybe", "write :explain, :explain on or :explain off"),
        (":why-not 5", "there is no query yet"),
        (":terms nam:a", "unknown edge `nam:`"),
        (":terms follower:1", "takes ids"),
        (":peek 1 people", "is no vertical"),
        (":peek 99", "there is no user 99"),
        (":stats", "needs the operator role"),
        (":profile", "needs the operator role"),
    ],
)
def test_wrong_commands(index: Path, line: str, says: str) -> None:
    out = piped(index, line)
    assert "error: " in out
    assert says in out


def test_operator_has_stats_and_profile_and_is_logged(index: Path) -> None:
    result = run(
        "repl", "--index", index, "--operator", input=":stats\n:profile\nname:zoe\n:peek 6\n:terms name:zo\n:explain\n"
    )
    assert re.search(r"postings +[0-9]+", result.stdout)
    assert re.search(r"user +6\b", result.stdout)
    assert re.search(r"name:zoe  1  estimate 1  [0-9.]+ ms", result.stdout)
    logged = [line.removeprefix("operator ").split(" by ")[0] for line in result.stderr.splitlines()]
    assert logged == ["stats", "query", "peek", "terms"]


def test_looking_up_is_cut_to_the_world_of_the_viewer(index: Path, tmp_path: Path) -> None:
    asked = [
        ":peek 6",
        ":peek 14 media",
        ":peek 13 media",
        ":terms name:z",
        ":terms hashtag:#",
        ":terms caption:g",
        ":terms zo",
    ]
    without = piped(build(tmp_path, has_hidden=False), *asked)
    assert piped(index, *asked) == without
    assert "there is no user 6" in without
    assert "there is no media 14" in without
    assert piped(index, ":peek 6", flags=("--viewer", "5")) != piped(index, ":peek 6")


def test_a_new_generation_is_noticed(index: Path, tmp_path: Path) -> None:
    index = build(tmp_path)
    console = Console(file=io.StringIO(), width=100)
    shell = Shell(Session(index, Settings()), console, ANN, is_operator=False)
    shell.handle("name:bob")
    assert "generation" not in said(shell)
    assert run("build", "--warehouse", tmp_path / "warehouse", "--index", index).exit_code == 0
    shell.handle("name:bob")
    assert "a new generation is in force: 000002" in said(shell)
    (index / "CURRENT").write_text('{"generation": "000009", "manifest": ""}')
    shell.handle("name:cyd")
    assert "generation 000002 goes on answering" in said(shell)
    assert re.search(r"1 +3 +cyd", said(shell))


def test_as_a_process(index: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "api.cli.main", "repl", "--index", str(index)]
    environment = {"XDG_STATE_HOME": str(tmp_path), "PATH": ""}
    done = subprocess.run(
        command, cwd=ROOT, input="name:bob\n(and", capture_output=True, text=True, env=environment, check=True
    )
    assert re.search(r"1 +2 +bob", done.stdout)
    assert "error: " in done.stdout
    assert done.stderr == ""
    assert list(tmp_path.iterdir()) == []  # piped lines leave no history


# -- on a terminal -----------------------------------------------------------------------------------------------------


def typed(shell: Shell, history: Path, keys: str) -> str:
    with create_pipe_input() as source, create_app_session(input=source, output=DummyOutput()):
        source.send_text(keys + "\x04")
        run_interactive(shell, history, source=source, screen=DummyOutput())
    return said(shell)


def test_enter_ends_a_balanced_query_only(shell: Shell, tmp_path: Path) -> None:
    out = typed(
        shell, tmp_path / "state" / "history", "(and name:dan\r(apply followed_by:\rfollowed_by:me))\rname:bob\r"
    )
    assert re.search(r"1 +4 +dan", out)
    assert re.search(r"1 +2 +bob", out)
    kept = (tmp_path / "state" / "history").read_text()
    assert "+(and name:dan\n+  (apply followed_by:\n+    followed_by:me))\n" in kept
    assert stat.S_IMODE((tmp_path / "state" / "history").stat().st_mode) == 0o600


def test_alt_enter_ends_it_as_it_is_and_ctrl_c_forgets_it(shell: Shell, tmp_path: Path) -> None:
    out = typed(shell, tmp_path / "history", "(and name:dan\x1b\r(and name:cyd\x03name:bob\r")
    assert "error: " in out
    assert "cyd" not in out
    assert re.search(r"1 +2 +bob", out)


def test_quit_and_commands_on_a_terminal(shell: Shell, tmp_path: Path) -> None:
    out = typed(shell, tmp_path / "history", ":limit 1\r:me 2\rfollowed_by:me\r:quit\rname:bob\r")
    assert "viewer: 2" in out
    assert re.search(r"1 +1 +ann", out)
    assert "bob" not in out
    assert toolbar(shell) == " me 2   vertical any   limit 1   role viewer"


def test_no_history_where_none_can_be_kept(shell: Shell, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert re.search(r"1 +2 +bob", typed(shell, tmp_path / "file" / "history", "name:bob\r"))


def test_history_path(tmp_path: Path) -> None:
    assert history_path({"XDG_STATE_HOME": str(tmp_path)}) == tmp_path / "monoceros" / "history"
    assert history_path({"XDG_STATE_HOME": "relative", "HOME": "/home/ann"}) == Path(
        "/home/ann/.local/state/monoceros/history"
    )


def completions(shell: Shell, text: str, *, requested: bool = True) -> list[str]:
    event = CompleteEvent(text_inserted=not requested, completion_requested=requested)
    return [found.text for found in ShellCompleter(shell).get_completions(Document(text), event)]


def test_completion_of_commands_and_queries(shell: Shell) -> None:
    assert completions(shell, ":li") == [":limit", ":lineage"]
    assert completions(shell, ":vertical p") == ["place"]
    assert completions(shell, ":me ") == ["none"]
    assert completions(shell, ":terms hashtag:g") == ["hashtag:#golden"]
    assert completions(shell, "(and name:zo") == []
    assert completions(shell, "(and ", requested=False) == []
    assert "name:" in completions(shell, "(and ")
    assert "apply" in completions(shell, "(", requested=False)


# -- text --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "is_open"),
    [
        ("", False),
        ("name:x", False),
        ("(", True),
        ("(and (or))", False),
        ("(and ; )\n", True),
        ('(name:")"', True),
        ('(name:")\\")"', True),
        ('(name:")\\"")', False),
        ('name:"', True),
        ("(a)) (", False),
        ('; " (', False),
        ("\\(", True),
    ],
)
def test_balance(text: str, is_open: bool) -> None:
    assert balance(text).is_open is is_open
    by_line = Balance()
    for line in text.splitlines(keepends=True):
        by_line.feed(line)
    assert by_line == balance(text)


@pytest.mark.parametrize(
    ("text", "cursor", "pair"),
    [
        ("(a (b))", 0, (0, 6)),
        ("(a (b))", 3, (3, 5)),
        ("(a (b))", 7, (6, 0)),
        ("(a (b))", 2, None),
        ('(a ")")', 4, None),
        ('(a ")")', 7, (6, 0)),
        ("(a ; )\n)", 0, (0, 7)),
        (")(", 1, None),
        ("", 0, None),
    ],
)
def test_matching_parenthesis(text: str, cursor: int, pair: tuple[int, int] | None) -> None:
    assert matching(text, cursor) == pair


@pytest.mark.parametrize("text", [thing.example for thing in (*CATALOGUE, *OPERATORS)])
def test_every_example_of_the_tables_is_coloured_without_errors(text: str) -> None:
    tokens = list(QueryLexer(ensurenl=False, stripnl=False).get_tokens(text))
    assert "".join(value for _, value in tokens) == text
    assert Error not in {kind for kind, value in tokens if value}


@pytest.mark.parametrize(
    ("text", "wrong"), [("(nand a)", "nand"), ("nam:x", "nam:"), ("(and a :limt 5)", ":limt"), ('a"', '"')]
)
def test_unknown_names_are_coloured_as_errors(text: str, wrong: str) -> None:
    assert [value for kind, value in QueryLexer().get_tokens(text) if kind is Error] == [wrong]
