"""What follows from the owner, the visibility and the existence of media: bits, who sees them, what owners use and visit."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple, final

import numpy as np
from numpy.typing import NDArray

from index import NONE, U32, layout, show_media
from ingest.live.base import distinct
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
        shown = self._shown(np.arange(len(documents), dtype=np.uint32))
        self.alive, self.public = Column(shown.alive, False), Column(shown.public, False)
        self.restricted, self.verified = Column(shown.restricted, NONE), Column(shown.verified, False)
        for column in (self.alive, self.public, self.restricted, self.verified):
            documents.with_column(column.grow)
        self._moved: dict[int, list[int]] = {}
        base_owner = state.base.segment.column(layout.OWNER_COLUMN)
        owner = self._owner.data
        moved = np.concatenate(
            [np.flatnonzero(owner[: len(base_owner)] != base_owner), np.arange(len(base_owner), len(owner))]
        )
        self.give(moved.astype(np.uint32))

    def give(self, media: U32) -> None:
        """Note that media have another owner than in the base, or had."""
        for doc, owner in zip(media.tolist(), self._owner.data[media].tolist(), strict=True):
            if owner != NONE:
                self._moved.setdefault(owner, []).append(doc)

    def owned(self, users: U32) -> U32:
        """The media of users, each once, sorted."""
        known = users[users < self._state.base.size(_U)]
        offsets, docs = self._state.base.lists("media.owner", known)
        own = docs[self._owner.data[docs] == np.repeat(known, np.diff(offsets))]
        moved = [doc for user in users.tolist() for doc in self._moved.get(user, ()) if self._owner.data[doc] == user]
        return distinct(np.concatenate([own, np.array(moved, dtype=np.uint32)]))

    def refresh(self, docs: U32, changes: Changes) -> Shown:
        """Find anew what shows of media, and say what changed in lists. What showed before."""
        old = Shown(*(column.data[docs] for column in (self.alive, self.public, self.restricted, self.verified)))
        new = self._shown(docs)
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

    def _shown(self, docs: U32) -> Shown:
        alive, public, verified = (np.empty(len(docs), dtype=np.bool_) for _ in range(3))
        restricted = np.empty(len(docs), dtype=np.uint32)
        users, media = self._state.documents[_U], self._state.documents[_M]
        owners, levels = self._owner.data, self._level.data
        flags = (media.exists.data, users.exists.data, self._private.data, self._verified.data)
        show_media(docs, owners, levels, *flags, alive, public, restricted, verified)
        return Shown(alive, public, restricted, verified)
