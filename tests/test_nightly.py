"""Snapshot → build → verify → gate → promote, and back: what is in force after each ending."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner, Result

import index.store
from api.cli.main import commands
from index import Staged, discard, open_index, open_staged, promote, publish, rollback, stage, verify_index, writing
from index.live.pointer import Live, read_live, write_live
from ingest.documents import read_corpus
from ingest.live import LiveWriter
from schemas.errors import DamagedError, InputError
from tests.servers.postgres import PostgresServer, postgres_server


def write(warehouse: Path, users: int) -> str:
    warehouse.mkdir(exist_ok=True)
    names = [f"user{n}" for n in range(users)]
    pl.DataFrame({"id": range(users), "username": names}).write_parquet(warehouse / "users.parquet")
    return str(warehouse)


def staged(where: Path, users: int, place: Path) -> Staged:
    write(where, users)
    return stage(place, lambda: read_corpus(where, now_ms=1), now_ms=1, progress=lambda _: None)


def published(where: Path, users: int, place: Path) -> None:
    write(where, users)
    with writing(place):
        publish(place, lambda: read_corpus(where, now_ms=1), now_ms=1, progress=lambda _: None)


def users_of(place: Path) -> int:
    return open_index(place).manifest.documents["user"]


def generations(place: Path) -> list[str]:
    return sorted(path.name for path in (place / "generations").iterdir())


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(commands, [str(argument) for argument in arguments])


def canaries(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return path


class TestStaging:
    def test_what_is_staged_is_in_force_for_nobody_until_it_is_promoted(self, tmp_path: Path) -> None:
        place = tmp_path / "index"
        published(tmp_path / "w", 3, place)
        with writing(place):
            new = staged(tmp_path / "w", 4, place)
            assert users_of(place) == 3
            assert open_staged(place, new).manifest.documents["user"] == 4
            promote(place, new)
        assert users_of(place) == 4
        assert generations(place) == ["000001", "000002"]

    def test_what_is_discarded_is_gone(self, tmp_path: Path) -> None:
        place = tmp_path / "index"
        published(tmp_path / "w", 3, place)
        with writing(place):
            discard(place, staged(tmp_path / "w", 4, place))
        assert (users_of(place), generations(place)) == (3, ["000001"])

    def test_damage_is_found_before_it_is_promoted(self, tmp_path: Path) -> None:
        place = tmp_path / "index"
        with writing(place):
            new = staged(tmp_path / "w", 4, place)
            path = place / "generations" / new.name / "user.bin"
            data = bytearray(path.read_bytes())
            data[-1] ^= 1
            path.write_bytes(data)
            with pytest.raises(DamagedError, match=r"user\.bin, block 0"):
                open_staged(place, new)

    def test_one_that_a_killed_process_left_goes_with_the_next(self, tmp_path: Path) -> None:
        place = tmp_path / "index"
        published(tmp_path / "w", 3, place)
        with writing(place):
            staged(tmp_path / "w", 4, place)
        published(tmp_path / "w", 5, place)
        assert (users_of(place), generations(place)) == (5, ["000001", "000003"])

    def test_the_generation_that_live_follows_is_kept(self, tmp_path: Path) -> None:
        place = tmp_path / "index"
        published(tmp_path / "w", 3, place)
        manifest = json.loads((place / "CURRENT").read_bytes())["manifest"]
        write_live(place, Live("000001", manifest, 1, (), {}, 0), durable=True)
        for users in (4, 5, 6):
            published(tmp_path / "w", users, place)
        assert generations(place) == ["000001", "000003", "000004"]
        assert users_of(place) == 3  # until the layers are moved over to the new base


class TestRollback:
    def test_the_one_before_is_in_force_again(self, tmp_path: Path) -> None:
        place = tmp_path / "index"
        for users in (3, 4, 5):
            published(tmp_path / "w", users, place)
        with writing(place):
            assert rollback(place) == "000002"
        assert users_of(place) == 4
        assert verify_index(place)[1] == []
        with writing(place), pytest.raises(InputError, match="no generation before 000002"):
            rollback(place)
        published(tmp_path / "w", 6, place)
        assert (users_of(place), generations(place)) == (6, ["000002", "000004"])
        result = run("rollback", "--index", place)
        assert (result.exit_code, users_of(place)) == (0, 4)
        assert "generation 000002 is in force again" in result.output

    def test_one_that_is_damaged_is_refused(self, tmp_path: Path) -> None:
        place = tmp_path / "index"
        for users in (3, 4):
            published(tmp_path / "w", users, place)
        (place / "generations" / "000001" / "user.bin").write_bytes(b"")
        result = run("rollback", "--index", place)
        assert (result.exit_code, users_of(place)) == (2, 4)
        assert "user.bin" in result.output

    def test_a_manifest_that_is_gone_is_refused(self, tmp_path: Path) -> None:
        place = tmp_path / "index"
        for users in (3, 4):
            published(tmp_path / "w", users, place)
        (place / "generations" / "000001" / "manifest.json").unlink()
        assert run("rollback", "--index", place).exit_code == 2
        assert users_of(place) == 4


class TestNightly:
    def test_the_first_one_has_nothing_to_be_compared_with(self, tmp_path: Path) -> None:
        result = run("nightly", "--warehouse", write(tmp_path / "w", 10), "--index", tmp_path / "index")
        assert result.exit_code == 0, result.output
        assert users_of(tmp_path / "index") == 10

    @pytest.mark.parametrize(("users", "refused"), [(80, False), (120, False), (79, True), (121, True), (0, True)])
    def test_sizes_may_change_by_a_fifth(self, tmp_path: Path, users: int, refused: bool) -> None:
        place = tmp_path / "index"
        published(tmp_path / "w", 100, place)
        result = run("nightly", "--warehouse", write(tmp_path / "w", users), "--index", place)
        assert result.exit_code == refused, result.output
        assert users_of(place) == (100 if refused else users)
        if refused:
            assert f"refused: user documents: {users} after 100" in result.stderr
            assert generations(place) == ["000001"]
        assert verify_index(place)[1] == []

    def test_how_much_is_said_by_a_flag(self, tmp_path: Path) -> None:
        place = tmp_path / "index"
        published(tmp_path / "w", 10, place)
        command = ("nightly", "--warehouse", write(tmp_path / "w", 11), "--index", place, "--max-change")
        assert run(*command, "0").exit_code == 1
        assert run(*command, "-1").exit_code == 2
        assert run(*command, "0.1").exit_code == 0

    def test_canaries_that_are_silent_keep_it_out(self, tmp_path: Path) -> None:
        place = tmp_path / "index"
        published(tmp_path / "w", 10, place)
        file = canaries(
            tmp_path / "c.jsonl",
            {"query": "name:user*", "at_least": 10},
            {"query": "name:user3", "viewer": 5},
            {"query": "name:user*", "at_least": 12},
            {"query": "name:nobody"},
            {"query": "(and"},
        )
        result = run("nightly", "--warehouse", write(tmp_path / "w", 11), "--index", place, "--canary", file)
        assert result.exit_code == 1, result.output
        refused = [line for line in result.stderr.splitlines() if line.startswith("refused")]
        assert [line.split("c.jsonl:")[1] for line in refused[:2]] == [
            "3: name:user* has 11 results, not at least 12",
            "4: name:nobody has 0 results, not at least 1",
        ]
        assert refused[2].split("c.jsonl:")[1].startswith("5: ")
        assert users_of(place) == 10
        canaries(file, {"query": "name:user*", "at_least": 11})
        result = run("nightly", "--warehouse", tmp_path / "w", "--index", place, "--canary", file)
        assert (result.exit_code, users_of(place)) == (0, 11)

    @pytest.mark.parametrize(
        ("line", "why"),
        [
            ("[]", "no object"),
            ('{"at_least": 1}', "has no query"),
            ('{"query": "name:a", "at_least": 0}', "at_least"),
            ('{"query": "name:a", "at_least": true}', "at_least"),
            ('{"query": "name:a", "viewr": 1}', "did you mean"),
        ],
    )
    def test_a_canary_that_is_none_is_said_before_anything_is_built(self, tmp_path: Path, line: str, why: str) -> None:
        file = tmp_path / "c.jsonl"
        file.write_text(f'{{"query": "name:a"}}\n\n{line}\n')
        result = run("nightly", "--warehouse", write(tmp_path / "w", 3), "--index", tmp_path / "i", "--canary", file)
        assert result.exit_code == 2
        assert "c.jsonl:3" in result.stderr
        assert why in result.stderr
        assert not (tmp_path / "i").exists()

    def test_an_index_that_is_damaged_is_made_again(self, tmp_path: Path) -> None:
        place = tmp_path / "index"
        published(tmp_path / "w", 10, place)
        (place / "generations" / "000001" / "manifest.json").write_bytes(b"{}")
        result = run("nightly", "--warehouse", write(tmp_path / "w", 50), "--index", place)
        assert (result.exit_code, users_of(place)) == (0, 50)
        assert "nothing to compare with" in result.stderr

    def test_a_step_that_fails_leaves_what_was(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        place = tmp_path / "index"
        published(tmp_path / "w", 10, place)

        def fails(*_: object) -> None:
            raise OSError(28, "No space left on device")

        monkeypatch.setattr("index.store.write_file", fails)
        assert run("nightly", "--warehouse", tmp_path / "w", "--index", place).exit_code == 2
        monkeypatch.undo()
        assert (users_of(place), generations(place)) == (10, ["000001"])
        assert index.store.current_generation(place) == "000001"
        (tmp_path / "w" / "users.parquet").write_bytes(b"no parquet")
        assert run("nightly", "--warehouse", tmp_path / "w", "--index", place).exit_code == 2
        assert (users_of(place), generations(place)) == (10, ["000001"])


class TestLive:
    """Where events are applied over a base, a new one takes its place under them; so does one that comes back."""

    def test_a_base_that_is_promoted_or_comes_back_is_followed(self, tmp_path: Path) -> None:
        place = tmp_path / "index"
        published(tmp_path / "w", 10, place)
        with closing(LiveWriter.open(place, now_ms=2)) as writer:
            writer.flush({"at": 1})
            writer.checkpoint()
        assert read_live(place) is not None
        assert run("nightly", "--warehouse", write(tmp_path / "w", 11), "--index", place).exit_code == 0
        assert followed(place) == ("000002", 11)
        assert run("build", "--warehouse", write(tmp_path / "w", 12), "--index", place).exit_code == 0
        assert followed(place) == ("000003", 12)
        assert run("rollback", "--index", place).exit_code == 0
        assert followed(place) == ("000002", 11)

    def test_where_a_process_applies_events_that_one_does_so(self, tmp_path: Path) -> None:
        place = tmp_path / "index"
        published(tmp_path / "w", 10, place)
        with closing(LiveWriter.open(place, now_ms=2)) as writer:
            writer.flush({"at": 1})
            assert run("nightly", "--warehouse", write(tmp_path / "w", 11), "--index", place).exit_code == 0
            assert followed(place) == ("000001", 10)
            assert writer.rebase_if_needed()
        assert followed(place) == ("000002", 11)


def followed(place: Path) -> tuple[str, int]:
    segment = open_index(place)
    return segment.generation, segment.manifest.documents["user"]


class TestReconcile:
    def test_the_report_is_shown_by_kind(self, tmp_path: Path) -> None:
        report = {"likes": {"added": 1200, "removed": 3, "changed": 0}, "user.name": {"changed": 2}}
        (tmp_path / "live").mkdir()
        (tmp_path / "live" / "reconcile.json").write_text(json.dumps(report))
        result = run("reconcile", "--index", tmp_path, "--report")
        assert result.exit_code == 0
        assert [line.split() for line in result.stdout.splitlines() if "," in line or ":" in line or "2" in line] == [
            ["likes", "1,200", "added:", "missing", "from", "the", "index"],
            ["likes", "3", "removed:", "gone", "from", "the", "tables"],
            ["user.name", "2", "changed"],
            ["1,205", "facts", "repaired"],
        ]
        assert run("reconcile", "--index", tmp_path).stdout == "1,205 facts repaired\n"

    def test_there_may_be_none_or_it_may_be_damaged(self, tmp_path: Path) -> None:
        assert run("reconcile", "--index", tmp_path).exit_code == 2
        (tmp_path / "live").mkdir()
        for text in ("", "[]", '{"likes": 3}', '{"likes": {"added": "many"}}'):
            (tmp_path / "live" / "reconcile.json").write_text(text)
            result = run("reconcile", "--index", tmp_path)
            assert result.exit_code == 2, text
            assert "reconcile.json is not readable" in result.stderr


@pytest.fixture(scope="module")
def postgres() -> Iterator[PostgresServer]:
    with postgres_server() as server:
        yield server


def test_from_a_database_night_after_night(postgres: PostgresServer, tmp_path: Path) -> None:
    source = postgres.new_database(
        "nights",
        "CREATE TABLE users (id bigint, username text)",
        "CREATE TABLE follows (follower_id bigint, followee_id bigint)",
        "INSERT INTO users SELECT n, 'user' || n FROM generate_series(1, 100) AS n",
        "INSERT INTO follows SELECT n, n % 100 + 1 FROM generate_series(1, 100) AS n",
    )
    file = canaries(tmp_path / "c.jsonl", {"query": "(apply followed_by: followed_by:5)"})
    command = ("nightly", "--from", source, "--warehouse", tmp_path / "w", "--index", tmp_path / "i", "--canary", file)
    assert run(*command).exit_code == 0
    with postgres.connect("nights") as connection:
        connection.execute("INSERT INTO users SELECT n, 'user' || n FROM generate_series(101, 110) AS n")
    result = run(*command)
    assert (result.exit_code, users_of(tmp_path / "i")) == (0, 110), result.output
    times = open_index(tmp_path / "i").manifest.snapshot_ms
    assert set(times) == {"users", "follows"}
    assert times["users"] == times["follows"] > 1_700_000_000_000
    with postgres.connect("nights") as connection:
        connection.execute("DELETE FROM follows")
    result = run(*command)
    assert result.exit_code == 1
    assert "postings" in result.stderr
    assert "(apply followed_by: followed_by:5) has 0 results" in result.stderr
    assert users_of(tmp_path / "i") == 110
    result = run("snapshot", "--from", source, "--warehouse", tmp_path / "w")
    assert result.exit_code == 0
    assert "users" in result.stdout
