"""The command line: every command, every flag, every wrong input, as a person or a program meets them."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner, Result

from api.cli.main import commands
from api.http import ServiceOptions
from api.ids import read_id
from api.lines import bounded_lines
from schemas.errors import InputError

ROOT = Path(__file__).parent.parent
SHARED = Path(os.environ.get("MONOCEROS_SHARED", ROOT.parent / "shared"))


def write_world(directory: Path, *, has_hidden: bool = True) -> Path:
    """A few people around ann (1): bob and cyd are followed, dan is a friend of both, eve is private. What `has_hidden`
    adds is outside the world of ann, and of ann only: zoe blocks her, and eve's media are for her followers."""
    users = [
        (1, "ann", "Ann [bold]Lee[/bold]", False),
        (2, "bob", "Bob \x1b[31mRed", False),
        (3, "cyd", "Cyd", False),
        (4, "dan", "Dan O'Neil", False),
        (5, "eve", "Eve", True),
    ]
    follows = [(1, 2), (1, 3), (2, 4), (3, 4), (4, 5), (2, 1)]
    media = [(10, 2, "public", "golden hour", 510), (11, 3, "public", "night", 510), (12, 4, "public", "tea", 511)]
    tags = [(10, "#golden"), (11, "golden"), (12, "tea")]
    blocks = []
    if has_hidden:
        users.append((6, "zoe_zebra", "Zoe Annihilated", False))
        follows += [(2, 6), (6, 2)]
        media += [(13, 6, "public", "gone gold", 512), (14, 5, "followers", "secret gold", 512)]
        tags += [(13, "#goldrush"), (13, "gone"), (14, "#goldsecret"), (14, "golden")]
        blocks.append((6, 1))
    directory.mkdir(parents=True)
    likes = [(2, 12), (3, 12), (3, 10)]
    tables = {
        "users": pl.DataFrame(users, schema=["id", "username", "fullname", "is_private"], orient="row"),
        "follows": pl.DataFrame(follows, schema=["follower_id", "followee_id"], orient="row"),
        "blocks": pl.DataFrame(blocks, schema={"blocker_id": pl.Int64, "blocked_id": pl.Int64}, orient="row"),
        "likes": pl.DataFrame(likes, schema=["liker_id", "media_id"], orient="row"),
        "media": pl.DataFrame(
            media, schema=["id", "owner_id", "visibility", "caption", "place_id"], orient="row"
        ).with_columns(created_at_ms=pl.col("id") * 1000),
        "media_hashtags": pl.DataFrame(tags, schema=["media_id", "hashtag"], orient="row"),
        "places": pl.DataFrame(
            [(510, "Blue Bottle", "New York"), (511, "Tea House", "Paris"), (512, "Gold Mine", "Nome")],
            schema=["id", "name", "city"],
            orient="row",
        ),
        # kept equal, so that only what is seen differs between the two worlds
        "rank_counts": pl.DataFrame(
            [("user", i, 10 - i) for i in range(1, 7)], schema=["vertical", "id", "count"], orient="row"
        ),
    }
    for name, frame in tables.items():
        frame.write_parquet(directory / f"{name}.parquet")
    return directory


def run(*args: str | Path, **options: object) -> Result:
    return CliRunner().invoke(commands, [str(arg) for arg in args], **options)  # type: ignore[arg-type]


def build(directory: Path, **options: bool) -> Path:
    index = directory / "index"
    result = run("build", "--warehouse", write_world(directory / "warehouse", **options), "--index", index)
    assert result.exit_code == 0, result.output
    return index


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build(tmp_path_factory.mktemp("cli"))


def ask(index: Path, *args: str, **options: object) -> Result:
    return run("query", "--index", index, *args, **options)


def lines(index: Path, tmp_path: Path, *content: object, flags: tuple[str, ...] = ()) -> list[dict[str, object]]:
    file = tmp_path / "queries.jsonl"
    texts = [line if isinstance(line, bytes) else json.dumps(line).encode() for line in content]
    file.write_bytes(b"".join(text + b"\n" for text in texts))
    result = ask(index, "--file", str(file), *flags)
    assert result.exit_code == 0, result.output
    answers = [json.loads(line) for line in result.stdout.splitlines()]
    assert len(answers) == len(content)
    return answers


