"""Record batches, read as the client reads them: twin against its own records, on batches of all kinds, whole and damaged."""

from __future__ import annotations

import gzip
from random import Random

import pytest
from kafka import TopicPartition
from kafka.consumer.fetcher import Fetcher
from kafka.errors import CorruptRecordError, KafkaError
from kafka.record import MemoryRecords
from kafka.record.default_records import DefaultRecordBatch, DefaultRecordBatchBuilder
from kafka.record.legacy_records import LegacyRecordBatchBuilder

from ingest.firehose.sources.records import Message, PartitionMessages

PARTITION = TopicPartition("slipstream", 0)
NONE, GZIP = 0, 1
BASE_OFFSET, CONTROL = slice(0, 8), 0x20
"""Where the first offset of a batch stands, and the flag of a control batch in the last byte of its attributes."""


def batch(rng: Random, first: int, compression: int = NONE, *, is_control: bool = False) -> tuple[bytes, int]:
    """A batch from an offset on, as compaction may leave it, and the offset behind it."""
    builder = DefaultRecordBatchBuilder(2, compression, 0, -1, -1, -1, 1 << 20)
    delta = -1
    for _ in range(rng.choice((1, 3, 100))):
        delta += rng.choice((1, 1, 1, 2, 70, 9_000))
        key = rng.choice((None, b"", b"k" * rng.choice((8, 63, 64, 300))))
        value = rng.choice((None, b"", rng.randbytes(rng.choice((1, 63, 64, 200, 8_191, 8_192, 70_000)))))
        headers = [("h", rng.choice((None, b"v" * 70)))] * rng.choice((0, 0, 0, 1, 70))
        assert builder.append(delta, 1_700_000_000_000 + rng.choice((-1, 0, 1, 10**6)), key, value, headers)
    return sealed(builder.build(), first, is_control=is_control), first + delta + 1


def sealed(data: bytearray, first: int, *, is_control: bool = False) -> bytes:
    """The batch at another offset, perhaps as a control batch, under the sum that then is right."""
    from kafka.record.util import calc_crc32c

    data = bytearray(data)
    data[BASE_OFFSET] = first.to_bytes(8, "big")
    if is_control:
        data[DefaultRecordBatch.ATTRIBUTES_OFFSET + 1] |= CONTROL
    at = DefaultRecordBatch.CRC_OFFSET
    data[at : at + 4] = calc_crc32c(memoryview(data)[DefaultRecordBatch.ATTRIBUTES_OFFSET :]).to_bytes(4, "big")
    return bytes(data)


def fetched(rng: Random) -> tuple[bytes, int, int]:
    """Some batches one behind the other, and the first and last offset that may be asked for."""
    first = offset = rng.choice((0, 5, 10**12))
    data = b""
    for number in range(rng.choice((1, 2, 4))):
        more, offset = batch(rng, offset, rng.choice((NONE, GZIP)), is_control=number % 3 == 2)
        data += more
    return data + data[: rng.choice((0, 0, 5, 40))], first, offset  # the last may be cut short


def taken(reader: Fetcher.PartitionRecords, size: int) -> tuple[list[list[Message]], list[int], str]:
    """What is taken at once, again and again, where the next fetch would begin after each, and which error ended it."""
    found, places = [], []
    while reader:
        try:
            records = reader.take(size)
        except KafkaError as error:
            return found, places, type(error).__name__
        is_ours = isinstance(reader, PartitionMessages)
        found.append(records if is_ours else [(record.offset, record.value or b"") for record in records])
        places.append(reader.next_fetch_offset)
    return found, places, ""


@pytest.mark.parametrize("seed", range(60))
def test_messages_are_the_clients_records(seed: int) -> None:
    rng = Random(f"records {seed}")
    data, first, last = fetched(rng)
    at, size = rng.choice((first, rng.randint(first, last))), rng.choice((1, 7, 10_000))
    ours = taken(PartitionMessages(at, PARTITION, MemoryRecords(data)), size)
    assert ours == taken(Fetcher.PartitionRecords(at, PARTITION, MemoryRecords(data)), size)
    assert ours[2] == ""
    assert all(offset >= at for messages in ours[0] for offset, _ in messages)


