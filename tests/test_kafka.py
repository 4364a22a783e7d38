"""A real Kafka as source: the laws of all sources, a broker that goes and comes back, members that come and go."""

from __future__ import annotations

import gc
import json
import os
import threading
import time
import warnings
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition

from ingest.firehose.sources import Position, Source, open_source
from ingest.firehose.wire import Event, decode, encode
from schemas.errors import InputError
from schemas.gen.ttypes import FollowEvent, UnfollowEvent, UnlikeEvent
from tests.servers.kafka import KafkaServer, kafka_server
from tests.source_laws import MESSAGES, SourceLaws, append, messages_of, read_all
from tests.test_cli import build
from tests.test_ingest_cli import consumer, found, ok, run, status, until

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
        deadline = time.monotonic() + 60
        while len(found) < 200 and time.monotonic() < deadline:
            found += source.poll(50, 5.0).messages
        assert len(found) >= 200
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


def test_a_rejoin_that_a_poll_did_not_wait_for_is_ended_by_the_next(kafka: KafkaServer) -> None:
    url = kafka.make_topic(f"t{uuid4().hex}")
    append(url, MESSAGES)
    with closing(open_source(url, group="rejoins")) as source:
        got = list(source.poll(5, 10.0).messages)
        coordinator = source._consumer._coordinator
        coordinator._assignment_snapshot = {}  # as where what is known of the topic came after the assignment
        until(lambda: source.poll(0, 0.001) is not None and coordinator.rejoining)
        until(lambda: coordinator._join_task.is_done)
        assert got + messages_of(read_all(source)) == MESSAGES


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
    until(lambda: len(first.found) > 100)
    second = Member(url)
    second.start()
    append(url, MESSAGES[500:])
    until(lambda: first.found | second.found and len(first.found | second.found) == len(MESSAGES))
    until(lambda: bool(second.polls))
    assert len(second.polls[-1]) == 1
    first.stopped.set()
    first.join()
    append(url, [b"after"] * 50)
    until(lambda: sum(message == b"after" for message in second.found.values()) == 50)
    second.stopped.set()
    second.join()
    # each has all of a partition that it ever had, from its beginning to where it stood: no holes
    for member in (first, second):
        for partition in (0, 1):
            offsets = sorted(offset for found, offset in member.found if found == partition)
            assert offsets == list(range(len(offsets)))
    everything = sorted([*MESSAGES, *[b"after"] * 50])
    assert sorted((first.found | second.found).values()) == everything


def test_messages_of_other_producers(kafka: KafkaServer) -> None:
    """Compressed, with headers, without keys or values, and behind what the broker deleted."""
    url = kafka.make_topic(f"t{uuid4().hex}")
    topic = url.rpartition("/")[2]
    values = [None if number % 7 == 0 else b"%d" % number * 40 for number in range(600)]
    for compression in (None, "gzip"):
        producer = KafkaProducer(
            bootstrap_servers=kafka.address, compression_type=compression, batch_size=1 << 14, linger_ms=50
        )
        for number, value in enumerate(values):
            key = b"key" if value is None or number % 3 else None
            producer.send(topic, value=value, key=key, headers=[("h", b"x" * 80)] * (number % 5 == 0))
        producer.flush(30)
        producer.close()
    written = [value or b"" for value in values] * 2
    with closing(open_source(url, group=None)) as source:
        assert messages_of(read_all(source)) == written
    admin = KafkaAdminClient(bootstrap_servers=kafka.address)
    admin.delete_records({TopicPartition(topic, 0): 250})
    admin.close()
    for position in ({}, {"offsets": {"0": 100}}, {"offsets": {"0": 777}}):
        with closing(open_source(url, group=None)) as source:
            source.seek(position)
            batches = read_all(source)
            first = 777 if position == {"offsets": {"0": 777}} else 250
            assert messages_of(batches) == written[first:]
            assert [offset for batch in batches for _, offset in batch.places] == list(range(first, 1_200))