# -- query -------------------------------------------------------------------------------------------------------------


def test_json_answer(index: Path) -> None:
    answer = json.loads(ask(index, "--viewer", "1", "--json", "--exact", "(apply followed_by: followed_by:me)").stdout)
    assert answer.pop("took_ms") >= 0
    assert answer == {
        "results": [
            {"id": 1, "vertical": "user", "name": "ann"},
            {"id": 4, "vertical": "user", "name": "dan"},
        ],
        "total": 2,
        "total_is_exact": True,
        "complete": True,
        "incomplete": [],
    }


def test_table_holds_rank_id_name_and_the_time(index: Path) -> None:
    result = ask(index, "--viewer", "1", "followed_by:me")
    assert re.search(r"1 +2 +bob\b", result.stdout)
    assert re.search(r"2 +3 +cyd\b", result.stdout)
    assert re.search(r"2 results · complete · [0-9.]+ ms", result.stdout)
    assert result.stderr == ""


def test_lineage_explain_and_why_not_read_well(index: Path) -> None:
    flags = ("--viewer", "1", "--lineage", "--explain", "--why-not", "5")
    result = ask(index, *flags, "(and name:dan (apply followed_by: followed_by:me))")
    assert "followed by bob and cyd" in result.stdout
    assert "└── (apply followed_by: followed_by:me)  2" in result.stdout
    assert "not in name:dan" in result.stdout
    assert "estimate" not in result.stdout


def test_limit_and_incomplete(index: Path) -> None:
    result = ask(index, "--viewer", "1", "--limit", "1", "--exact", "(apply followed_by: followed_by:me :limit 1)")
    assert "1 of 2 results · not complete" in result.stdout
    assert "(apply followed_by: followed_by:me :limit 1) took 1 of 2 inner results" in result.stdout


def test_vertical_decides(index: Path) -> None:
    answer = json.loads(ask(index, "--json", "--vertical", "place", "name:blue").stdout)
    assert answer["results"] == [{"id": 510, "vertical": "place", "name": "Blue Bottle"}]
    assert json.loads(ask(index, "--json", "name:blue").stdout)["results"] == []


def test_operator_sees_all_and_is_logged_on_one_line(index: Path) -> None:
    result = ask(index, "--viewer", "1", "--operator", "--json", "name:zoe\n;x")
    assert [found["id"] for found in json.loads(result.stdout)["results"]] == [6]
    assert result.stderr == "operator query by local command line: name:zoe\\n;x\n"
    plain = ask(index, "--viewer", "1", "--json", "name:zoe")
    assert json.loads(plain.stdout)["results"] == []
    assert plain.stderr == ""


def test_names_cannot_steer_the_terminal(tmp_path: Path) -> None:
    warehouse = tmp_path / "warehouse"
    warehouse.mkdir()
    names = ["red\x1b[31m", "[bold]x[/bold]", ":smile:", "two\nlines"]
    frame = pl.DataFrame({"id": range(4), "username": names})
    frame.write_parquet(warehouse / "users.parquet")
    assert run("build", "--warehouse", warehouse, "--index", tmp_path / "i").exit_code == 0
    shown = ask(tmp_path / "i", "name:*").stdout
    assert "\x1b" not in shown
    for name in ("red\\x1b[31m", "[bold]x[/bold]", ":smile:", "two\\nlines"):
        assert name in shown


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        (("--limit", "0", "name:a"), "limit 0 is out of range"),
        (("--limit", "10001", "name:a"), "limit 10001 is out of range"),
        (("--limit", "9" * 30, "name:a"), "is out of range"),
        (("--limit", "x", "name:a"), "'x' is not a valid integer"),
        (("--limit", "9" * 5000, "name:a"), "not a valid integer"),
        (("--viewer", str(2**63), "name:a"), "is no id"),
        (("--viewer", "1_0", "name:a"), "is no id"),
        (("--why-not", "me", "name:a"), "is no id"),
        (("--vertical", "users", "name:a"), "'users' is not one of 'user', 'media'"),
        (("--viewr", "1", "name:a"), "'--viewer'?"),
        ((), "give either a query or --file"),
        (("--file", "/nowhere/at/all", "name:a"), "No such file"),
    ],
)
def test_wrong_flags(index: Path, flags: tuple[str, ...], says: str) -> None:
    result = ask(index, *flags)
    assert result.exit_code == 2
    assert says in result.stderr
    assert result.stdout == ""
    in_json = ask(index, "--json", *flags)
    assert in_json.exit_code == 2
    assert set(json.loads(in_json.stdout)["error"]) == {"code", "message", "line", "column", "hint"}


