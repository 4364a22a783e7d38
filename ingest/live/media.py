"""What follows from the owner, the visibility and the existence of media: bits, who sees them, what owners use and visit."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from index import NONE, U32, layout, show_media
from ingest.live.base import distinct, ranges
from ingest.live.changes import Changes
from ingest.live.columns import Column
from ingest.live.state import LiveState
from schemas.catalogue import Vertical

_U, _M = Vertical.USER, Vertical.MEDIA
_SHIFT = np.uint64(32)
Flags = NDArray[np.bool_]


class Shown(NamedTuple):
    """Of some media: whether it is there, whether everybody may see it, whose follower sees it (NONE: nobody but for it
    being public), whether its owner is verified."""

    alive: Flags
    public: Flags
    restricted: U32
    verified: Flags


@final
class MediaShown:
    """What shows of each media now, and the media of owners."""

    def __init__(self, state: LiveState) -> None:
        self._state = state
        self._owner, self._level = state.scalars[_M, "owner_id"].values, state.scalars[_M, "visibility"].values
        self._private, self._verified = state.scalars[_U, "is_private"].values, state.scalars[_U, "is_verified"].values
        documents = state.documents[_M]
        size = len(documents)
        self.alive, self.public, self.verified = (Column.zeros(size, np.bool_) for _ in range(3))
        self.restricted = Column.zeros(size, np.uint32, NONE)
        columns = (self.alive, self.public, self.restricted, self.verified)
        self._show(np.arange(size, dtype=np.uint32), Shown(*(column.data for column in columns)))
        for column in columns:
            documents.with_column(column.grow)
        self._first_owners, self._first_moved = self._moved_so_far()
        self._moved: dict[int, list[int]] = {}

    def _moved_so_far(self) -> tuple[U32, U32]:
        """Media that have another owner than in the base, with that owner, sorted by it."""
        base_owner = self._state.base.segment.column(layout.OWNER_COLUMN)
        owner = self._owner.data
        moved = np.concatenate(
            [np.flatnonzero(owner[: len(base_owner)] != base_owner), np.arange(len(base_owner), len(owner))]
        ).astype(np.uint32)
        owners = owner[moved]
        order = np.argsort(owners, kind="stable")
        return owners[order], moved[order]

    def give(self, media: U32) -> None:
        """Note that media have another owner than before."""
        for doc, owner in zip(media.tolist(), self._owner.data[media].tolist(), strict=True):
            if owner != NONE:
                self._moved.setdefault(owner, []).append(doc)

    def owned(self, users: U32) -> U32:
        """The media of users, each once, sorted."""
        known = users[users < self._state.base.size(_U)]
        offsets, docs = self._state.base.lists("media.owner", known)
        own = docs[self._owner.data[docs] == np.repeat(known, np.diff(offsets))]
        starts, ends = (np.searchsorted(self._first_owners, users, side=side) for side in ("left", "right"))
        first = self._first_moved[ranges(starts, ends)]
        first = first[self._owner.data[first] == np.repeat(users, ends - starts)]
        moved = [doc for user in users.tolist() for doc in self._moved.get(user, ()) if self._owner.data[doc] == user]
        return distinct(np.concatenate([own, first, np.array(moved, dtype=np.uint32)]))

    def refresh(self, docs: U32, changes: Changes) -> Shown:
        """Find anew what shows of media, and say what changed in lists. What showed before."""
        old = Shown(*(column.data[docs] for column in (self.alive, self.public, self.restricted, self.verified)))
        new = Shown._make(map(np.empty_like, old))
        self._show(docs, new)
        for column, values in zip((self.alive, self.public, self.restricted, self.verified), new, strict=True):
            column.data[docs] = values
        moved = old.restricted != new.restricted
        for keys, holds in ((old.restricted, False), (new.restricted, True)):
            at = moved & (keys != NONE)
            changes[layout.RESTRICTED].hold(keys[at], docs[at], holds)
        flipped = old.verified != new.verified
        changes["media.verified"].hold(
            np.zeros(np.count_nonzero(flipped), dtype=np.uint32), docs[flipped], new.verified[flipped]
        )
        return old

    def retell(
        self, owners: U32, edge: str, told: Callable[[U32], tuple[U32, NDArray[np.intp]]], changes: Changes
    ) -> None:
        """Say anew, level by level, what the media of owners lead to: `told` gives it for media, with their places."""
        media = self.owned(owners)
        media = media[self.alive.data[media]]
        values, rows = told(media)
        codes = self._owner.data[media[rows]].astype(np.uint64) << _SHIFT | values
        levels = self._level.data[media[rows]]
        order = np.lexsort((levels, codes))
        codes, levels = codes[order], levels[order]
        is_first = np.ones(len(codes), dtype=np.bool_)
        np.not_equal(codes[1:], codes[:-1], out=is_first[1:])
        for level in range(layout.LEVELS):
            changes[f"{edge}.{level}"].replace(owners, codes[is_first & (levels == level)])

    def _show(self, docs: U32, out: Shown) -> None:
        """Write what shows of media, in their order."""
        users, media = self._state.documents[_U], self._state.documents[_M]
        owners, levels = self._owner.data, self._level.data
        flags = (media.exists.data, users.exists.data, self._private.data, self._verified.data)
        show_media(docs, owners, levels, *flags, *out)
