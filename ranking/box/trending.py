"""What is new of late: how many public media of the last days carry each hashtag; counted once for each state of the index and
hour.

What a viewer is told is counted in his world: without the media of those between whom and him a block stands.
"""

from __future__ import annotations

from bisect import bisect_right
from threading import Lock
from typing import final
from weakref import WeakKeyDictionary

import numpy as np

from index import U32, AnyArray, AnySegment, Counted, DocSet, Tally, layout, new_words, tally
from query import World
from ranking.features.schema import F32
from schemas.catalogue import Vertical

WINDOW_MS = 7 * 86_400_000
_HOUR_MS = 3_600_000


@final
class Trending:
    """Recent media by hashtag. Shared between threads."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[AnySegment, tuple[int, U32, U32]] = WeakKeyDictionary()
        self._lock = Lock()

    def recent(self, world: World, docs: U32, now_ms: int) -> F32:
        """For each hashtag the public media of the last seven days that carry it, in the viewer's world."""
        media, counts = self._counted(world.segment, now_ms // _HOUR_MS * _HOUR_MS)
        found = counts[docs].astype(np.float32)
        if len(world.blocked):
            found -= self._blocked(world, media, docs)
        return found

    def best(self, world: World, now_ms: int, limit: int) -> U32:
        """The hashtags with most recent media, in the viewer's world, best first."""
        _, counts = self._counted(world.segment, now_ms // _HOUR_MS * _HOUR_MS)
        used = np.flatnonzero(counts).astype(np.uint32)
        used = world.seen(Vertical.HASHTAG, used)
        recent = self.recent(world, used, now_ms)
        return used[np.lexsort((used, -recent))[:limit]]

    def _counted(self, segment: AnySegment, now_ms: int) -> tuple[U32, U32]:
        """The recent public media, sorted, and how many of them carry each hashtag."""
        with self._lock:
            kept = self._kept.get(segment)
            if kept is None or kept[0] != now_ms:
                kept = self._kept[segment] = (now_ms, *_count(segment, now_ms - WINDOW_MS))
            return kept[1:]

    def _blocked(self, world: World, media: U32, docs: U32) -> F32:
        segment = world.segment
        size = segment.size(Vertical.MEDIA)
        owned = new_words(size)
        segment.lists("media.owner").union_into(world.blocked, owned)
        hidden = DocSet(0, size, None, owned).keep(media)
        return _carried(segment, hidden)[docs].astype(np.float32)


def _count(segment: AnySegment, since_ms: int) -> tuple[U32, U32]:
    """Base media are numbered by time, the newest first; late ones are looked at one by one."""
    size, base = segment.size(Vertical.MEDIA), segment.order(Vertical.MEDIA).base
    newest = bisect_right(range(base), -since_ms, key=lambda doc: -_created(segment, np.array([doc], np.uint32))[0])
    late = np.arange(base, size, dtype=np.uint32)
    recent = np.concatenate([np.arange(newest, dtype=np.uint32), late[_created(segment, late) >= since_ms]])
    public = DocSet(0, size, None, segment.bits(layout.PUBLIC_MEDIA)).keep(recent)
    return public, _carried(segment, public)


def _created(segment: AnySegment, docs: U32) -> AnyArray:
    return segment.values("media.created_at_ms", docs)


def _carried(segment: AnySegment, media: U32) -> U32:
    counts = np.zeros(segment.size(Vertical.HASHTAG), dtype=np.uint32)
    carried = segment.lists(layout.HASHTAGS_OF_MEDIA)
    found: Tally = tally([Counted(carried, media, None)], carried.total(media), len(counts))
    counts[found.docs] = found.hits
    return counts