def test_query_error_is_underlined(index: Path) -> None:
    result = ask(index, "(and name:x\n (apply followd_by: name:한국))")
    assert result.exit_code == 2
    shown = result.stderr.splitlines()
    place = next(row for row, line in enumerate(shown) if "^" in line)
    assert shown[place - 2].strip() == "(and name:x"
    assert shown[place - 1][shown[place].index("^") :].startswith("followd_by:")
    assert "did you mean `followed_by:`?" in result.stderr


def test_underline_counts_columns_of_the_terminal(index: Path) -> None:
    shown = ask(index, "(and name:한국 nam:x)").stderr.splitlines()
    place = next(row for row, line in enumerate(shown) if "^" in line)
    text = shown[place - 1]
    assert shown[place].index("^") == text.index("nam:") + 2  # two characters of double width stand before


def test_query_error_as_json(index: Path) -> None:
    result = ask(index, "--json", "(and name:x nam:y)")
    assert result.exit_code == 2
    error = json.loads(result.stdout)["error"]
    assert (error["code"], error["line"], error["column"]) == ("unknown-edge", 1, 13)
    assert result.stderr == ""


def test_bad_setting(index: Path) -> None:
    result = ask(index, "name:a", env={"MONOCEROS_MAX_LIMIT": "many"})
    assert result.exit_code == 2
    assert "MONOCEROS_MAX_LIMIT='many' is no whole number" in result.stderr


def test_no_index(tmp_path: Path) -> None:
    result = ask(tmp_path / "none", "name:a")
    assert result.exit_code == 2
    assert "holds no index" in result.stderr
    assert json.loads(ask(tmp_path / "none", "--json", "name:a").stdout)["error"]["code"] == "no-index"


# -- query --file ------------------------------------------------------------------------------------------------------


def test_every_line_gets_one_answer_in_order(index: Path, tmp_path: Path) -> None:
    good = {"query": "followed_by:me", "viewer": 1}
    answers = lines(
        index,
        tmp_path,
        good,
        b"",
        b"{",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"query": ' + b"9" * 5000 + b"}",
        [good],
        {"viewer": 1},
        {"query": 5},
        {"query": "name:a", "viewr": 1},
        {"query": "name:a", "viewer": 2**63},
        {"query": "name:a", "viewer": True},
        {"query": "name:a", "limit": 1.0},
        {"query": "name:a", "limit": 0},
        {"query": "name:a", "vertical": "people"},
        {"query": "name:a", "vertical": ["user"]},
        {"query": "name:a", "operator": 1},
        {"query": "nam:a"},
        b'{"query": "name:\\ud800"}',
        {"query": "name:" + "x" * 200_000},
        {**good, "limit": 1, "vertical": "user", "operator": False, "exact": True},
        {**good, "limit": None, "vertical": None, "operator": None, "exact": None},
    )
    wrong = answers[1:-2]
    assert all(set(answer) == {"error"} and answer["error"]["message"] for answer in wrong)  # type: ignore[index]
    codes = [answer["error"]["code"] for answer in wrong]  # type: ignore[index]
    assert codes == ["bad-line"] * 11 + ["bad-line", "bad-limit"] + ["bad-line"] * 3 + [
        "unknown-edge",
        "syntax",
        "limit",
    ]
    ids = [[found["id"] for found in answers[row]["results"]] for row in (0, -2, -1)]  # type: ignore[attr-defined]
    assert ids == [[2, 3], [2], [2, 3]]
    assert answers[-2]["total"] == 2


