"""The laws that every source of messages keeps; a test module subclasses them with a place to write to."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from ingest.firehose.sources import Batch, Position, Source, open_sink, open_source
from schemas.errors import InputError

_SILENT_S = 60
"""Longer than the worst that is known: a broker that has just begun, and makes the topic by which groups find their coordinator."""

MESSAGES = [b"m%d" % number * (1 + number % 7) for number in range(1_000)] + [b"", b"\xff" * 100, b"last"]


def append(url: str, messages: list[bytes]) -> None:
    with closing(open_sink(url)) as sink:
        sink.append(messages)


def read_all(source: Source, max_events: int = 300) -> list[Batch]:
    source.stop_at_end()
    return list(until_end(source, max_events))


def until_end(source: Source, max_events: int) -> Iterator[Batch]:
    """What comes up to the end that was named; a source that gives nothing, and is not there, fails."""
    heard = time.monotonic()
    while (batch := source.poll(max_events, 5.0)) is not None:
        assert len(batch.messages) == len(batch.places) <= max_events
        if batch.messages:
            heard = time.monotonic()
        waited = time.monotonic() - heard
        assert waited < _SILENT_S, f"{source.name}: nothing for {waited:.0f} s, and not at its end; lag {source.lag()}"
        yield batch


def messages_of(batches: list[Batch]) -> list[bytes]:
    return [message for batch in batches for message in batch.messages]


class SourceLaws:
    """`empty_url` is a fresh place with one partition, `bad_positions` are of the right form and wrong."""

    bad_positions: tuple[Any, ...] = ({"offset": -1}, {"offset": "1"}, {"offset": 10**12}, {"offset": True}, {"x": 1})

    @pytest.fixture
    def empty_url(self) -> str:
        raise NotImplementedError

    def open(self, url: str, position: Position | None = None) -> Any:
        source = open_source(url, group=None)
        if position is not None:
            source.seek(position)
        return closing(source)

    def test_every_message_once_and_in_order(self, empty_url: str) -> None:
        append(empty_url, MESSAGES[:400])
        append(empty_url, MESSAGES[400:])
        with self.open(empty_url) as source:
            batches = read_all(source)
            assert messages_of(batches) == MESSAGES
            places = [place for batch in batches for place in batch.places]
            assert places == sorted(set(places))
            assert source.lag() == 0 or not isinstance(source.lag(), int)

    def test_any_position_continues(self, empty_url: str) -> None:
        append(empty_url, MESSAGES)
        with self.open(empty_url) as source:
            batches = read_all(source, 137)
        read = 0
        for batch in batches:
            read += len(batch.messages)
            with self.open(empty_url, batch.position) as again:
                assert messages_of(read_all(again)) == MESSAGES[read:]

    def test_one_reader_can_go_back_and_begin_anew(self, empty_url: str) -> None:
        append(empty_url, MESSAGES)
        with self.open(empty_url) as source:
            first = source.poll(10, 5.0)
            rest = messages_of(read_all(source))
            assert source.poll(10, 0) is None
            source.seek(first.position)
            assert messages_of(read_all(source)) == rest
            source.seek({})
            assert messages_of(read_all(source)) == MESSAGES

    def test_the_end_is_that_of_when_it_was_named(self, empty_url: str) -> None:
        append(empty_url, MESSAGES[:10])
        with self.open(empty_url) as source:
            source.stop_at_end()
            append(empty_url, MESSAGES[10:20])
            found = messages_of(list(until_end(source, 4)))
            assert found == MESSAGES[: len(found)]
            assert 10 <= len(found) <= 20

    def test_an_empty_source_waits_or_ends(self, empty_url: str) -> None:
        append(empty_url, [])
        with self.open(empty_url) as source:
            assert source.lag() in (0, None)  # who has just come to a group may not know yet
            began = time.monotonic()
            batch = source.poll(10, 0.2)
            assert not batch.messages
            assert 0.1 <= time.monotonic() - began < 2
            source.seek(batch.position)
            source.stop_at_end()
            assert source.poll(10, 0.2) is None

    def test_what_comes_while_waiting_is_read(self, empty_url: str) -> None:
        append(empty_url, MESSAGES[:3])
        with self.open(empty_url) as source:
            got = list(source.poll(100, 5.0).messages)
            while source.poll(100, 0.1).messages:
                pass
            writer = threading.Thread(target=append, args=(empty_url, MESSAGES[3:6]))
            writer.start()
            deadline = time.monotonic() + 10
            while len(got) < 6 and time.monotonic() < deadline:
                got += source.poll(100, 0.5).messages
            writer.join()
            assert got == MESSAGES[:6]

    def test_polling_for_nothing_reads_nothing(self, empty_url: str) -> None:
        append(empty_url, MESSAGES)
        with self.open(empty_url) as source:
            got = list(source.poll(5, 5.0).messages)
            for _ in range(3):
                assert not source.poll(0, 0.05).messages
            assert got + messages_of(read_all(source)) == MESSAGES

    def test_lag(self, empty_url: str) -> None:
        append(empty_url, MESSAGES)
        with self.open(empty_url) as source:
            source.poll(1, 5.0)
            assert source.lag() > 0
            while source.poll(1_000, 0.2).messages:
                pass
            time.sleep(1.1)  # it may be a second old
            assert source.lag() == 0

    def test_positions_that_are_none(self, empty_url: str) -> None:
        append(empty_url, MESSAGES[:5])
        with self.open(empty_url) as source:
            for position in self.bad_positions:
                with pytest.raises(InputError, match="is no position"):
                    source.seek(position)
