"""What a base segment is made of: cleaned documents in static-rank order and the facts between them.

Whoever reads a warehouse fills a `Corpus`; whoever writes a segment reads one. Documents are named by document number
(their place in the static-rank order of data-model.md §3, best first) and facts are pairs of document numbers, in any
order and possibly repeated. Facts are loaded when they are asked for, one kind at a time, so that memory holds no more
than the largest kind.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from schemas.catalogue import Vertical

NONE = 0xFFFF_FFFF
"""The document number that stands for no document."""

U32 = NDArray[np.uint32]
U8 = NDArray[np.uint8]
I64 = NDArray[np.int64]

PUBLIC, FOLLOWERS, PRIVATE = 0, 1, 2
"""Visibility levels of a media, as in `schemas.tables.VISIBILITIES`."""


@dataclass(frozen=True, slots=True)
class Strings:
    """A column of text: UTF-8 bytes end to end, `offsets[i]:offsets[i+1]` is row i."""

    blob: U8
    offsets: NDArray[np.uint64]

    @staticmethod
    def of(texts: Sequence[str]) -> Strings:
        """The column of these texts."""
        encoded = [text.encode() for text in texts]
        offsets = np.zeros(len(texts) + 1, dtype=np.uint64)
        np.cumsum([len(text) for text in encoded], out=offsets[1:])
        return Strings(np.frombuffer(b"".join(encoded), dtype=np.uint8), offsets)

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def __getitem__(self, row: int) -> str:
        return self.blob[self.offsets[row] : self.offsets[row + 1]].tobytes().decode()


@dataclass(frozen=True, slots=True)
class Pairs:
    """Facts between documents: `left[i]` with `right[i]`."""

    left: U32
    right: U32


@dataclass(frozen=True, slots=True)
class Postings:
    """Facts between terms and documents: document `docs[i]` has `terms[term[i]]`; `terms` are sorted and distinct."""

    terms: Sequence[str]
    term: U32
    docs: U32


PairFact = Literal[
    "follows",  # follower user, followee user
    "blocks",  # blocker user, blocked user
    "likes",  # user, media
    "comments",  # user, media
    "tagged",  # user, media
    "mentions",  # user, media
    "hashtags",  # hashtag, media
    "members",  # user, group
    "group_media",  # group, media
]
TermFact = Literal[
    "user.name",
    "user.username",
    "user.country",
    "media.caption",
    "media.autotag",
    "media.tag",
    "media.raw_tag",  # tags as they were written; a column of the media and no edge
    "media.mt",  # terms `namespace:predicate=value`, cleaned
    "hashtag.name",
    "place.name",
    "place.city",
    "place.country",
    "place.category",
    "group.name",
]


@dataclass(frozen=True)
class Corpus:
    """All documents and facts of one world at its snapshot times."""

    ids: Mapping[Vertical, I64]
    """External ids by document number, every vertical."""
    rank_counts: Mapping[Vertical, I64]
    """The count of data-model.md §3 by document number. Media have none: their order is that of time."""
    texts: Mapping[str, Strings]
    """`user.username`, `user.fullname`, `hashtag.name` (normalised, without `#`), `place.name`, `place.city`, `group.name`, ..."""
    private: NDArray[np.bool_]
    """By user."""
    verified: NDArray[np.bool_]
    """By user."""
    owner: U32
    """By media: the owning user."""
    place: U32
    """By media: the place, NONE where there is none."""
    level: U8
    """By media: PUBLIC, FOLLOWERS or PRIVATE."""
    content_type: U8
    """By media: index into `schemas.tables.CONTENT_TYPES`."""
    group_public: NDArray[np.bool_]
    """By group."""
    columns: Mapping[str, NDArray[np.generic]]
    """Further forward columns by `vertical.name`, such as `user.created_at_ms`, `place.lat`."""
    pairs: Mapping[PairFact, Callable[[], Pairs]]
    postings: Mapping[TermFact, Callable[[], Postings]]
    snapshot_ms: Mapping[str, int]
    """Snapshot time of each table that was read (data-model.md §5)."""
    counts: dict[str, dict[str, int]] = field(default_factory=dict)
    """What was read and kept out: counts by reason, by table. Complete once every fact has been loaded."""
    sidecar: Callable[[], Mapping[str, NDArray[Any]]] | None = None
    """The arrays of `index/sidecar.py`, loaded when every fact has been; an index without them takes no events."""
    traits: Callable[[], Mapping[str, U8]] | None = None
    """The columns of `index/traits.py` but for commenters, who follow from the comments; without them there are none of either."""
    held: Mapping[Vertical, NDArray[np.bool_]] | None = None
    """In a shard, the documents that are its own: its lists hold no others, which are there as keys. None: all are."""
