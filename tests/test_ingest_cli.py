"""`monoceros ingest`, `events` and `produce`, as a person or a program meets them: from a file of events to changed answers."""

from __future__ import annotations

import itertools
import json
import os
import random
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli.main import commands
from ingest.firehose import DeadLetters
from ingest.firehose.wire import Event, encode, write_frames
from schemas.gen.ttypes import FollowEvent, LikeEvent, Media, MediaEvent, User, UserEvent, ViewEvent
from tests.firehose import random_message
from tests.test_cli import ROOT, build, write_world

NOW = 2_000_000_000_000


def run(*args: str | Path, **options: Any) -> Result:
    return CliRunner().invoke(commands, [str(arg) for arg in args], **options)


def ok(*args: str | Path, **options: Any) -> str:
    result = run(*args, **options)
    assert result.exit_code == 0, result.output
    return result.stdout


def found(index: Path, query: str, viewer: int = 1) -> list[int]:
    answer = json.loads(ok("query", "--index", index, "--viewer", str(viewer), "--json", query))
    return [result["id"] for result in answer["results"]]


def fred(time_ms: int = NOW) -> bytes:
    return encode(Event(time_ms, "user", UserEvent(User(77, "fred_new", "Fred New", False))))


def stream(path: Path, *messages: bytes) -> str:
    with path.open("ab") as file:
        write_frames(file, messages)
    return f"file://{path}"


@pytest.fixture
def index(tmp_path: Path) -> Path:
    return build(tmp_path)


# -- ingest ------------------------------------------------------------------------------------------------------------


def test_once_takes_what_is_there_and_queries_see_it(index: Path, tmp_path: Path) -> None:
    url = stream(tmp_path / "events", fred(), encode(Event(NOW, "follow", FollowEvent(1, 77))))
    result = run("ingest", "--index", index, "--from", url, "--once")
    assert (result.exit_code, result.stdout, result.stderr) == (0, "", "2 events\n")
    assert found(index, "name:fred") == [77]
    assert 77 in found(index, "followed_by:me")
    stream(tmp_path / "events", encode(Event(NOW + 1, "user", UserEvent(User(77), True))))
    assert run("ingest", "--index", index, "--from", url, "--once").stderr == "1 events\n"
    assert found(index, "name:fred") == []
    assert run("ingest", "--index", index, "--from", url, "--once").stderr == "0 events\n"


def test_each_source_has_a_position_of_its_own(index: Path, tmp_path: Path) -> None:
    first = stream(tmp_path / "one", fred())
    second = stream(tmp_path / "two", encode(Event(NOW, "follow", FollowEvent(1, 77))))
    for url in (first, second):
        assert run("ingest", "--index", index, "--from", url, "--once").stderr == "1 events\n"
    for url in (first, second):
        assert run("ingest", "--index", index, "--from", url, "--once").stderr == "0 events\n"
    assert 77 in found(index, "followed_by:me")


@pytest.mark.parametrize("order", list(itertools.permutations((1, 2, 3))))
def test_of_two_visibilities_at_one_time_the_narrower_stands(
    index: Path, tmp_path: Path, order: tuple[int, ...]
) -> None:
    told = [Event(NOW, "media", MediaEvent(Media(900, 77, 1, "quokka", visibility=level))) for level in order]
    messages = [fred(), *map(encode, told)]
    url = stream(tmp_path / "events", *messages[:2])
    ok("ingest", "--index", index, "--from", url, "--once")
    stream(tmp_path / "events", *messages[2:])
    ok("ingest", "--index", index, "--from", url, "--once")
    assert found(index, "caption:quokka") == []
    assert found(index, "caption:quokka", viewer=77) == [900]


@pytest.mark.parametrize("count", [1, 2, 9])
def test_a_file_that_took_the_place_of_another_is_read_from_its_beginning(
    index: Path, tmp_path: Path, count: int
) -> None:
    url = stream(tmp_path / "events", fred(), encode(Event(NOW, "follow", FollowEvent(1, 77))))
    ok("ingest", "--index", index, "--from", url, "--once")
    (tmp_path / "events").unlink()
    others = [encode(Event(NOW, "user", UserEvent(User(900 + n, f"zed{n}", "", False)))) for n in range(count)]
    stream(tmp_path / "events", *others)
    result = run("ingest", "--index", index, "--from", url, "--once")
    assert (result.exit_code, result.stderr) == (
        0,
        f"ingest: {url} is another stream than before, and read from its beginning\n{count} events\n",
    )
    assert len(found(index, "name:zed*")) == count
    assert found(index, "name:fred") == [77]
    assert run("ingest", "--index", index, "--from", url, "--once").stderr == "0 events\n"
    (tmp_path / "events").unlink()
    stream(tmp_path / "events", fred())
    assert run("events", "replay", "--index", index, "--from", url).stderr == "1 events\n"