def test_unknown_field_is_named_with_the_nearest(index: Path, tmp_path: Path) -> None:
    (answer,) = lines(index, tmp_path, {"query": "name:a", "vertcal": "user"})
    assert answer["error"]["message"] == "unknown field `vertcal`"  # type: ignore[index]
    assert "did you mean `vertical`?" in answer["error"]["hint"]  # type: ignore[index]


def test_flags_stand_for_what_a_line_does_not_say(index: Path, tmp_path: Path) -> None:
    flags = ("--viewer", "1", "--limit", "1", "--lineage")
    first, second = lines(
        index, tmp_path, {"query": "followed_by:me"}, {"query": "followed_by:me", "viewer": 2}, flags=flags
    )
    assert [found["id"] for found in first["results"]] == [2]  # type: ignore[attr-defined]
    assert [found["id"] for found in second["results"]] == [1]  # type: ignore[attr-defined]
    assert second["results"][0]["lineage"] == []  # type: ignore[index]


def test_stdin_without_a_last_line_end(index: Path) -> None:
    result = ask(index, "--file", "-", input=b'{"query": "name:bob"}\r\n{"query": "name:cyd"}')
    assert [json.loads(line)["results"][0]["id"] for line in result.stdout.splitlines()] == [2, 3]


def test_answers_are_written_at_once(index: Path) -> None:
    command = [sys.executable, "-m", "api.cli.main", "query", "--index", str(index), "--file", "-"]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        for name in (b"bob", b"cyd"):
            process.stdin.write(b'{"query": "name:%s"}\n' % name)
            process.stdin.flush()
            assert json.loads(process.stdout.readline())["results"][0]["name"] == name.decode()
        process.stdin.close()
        assert process.wait(10) == 0


def test_bounded_lines(tmp_path: Path) -> None:
    file = tmp_path / "lines"
    file.write_bytes(b"abc\n" + b"x" * 300_000 + b"\nabcd\r\nabcde\n\nend")
    with file.open("rb") as source:
        found = list(bounded_lines(source, 4))
    assert found == [(b"abc", True), (b"xxxx", False), (b"abcd", True), (b"abcd", False), (b"", True), (b"end", True)]


@pytest.mark.skipif(not (SHARED / "conformance").is_dir(), reason="the shared conformance worlds are not there")
def test_a_conformance_world_from_the_command_line(tmp_path: Path) -> None:
    world = SHARED / "conformance" / "world2"
    assert run("build", "--warehouse", world, "--index", tmp_path / "index").exit_code == 0
    cases = [json.loads(line) for line in (world / "cases.jsonl").read_text(encoding="utf-8").splitlines()]
    asked = ("query", "viewer", "vertical", "limit", "operator")
    answers = lines(
        tmp_path / "index", tmp_path, *({key: case[key] for key in asked} | {"exact": True} for case in cases)
    )
    for case, answer in zip(cases, answers, strict=True):
        key = "name" if any(isinstance(found, str) for found in case["results"]) else "id"
        assert case["complete"] in (None, answer["complete"]), (case, answer["incomplete"])
        assert [found[key] for found in answer["results"]] == case["results"], case  # type: ignore[attr-defined]
        assert answer["total"] == case["total"], case


# -- generate, import, build, verify -----------------------------------------------------------------------------------


def test_generate_build_verify(tmp_path: Path) -> None:
    warehouse, index = tmp_path / "w", tmp_path / "i"
    made = run("generate", "--users", "50", "--seed", "3", "--warehouse", warehouse)
    assert made.exit_code == 0
    assert re.search(r"users +50\b", made.stdout)
    assert "generate: follows" in made.stderr
    built = run("build", "--warehouse", warehouse, "--index", index)
    assert built.exit_code == 0
    assert re.search(r"users +50 +read", built.stdout)
    assert re.search(r"postings +[0-9,]+, [0-9.]+ bytes each", built.stdout)
    verified = run("verify", "--index", index)
    assert verified.exit_code == 0
    assert len(verified.stdout.splitlines()) == 1
    assert "no damage" in verified.stdout
    again = run("generate", "--users", "50", "--warehouse", warehouse)
    assert again.exit_code == 2
    assert "is not an empty directory" in again.stderr


