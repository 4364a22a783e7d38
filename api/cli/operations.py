"""What `monoceros serve` hands to the service of ingest: sinks for events, dead letters, the consumer's state."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, final

from api.cli.ingest import LETTERS, LIVE, now_ms
from api.http.operations import EventSink, Operations, Seen
from api.wire import DeadLetterOut, DeadLettersOut, Lag, MediaSeen, SearchSeen
from schemas.errors import InputError

if TYPE_CHECKING:
    from ingest.firehose import DeadLetters, Sink

_HEAD = 64
"""Bytes of a dead letter that are shown."""


def operations(index: Path, events: str | None, logs: Path | None = None) -> Operations:
    """What an index has of them. Events of clients go into the firehose of that URL, and searches into `logs`, where there are any.

    What is wrong with either is said here, before anything is served.
    """
    for sink in _sinks(events, logs):
        sink.close()
    return Operations(
        open_sinks=None if events is None and logs is None else lambda: _sinks(events, logs),
        letters=Letters(index),
        lag=lambda: _lag(index),
    )


@final
class Firehose:
    """Events as messages of the firehose."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def append(self, seen: Sequence[Seen]) -> None:
        """See `EventSink`."""
        from ingest.firehose import encode, event_from_json

        self._sink.append([encode(event_from_json(_as_json(one))) for one in seen])

    def close(self) -> None:
        """See `EventSink`."""
        self._sink.close()


@final
class SearchLog:
    """Searches as rows of the table `search_log`, a row for each result that was shown; views are no part of it."""

    def __init__(self, logs: Path) -> None:
        from ranking import SearchRows

        self._rows = SearchRows(logs, f"service-{os.getpid()}")

    def append(self, seen: Sequence[Seen]) -> None:
        """See `EventSink`."""
        self._rows.append([row for one in seen for row in _rows(one)])

    def close(self) -> None:
        """See `EventSink`."""
        self._rows.close()


def _rows(seen: Seen) -> Iterator[dict[str, Any]]:
    what = seen.what
    if not isinstance(what, SearchSeen):
        return
    for position, shown in enumerate(what.shown):
        yield {
            "ts_ms": seen.ts_ms,
            "request_id": what.request_id,
            "session_id": what.session_id,
            "viewer_id": seen.viewer,
            "country": what.country,
            "surface": what.surface,
            "query": what.query,
            "position": position,
            "vertical": shown.vertical,
            "result_id": int(shown.id),
            "clicked": position == what.clicked,
            "followed": position == what.followed,
        }


@final
class Letters:
    """See `LetterBox`. The store is opened for each call: several threads ask, and it may come to be at any time."""

    def __init__(self, index: Path) -> None:
        self._path = index / LIVE / LETTERS

    def letters(self, limit: int) -> DeadLettersOut:
        """See `LetterBox`."""
        if not self._path.exists():
            return DeadLettersOut(letters=[], total=0)
        with closing(self._open()) as store:
            found = [
                DeadLetterOut(
                    number=letter.number,
                    found_ms=letter.time_ms,
                    source=letter.source,
                    part=letter.place[0],
                    place=letter.place[1],
                    reason=letter.reason,
                    size=len(letter.message),
                    head=letter.message[:_HEAD].hex(),
                )
                for letter in store.letters(limit=limit)
            ]
            return DeadLettersOut(letters=found, total=len(store))

    def redrive(self, number: int | None) -> int:
        """See `LetterBox`."""
        if not self._path.exists():
            return 0
        with closing(self._open()) as store:
            return store.mark_due(number)

    def drop(self, number: int | None) -> int:
        """See `LetterBox`."""
        if not self._path.exists():
            return 0
        with closing(self._open()) as store:
            return store.drop(number)

    def _open(self) -> DeadLetters:
        from ingest.firehose import DeadLetters

        return DeadLetters(self._path)


def _open(url: str) -> Sink:
    from ingest.firehose import open_sink

    return open_sink(url)


def _sinks(url: str | None, logs: Path | None) -> list[EventSink]:
    sinks: list[EventSink] = [] if url is None else [Firehose(_open(url))]
    return sinks if logs is None else [*sinks, SearchLog(logs)]


def _as_json(seen: Seen) -> dict[str, Any]:
    """The event of the firehose that says the same."""
    what, viewer = seen.what, seen.viewer
    if isinstance(what, MediaSeen):
        body: dict[str, Any] = {"viewer_id": viewer, "media_id": int(what.media_id), "viewed_at_millis": seen.ts_ms}
        return {"server_time_millis": seen.ts_ms, "view": body}
    body = {
        "viewer_id": viewer,
        "session_id": what.session_id,
        "surface": what.surface,
        "query": what.query,
        "country": what.country,
        "shown_ids": [int(shown.id) for shown in what.shown],
        "shown_verticals": [shown.vertical for shown in what.shown],
        "request_id": what.request_id,
    }
    if what.clicked is not None:
        body["clicked_position"] = what.clicked
    if what.followed is not None:
        body["followed_position"] = what.followed
    return {"server_time_millis": seen.ts_ms, "search": body}


def _lag(index: Path) -> Lag:
    from ingest.firehose import read_metrics

    try:
        metrics = read_metrics(index / LIVE, now_ms())
    except InputError:
        return Lag(state="none")
    return Lag(
        state=metrics.state,
        problem=metrics.problem,
        lag_events=metrics.lag_events,
        lag_ms=metrics.lag_ms,
        freshness_p50_ms=metrics.freshness_p50_ms,
        freshness_p99_ms=metrics.freshness_p99_ms,
        events=metrics.events,
        events_per_s=metrics.events_per_s,
        dead_letters=metrics.dead_letters,
        source=metrics.source,
    )
