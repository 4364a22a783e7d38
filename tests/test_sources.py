"""Files and SQLite as sources: the laws of all sources, and what only these can meet. Producing from one to another."""

from __future__ import annotations

import json
import random
import resource
import time
from contextlib import closing
from pathlib import Path

import pytest

from ingest.firehose.produce import produce
from ingest.firehose.sources import open_sink, open_source
from schemas.errors import InputError
from tests.source_laws import MESSAGES, SourceLaws, append, messages_of, read_all


class TestFile(SourceLaws):
    @pytest.fixture
    def empty_url(self, tmp_path: Path) -> str:
        return f"file://{tmp_path}/events"


class TestSqlite(SourceLaws):
    @pytest.fixture
    def empty_url(self, tmp_path: Path) -> str:
        return f"sqlite://{tmp_path}/events.db"


def test_a_message_whose_end_is_missing_waits_for_it(tmp_path: Path) -> None:
    url, path = f"file://{tmp_path}/events", tmp_path / "events"
    append(url, MESSAGES[:20])
    data = path.read_bytes()
    rng = random.Random(3)
    with path.open("wb") as file, closing(open_source(url)) as source:
        found: list[bytes] = []
        at = 0
        while at < len(data):
            at += file.write(data[at : at + rng.randrange(1, 9)])
            file.flush()
            found += source.poll(3, 0).messages
            assert source.lag() or path.stat().st_size == sum(4 + len(message) for message in found)
        while more := source.poll(3, 0).messages:
            found += more
        assert found == MESSAGES[:20]
        assert source.lag() == 0
        file.write(b"\0\0\0\5abc")
        file.flush()
        source.stop_at_end()
        assert source.poll(0, 0).messages == []
        began = time.monotonic()
        with pytest.raises(InputError, match="is cut short by the end of the file"):  # it has that long to come
            source.poll(3, 0.2)
        assert time.monotonic() - began > 0.1
        assert source.lag() == 1
        file.write(b"de")
        file.flush()
        assert source.poll(3, 0).messages == [b"abcde"]
        assert source.poll(3, 0) is None


@pytest.mark.parametrize("kind", ["file", "sqlite"])
def test_a_stream_that_took_the_place_of_another_is_not_read_on_from_the_middle(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "events"
    url = f"{kind}://{path}"
    append(url, MESSAGES[:20])
    with closing(open_source(url)) as source:
        position = read_all(source)[-1].position
    append(url, MESSAGES[20:30])
    with closing(open_source(url)) as source:
        source.seek(json.loads(json.dumps(position)))
        assert messages_of(read_all(source)) == MESSAGES[20:30]
    for others in ([], MESSAGES[1:5], MESSAGES[1:21], MESSAGES[1:200]):
        for old in tmp_path.iterdir():
            old.unlink()
        append(url, others)
        with closing(open_source(url)) as source:
            with pytest.raises(InputError, match="is not the stream that was read before") as refused:
                source.seek(position)
            assert refused.value.code == "other-stream"
            source.seek({"offset": 0})
            assert messages_of(read_all(source)) == others
            for mark in ([1], [1, -1], ["1", 2], "x", 1):
                with pytest.raises(InputError, match="is no position"):
                    source.seek({"offset": 0, "last": mark})


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("events.bin", "names no stream"),
        ("http://x/y", "names no stream"),
        ("file://events", "names no file"),
        ("file:///", "names no file"),
        ("sqlite://x.db", "names no file"),
        ("kafka://host/topic", "names no topic"),
        ("kafka://host:0/topic", "names no topic"),
        ("kafka://host:9092", "names no topic"),
        ("kafka://host:9092/a/b", "names no topic"),
    ],
)
def test_urls_that_name_nothing(url: str, says: str) -> None:
    for opened in (open_source, open_sink):
        with pytest.raises(InputError, match=says):
            opened(url)


def test_what_is_not_there_or_cannot_be_used(tmp_path: Path) -> None:
    for url in (f"file://{tmp_path}/none", f"sqlite://{tmp_path}/none", f"file://{tmp_path}"):
        with pytest.raises(InputError, match=r"cannot read|there is no file"):
            open_source(url)
    assert not list(tmp_path.iterdir())
    (tmp_path / "text").write_text("no database at all, but long enough to be taken for one" * 100)
    with pytest.raises(InputError, match="not a database"):
        open_source(f"sqlite://{tmp_path}/text")
    with pytest.raises(InputError, match="not a database"):
        open_sink(f"sqlite://{tmp_path}/text")
    with pytest.raises(InputError, match="cannot write"):
        open_sink(f"file://{tmp_path}/no/such/folder")


def test_nothing_is_appended_behind_a_message_whose_end_is_missing(tmp_path: Path) -> None:
    url, path = f"file://{tmp_path}/events", tmp_path / "events"
    append(url, MESSAGES[:3])
    whole = path.read_bytes()
    for left in (b"\0", b"\0\0\0\5", b"\0\0\0\5abcd"):
        path.write_bytes(whole + left)
        with pytest.raises(InputError, match=f"the message at byte {len(whole)} is cut short"):
            open_sink(url)
    path.write_bytes(b"a text, and no stream of events")
    with pytest.raises(InputError, match="which no message has"):
        open_sink(url)
    assert path.read_bytes() == b"a text, and no stream of events"


def test_what_a_full_disk_cuts_off_is_taken_back(tmp_path: Path) -> None:
    url, path = f"file://{tmp_path}/events", tmp_path / "events"
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    with closing(open_sink(url)) as sink:
        sink.append(MESSAGES[:3])
        size = path.stat().st_size
        resource.setrlimit(resource.RLIMIT_FSIZE, (size + 10, before[1]))
        try:
            with pytest.raises(InputError, match="cannot write"):
                sink.append([b"x" * 100])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        assert path.stat().st_size == size
        sink.append(MESSAGES[3:5])
    with closing(open_source(url)) as source:
        assert messages_of(read_all(source)) == MESSAGES[:5]


def test_producing_keeps_the_order_and_the_rate(tmp_path: Path) -> None:
    file, log = f"file://{tmp_path}/events", f"sqlite://{tmp_path}/log"
    append(file, MESSAGES)
    with closing(open_source(file)) as source, closing(open_sink(log)) as sink:
        began = time.monotonic()
        assert produce(source, sink, rate=500, limit=300) == 300
        assert 0.45 <= time.monotonic() - began < 3
        assert produce(source, sink) == len(MESSAGES) - 300
    with closing(open_source(log)) as source:
        assert messages_of(read_all(source)) == MESSAGES
