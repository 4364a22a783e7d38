"""The pages of the documentation: what they show is what comes out, and their tables are those of the code.

Behind a mark `<!-- session: NAME -->`, up to the next one, every fence `console` and `python` is replayed in order, in
one directory of its own. In a `console` fence, `$ ` begins a command, `> ` goes on with it, and what follows is all
that it prints; a line `…` stands for any lines, `…` within one for any text. Times are not compared, nor are trailing
spaces and the lines of progress, which a terminal takes back. Between `<!-- table: NAME -->` and `<!-- end -->` stands
a table that is made from the code.

`python -m tests.test_docs` writes the outputs and tables of today into the pages; read the difference before keeping
it.
"""

from __future__ import annotations

import contextlib
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from api.cli.main import commands
from query.diagnostics import CODES
from query.operators import OPERATORS, OPTION_EXAMPLES, readers
from schemas.catalogue import BARE_WORD_EDGE, CATALOGUE, Edge, ValueKind
from schemas.settings import PARAMS
from schemas.tables import TABLES, Column
from tests.conftest import shared, shared_or_skip

ROOT = Path(__file__).parent.parent
PAGES = sorted(page for page in (ROOT / "README.md", *(ROOT / "docs").glob("**/*.md")))

_MARK = re.compile(r"^<!-- session: ([a-z0-9-]+) -->\n", re.MULTILINE)
_FENCE = re.compile(r"^```(console|python)\n(.*?)^```\n", re.MULTILINE | re.DOTALL)
_SHARED = re.compile(r"\.\./shared/(data/\w+)")
_TABLE = re.compile(r"(<!-- table: ([a-z-]+) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
_LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)|<img[^>]* src=\"([^\":]+)\"")
_TIME = re.compile(r"\b\d+(?:\.\d+)? (ms|s)\b|(\"took_ms\": )[\d.]+|\b\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC")
_PROGRESS = re.compile(r"^(?:build|generate|import|verify|nightly|snapshot): .* \(\d+\.\d s\)\n", re.MULTILINE)


@dataclass(frozen=True)
class Step:
    """One fence of Python, or one command of a console; `at` is where its output stands in the page."""

    text: str
    output: str
    at: slice
    is_python: bool = False


@dataclass(frozen=True)
class Replay:
    """All steps behind one mark of one page."""

    page: Path
    name: str
    steps: tuple[Step, ...]

    @property
    def needs(self) -> set[str]:
        return {name for step in self.steps for name in _SHARED.findall(step.text)}


def replays(page: Path) -> Iterator[Replay]:
    text = page.read_text("utf-8")
    marks = list(_MARK.finditer(text))
    starts = [mark.start() for mark in marks]
    for mark, end in zip(marks, [*starts, len(text)][1:], strict=False):
        yield Replay(page, mark[1], tuple(_steps(text, mark.end(), end)))


def _steps(text: str, start: int, end: int) -> Iterator[Step]:
    for fence in _FENCE.finditer(text, start, end):
        if fence[1] == "python":
            yield Step(fence[2], "", slice(fence.end(2), fence.end(2)), is_python=True)
            continue
        place, last = fence.start(2), fence.end(2)
        while place < last:
            command = re.compile(r"\$ (.*\n(?:> .*\n|>\n)*)").match(text, place)
            assert command, f"a console begins with a command: {text[place : place + 40]!r}"
            after = re.compile(r"^\$ ", re.MULTILINE).search(text, command.end(), last)
            place = after.start() if after else last
            written = re.sub(r"\n> ?", "\n", command[1])
            yield Step(written.rstrip("\n"), text[command.end() : place], slice(command.end(), place))


