"""A real Kafka as source: the laws of all sources, a broker that goes and comes back, members that come and go."""

from __future__ import annotations

import gc
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from ingest.firehose.sources import Position, Source, open_source
from ingest.firehose.wire import Event, decode, encode
from schemas.errors import InputError
from schemas.gen.ttypes import UnlikeEvent
from tests.servers.kafka import KafkaServer, kafka_server
from tests.source_laws import MESSAGES, SourceLaws, append, messages_of, read_all

pytestmark = pytest.mark.filterwarnings(
    "ignore:unclosed <socket", "ignore::pytest.PytestUnraisableExceptionWarning"
)  # the client leaves sockets open whose brokers went away


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaServer]:
    with kafka_server(tmp_path_factory.mktemp("kafka")) as server:
        yield server
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            gc.collect()  # those sockets


class TestKafka(SourceLaws):
    bad_positions: tuple[Any, ...] = ({"offset": 1}, {"offsets": {"x": 1}}, {"offsets": {"0": -1}}, {"offsets": [1]})

    @pytest.fixture
    def empty_url(self, kafka: KafkaServer) -> str:
        return kafka.make_topic(f"t{uuid4().hex}")


class TestMemberOfAGroup(TestKafka):
    def open(self, url: str, position: Position | None = None) -> Any:
        source = open_source(url, group=f"g{uuid4().hex}")
        if position is not None:
            source.seek(position)
        return closing(source)


def test_a_topic_that_is_not_there(kafka: KafkaServer) -> None:
    with pytest.raises(InputError, match="has no topic 'nowhere'"):
        open_source(f"kafka://{kafka.address}/nowhere")


def test_keys_bring_what_concerns_a_document_into_one_partition(kafka: KafkaServer) -> None:
    url = kafka.make_topic(f"t{uuid4().hex}", 2)
    append(url, [encode(Event(number, "unlike", UnlikeEvent(number, number % 5, 1))) for number in range(100)])
    with closing(open_source(url, group=None)) as source:
        batches = read_all(source)
    partitions: dict[int, set[int]] = {}
    times: dict[int, list[int]] = {}
    for batch in batches:
        for message, (partition, _) in zip(batch.messages, batch.places, strict=True):
            event = decode(message)
            partitions.setdefault(event.body.media_id, set()).add(partition)
            times.setdefault(event.body.media_id, []).append(event.time_ms)
    assert len(partitions) == 5
    assert all(len(found) == 1 for found in partitions.values())
    assert all(found == sorted(found) for found in times.values())


def test_a_broker_that_goes_and_comes_back(kafka: KafkaServer) -> None:
    url = kafka.make_topic(f"t{uuid4().hex}")
    append(url, MESSAGES[:500])
    with closing(open_source(url, group="restart")) as source:
        found: list[bytes] = []
        while len(found) < 200:
            found += source.poll(50, 5.0).messages
        kafka.stop()
        began = time.monotonic()
        found += source.poll(50, 0.2).messages  # what the client holds may still come; it neither raises nor hangs
        assert time.monotonic() - began < 5
        kafka.start()
        append(url, MESSAGES[500:])
        source.stop_at_end()
        deadline = time.monotonic() + 60
        while (batch := source.poll(500, 1.0)) is not None and time.monotonic() < deadline:
            found += batch.messages
    assert found == MESSAGES


class Member(threading.Thread):
    """A reader of a group that keeps what it reads, by partition and offset."""

    def __init__(self, url: str) -> None:
        super().__init__(daemon=True)
        self.source: Source = open_source(url, group="members")
        self.found: dict[tuple[int, int], bytes] = {}
        self.polls: list[list[int]] = []
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.is_set():
            batch = self.source.poll(20, 0.1)
            assert batch is not None
            self.found.update(zip(batch.places, batch.messages, strict=True))
            if batch.places:
                self.polls.append(sorted({partition for partition, _ in batch.places}))
            time.sleep(0.02)
        self.source.close()


def test_members_come_and_go_and_nothing_is_lost(kafka: KafkaServer) -> None:
    url = kafka.make_topic(f"t{uuid4().hex}", 2)
    append(url, MESSAGES[:500])
    first = Member(url)
    first.start()
    wait(lambda: len(first.found) > 100)
    second = Member(url)
    second.start()
    append(url, MESSAGES[500:])
    wait(lambda: first.found | second.found and len(first.found | second.found) == len(MESSAGES))
    wait(lambda: bool(second.polls))
    assert len(second.polls[-1]) == 1
    first.stopped.set()
    first.join()
    append(url, [b"after"] * 50)
    wait(lambda: sum(message == b"after" for message in second.found.values()) == 50)
    second.stopped.set()
    second.join()
    # each has all of a partition that it ever had, from its beginning to where it stood: no holes
    for member in (first, second):
        for partition in (0, 1):
            offsets = sorted(offset for found, offset in member.found if found == partition)
            assert offsets == list(range(len(offsets)))
    everything = sorted([*MESSAGES, *[b"after"] * 50])
    assert sorted((first.found | second.found).values()) == everything


def wait(is_so: Any, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to be"
        time.sleep(0.05)


def test_offsets_are_kept_by_the_reader_alone(kafka: KafkaServer, tmp_path: Path) -> None:
    url = kafka.make_topic(f"t{uuid4().hex}")
    append(url, MESSAGES)
    for _ in range(2):  # the same group begins at the beginning again: nothing was committed
        with closing(open_source(url, group="own")) as source:
            assert messages_of(read_all(source)) == MESSAGES