def test_a_media_with_all_that_it_carries(index: Path, tmp_path: Path) -> None:
    media = Media(900, 77, 1, "a quokka", ["wild"], created_at_millis=NOW)
    messages = [
        encode(Event(NOW + 2, "like", LikeEvent(1, 900, 77, media, User(1, "ann"), User(77, "fred_new")))),
        encode(Event(NOW + 1, "media", MediaEvent(media, User(77, "fred_new", "Fred", True)))),
        fred(),
    ]
    ok("ingest", "--index", index, "--from", stream(tmp_path / "events", *messages), "--once")
    assert found(index, "(and hashtag:wild liker:me caption:quokka)") == [900]


def test_poison_is_kept_told_and_driven_again(index: Path, tmp_path: Path) -> None:
    url = stream(tmp_path / "events", fred(), b"\n\0poison", encode(Event(NOW, "follow", FollowEvent(1, 77))))
    result = run("ingest", "--index", index, "--from", url, "--once")
    assert (result.exit_code, result.stderr) == (0, "3 events, 1 dead letters\n")
    assert 77 in found(index, "followed_by:me")
    listed = ok("events", "dead", "list", "--index", index)
    assert "the message is cut short" in listed
    assert "1 of 1 dead letters" in listed
    shown = ok("events", "dead", "show", "--index", index, "1")
    assert "00000000  0a 00 70 6f 69 73 6f 6e" in shown
    assert "..poison" in shown
    assert ok("events", "dead", "redrive", "--index", index) == "0 of 1 were events this time\n"
    letters = DeadLetters(index / "live" / "dead_letters.db")
    letters.add("list://", (0, 1), "was newer", 1, encode(Event(NOW, "follow", FollowEvent(77, 1))))
    letters.save()
    letters.close()
    assert ok("events", "dead", "redrive", "--index", index, "2") == "1 of 1 were events this time\n"
    assert 77 in found(index, "follower:me")
    assert ok("events", "dead", "drop", "--index", index, "1") == "1 dead letters dropped\n"
    assert "0 of 0 dead letters" in ok("events", "dead", "list", "--index", index)
    assert run("events", "dead", "drop", "--index", index).exit_code == 2
    assert ok("events", "dead", "drop", "--index", index, "--all") == "0 dead letters dropped\n"
    for command in ("show", "redrive", "drop"):
        result = run("events", "dead", command, "--index", index, "9")
        assert result.exit_code == 2
        assert "there is no dead letter 9" in result.stderr


def test_status(index: Path, tmp_path: Path) -> None:
    result = run("ingest", "--index", index, "--status")
    assert result.exit_code == 2
    assert "no consumer has written" in result.stderr
    views = [encode(Event(NOW, "view", ViewEvent(1, 2, 3)))] * 3
    ok("ingest", "--index", index, "--from", stream(tmp_path / "events", fred(), *views), "--once")
    shown = ok("ingest", "--index", index, "--status")
    assert "state            ended" in shown
    assert "events           4 (1 user, 3 view)" in shown
    metrics = json.loads(ok("ingest", "--index", index, "--status", "--json"))
    assert (metrics["state"], metrics["events"], metrics["lag_events"]) == ("ended", 4, 0)
    path = index / "live" / "metrics.json"
    for state, problem in (("running", ""), ("stalled", "no progress for 31 s"), ("ended", "cannot write x")):
        path.write_text(json.dumps({**metrics, "state": state, "problem": problem}))
        if state == "running":
            path.write_text(json.dumps({**metrics, "state": state, "updated_ms": 0}))
        result = run("ingest", "--index", index, "--status")
        assert result.exit_code == 1
        assert ("dead" if state == "running" else problem) in result.stdout