def test_batches_of_old_formats_too() -> None:
    for magic in (0, 1):
        builder = LegacyRecordBatchBuilder(magic, NONE, 1 << 20)
        for offset in range(50):
            builder.append(offset, 1, b"key", b"v" * offset)
        data = bytes(builder.build())
        ours = taken(PartitionMessages(7, PARTITION, MemoryRecords(data)), 10)
        assert ours == taken(Fetcher.PartitionRecords(7, PARTITION, MemoryRecords(data)), 10)
        assert [offset for messages in ours[0] for offset, _ in messages] == list(range(7, 50))


@pytest.mark.parametrize("seed", range(200))
def test_a_flipped_bit_is_an_error_behind_what_stands_before_it(seed: int) -> None:
    rng = Random(f"damage {seed}")
    good, behind = batch(rng, 0)
    bad, _ = batch(rng, behind, rng.choice((NONE, GZIP)))
    covered = rng.randrange(DefaultRecordBatch.ATTRIBUTES_OFFSET, len(bad))
    flipped = bytearray(bad)
    flipped[covered] ^= 1 << rng.randrange(8)
    whole, _, _ = taken(PartitionMessages(0, PARTITION, MemoryRecords(good)), 10_000)
    found, places, error = taken(PartitionMessages(0, PARTITION, MemoryRecords(good + bytes(flipped))), 10_000)
    assert error == "CorruptRecordError"
    assert found[0] == whole[0]
    assert places[0] <= behind


@pytest.mark.parametrize(
    ("compression", "body", "reason"),
    [
        (NONE, b"\xff" * 20, "a number that is none"),
        (NONE, b"\x0c\0\0\0", "cut short"),
        (NONE, b"\x0c\0\0\0\1\1\0\0", "does not end with its last record"),
        (NONE, b"\x0e\0\0\0\1\1\0", "is not as long as it says"),
        (NONE, b"\x0c\0\0\1\1\1\0", "is not as long as it says"),
        (GZIP, b"no gzip", "cannot be decompressed"),
        (GZIP, gzip.compress(b"\x0c\0\0\0\1\1\0", mtime=0)[:-9], "cannot be decompressed"),
    ],
)
def test_reasons(compression: int, body: bytes, reason: str) -> None:
    head = bytearray(batch(Random(0), 0)[0][: DefaultRecordBatch.HEADER_STRUCT.size])
    head[8:12] = (len(head) - 12 + len(body)).to_bytes(4, "big")
    head[DefaultRecordBatch.ATTRIBUTES_OFFSET + 1] = compression
    head[-4:] = (1).to_bytes(4, "big")
    with pytest.raises(CorruptRecordError, match=reason):
        PartitionMessages(0, PARTITION, MemoryRecords(sealed(head + body, 0))).take()


@pytest.mark.parametrize("seed", range(400))
def test_a_batch_that_does_not_hold_what_it_says_is_an_error_or_as_the_client_reads_it(seed: int) -> None:
    """Damage under a sum that is right, as a producer with a bug would write it: nothing past the batch is read, nothing hangs."""
    rng = Random(f"bug {seed}")
    data, _ = batch(rng, 0)
    changed = bytearray(data)
    for _ in range(rng.choice((1, 3))):
        changed[rng.randrange(DefaultRecordBatch.HEADER_STRUCT.size, len(data))] = rng.choice((0, 1, 127, 128, 255))
    whole = sealed(changed, 0)
    found, _, error = taken(PartitionMessages(0, PARTITION, MemoryRecords(whole)), 10_000)
    assert sum(len(value) for messages in found for _, value in messages) <= len(data)
    try:
        expected, _, client_error = taken(Fetcher.PartitionRecords(0, PARTITION, MemoryRecords(whole)), 10_000)
    except UnicodeDecodeError:  # the name of a header, which is none of our business
        return
    if not error and not client_error:
        assert found == expected
    assert error in ("", "CorruptRecordError")
