"""What is new of late: how many public media of the last seven days carry each hashtag, and of the seven before; counted once for
each state of the index and hour.

What a viewer is told is counted in his world: without the media of those between whom and him a block stands.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class _Window:
    """The public media of some days, sorted, and how many of them carry each hashtag."""

    media: U32
    counts: U32

    @staticmethod
    def of(segment: AnySegment, since_ms: int, until_ms: int | None = None) -> _Window:
        """Base media are numbered by time, the newest first; late ones are looked at one by one."""
        size, base = segment.size(Vertical.MEDIA), segment.order(Vertical.MEDIA).base
        newest = 0 if until_ms is None else _first_before(segment, base, until_ms)
        late = np.arange(base, size, dtype=np.uint32)
        created = _created(segment, late)
        within = created >= since_ms if until_ms is None else (created >= since_ms) & (created < until_ms)
        recent = np.arange(newest, _first_before(segment, base, since_ms), dtype=np.uint32)
        public = DocSet(0, size, None, segment.bits(layout.PUBLIC_MEDIA)).keep(np.concatenate([recent, late[within]]))
        return _Window(public, _carried(segment, public))

    def seen(self, world: World, docs: U32) -> F32:
        """The counts of some hashtags, in the viewer's world."""
        found = self.counts[docs].astype(np.float32)
        if len(world.blocked):
            segment, size = world.segment, world.segment.size(Vertical.MEDIA)
            owned = new_words(size)
            segment.lists("media.owner").union_into(world.blocked, owned)
            found -= _carried(segment, DocSet(0, size, None, owned).keep(self.media))[docs].astype(np.float32)
        return found


@final
class Trending:
    """Recent media by hashtag. Shared between threads."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[AnySegment, tuple[int, _Window, _Window]] = WeakKeyDictionary()
        self._lock = Lock()

    def recent(self, world: World, docs: U32, now_ms: int) -> F32:
        """For each hashtag the public media of the last seven days that carry it, in the viewer's world."""
        return self._windows(world.segment, now_ms)[0].seen(world, docs)

    def best(self, world: World, now_ms: int, limit: int) -> U32:
        """The hashtags that rise, in the viewer's world, best first: by their recent media, counted by the share that these have in
        those of both weeks. What is always used much comes behind what came up of late.
        """
        recent, before = self._windows(world.segment, now_ms)
        used = world.seen(Vertical.HASHTAG, np.flatnonzero(recent.counts).astype(np.uint32))
        now, then = recent.seen(world, used).astype(np.float64), before.seen(world, used)
        rise = now * now / np.maximum(now + then, 1)
        order = np.lexsort((used, -rise))[:limit]
        return used[order[rise[order] > 0]]

    def _windows(self, segment: AnySegment, now_ms: int) -> tuple[_Window, _Window]:
        """The last seven days, and the seven before them."""
        hour = now_ms // _HOUR_MS * _HOUR_MS
        with self._lock:
            kept = self._kept.get(segment)
            if kept is None or kept[0] != hour:
                since = hour - WINDOW_MS
                windows = _Window.of(segment, since), _Window.of(segment, since - WINDOW_MS, since)
                kept = self._kept[segment] = (hour, *windows)
            return kept[1:]


def _first_before(segment: AnySegment, base: int, since_ms: int) -> int:
    """The first of the base media that is older."""
    return bisect_right(range(base), -since_ms, key=lambda doc: -int(_created(segment, np.array([doc], np.uint32))[0]))


def _created(segment: AnySegment, docs: U32) -> AnyArray:
    return segment.values("media.created_at_ms", docs)


def _carried(segment: AnySegment, media: U32) -> U32:
    counts = np.zeros(segment.size(Vertical.HASHTAG), dtype=np.uint32)
    carried = segment.lists(layout.HASHTAGS_OF_MEDIA)
    found: Tally = tally([Counted(carried, media, None)], carried.total(media), len(counts))
    counts[found.docs] = found.hits
    return counts