def run(step: Step, code: int) -> tuple[str, int]:
    """What a step prints, and its exit code. `code` is that of the step before, for `$?`."""
    if step.is_python:
        out = subprocess.run([sys.executable, "-c", step.text], capture_output=True, text=True, check=False)
        return out.stdout + out.stderr, out.returncode
    text = "monoceros demo" if step.text == "make demo" else step.text
    setting = re.match(r"(MONOCEROS_\w+)=(\S+) ", text)
    words = shlex.split(text[setting.end() :] if setting else text)
    if words[0] != "monoceros":
        shell = subprocess.run(["sh", "-c", f"(exit {code})\n{text}"], capture_output=True, text=True, check=False)
        return shell.stdout + shell.stderr, shell.returncode
    given = None
    if "<" in words:
        given = Path(words[words.index("<") + 1]).read_bytes()
        words = words[: words.index("<")]
    environment = {setting[1]: setting[2]} if setting else {}
    result = CliRunner().invoke(commands, words[1:], input=given, env=environment)
    return _PROGRESS.sub("", result.output), result.exit_code


def tidy(output: str) -> str:
    lines = [line.rstrip() for line in output.splitlines()]
    text = "\n".join(lines).strip("\n")
    return text + "\n" if text else ""


def normal(output: str) -> str:
    return _TIME.sub(lambda found: f"{found[2] or ''}N {found[1] or ''}", tidy(output))


def fits(shown: str, output: str) -> bool:
    """Whether the page shows this output; a line `…` stands for any lines, `…` within a line for any text."""
    pattern = re.escape(normal(shown))
    pattern = re.sub(r"^(?:\\ )*…\\?\n", lambda _: "(?:.*\\n)*", pattern, flags=re.MULTILINE).replace("…", ".*")
    return re.fullmatch(pattern, normal(output)) is not None


@contextlib.contextmanager
def directory_of_its_own(parent: Path) -> Iterator[None]:
    """A working directory with the public data beside it, as a checkout has it."""
    here = parent / "main"
    here.mkdir()
    if shared().exists():
        (parent / "shared").symlink_to(shared().resolve())
    with contextlib.chdir(here):
        yield


ALL = [replay for page in PAGES for replay in replays(page)]


@pytest.mark.parametrize("replay", ALL, ids=lambda replay: f"{replay.page.stem}-{replay.name}")
def test_pages_show_what_comes_out(replay: Replay, tmp_path: Path) -> None:
    for need in sorted(replay.needs):
        shared_or_skip(need)
    code = 0
    with directory_of_its_own(tmp_path):
        for step in replay.steps:
            output, code = run(step, code)
            if not fits(step.output, output):
                assert normal(step.output) == normal(output), f"{replay.page.name}: {step.text}"
            if step.is_python:
                assert code == 0, f"{replay.page.name}: {output}"


def test_sessions_are_told_apart() -> None:
    names = [(replay.page, replay.name) for replay in ALL]
    assert len(set(names)) == len(names)
    assert all(replay.steps for replay in ALL)


def _rows(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)


def edges_table() -> str:
    return _rows(
        ("finds", "edge", "value", "the documents are", "example"),
        ((e.vertical.value, f"`{e.name}`", _value(e), e.meaning, f"`{e.example}`") for e in CATALOGUE),
    )


def _value(edge: Edge) -> str:
    if edge.kind is ValueKind.ID:
        kind = f"{edge.value_vertical}, or `me`" if edge.takes_me else f"{edge.value_vertical}"
    else:
        kind = edge.kind.value if edge.kind is not ValueKind.FLAG else "`1`"
    return kind + (", prefix `*`" if edge.takes_prefix else "") + (" · field" if edge.is_field else "")


def bare_words_table() -> str:
    return _rows(("vertical", "a bare word is"), ((v.value, f"`{edge}:`") for v, edge in BARE_WORD_EDGE.items()))


def operators_table() -> str:
    return _rows(
        ("operator", "operands", "meaning", "example"),
        ((f"`{o.op}`", _operands(o.least, o.most), o.meaning, f"`{o.example}`") for o in OPERATORS),
    )


def _operands(least: int, most: int | None) -> str:
    return f"{least}" if least == most else f"{least} or more" if most is None else f"{least} to {most}"


def options_table() -> str:
    def stands(names: tuple[list[str], list[str]]) -> str:
        own, operand = names
        parts = [*(f"in `{name}`" for name in own), *(f"on an operand of `{name}`" for name in operand)]
        return ", ".join(parts)

    return _rows(
        ("option", "stands", "takes"),
        ((f"`{example}`", stands(readers(option)), takes) for option, (example, takes) in OPTION_EXAMPLES.items()),
    )


