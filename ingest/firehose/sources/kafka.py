"""`kafka://HOST:PORT/TOPIC`: a topic, read as a member of a consumer group that keeps its offsets itself, or alone."""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

import crc32c
from kafka import ConsumerRebalanceListener, KafkaConsumer, KafkaProducer, TopicPartition
from kafka.errors import KafkaError

from ingest.firehose.keys import key_of
from ingest.firehose.sources.base import Batch, Position, bad_position
from ingest.firehose.sources.records import PartitionMessages
from schemas.errors import InputError

assert crc32c, "without it the client checks sums in Python, at a sixth of the speed"

logging.getLogger("kafka").setLevel(logging.CRITICAL)
"""The client logs every attempt to reach a broker; the errors here, and the status of a consumer, say what matters."""

_LAG_S = 1.0
"""How old the answer to `lag` may be."""


class KafkaSource:
    """Position: `{"offsets": {"PARTITION": NEXT, …}}`, for every partition that this reader ever had.

    Partitions come and go with the members of the group. One that comes is read on from this reader's own position, or
    from its beginning: what another member read is in another index. Nothing is committed to Kafka. Where the topic no
    longer holds the position, reading goes on from the first message that it holds. Without a group the reader has all
    partitions that the topic has now.
    """

    def __init__(self, servers: str, topic: str, *, group: str | None) -> None:
        self.name = f"kafka://{servers}/{topic}"
        self._topic = topic
        self._offsets: dict[int, int] = {}
        self._end: dict[int, int] | None = None
        self._lag: int | None = 0
        self._lag_known_at = float("-inf")
        self.is_assigned = group is None
        """Whether this reader was told which partitions are its own."""
        try:
            self._consumer = KafkaConsumer(
                bootstrap_servers=servers.split(","),
                group_id=group,
                enable_auto_commit=False,
                auto_offset_reset="earliest",
                allow_auto_create_topics=False,
                fetch_max_wait_ms=50,
                max_partition_fetch_bytes=4 << 20,
                session_timeout_ms=10_000,
                heartbeat_interval_ms=1_000,
                reconnect_backoff_max_ms=1_000,
                metadata_max_age_ms=10_000,
                bootstrap_timeout_ms=10_000,
            )
            self._consumer._fetcher.PartitionRecords = PartitionMessages  # the client has no other place to say this
            if topic not in self._consumer.topics():
                self._consumer.close()
                raise InputError(
                    "no-source", f"{servers} has no topic {topic!r}", hint="make it, or append to it first"
                )
            if group is None:
                self._consumer.assign(self._partitions())
                self.take(self._consumer.assignment())
            else:
                self._consumer.subscribe([topic], listener=_Assignment(self))
        except (KafkaError, OSError, ValueError) as cause:
            raise _unreachable(servers, cause) from None

    def poll(self, max_events: int, timeout_s: float) -> Batch | None:
        """See `Source`. Brokers that do not answer are no messages: the client goes on trying.

        `InputError` `unreadable` where a batch is damaged or may not be read; then this reader has come to its end.
        """
        consumer = self._consumer
        assigned = consumer.assignment()
        if max_events == 0:
            consumer.pause(*assigned)
        elif consumer.paused():
            consumer.resume(*consumer.paused())
        if max_events and self._is_at_end(assigned):
            return None
        try:
            polled = consumer.poll(timeout_ms=int(timeout_s * 1000), max_records=max_events or 1)
        except KafkaError as cause:
            raise InputError(
                "unreadable",
                f"{self.name}: {type(cause).__name__}: {cause}",
                hint="nothing behind it was read, so that nothing is left out; look at the topic and at its brokers",
            ) from None
        messages: list[bytes] = []
        places: list[tuple[int, int]] = []
        for partition, records in polled.items():
            number = partition.partition
            messages += [value for _, value in records]
            places += [(number, offset) for offset, _ in records]
            self._offsets[number] = records[-1][0] + 1
        return Batch(messages, places, self._position())

    def _position(self) -> Position:
        return {"offsets": {str(number): offset for number, offset in sorted(self._offsets.items())}}

    def _is_at_end(self, assigned: set[TopicPartition]) -> bool:
        if self._end is None:
            return False
        if not any(self._end.values()):
            return True
        numbers = {partition.partition for partition in assigned}
        return bool(numbers) and all(
            self._reached(number) >= end for number, end in self._end.items() if number in numbers
        )

    def _reached(self, number: int) -> int:
        return self._offsets.get(number, 0)

    def seek(self, position: Position) -> None:
        """See `Source`."""
        offsets = position.get("offsets") if position else {}
        if not isinstance(offsets, dict) or not all(
            str(number).isdecimal() and type(offset) is int and offset >= 0 for number, offset in offsets.items()
        ):
            raise bad_position(self.name, position)
        self._offsets = {int(number): offset for number, offset in offsets.items()}
        self.take(self._consumer.assignment())

    def take(self, partitions: set[TopicPartition]) -> None:
        """Read each of these partitions on from where this reader was in it."""
        for partition in partitions:
            offset = self._offsets.get(partition.partition)
            if offset is None:
                self._consumer.seek_to_beginning(partition)
            else:
                self._consumer.seek(partition, offset)

    def go_on_joining(self) -> None:
        """Have polls go on with a rejoin that one of them has begun, until partitions are assigned.

        One for news of the topic the client would forget where a poll ends before it: the leader's assignment makes these news
        old, and nobody asks what came of the rejoin. The partitions would stay assigned, and nothing be read of them.
        """
        self._consumer._coordinator.request_rejoin()

    def stop_at_end(self) -> None:
        """See `Source`. Of a group's members each ends with the partitions that it has."""
        try:
            ends = self._consumer.end_offsets(self._partitions())
        except (KafkaError, OSError) as cause:
            raise _unreachable(self.name, cause) from None
        self._end = {partition.partition: end for partition, end in ends.items()}

    def _partitions(self) -> list[TopicPartition]:
        numbers = self._consumer.partitions_for_topic(self._topic) or set()
        return [TopicPartition(self._topic, number) for number in sorted(numbers)]

    def lag(self) -> int | None:
        """See `Source`. A member of a group does not know before it is told which partitions are its own, or again."""
        now = time.monotonic()
        assigned = self._consumer.assignment()
        if not assigned and not self.is_assigned:
            return None
        if now - self._lag_known_at >= _LAG_S:
            try:
                ends = self._consumer.end_offsets(assigned, timeout_ms=1_000) if assigned else {}
                self._lag = sum(max(0, end - self._reached(p.partition)) for p, end in ends.items())
            except (KafkaError, OSError):
                self._lag = None
            self._lag_known_at = time.monotonic()
        return self._lag

    def close(self) -> None:
        """See `Source`."""
        self._consumer.close(autocommit=False, timeout_ms=5_000)