@pytest.mark.parametrize(
    ("flags", "says"),
    [
        ((), "give either --from URL or --status"),
        (("--from", "x", "--status"), "give either --from URL or --status"),
        (("--from", "events.bin"), "names no stream of events"),
        (("--from", "file:///nowhere/at/all"), "cannot read /nowhere/at/all"),
        (("--from", "sqlite:///nowhere/at/all"), "there is no file /nowhere/at/all"),
        (("--from", "kafka://127.0.0.1:9092"), "names no topic"),
    ],
)
def test_wrong_flags(index: Path, flags: tuple[str, ...], says: str) -> None:
    result = run("ingest", "--index", index, *flags)
    assert result.exit_code == 2
    assert says in result.stderr


def test_no_index(tmp_path: Path) -> None:
    result = run("ingest", "--index", tmp_path / "none", "--from", stream(tmp_path / "events"), "--once")
    assert result.exit_code == 2
    assert "holds no index" in result.stderr
    assert not (tmp_path / "none").exists()


def test_a_stream_that_is_none(index: Path, tmp_path: Path) -> None:
    (tmp_path / "text").write_text("this is a text, not a stream of events")
    result = run("ingest", "--index", index, "--from", f"file://{tmp_path}/text", "--once")
    assert result.exit_code == 2
    assert "at byte 0 stands a length of" in result.stderr


def consumer(index: Path, url: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "api.cli.main", "ingest", "--index", index, "--from", url]
    return subprocess.Popen(command, stderr=subprocess.PIPE, cwd=ROOT)


def test_a_consumer_that_fails_says_so(index: Path, tmp_path: Path) -> None:
    url = stream(tmp_path / "events", fred())
    with (tmp_path / "events").open("ab") as file:
        file.write(b"\xff\xff\xff\xff")
    result = run("ingest", "--index", index, "--from", url, "--once")
    assert result.exit_code == 2
    assert "stands a length of 4294967295" in result.stderr
    result = run("ingest", "--index", index, "--status")
    assert result.exit_code == 1
    assert found(index, "name:fred") == [77]  # what stands before the damage
    assert "failed: " in result.stdout
    assert "stands a length of 4294967295" in result.stdout


def test_a_file_that_ends_within_a_message_is_told_and_read_on_once_it_is_whole(index: Path, tmp_path: Path) -> None:
    url = stream(tmp_path / "events", fred())
    first = (tmp_path / "events").stat().st_size
    stream(tmp_path / "events", encode(Event(NOW, "user", UserEvent(User(78, "fred_too", "", False)))))
    whole = (tmp_path / "events").read_bytes()
    for end in (first + 2, len(whole) - 1):
        (tmp_path / "events").write_bytes(whole[:end])
        result = run("ingest", "--index", index, "--from", url, "--once")
        assert result.exit_code == 2
        assert f"events: the message at byte {first} is cut short" in result.stderr
        assert "reads on from there" in result.stderr
        assert found(index, "name:fred") == [77]  # what stands before it
        assert "is cut short" in status(index)["problem"]
        peeked = run("events", "tail", "--from", url)
        assert (peeked.exit_code, peeked.stdout.count("\n")) == (2, 1)
        copied = run("produce", "--from", url, "--to", f"sqlite://{tmp_path}/copy{end}")
        assert copied.exit_code == 2
        assert "is cut short" in copied.stderr
    (tmp_path / "events").write_bytes(whole)
    assert run("ingest", "--index", index, "--from", url, "--once").stderr == "1 events\n"
    assert found(index, "name:fred") == [77, 78]


def until(is_so: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.05)


def answer(index: Path) -> dict[str, Any]:
    return json.loads(ok("query", "--index", index, "--json", "name:fred"))


def status(index: Path) -> dict[str, Any]:
    result = run("ingest", "--index", index, "--status", "--json")
    return json.loads(result.stdout) if result.exit_code < 2 else {}


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_service_follows_its_log_and_stops_when_told(index: Path, tmp_path: Path, number: int) -> None:
    url = f"sqlite://{tmp_path}/log"
    (tmp_path / "frames").write_bytes(b"")
    ok("events", "append", "--to", url, tmp_path / "frames")
    service = consumer(index, url)
    try:
        until(lambda: status(index).get("state") == "running")
        stream(tmp_path / "frames", fred())
        ok("events", "append", "--to", url, tmp_path / "frames")
        began = time.monotonic()
        until(lambda: found(index, "name:fred") == [77])
        assert time.monotonic() - began < 5
        letters = DeadLetters(index / "live" / "dead_letters.db")
        letters.add("list://", (0, 1), "was newer", 1, encode(Event(NOW, "follow", FollowEvent(1, 77))))
        letters.save()
        letters.close()
        assert "takes them within a second" in ok("events", "dead", "redrive", "--index", index)
        until(lambda: 77 in found(index, "followed_by:me"))
        second = run("ingest", "--index", index, "--from", url, "--once")
        assert second.exit_code == 2
        assert "another process is applying events" in second.stderr
        service.send_signal(number)
        _, errors = service.communicate(timeout=30)
        assert (service.returncode, errors.decode()) == (0, "1 events\n")
        assert status(index)["state"] == "ended"
    finally:
        service.kill()
        service.communicate()
    assert run("ingest", "--index", index, "--from", url, "--once").stderr == "0 events\n"