def settings_table() -> str:
    return _rows(
        ("variable", "default", "from", "to", "meaning"),
        ((f"`MONOCEROS_{p.name.upper()}`", f"{p.default:,}", f"{p.low:,}", f"{p.high:,}", p.meaning) for p in PARAMS),
    )


def tables_table() -> str:
    return _rows(
        ("table", "columns", "one row for each"),
        (
            (f"`{t.name}`", " · ".join(map(_column, t.columns)), ", ".join(f"`{name}`" for name in t.key))
            for t in TABLES.values()
        ),
    )


def _column(column: Column) -> str:
    name = f"**`{column.name}`**" if column.required else f"`{column.name}`"
    kind = "id" if column.kind == "ref" else column.kind
    about = f"{kind} of `{column.references}`" if column.references else kind
    if column.one_of:
        about = ", ".join(f"'{value}'" for value in column.one_of)
    match column.default:
        case bool():
            about += f"; {str(column.default).lower()}"
        case str():
            about += f"; '{column.default}'"
        case None:
            about += "" if column.required or column.kind == "floats" else "; null"
        case number:
            about += f"; {number:g}"
    return f"{name} ({about})"


TABLE_OF: dict[str, Callable[[], str]] = {
    "edges": edges_table,
    "bare-words": bare_words_table,
    "operators": operators_table,
    "options": options_table,
    "settings": settings_table,
    "tables": tables_table,
}


@pytest.mark.parametrize("name", TABLE_OF)
def test_tables_are_those_of_the_code(name: str) -> None:
    shown = [found[3] for page in PAGES for found in _TABLE.finditer(page.read_text("utf-8")) if found[2] == name]
    assert shown == [f"\n{TABLE_OF[name]()}\n"]


def test_every_code_of_an_error_is_explained() -> None:
    page = (ROOT / "docs" / "query-language.md").read_text("utf-8")
    assert [code for code in CODES if f"`{code}`" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    for found in _LINK.finditer(page.read_text("utf-8")):
        target = found[1] or found[2]
        assert (page.parent / target).exists(), target


def test_every_page_is_linked_from_the_readme_or_a_page() -> None:
    linked = {
        (page.parent / (found[1] or found[2])).resolve()
        for page in PAGES
        for found in _LINK.finditer(page.read_text("utf-8"))
    }
    decisions = ROOT / "docs" / "decisions"
    assert [p for p in PAGES if p.resolve() not in linked and p.parent != decisions and p.name != "README.md"] == []


def _refresh(page: Path) -> None:
    """Write into a page what its commands print now and the tables that the code makes now."""
    text = page.read_text("utf-8")
    changes: list[tuple[slice, str]] = []
    for replay in replays(page):
        if not all((shared() / need).exists() for need in replay.needs):
            print(f"{page.name}: {replay.name} is left as it is: {', '.join(replay.needs)} not here")
            continue
        code = 0
        with tempfile.TemporaryDirectory() as parent, directory_of_its_own(Path(parent)):
            for step in replay.steps:
                output, code = run(step, code)
                if step.is_python and code:
                    print(f"{page.name}: {output}")
                if not step.is_python and not fits(step.output, output):
                    print(f"{page.name}: {replay.name}: {step.text.splitlines()[0]}")
                    changes.append((step.at, tidy(output)))
    for at, output in reversed(changes):
        text = text[: at.start] + output + text[at.stop :]
    text = _TABLE.sub(lambda m: f"{m[1]}\n{TABLE_OF[m[2]]()}\n{m[4]}" if m[2] in TABLE_OF else m[0], text)
    page.write_text(text, "utf-8")


if __name__ == "__main__":
    os.environ.setdefault("MONOCEROS_SHARED", str(shared().resolve()))
    for chosen in PAGES:
        if not sys.argv[1:] or chosen.stem in sys.argv[1:]:
            _refresh(chosen)
