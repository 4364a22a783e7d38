"""The documents of a stage as events carry them, and how they change while the stream runs.

What a document became is kept here, so that whoever carries it later tells the same; at most `MOST_CHANGED` documents of a kind
ever change, and of the new ones the last `MOST_FRESH` are remembered: the stream may go on for ever.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from ingest.worlds.sampling import I64
from ingest.worlds.stage import Stage
from schemas.gen.ttypes import Media, Place, User
from schemas.tables import CONTENT_TYPES, VISIBILITIES

MOST_CHANGED = 100_000
MOST_FRESH = 50_000

_TYPES = {name: number for number, name in enumerate(CONTENT_TYPES, 1)}
_VISIBILITIES = {name: number for number, name in enumerate(VISIBILITIES, 1)}


class Cast:
    """Users and media by row of the stage; `load` fetches the rows of the next events at once."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._places: dict[int, Place] = {place.id: place for place in stage.places}
        self._users: dict[int, User] = {}
        self._media: dict[int, Media] = {}
        self._user_rows: dict[int, tuple[Any, ...]] = {}
        self._media_rows: dict[int, tuple[Any, ...]] = {}
        self.changed_users: dict[int, User] = {}
        self.changed_media: dict[int, Media] = {}
        self.gone_users: set[int] = set()
        """Ids."""
        self.gone_media: set[int] = set()
        self.fresh_users: list[User] = []
        self.fresh_media: list[tuple[Media, User]] = []
        """With their owners."""

    def load(self, users: I64, media: I64) -> None:
        """The rows that will be asked for until the next `load`; -1 is nobody."""
        owners = self._stage.owner[media]
        wanted = np.unique(np.concatenate([users, owners]))
        wanted = wanted[wanted >= 0]
        self._users, self._media = {}, {}
        self._user_rows = dict(zip(wanted.tolist(), self._stage.users[wanted].rows(), strict=True))
        media = np.unique(media)
        self._media_rows = dict(zip(media.tolist(), self._stage.media[media].rows(), strict=True))

    def user(self, row: int) -> User:
        """The user of a loaded row, as he is now."""
        user = self.changed_users.get(row) or self._users.get(row)
        if user is None:
            user = self._users[row] = User(*self._user_rows[row])
        return user

    def media(self, row: int) -> Media:
        """The media of a loaded row, as it is now."""
        media = self.changed_media.get(row) or self._media.get(row)
        if media is None:
            id, owner, kind, visibility, caption, place, created, hashtags = self._media_rows[row]
            media = self._media[row] = Media(
                id,
                owner,
                _TYPES[kind],
                caption,
                hashtags,
                place=self._places.get(place),
                created_at_millis=created,
                visibility=_VISIBILITIES[visibility],
            )
        return media

    def owner(self, row: int) -> User | None:
        """The owner of a media, where he is on stage."""
        owner = int(self._stage.owner[row])
        return self.user(owner) if owner >= 0 else None

    def user_to_change(self, row: int) -> User:
        """This user or, when many have changed, one of those; the caller changes the struct."""
        if row not in self.changed_users and len(self.changed_users) >= MOST_CHANGED:
            row = list(self.changed_users)[row % MOST_CHANGED]
        return self.changed_users.setdefault(row, self.user(row))

    def media_to_change(self, row: int) -> tuple[Media, User | None]:
        """This media or, when many have changed, one of those, and its owner where he is at hand."""
        if row not in self.changed_media and len(self.changed_media) >= MOST_CHANGED:
            return self.changed_media[list(self.changed_media)[row % MOST_CHANGED]], None
        return self.changed_media.setdefault(row, self.media(row)), self.owner(row)


def remember(ring: list[Any], item: Any, serial: int, most: int = MOST_FRESH) -> None:
    """Put an item into a ring of the last `most`; `serial` counts the items."""
    if len(ring) < most:
        ring.append(item)
    else:
        ring[serial % most] = item