def test_a_disk_that_refuses_is_told_and_waited_for(index: Path, tmp_path: Path) -> None:
    url = f"sqlite://{tmp_path}/log"
    stream(tmp_path / "frames", fred())
    ok("events", "append", "--to", url, tmp_path / "frames")
    service = consumer(index, url)
    try:
        until(lambda: found(index, "name:fred") == [77])
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (2_000, resource.RLIM_INFINITY))  # room for metrics alone
        likes = [
            encode(Event(NOW + n, "follow", FollowEvent(1, 2, User(1000 + n, f"user{n}"), None))) for n in range(500)
        ]
        (tmp_path / "frames").unlink()
        stream(tmp_path / "frames", *likes, encode(Event(NOW, "follow", FollowEvent(1, 77))))
        ok("events", "append", "--to", url, tmp_path / "frames")
        until(lambda: "cannot write" in status(index).get("problem", ""))
        assert run("ingest", "--index", index, "--status").exit_code == 1
        assert service.poll() is None
        assert 77 not in found(index, "followed_by:me")
        until(lambda: (answer(index).get("age_ms") or 0) > 2_000)
        assert "old: the index is behind its stream" in ok("query", "--index", index, "name:fred")
        resource.prlimit(service.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
        until(lambda: 77 in found(index, "followed_by:me"))
        until(lambda: status(index)["problem"] == "")
        until(lambda: "age_ms" not in answer(index))
        service.terminate()
        _, errors = service.communicate(timeout=30)
        assert service.returncode == 0
        assert "ingest: running: cannot write" in errors.decode()
        assert errors.decode().endswith("ingest: goes on as it should\n502 events\n")
    finally:
        service.kill()
        service.communicate()


def test_killed_it_goes_on_from_where_it_was(index: Path, tmp_path: Path) -> None:
    rng = random.Random(4)
    noise = [random_message(rng) for _ in range(3_000)]
    url = stream(tmp_path / "events", *noise)
    for _ in range(3):
        service = consumer(index, url)
        time.sleep(1.5 + rng.random())
        os.kill(service.pid, signal.SIGKILL)
        service.communicate()
    stream(tmp_path / "events", fred(), encode(Event(2**63 - 1, "follow", FollowEvent(1, 77))))
    ok("ingest", "--index", index, "--from", url, "--once")
    assert 77 in found(index, "followed_by:me")
    again = build_again(tmp_path / "again")
    ok("ingest", "--index", again, "--from", url, "--once")
    for query in ("name:*", "name:fred", "followed_by:me"):
        assert found(index, query) == found(again, query)


def build_again(directory: Path) -> Path:
    warehouse = write_world(directory / "warehouse")
    ok("build", "--warehouse", warehouse, "--index", directory / "index")
    return directory / "index"


# -- events and produce ------------------------------------------------------------------------------------------------


def test_events_by_hand(tmp_path: Path) -> None:
    lines = [
        {"server_time_millis": 1, "user": {"user": {"id": 5, "username": "zoë"}}},
        {"server_time_millis": 2, "media": {"media": {"id": 6, "owner_id": 5, "content_type": "ALBUM"}}},
    ]
    text = "".join(json.dumps(line) + "\n" for line in lines)
    (tmp_path / "lines").write_text(text + "\n")
    for url in (f"file://{tmp_path}/f", f"sqlite://{tmp_path}/s"):
        result = run("events", "append", "--to", url, tmp_path / "lines")
        assert (result.exit_code, result.stderr) == (0, f"2 events appended to {url}\n")
        assert run("events", "append", "--to", url, "-", input=text).stderr == f"2 events appended to {url}\n"
        shown = [json.loads(line) for line in ok("events", "peek", "--from", url).splitlines()]
        places = [line.pop("at") for line in shown]
        assert shown == lines + lines
        assert ok("events", "peek", "--from", url, "-n", "1").count("\n") == 1
        at = str(places[1][1] + (url.startswith("file") and 0))
        behind = [json.loads(line) for line in ok("events", "peek", "--from", url, "--at", at).splitlines()]
        assert [line["at"] for line in behind] == places[1 if url.startswith("file") else 2 :]
        tail = [json.loads(line)["at"] for line in ok("events", "tail", "--from", url, "-n", "3").splitlines()]
        assert tail == places[-3:]
        again = f"file://{tmp_path}/again-{url[:4]}"
        ok("events", "append", "--to", again, "-", input=ok("events", "peek", "--from", url))
        assert ok("events", "peek", "--from", again).count("\n") == 4


def test_what_stands_before_an_error_is_appended(tmp_path: Path) -> None:
    line = json.dumps({"server_time_millis": 1, "user": {"user": {"id": 5}}}) + "\n"
    url = f"file://{tmp_path}/events"
    result = run("events", "append", "--to", url, "-", input=line * 2 + "{}\n" + line)
    assert result.exit_code == 2
    assert "2 events appended" in result.stderr
    assert "line 3" in result.stderr
    assert ok("events", "peek", "--from", url).count("\n") == 2


def test_a_message_that_is_cut_off_is_told_and_what_stands_before_it_is_appended(tmp_path: Path) -> None:
    stream(tmp_path / "frames", fred(), fred(NOW + 1), fred(NOW + 2))
    whole = (tmp_path / "frames").read_bytes()
    (tmp_path / "frames").write_bytes(whole[:-1])
    for url in (f"file://{tmp_path}/f", f"sqlite://{tmp_path}/s"):
        result = run("events", "append", "--to", url, tmp_path / "frames")
        assert result.exit_code == 2
        assert result.stderr.startswith(f"2 events appended to {url}\n")
        assert f"frames: the message at byte {len(whole) // 3 * 2} is cut short" in result.stderr
        assert ok("events", "peek", "--from", url).count("\n") == 2


def test_what_is_no_event_is_shown_as_such(tmp_path: Path) -> None:
    url = stream(tmp_path / "events", b"poison", fred())
    first, second = (json.loads(line) for line in ok("events", "peek", "--from", url).splitlines())
    assert first == {"at": [0, 0], "error": first["error"], "bytes": b"poison".hex()}
    assert second["user"]["user"]["username"] == "fred_new"


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "lines, line 2: Expecting"),
        ('{"server_time_millis": 1, "likes": {}}', "lines, line 2: likes is no kind of event"),
        ('{"server_time_millis": 1, "view": {"viewer_id": 1}}', "lines, line 2: ViewEvent.media_id is missing"),
    ],
)
def test_lines_that_are_no_events(tmp_path: Path, line: str, says: str) -> None:
    good = json.dumps({"server_time_millis": 1, "place": {"place": {"id": 5}}})
    (tmp_path / "lines").write_text(f"{good}\n{line}\n")
    result = run("events", "append", "--to", f"sqlite://{tmp_path}/s", tmp_path / "lines")
    assert result.exit_code == 2
    assert says in result.stderr


