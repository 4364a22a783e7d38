"""Generated streams: same seed same bytes, believable shares, documents as the warehouse has them, any size of world."""

from __future__ import annotations

import sqlite3
from collections import Counter
from itertools import islice
from pathlib import Path

import polars as pl
import pytest
from click.testing import CliRunner

from api.cli.main import commands
from ingest.firehose.wire import KINDS, Event, decode, read_frames
from ingest.parquet import ParquetWarehouse
from ingest.worlds import cast, generate, stage
from ingest.worlds.events import CHUNK, event_stream
from ingest.worlds.sampling import END_MS

EVENTS = 30_000
SEED = 5


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("worlds") / "w"
    generate(3_000, SEED, out)
    return out


@pytest.fixture(scope="module")
def messages(warehouse: Path) -> list[bytes]:
    return list(event_stream(ParquetWarehouse(warehouse), SEED, EVENTS))


@pytest.fixture(scope="module")
def events(messages: list[bytes]) -> list[Event]:
    return [decode(message) for message in messages]


def table(warehouse: Path, name: str) -> pl.DataFrame:
    return pl.read_parquet(warehouse / name / "*.parquet")


def test_the_same_seed_gives_the_same_stream_and_a_shorter_one_is_its_beginning(warehouse, messages):
    for count in (1, CHUNK, CHUNK + 1):
        assert list(event_stream(ParquetWarehouse(warehouse), SEED, count)) == messages[:count]
    assert next(event_stream(ParquetWarehouse(warehouse), SEED + 1, 1)) != messages[0]


def test_times_follow_each_other_after_the_end_of_the_world(events):
    times = [event.time_ms for event in events]
    assert times == sorted(times)
    assert times[0] > END_MS
    assert len(times) == EVENTS


def test_every_kind_occurs_in_a_realistic_share(events):
    kinds = Counter(event.kind for event in events)
    assert kinds.keys() == set(KINDS.values())
    assert 0.25 < kinds["like"] / EVENTS < 0.4
    assert 0.03 < kinds["media"] / EVENTS < 0.08
    assert kinds["unlike"] < kinds["like"] / 5
    deleted = Counter(event.kind for event in events if getattr(event.body, "is_deleted", None))
    assert {"user", "media", "comment"} <= deleted.keys()


def test_documents_are_carried_as_the_warehouse_has_them_until_they_change(warehouse, events):
    users = {row["id"]: row for row in table(warehouse, "users").to_dicts()}
    media = {row["id"]: row for row in table(warehouse, "media").to_dicts()}
    tags: dict[int, list[str]] = {}
    for of, tag in table(warehouse, "media_hashtags").rows():
        tags.setdefault(of, []).append(tag)
    changed: set[int] = set()
    compared = 0
    for event in events:
        if event.kind in ("user", "media"):
            changed.add(event.body.user.id if event.kind == "user" else event.body.media.id)
        if event.kind != "like":
            continue
        for user in (event.body.liker, event.body.media_owner):
            if user.id in users and user.id not in changed:
                row = users[user.id]
                assert (user.username, user.fullname, user.is_private) == tuple(
                    row[name] for name in ("username", "fullname", "is_private")
                )
        told = event.body.media
        if told.id in media and told.id not in changed:
            compared += 1
            row = media[told.id]
            place = None if told.place is None else told.place.id
            assert (told.caption, place, told.owner_id) == (row["caption"], row["place_id"], row["owner_id"])
            assert sorted(told.hashtags) == sorted(tags.get(told.id, []))
        assert event.body.media_owner_id == told.owner_id == event.body.media_owner.id
    assert compared > 1_000


def test_new_ids_are_new_and_distinct(warehouse, events):
    old = set(table(warehouse, "users")["id"]) | set(table(warehouse, "media")["id"])
    uploads = [e.body.media.id for e in events if e.kind == "media" and e.body.media.created_at_millis == e.time_ms]
    joined = [e.body.user.id for e in events if e.kind == "user" and e.body.user.created_at_millis == e.time_ms]
    comments = [e.body.comment_id for e in events if e.kind == "comment" and not e.body.is_deleted]
    for ids in (uploads, joined, comments):
        assert len(set(ids)) == len(ids) > 0
        assert not old & set(ids)


def test_what_is_undone_was_done(events):
    likes = {(e.body.liker_id, e.body.media_id) for e in events if e.kind == "like"}
    undone = [(e.body.liker_id, e.body.media_id) for e in events if e.kind == "unlike"]
    assert sum(pair in likes for pair in undone) > len(undone) / 2


@pytest.mark.parametrize("users", [1, 2, 30])
def test_any_world_has_a_stream(users: int, tmp_path: Path):
    generate(users, 2, tmp_path / "w")
    made = [decode(message) for message in event_stream(ParquetWarehouse(tmp_path / "w"), 2, 3_000)]
    assert len(made) == 3_000
    assert len({event.kind for event in made}) > 4


def test_memory_is_bounded_by_rings_and_samples(warehouse, monkeypatch):
    monkeypatch.setattr(stage, "MOST_USERS", 500)
    monkeypatch.setattr(stage, "MOST_MEDIA", 800)
    monkeypatch.setattr(stage, "MOST_FACTS", 300)
    monkeypatch.setattr(cast, "MOST_CHANGED", 20)
    read = stage.read_stage(ParquetWarehouse(warehouse), SEED)
    assert (read.users.height, read.media.height) == (500, 800)
    assert max(len(read.follows[0]), len(read.likes[0]), len(read.members[0])) <= 300
    newest = table(warehouse, "media").sort("created_at_ms", "id", descending=True).head(800)
    assert set(read.media["id"]) == set(newest["id"])
    made = [decode(message) for message in islice(event_stream(ParquetWarehouse(warehouse), SEED, 10_000), 10_000)]
    assert len({event.body.user.id for event in made if event.kind == "user"}) > 20


def test_command_line(tmp_path: Path):
    runner = CliRunner()
    world = ("generate", "--users", "40", "--seed", "2", "--warehouse")
    assert runner.invoke(commands, [*world, str(tmp_path / "a" / "w"), "--events", "500"]).exit_code == 0
    with sqlite3.connect(tmp_path / "a" / "w.events.db") as log:
        logged = [row[0] for row in log.execute("SELECT message FROM events ORDER BY place")]
    log.close()
    url = f"file://{tmp_path}/e.bin"
    done = runner.invoke(commands, [*world, str(tmp_path / "b"), "--events", "500", "--to", url])
    assert f"500 events in {url}" in done.stdout
    with (tmp_path / "e.bin").open("rb") as file:
        assert [message for _, message in read_frames(file)] == logged
    assert len(logged) == 500


def test_refusals(tmp_path: Path):
    world = ["generate", "--users", "40", "--warehouse", str(tmp_path / "w")]
    for flags in (["--events", "0"], ["--to", "file:///x"], ["--events", "5", "--to", "nowhere"]):
        assert CliRunner().invoke(commands, [*world, *flags]).exit_code == 2, flags
    assert not (tmp_path / "w").exists()
