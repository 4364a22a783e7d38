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


def played(url: str, base: AnySegment, count: int) -> Iterator[tuple[int, list[bytes]]]:
    """So many messages over this base in batches, each with the number of its round: those of a stream, then of further rounds."""
    first_ms = last_ms = done = 0
    round_ = 1
    while done < count:
        again = Again(base, last_ms - first_ms + 1, round_ - 1) if round_ > 1 else None
        with closing(open_source(url, group=None)) as source:
            source.stop_at_end()
            while done < count and (batch := source.poll(min(_BATCH, count - done), 1.0)) is not None:
                messages = list(batch.messages)
                if again is not None:
                    messages = [again.message(message) for message in messages]
                elif messages:
                    first_ms = first_ms or decode(messages[0]).time_ms
                    last_ms = max(last_ms, decode(messages[-1]).time_ms)
                done += len(messages)
                yield round_, messages
        if not done:
            raise FailedError(f"{url} holds no events")
        round_ += 1
