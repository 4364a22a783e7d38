"""A base as ingest reads it: what its tables said of every fact and attribute, and which events they settle."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from index import I64, NONE, U32, AnyArray, PostingLists, Segment, Strings, comment_marks, joined_marks, layout
from ingest.firehose.mutations import FactKind
from ingest.live.attributes import Attribute
from ingest.live.columns import Texts
from schemas.catalogue import Vertical
from schemas.errors import InputError

Flags = NDArray[np.bool_]

FORWARD: dict[FactKind, str] = {
    "follows": "user.followed_by",
    "likes": "media.liker",
    "members": "group.member",
    "group_media": "media.in_group",
}
"""The lists, keyed by the left end, of each kind of fact but blocks."""
_SHIFT = np.uint64(32)
_TEXT_COLUMNS = {f"{vertical}.{name}" for vertical, names in layout.TEXT_COLUMNS.items() for name in names}


class Base:
    """One opened base. `times` are the snapshot times of the tables that it was built from."""

    def __init__(self, segment: Segment) -> None:
        self.segment = segment
        self.times = segment.manifest.snapshot_ms
        self.sidecar = segment.sidecar()
        if not self.sidecar:
            raise InputError(
                "no-sidecar",
                f"generation {segment.generation} was built without what events need",
                hint="build the index again with this version: monoceros build",
            )

    def size(self, vertical: Vertical) -> int:
        """The number of documents of a vertical."""
        return self.segment.size(vertical)

    def settles(self, table: str, times_ms: I64) -> Flags:
        """Which events of these times change nothing of what the table holds (data-model.md §5)."""
        snapshot = self.times.get(table)
        if snapshot is None:
            return np.zeros(len(times_ms), dtype=np.bool_)
        settled: Flags = times_ms <= snapshot
        return settled

    # -- facts -----------------------------------------------------------------------------------------------------

    def holds(self, kind: FactKind, left: U32, right: U32) -> Flags:
        """Which facts the tables hold, both ends being there; numbers past the base's are in none."""
        if kind == "blocks":
            return in_sorted(self.sidecar["blocks"], left.astype(np.uint64) << _SHIFT | right)
        return self.segment.lists(FORWARD[kind]).contains(left, right)

    def comment_counts(self, users: U32, media: U32) -> I64:
        """How many comments of a user on a media the table holds."""
        lists = self.segment.lists("media.commenter")
        counts = np.zeros(len(users), dtype=np.int64)
        there = np.flatnonzero(lists.contains(users, media))
        if not len(there):
            return counts
        keys = distinct(users[there])
        offsets, docs = self.lists("media.commenter", keys)
        codes = np.repeat(keys, np.diff(offsets)).astype(np.uint64) << _SHIFT | docs
        at = np.searchsorted(codes, users[there].astype(np.uint64) << _SHIFT | media[there])
        row = np.searchsorted(keys, users[there])
        places = (self._commenters[users[there]] + at - offsets[row]).astype(np.uint32)
        first, last = (np.searchsorted(self._commented, places, side) for side in ("left", "right"))
        counts[there] = last - first
        return counts

    def comment_ends(self, ids: I64) -> tuple[U32, U32]:
        """The user and the media of comments that the table holds, NONE of others."""
        users, media = np.full(len(ids), NONE, dtype=np.uint32), np.full(len(ids), NONE, dtype=np.uint32)
        marks = comment_marks(ids)
        order = np.argsort(marks)  # looked up in order each is near the one before
        marks = marks[order]
        at = np.flatnonzero(in_sorted(self._comment_marks, marks))
        if not len(at):
            return users, media
        held = order[at]
        places = self.sidecar["comments.at"][np.searchsorted(self._comment_marks, marks[at])].astype(np.int64)
        users[held] = np.searchsorted(self._commenters, places, side="right") - 1
        offsets, docs = self.lists("media.commenter", users[held])
        media[held] = docs[offsets[:-1] + places - self._commenters[users[held]]]
        return users, media

    @cached_property
    def _comment_marks(self) -> NDArray[np.uint64]:
        return joined_marks(self.sidecar["comments.low"], self.sidecar["comments.high"])

    @cached_property
    def _commented(self) -> U32:
        """The posting of `media.commenter` that each comment is behind, sorted."""
        commented: U32 = np.sort(self.sidecar["comments.at"])
        return commented

    @cached_property
    def _commenters(self) -> I64:
        """Where the postings of each user begin among those of `media.commenter`; at the end, how many there are."""
        users = np.arange(self.size(Vertical.USER), dtype=np.uint32)
        offsets = np.zeros(len(users) + 1, dtype=np.int64)
        np.cumsum(self.segment.lists("media.commenter").sizes(users, None), out=offsets[1:])
        return offsets

    # -- attributes ------------------------------------------------------------------------------------------------

    def column(self, attribute: Attribute) -> AnyArray:
        """What the tables say of a scalar attribute, by document: a `ref` as a document number, NONE for none."""
        segment = self.segment
        match attribute.vertical, attribute.name:
            case Vertical.USER, "is_private":
                return ~self._bits(layout.PUBLIC_USERS, Vertical.USER)
            case Vertical.USER, "is_verified":
                verified = np.zeros(self.size(Vertical.USER), dtype=np.bool_)
                docs = segment.lists("user.verified").of(0).within(0, self.size(Vertical.USER)).docs()
                verified[docs] = True
                return verified
            case Vertical.GROUP, "is_public":
                return self._bits(layout.PUBLIC_GROUPS, Vertical.GROUP)
            case _, name:
                return segment.column(_COLUMNS.get(f"{attribute.vertical}.{name}", f"{attribute.vertical}.{name}"))

    def strings(self, attribute: Attribute) -> Strings | None:
        """The texts of an attribute, None where the base does not keep them."""
        name = f"{attribute.vertical}.{attribute.name}"
        return self.segment.strings(f"{name}.text") if name in _TEXT_COLUMNS else None

    def texts(self, attribute: Attribute, docs: U32) -> Texts:
        """The texts of documents, of those that the base lacks the empty text."""
        strings = self.strings(attribute)
        assert strings is not None
        known = docs < len(strings)
        at = np.where(known, docs, 0).astype(np.int64)
        if not len(strings):
            nothing = np.zeros(len(docs), dtype=np.int64)
            return Texts(strings.blob, nothing, nothing)
        starts = strings.offsets[at].astype(np.int64)
        lengths = np.where(known, strings.offsets[at + 1].astype(np.int64) - starts, 0)
        return Texts(strings.blob, starts, lengths)

    def captions(self, docs: U32) -> NDArray[np.uint64]:
        """The marks of the captions of media that the base has."""
        return joined_marks(self.sidecar["captions.low"][docs], self.sidecar["captions.high"][docs])

    @cached_property
    def autotagged(self) -> Flags:
        """Which media the table of autotags has a row of."""
        return unpacked(self.sidecar["autotagged"], self.size(Vertical.MEDIA))

    def lists(self, name: str, keys: U32) -> tuple[I64, U32]:
        """The lists of some keys end to end, and where each begins (one more: where all end)."""
        return lists_of(self.segment.lists(name), keys)

    def _bits(self, name: str, vertical: Vertical) -> Flags:
        return unpacked(self.segment.bits(name), self.size(vertical))


