"""Kafka's record batches, read for what is needed of them: the value of each record and its offset.

The client makes an object of thirteen fields for each record, which costs more than half of what an event costs in all that
follows. Here only values are cut out; protocol, fetches, groups, sums and compression stay with the client.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from typing import Any

from kafka.consumer.fetcher import Fetcher
from kafka.errors import CorruptRecordError
from kafka.record.default_records import DefaultRecordBatch
from kafka.record.util import decode_varint

Message = tuple[int, bytes]
"""The offset of a record, and its value, empty where it has none."""
_MAGIC = 2
"""The format of batches since Kafka 0.11; older ones are left to the client."""


class PartitionMessages(Fetcher.PartitionRecords):  # type: ignore[misc]
    """What one fetch brought of a partition, as messages, for a reader of all that is committed or not.

    Laws of the client that hold here too: a batch whose sum is wrong is an error, and what stands before it comes first; control
    batches are passed over; records in front of the place of the fetch are left out; behind a batch that compaction left short
    reading goes on behind the last offset that it had. Sizes that the client counts are those of batches.
    """

    def _maybe_skip_record(self, message: Message) -> bool:
        return message[0] < int(self.fetch_offset)

    def _unpack_records(self, _partition: Any, records: Any, *_deserializers: Any) -> Iterator[Message]:
        while (batch := records.next_batch()) is not None:
            if not batch.validate_crc():
                raise CorruptRecordError(f"the batch at offset {batch.base_offset} does not have the sum that it says")
            if batch.magic == _MAGIC:
                self.bytes_read += batch.size_in_bytes
                self.records_read += batch.records_count
                self.leader_epoch = batch.leader_epoch
                if not batch.is_control_batch:
                    for offset, value in messages_of(batch):
                        self.next_fetch_offset = offset + 1
                        yield offset, value
                self.next_fetch_offset = batch.next_offset
            else:
                for record in batch:
                    if not record.validate_crc():
                        raise CorruptRecordError(
                            f"the record at offset {record.offset} does not have the sum that it says"
                        )
                    self.next_fetch_offset = record.offset + 1
                    yield record.offset, record.value or b""
        self.drain()


def messages_of(batch: DefaultRecordBatch) -> list[Message]:
    """The messages of a batch, whose sum was looked at. `CorruptRecordError` where it does not hold what it says."""
    first = batch.base_offset
    try:
        iter(batch)  # decompresses
    except (EOFError, OSError, zlib.error) as cause:
        raise CorruptRecordError(f"the batch at offset {first} cannot be decompressed: {cause}") from None
    data, at = bytes(batch._buffer), batch._pos
    messages = []
    try:
        for _ in range(batch.records_count):
            length = data[at]
            at += 1
            if length > 127:
                length, at = _more(data, at, length)
            end = at + (length >> 1)
            at += 1  # attributes, of which no bit is used
            while data[at] > 127:  # how much later than the batch
                at += 1
            offset = data[at + 1]
            at += 2
            if offset > 127:
                offset, at = _more(data, at, offset)
            size = data[at]
            at += 1
            if size > 127:
                size, at = _more(data, at, size)
            if size & 1 == 0:  # else there is no key
                at += size >> 1
            size = data[at]
            at += 1
            if size > 127:
                size, at = _more(data, at, size)
            start = at
            if size & 1 == 0:
                at += size >> 1
            # the number of headers ends it, or these do
            if offset & 1 or at >= end or (data[at] == 0) != (at + 1 == end):
                raise CorruptRecordError(f"the record at offset {first + (offset >> 1)} is not as long as it says")
            messages.append((first + (offset >> 1), data[start:at]))
            at = end
    except (IndexError, ValueError):
        raise CorruptRecordError(f"the batch at offset {first} is cut short, or holds a number that is none") from None
    if at != len(data):
        raise CorruptRecordError(f"the batch at offset {first} does not end with its last record")
    return messages


def _more(data: bytes, at: int, first: int) -> tuple[int, int]:
    """A number of several bytes, of which the first was read, and the place behind it."""
    second = data[at]
    if second < 128:
        return first & 127 | second << 7, at + 1
    number, at = decode_varint(data, at - 1)
    return number << 1 ^ number >> 63, at