class _Assignment(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(self, source: KafkaSource) -> None:
        self._source = source

    def on_partitions_revoked(self, _: set[TopicPartition]) -> None:
        """The position of what went stays known, should it come back. What is left or comes instead will be told."""
        self._source.is_assigned = False
        self._source.go_on_joining()

    def on_partitions_assigned(self, assigned: set[TopicPartition]) -> None:
        self._source.is_assigned = True
        self._source.take(assigned)


class KafkaSink:
    """Appends to a topic, each message under the key of the document that it changes."""

    def __init__(self, servers: str, topic: str) -> None:
        self._topic = topic
        self._servers = servers
        try:
            self._producer = KafkaProducer(
                bootstrap_servers=servers.split(","),
                acks="all",
                linger_ms=5,
                batch_size=256 << 10,
                bootstrap_timeout_ms=10_000,
                max_block_ms=30_000,
            )
        except (KafkaError, OSError, ValueError) as cause:
            raise _unreachable(servers, cause) from None

    def append(self, messages: Sequence[bytes]) -> None:
        """See `Sink`: this returns when the brokers have acknowledged them all."""
        try:
            sent: list[Any] = [self._producer.send(self._topic, value=m, key=key_of(m)) for m in messages]
            self._producer.flush(timeout=60)
            for future in sent:
                future.get(timeout=60)
        except (KafkaError, OSError) as cause:
            raise _unreachable(self._servers, cause) from None

    def close(self) -> None:
        """See `Sink`."""
        self._producer.close(timeout=10)


def _unreachable(servers: str, cause: Exception) -> InputError:
    return InputError(
        "unreachable",
        f"{servers} does not answer as Kafka: {type(cause).__name__} {cause}".rstrip(),
        hint="check that the brokers run and that the address is theirs",
    )