def test_replaying_changes_nothing_where_nothing_was_lost(index: Path, tmp_path: Path) -> None:
    url = stream(tmp_path / "events", fred(), encode(Event(NOW, "follow", FollowEvent(1, 77))))
    ok("ingest", "--index", index, "--from", url, "--once")
    before = found(index, "name:*")
    assert run("events", "replay", "--from", url, "--index", index).stderr == "2 events\n"
    assert found(index, "name:*") == before
    assert run("ingest", "--index", index, "--from", url, "--once").stderr == "0 events\n"
    result = run("events", "replay", "--from", url, "--index", index, "--at", "x")
    assert result.exit_code == 2
    assert "'x' is no position" in result.stderr


def test_produce(tmp_path: Path) -> None:
    url = stream(tmp_path / "events", *(fred(number) for number in range(300)))
    result = run("produce", "--from", url, "--to", f"sqlite://{tmp_path}/log", "--rate", "500", "--limit", "200")
    assert result.exit_code == 0
    assert result.stderr.startswith("200 events in 0.")
    assert len(ok("events", "peek", "--from", f"sqlite://{tmp_path}/log", "-n", "999").splitlines()) == 200
    assert run("produce", "--from", url, "--to", f"sqlite://{tmp_path}/log", "--rate", "0").exit_code == 2