def test_a_damaged_batch_is_an_error_and_nothing_is_passed_over(kafka: KafkaServer, tmp_path: Path) -> None:
    index = build(tmp_path)
    url = kafka.make_topic(f"t{uuid4().hex}")
    append(url, [follow(4)])
    append(url, [follow(5)])
    (log,) = (kafka.home / "data").glob(f"{url.rpartition('/')[2]}-0/*.log")
    with log.open("r+b") as file:  # under the broker, which looks at sums only when it starts
        file.seek(-9, os.SEEK_END)
        (byte,) = file.read(1)
        file.seek(-9, os.SEEK_END)
        file.write(bytes([byte ^ 1]))
    result = run("ingest", "--index", index, "--from", url, "--once")
    assert result.exit_code != 0
    assert "CorruptRecordError" in result.stderr
    assert "batch at offset 1" in result.stderr
    assert 4 in found(index, "followed_by:me")
    assert 5 not in found(index, "followed_by:me")


def test_offsets_are_kept_by_the_reader_alone(kafka: KafkaServer, tmp_path: Path) -> None:
    url = kafka.make_topic(f"t{uuid4().hex}")
    append(url, MESSAGES)
    for _ in range(2):  # the same group begins at the beginning again: nothing was committed
        with closing(open_source(url, group="own")) as source:
            assert messages_of(read_all(source)) == MESSAGES


# -- a consumer on Kafka -----------------------------------------------------------------------------------------------


def follow(followee: int) -> bytes:
    return encode(Event(time.time_ns() // 1_000_000, "follow", FollowEvent(1, followee)))


def seconds_until_followed(index: Path, followee: int) -> float:
    began = time.monotonic()
    until(lambda: followee in found(index, "followed_by:me"))
    return time.monotonic() - began


def test_a_consumer_through_poison_and_a_restart_of_the_broker(kafka: KafkaServer, tmp_path: Path) -> None:
    index = build(tmp_path)
    url = kafka.make_topic(f"t{uuid4().hex}")
    service = consumer(index, url)
    try:
        until(lambda: status(index).get("state") == "running")
        assert 4 not in found(index, "followed_by:me")
        append(url, [follow(4)])
        alone_s = seconds_until_followed(index, 4)
        append(url, [b"poison", b"\xff" * 1_000, follow(5), b""])
        assert seconds_until_followed(index, 5) <= alone_s + 1
        until(lambda: status(index)["dead_letters"] == 3)
        kafka.stop()
        until(lambda: "does not answer" in status(index)["problem"])
        assert service.poll() is None
        kafka.start()
        time_ms = time.time_ns() // 1_000_000
        append(url, [encode(Event(time_ms, "unfollow", UnfollowEvent(1, 4)))])
        until(lambda: 4 not in found(index, "followed_by:me"))
        until(lambda: status(index)["problem"] == "")
        service.terminate()
        service.communicate(timeout=30)
        assert service.returncode == 0
    finally:
        service.kill()
        service.communicate()
    assert run("ingest", "--index", index, "--from", url, "--once").stderr.startswith("0 events")
    listed = ok("events", "dead", "list", "--index", index)
    assert "3 of 3 dead letters" in listed


def test_producing_to_kafka_and_looking_at_it(kafka: KafkaServer, tmp_path: Path) -> None:
    url = kafka.make_topic(f"t{uuid4().hex}", 2)
    append(f"file://{tmp_path}/events", [follow(number) for number in range(300)])
    result = run("produce", "--from", f"file://{tmp_path}/events", "--to", url, "--rate", "1000")
    assert result.stderr.startswith("300 events in ")
    lines = ok("events", "peek", "--from", url, "-n", "999").splitlines()
    assert sorted(json.loads(line)["follow"]["followee_id"] for line in lines) == list(range(300))
    at = json.dumps({"offsets": {"0": 0, "1": 10**9}})
    assert len(ok("events", "tail", "--from", url, "-n", "7").splitlines()) == 7
    assert run("events", "peek", "--from", url, "--at", at).exit_code == 0