def test_rows_kept_out_are_printed(tmp_path: Path) -> None:
    warehouse = write_world(tmp_path / "w")
    pl.DataFrame({"follower_id": [1, 1, 2], "followee_id": [1, 99, 1]}).write_parquet(warehouse / "follows.parquet")
    built = run("build", "--warehouse", warehouse, "--index", tmp_path / "i")
    assert re.search(r"follows +3 +read", built.stdout)
    assert re.search(r"follows +1 +kept out: dangling", built.stdout)
    assert re.search(r"follows +1 +kept out: self", built.stdout)


@pytest.mark.parametrize(
    "args",
    [
        ("generate", "--users", "0", "--warehouse", "W"),
        ("generate", "--users", "9" * 40, "--warehouse", "W"),
        ("generate", "--users", "5", "--seed", "-1", "--warehouse", "W"),
        ("import", "lastfmm", ".", "--warehouse", "W"),
        ("import", "lastfm", ".", "--warehouse", "W"),
        ("build", "--warehouse", "none", "--index", "W"),
        ("build", "--warehouse", "torn", "--index", "W/a/b"),
        ("build", "--warehouse", "torn", "--index", "W", "--as-of", "9" * 20),
        ("verify", "--index", "W"),
        ("repl", "--index", "W"),
    ],
)
def test_refused_and_nothing_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, args: tuple[str, ...]) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "torn").mkdir()
    (tmp_path / "torn" / "users.parquet").write_bytes(b"PAR1 no more")
    result = run(*args)
    assert result.exit_code == 2, result.output
    assert "rror: " in result.stderr
    assert "Traceback" not in result.output
    assert os.listdir(tmp_path) == ["torn"]


def test_import_help_names_the_data_sets() -> None:
    result = run("import", "--help")
    assert "gowalla" in result.stdout
    assert "lastfm" in result.stdout


def test_verify_names_every_damaged_file(tmp_path: Path) -> None:
    index = build(tmp_path)
    files = sorted(index.glob("generations/*/*.bin"))
    damaged = [path for path in files if path.stat().st_size][:2]
    for path in damaged:
        data = bytearray(path.read_bytes())
        data[-1] ^= 4
        path.write_bytes(data)
    result = run("verify", "--index", index)
    assert result.exit_code == 1
    named = result.stdout.splitlines()
    assert [any(path.name in line and "block 0" in line for line in named) for path in damaged] == [True, True]
    refused = ask(index, "name:ann")
    assert refused.exit_code == 2
    assert damaged[0].name in refused.stderr
    (index / "CURRENT").write_text("{")
    assert run("verify", "--index", index).exit_code == 1


def test_a_second_writer_is_told(tmp_path: Path) -> None:
    from index import writing

    index = build(tmp_path)
    with writing(index):
        result = run("build", "--warehouse", tmp_path / "warehouse", "--index", index)
    assert result.exit_code == 2
    assert "another process is writing" in result.stderr
    assert run("verify", "--index", index).exit_code == 0


