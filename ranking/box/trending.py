"""What is new of late: how many public media of the last seven days carry each hashtag, and of the seven before; counted once for
each state of the index and hour, and from one state to the next by what changed between them.

What a viewer is told is counted in his world: without the media of those between whom and him a block stands.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from threading import Lock
from typing import NamedTuple, final
from weakref import WeakKeyDictionary

import numpy as np

from index import U32, AnyArray, AnySegment, Counted, DocSet, Tally, changed_between, layout, new_words, tally
from query import World
from ranking.box.circle import hits_of
from ranking.features.schema import F32
from schemas.catalogue import Vertical

WINDOW_MS = 7 * 86_400_000
_HOUR_MS = 3_600_000


class _Days(NamedTuple):
    """Some days, and the base media that are of them, from `newest` up to `oldest`: they are numbered by time, the newest first."""

    since_ms: int
    until_ms: int | None
    newest: int
    oldest: int

    @staticmethod
    def of(segment: AnySegment, since_ms: int, until_ms: int | None) -> _Days:
        """These days in a state of an index."""
        base = segment.order(Vertical.MEDIA).base
        newest = 0 if until_ms is None else _first_before(segment, base, until_ms)
        return _Days(since_ms, until_ms, newest, _first_before(segment, base, since_ms))

    def public(self, segment: AnySegment, docs: U32) -> U32:
        """Those of the (sorted) media that are public and of these days; late ones are looked at one by one."""
        size, base = segment.size(Vertical.MEDIA), segment.order(Vertical.MEDIA).base
        first, last, end = docs.searchsorted((self.newest, self.oldest, base)).tolist()
        late = docs[end:]
        created = _created(segment, late)
        within = created >= self.since_ms
        if self.until_ms is not None:
            within &= created < self.until_ms
        found = np.concatenate([docs[first:last], late[within]])
        return DocSet(0, size, None, segment.bits(layout.PUBLIC_MEDIA)).keep(found)


@dataclass(frozen=True, slots=True)
class _Window:
    """The public media of some days, sorted, and how many of them carry each hashtag."""

    days: _Days
    media: U32
    counts: U32

    @staticmethod
    def of(segment: AnySegment, since_ms: int, until_ms: int | None = None) -> _Window:
        """Counted from the beginning."""
        days = _Days.of(segment, since_ms, until_ms)
        late = np.arange(segment.order(Vertical.MEDIA).base, segment.size(Vertical.MEDIA), dtype=np.uint32)
        recent = np.arange(days.newest, days.oldest, dtype=np.uint32)
        public = days.public(segment, np.concatenate([recent, late]))
        return _Window(days, public, _carried(segment, public))

    def after(self, before: AnySegment, segment: AnySegment) -> _Window | None:
        """The same days in another state of the index than `before`, whose window this is: media of which nothing changed are not
        counted again. None where that is not known, or would take as long as to count all."""
        changed = changed_between(before, segment)
        hashtags = None if changed is None else changed.keys(layout.HASHTAGS_OF_MEDIA)
        if (
            changed is None
            or hashtags is None
            or self.days != _Days.of(segment, self.days.since_ms, self.days.until_ms)
        ):
            return None
        if any(changed.known[vertical] < before.size(vertical) for vertical in (Vertical.MEDIA, Vertical.HASHTAG)):
            return None
        size = segment.size(Vertical.MEDIA)
        others = (
            changed.bits(layout.PUBLIC_MEDIA),
            hashtags,
            changed.values("media.created_at_ms"),
            np.arange(before.size(Vertical.MEDIA), size, dtype=np.uint32),
        )
        docs = np.unique(np.concatenate(others))
        if len(docs) > len(self.media):
            return None
        anew = DocSet(0, size, docs)
        come = self.days.public(segment, docs)
        counts = _carried(segment, come)
        counts[: len(self.counts)] += self.counts - _carried(before, anew.keep(self.media))
        return _Window(self.days, np.sort(np.concatenate([anew.keep(self.media, wanted=False), come])), counts)

    def hidden(self, world: World) -> Tally:
        """The hashtags that media of these days carry whose owners a block hides, and how many such media."""
        if len(world.blocked) == 0 or len(self.media) == 0:
            return _NOTHING
        segment, size = world.segment, world.segment.size(Vertical.MEDIA)
        owned = new_words(size)
        segment.lists("media.owner").union_into(world.blocked, owned)
        return _tally(segment, DocSet(0, size, None, owned).keep(self.media))


_NOTHING = Tally(np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.uint32))
_Windows = tuple[_Window, _Window]


class _Seen(NamedTuple):
    """The last seven days and the seven before them, as one viewer sees them: less what is hidden from him."""

    windows: _Windows
    hidden: tuple[Tally, Tally]

    def counts(self, docs: U32) -> tuple[F32, F32]:
        """The media that carry each hashtag, of the last seven days and of the seven before."""
        recent, before = (
            window.counts[docs].astype(np.float32) - hits_of(less, docs)
            for window, less in zip(self.windows, self.hidden, strict=True)
        )
        return recent, before


@final
class Trending:
    """Recent media by hashtag. Shared between threads."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[AnySegment, tuple[int, _Windows]] = WeakKeyDictionary()
        self._seen: WeakKeyDictionary[World, _Seen] = WeakKeyDictionary()
        self._lock = Lock()

    def weeks(self, world: World, docs: U32, now_ms: int) -> tuple[F32, F32]:
        """For each hashtag the public media that carry it in the viewer's world, of the last seven days and of the seven before."""
        return self._seen_by(world, now_ms).counts(docs)

    def best(self, world: World, now_ms: int, limit: int) -> U32:
        """The hashtags that rise, in the viewer's world, best first: by their recent media, counted by the share that these have in
        those of both weeks. What is always used much comes behind what came up of late.
        """
        seen = self._seen_by(world, now_ms)
        used = world.seen(Vertical.HASHTAG, np.flatnonzero(seen.windows[0].counts).astype(np.uint32))
        now, then = (counts.astype(np.float64) for counts in seen.counts(used))
        rise = now * now / np.maximum(now + then, 1)
        order = np.lexsort((used, -rise))[:limit]
        return used[order[rise[order] > 0]]

    def follow(self, segment: AnySegment, now_ms: int) -> None:
        """Count in a state of the index before anybody waits for it; little where one that came before it is still in use."""
        self._windows(segment, now_ms)

    def _seen_by(self, world: World, now_ms: int) -> _Seen:
        """What a viewer sees of both weeks; what is hidden is counted once for him, a state of the index and hour."""
        windows = self._windows(world.segment, now_ms)
        found = self._seen.get(world)
        if found is None or found.windows is not windows:
            recent, before = windows
            found = self._seen[world] = _Seen(windows, (recent.hidden(world), before.hidden(world)))
        return found

    def _windows(self, segment: AnySegment, now_ms: int) -> _Windows:
        """The last seven days, and the seven before them."""
        hour = now_ms // _HOUR_MS * _HOUR_MS
        with self._lock:
            kept = self._kept.get(segment)
            if kept is None or kept[0] != hour:
                since = hour - WINDOW_MS
                followed = self._followed(segment, hour)
                windows = followed or (_Window.of(segment, since), _Window.of(segment, since - WINDOW_MS, since))
                kept = self._kept[segment] = (hour, windows)
            return kept[1]

    def _followed(self, segment: AnySegment, hour: int) -> _Windows | None:
        """The windows of a state by those of another that is still in use; None where there is none that helps."""
        for before, (counted, (recent, older)) in list(self._kept.items()):
            if counted == hour:
                windows = recent.after(before, segment), older.after(before, segment)
                if windows[0] is not None and windows[1] is not None:
                    return windows[0], windows[1]
        return None


def _first_before(segment: AnySegment, base: int, since_ms: int) -> int:
    """The first of the base media that is older."""
    return bisect_right(range(base), -since_ms, key=lambda doc: -int(_created(segment, np.array([doc], np.uint32))[0]))


def _created(segment: AnySegment, docs: U32) -> AnyArray:
    return segment.values("media.created_at_ms", docs)


def _carried(segment: AnySegment, media: U32) -> U32:
    """How many of some media carry each hashtag."""
    counts = np.zeros(segment.size(Vertical.HASHTAG), dtype=np.uint32)
    found = _tally(segment, media)
    counts[found.docs] = found.hits
    return counts


def _tally(segment: AnySegment, media: U32) -> Tally:
    carried = segment.lists(layout.HASHTAGS_OF_MEDIA)
    return tally([Counted(carried, media, None)], carried.total(media), segment.size(Vertical.HASHTAG))
