"""Files and SQLite as sources: the laws of all sources, and what only these can meet. Producing from one to another."""

from __future__ import annotations

import random
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
        assert source.poll(3, 0) is None
        assert source.lag() == 1


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