_COLUMNS = {
    "media.owner_id": layout.OWNER_COLUMN,
    "media.place_id": layout.PLACE_COLUMN,
    "media.content_type": "media.type",
    "media.visibility": "media.level",
}
"""Columns that have another name than the attribute."""


def lists_of(lists: PostingLists, keys: U32) -> tuple[I64, U32]:
    """The lists of some keys end to end, and where each begins (one more: where all end)."""
    offsets = np.zeros(len(keys) + 1, dtype=np.int64)
    np.cumsum(lists.sizes(keys, None), out=offsets[1:])
    docs = np.empty(int(offsets[-1]), dtype=np.uint32)
    lists.append(keys, None, docs, 0)
    return offsets, docs


def unpacked(words: NDArray[np.uint64], size: int) -> Flags:
    """A bitset as one flag a document."""
    return np.unpackbits(words.view(np.uint8), bitorder="little")[:size].astype(np.bool_)


def distinct(values: AnyArray) -> AnyArray:
    """The distinct values, sorted. Faster than `np.unique`, which hashes first."""
    ordered = np.sort(values)
    is_first = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=is_first[1:])
    return ordered[is_first]


def ranges(starts: AnyArray, ends: AnyArray) -> NDArray[np.intp]:
    """The numbers of ranges, end to end."""
    sizes = ends - starts
    return np.repeat(starts - (np.cumsum(sizes) - sizes), sizes) + np.arange(sizes.sum())


def in_sorted(codes: NDArray[np.uint64], wanted: NDArray[np.uint64]) -> Flags:
    """Which of the wanted codes are among the sorted ones."""
    if not len(codes):
        return np.zeros(len(wanted), dtype=np.bool_)
    at = np.minimum(np.searchsorted(codes, wanted), len(codes) - 1)
    found: Flags = codes[at] == wanted
    return found
