"""A recorded stream played again as news, where a long run takes more events than were recorded.

Each time all of it is later by as much as it spans, and says something else: whoever likes, comments, follows, blocks, joins or
changes a profile is another one of the people of the base, as many rows further as it was played before; media, comments, people,
groups and places that the stream brought come again under ids of their own; edits have another caption; what is removed or
looked at by machines is another media. What an event carries of others is left as it is, so it is as long as it was and costs as
much to decode, to compare and to keep.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import numpy as np

from bench.made import FailedError
from index import AnySegment
from ingest.firehose import Event, decode, encode, open_source
from ingest.worlds.sampling import END_MS, START_MS
from schemas.catalogue import Vertical

_FIRST_TIMED_ID = (END_MS - START_MS) << 22
"""Ids of media and comments that come after the end of the world are not below (`ingest.worlds.sampling.timed_ids`)."""
_BATCH = 5_000


class Again:
    """The events of a stream when it was played `before` times, over the world of a base; the stream spans so much time."""

    def __init__(self, base: AnySegment, span_ms: int, before: int) -> None:
        self._before = before
        self._later_ms = span_ms * before
        self._ids = {vertical: np.sort(base.ids(vertical)) for vertical in Vertical}

    def message(self, message: bytes) -> bytes:
        """The message of this round in the place of one of the first."""
        time_ms, kind, body = decode(message)
        change = _CHANGES.get(kind)
        if change is not None:
            change(self, body)
        return encode(Event(time_ms + self._later_ms, kind, body))

    def another(self, vertical: Vertical, id_: int) -> int:
        """Another document of the base in the place of one of it, and for one that the stream brought one that is not there yet."""
        ids = self._ids[vertical]
        row = int(np.searchsorted(ids, id_))
        if row < len(ids) and ids[row] == id_:
            return int(ids[(row + self._before) % len(ids)])
        return self.fresh(vertical, id_)

    def fresh(self, vertical: Vertical, id_: int) -> int:
        """The same document where the base has it; for one that the stream brought one that is not there yet."""
        if vertical is Vertical.MEDIA:
            return self.timed(id_)
        ids = self._ids[vertical]
        row = int(np.searchsorted(ids, id_))
        return id_ if row < len(ids) and ids[row] == id_ else id_ + self._before

    def timed(self, id_: int) -> int:
        """Of a media or a comment, as `fresh`."""
        return id_ if id_ < _FIRST_TIMED_ID else id_ + (self._later_ms << 22)

    def like(self, body: Any) -> None:
        body.liker_id = self.another(Vertical.USER, body.liker_id)
        body.media_id = self.timed(body.media_id)
        if getattr(body, "media", None) is not None:
            body.media.id = body.media_id

    def comment(self, body: Any) -> None:
        body.comment_id = self.timed(body.comment_id)
        body.commenter_id = self.another(Vertical.USER, body.commenter_id)
        body.media_id = self.timed(body.media_id)

    def follow(self, body: Any) -> None:
        body.follower_id = self.another(Vertical.USER, body.follower_id)
        body.followee_id = self.fresh(Vertical.USER, body.followee_id)

    def block(self, body: Any) -> None:
        body.blocker_id = self.another(Vertical.USER, body.blocker_id)
        body.blocked_id = self.fresh(Vertical.USER, body.blocked_id)

    def user(self, body: Any) -> None:
        body.user.id = self.another(Vertical.USER, body.user.id)

    def media(self, body: Any) -> None:
        if body.is_deleted:
            body.media.id = self.another(Vertical.MEDIA, body.media.id)
        else:
            body.media.id = self.timed(body.media.id)
            body.media.caption = f"{body.media.caption or ''} {self._before}"

    def media_vision(self, body: Any) -> None:
        body.media_id = self.another(Vertical.MEDIA, body.media_id)

    def place(self, body: Any) -> None:
        body.place.id = self.fresh(Vertical.PLACE, body.place.id)

    def group(self, body: Any) -> None:
        body.group_id = self.fresh(Vertical.GROUP, body.group_id)

    def group_member(self, body: Any) -> None:
        body.group_id = self.fresh(Vertical.GROUP, body.group_id)
        body.user_id = self.another(Vertical.USER, body.user_id)

    def group_media(self, body: Any) -> None:
        body.group_id = self.another(Vertical.GROUP, body.group_id)
        body.media_id = self.timed(body.media_id)


_CHANGES: dict[str, Callable[[Again, Any], None]] = {
    "like": Again.like,
    "unlike": Again.like,
    "comment": Again.comment,
    "follow": Again.follow,
    "unfollow": Again.follow,
    "block": Again.block,
    "user": Again.user,
    "media": Again.media,
    "media_vision": Again.media_vision,
    "place": Again.place,
    "group": Again.group,
    "group_member": Again.group_member,
    "group_media": Again.group_media,
}
"""By kind; rows of the logs (views and searches), which change nothing, are only later."""


def played(url: str, base: AnySegment, count: int, first: int = 1) -> Iterator[tuple[int, list[bytes]]]:
    """So many messages over this base in batches, each with the number of its round: those of a stream in the first, and as news in
    further ones. `first` is the round to begin with."""
    span_ms = _span_ms(url)
    round_, done = first, 0
    while done < count:
        again = Again(base, span_ms, round_ - 1) if round_ > 1 else None
        for messages in _batches(url):
            found = messages[: count - done]
            if not found:
                break
            yield round_, found if again is None else [again.message(message) for message in found]
            done += len(found)
        round_ += 1


def _span_ms(url: str) -> int:
    ends = [decode(message).time_ms for messages in _batches(url) for message in (messages[0], messages[-1])]
    if not ends:
        raise FailedError(f"{url} holds no events")
    return max(ends) - ends[0] + 1


def _batches(url: str) -> Iterator[list[bytes]]:
    with closing(open_source(url, group=None)) as source:
        source.stop_at_end()
        while (batch := source.poll(_BATCH, 1.0)) is not None:
            if batch.messages:
                yield list(batch.messages)
