"""A stream that is played again as news: nothing of it is said a second time."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

from bench.live.again import played
from index import open_published
from ingest.firehose import Event, decode, open_sink
from ingest.parquet import ParquetWarehouse
from ingest.worlds import generate
from ingest.worlds.events import event_stream
from tests.agreement import build

EVENTS = 3_000


def news(event: Event) -> Any:
    """What an event says that a second one like it would not change."""
    body = event.body
    match event.kind:
        case "like" | "unlike":
            return body.liker_id, body.media_id
        case "comment":
            return body.comment_id
        case "follow" | "unfollow":
            return body.follower_id, body.followee_id
        case "block":
            return body.blocker_id, body.blocked_id, body.is_blocked
        case "media":
            return body.media.id, body.media.caption
        case "media_vision":
            return body.media_id
        case "user":
            return body.user.id
        case "group_member":
            return body.group_id, body.user_id
        case "group_media":
            return body.group_id, body.media_id
        case _:
            return None


def test_each_round_is_of_the_same_kinds_and_says_something_else(tmp_path: Path) -> None:
    generate(2_000, 1, tmp_path / "warehouse")
    build(tmp_path / "warehouse", tmp_path / "index")
    base, _ = open_published(tmp_path / "index")
    messages = list(event_stream(ParquetWarehouse(tmp_path / "warehouse"), 1, EVENTS))
    url = f"file://{tmp_path}/events"
    sink = open_sink(url)
    sink.append(messages)
    sink.close()
    rounds: dict[int, list[bytes]] = {}
    for round_, batch in played(url, base, 3 * EVENTS - 100):
        rounds.setdefault(round_, []).extend(batch)
    assert [len(found) for found in rounds.values()] == [EVENTS, EVENTS, EVENTS - 100]
    assert rounds[1] == messages
    first, second, third = ([decode(message) for message in found] for found in rounds.values())
    assert [event.kind for event in second] == [event.kind for event in first]
    times = [event.time_ms for event in (*first, *second, *third)]
    assert max(times[:EVENTS]) < times[EVENTS]
    assert times == sorted(times)
    said = Counter((event.kind, news(event)) for event in first if news(event) is not None)
    for later in (second, third):
        again = [event for event in later if (event.kind, news(event)) in said]
        assert len(again) < 0.02 * EVENTS  # what one did to something, by chance another did before him
        said.update((event.kind, news(event)) for event in later if news(event) is not None)
    sizes = [sum(map(len, found[: EVENTS - 100])) for found in rounds.values()]
    assert max(sizes) < 1.02 * min(sizes)
    uploads = [event.body.media.id for event in second if event.kind == "media" and event.body.owner is not None]
    liked = {event.body.media.id for event in second if event.kind == "like" and event.body.media is not None}
    assert liked & set(uploads)  # who brought something in this round is liked in it