# -- how a process ends ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupted_build_leaves_the_old_generation(tmp_path: Path, number: int, code: int) -> None:
    index = build(tmp_path)
    before = sorted(path.relative_to(index) for path in index.rglob("*"))
    assert run("generate", "--users", "4000", "--seed", "1", "--warehouse", tmp_path / "big").exit_code == 0
    command = [
        sys.executable,
        "-m",
        "api.cli.main",
        "build",
        "--warehouse",
        str(tmp_path / "big"),
        "--index",
        str(index),
    ]
    with subprocess.Popen(command, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stderr is not None
        process.stderr.readline()
        process.send_signal(number)
        out, errors = process.communicate(timeout=30)
    assert process.returncode == code, errors
    assert out == b""
    assert b"Traceback" not in errors
    assert sorted(path.relative_to(index) for path in index.rglob("*")) == before
    assert run("verify", "--index", index).exit_code == 0


def test_a_broken_pipe_is_silent(index: Path) -> None:
    queries = '{"query": "name:*"}\n' * 2000
    command = [sys.executable, "-m", "api.cli.main", "query", "--index", str(index), "--file", "-"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdin.write(queries[:19])
        process.stdin.write("\n")
        process.stdin.flush()
        process.stdout.readline()
        process.stdout.close()
        try:
            process.stdin.write(queries)
            process.stdin.close()
        except BrokenPipeError:
            pass
        assert process.stderr.read() == ""


def test_a_bug_is_one_line_and_code_70(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise ZeroDivisionError("over\nnothing")

    monkeypatch.setattr("api.session.Session.run", fail)
    result = ask(index, "name:a")
    assert result.exit_code == 70
    assert result.stderr.startswith("internal error: ZeroDivisionError: over — this is a bug")
    assert len(result.stderr.splitlines()) == 1
    assert "Traceback" in ask(index, "name:a", env={"MONOCEROS_DEBUG": "1"}).stderr


def test_help_is_fast_and_loads_no_engine() -> None:
    code = (
        "import sys, api.cli.main; print([m for m in ('numba', 'polars', 'rich', 'lark', 'numpy') if m in sys.modules])"
    )
    shown = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert shown.stdout == "[]\n"
    result = run("--help")
    assert result.exit_code == 0
    for name in ("import", "generate", "build", "verify", "query", "repl", "demo"):
        assert f"\n  {name} " in result.stdout
        assert run(name, "--help").exit_code == 0


def test_unknown_command() -> None:
    result = run("qery")
    assert result.exit_code == 2
    assert "query" in result.stderr


@pytest.mark.parametrize("text", ["", " 1", "1 ", "+1", "1.0", "٣", "1" * 5000, str(2**63), str(-(2**63) - 1)])
def test_no_id(text: str) -> None:
    with pytest.raises(InputError, match="is no id"):
        read_id(text)


def test_ids() -> None:
    assert [read_id(text) for text in ("0", "-5", "0007", str(2**63 - 1), str(-(2**63)))] == [
        0,
        -5,
        7,
        2**63 - 1,
        -(2**63),
    ]


# -- demo --------------------------------------------------------------------------------------------------------------


def test_demo_runs_twice_and_repairs_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.cli.demo.USERS", 300)
    monkeypatch.setattr("api.cli.demo.EVENTS", 2_000)
    first = run("demo", "--directory", tmp_path / "demo")
    assert first.exit_code == 0, first.output
    assert first.stdout.count("reached by") >= 3
    assert first.stdout.count("└── ") >= 3
    assert "monoceros repl --index" in first.stdout
    second = run("demo", "--directory", tmp_path / "demo")
    assert "Building" not in second.stdout
    assert "Applying" not in second.stdout
    strip = re.compile(r"[0-9.]+ ms")
    answers = strip.sub("", first.stdout[first.stdout.index("\n\n") :])
    assert answers.endswith(strip.sub("", second.stdout))
    for name in ("CURRENT", "LIVE"):
        (tmp_path / "demo" / "index" / name).write_text("{}")
    third = run("demo", "--directory", tmp_path / "demo")
    assert third.exit_code == 0
    assert "Building" in third.stdout
    assert "Generating" not in third.stdout
    assert answers.endswith(strip.sub("", third.stdout[-len(second.stdout) + 40 :]))
    given: list[ServiceOptions] = []
    monkeypatch.setattr("api.http.run_service", lambda options, _: given.append(options))
    monkeypatch.setattr("api.cli.demo._train", lambda *_: None)  # so small a world has nothing to learn from
    served = run("demo", "--directory", tmp_path / "demo", "--then", "serve", "--port", "8765")
    assert "The service is at http://127.0.0.1:8765, until Ctrl-C" in served.stdout
    assert [(options.port, options.keys) for options in given] == [(8765, None)]
    assert given[0].operations.open_sinks is not None
