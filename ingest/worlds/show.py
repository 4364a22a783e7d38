"""The state of a running stream: its clock, its documents, what was lately done and may be undone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ingest.worlds.cast import Cast, remember
from ingest.worlds.sampling import START_MS
from ingest.worlds.stage import Stage
from schemas.gen.ttypes import Media, User

PUBLIC, PRIVATE = 1, 3
"""Numbers of visibilities on the wire."""
_MOST_RECENT = 100_000


class Scene(NamedTuple):
    """The draws of one event: rows of the actor, of somebody, of a media (-1 for none), and chances from 0 to 1."""

    actor: int
    other: int
    media: int
    is_friends: int
    """Whether the media is of `other`, whom the actor follows."""
    chance: list[float]
    text: str


@dataclass(slots=True)
class Show:
    """The state of a running stream: its clock, its documents, what was lately done and may be undone."""

    stage: Stage
    cast: Cast
    seed: int
    users: int
    places: int
    groups: int
    """How many of each were ever made: new ids go on from there."""
    time_ms: int = 0
    serial: int = 0
    likes: list[tuple[int, int, int]] = field(default_factory=list)
    comments: list[tuple[int, int, int, int]] = field(default_factory=list)
    follows: list[tuple[int, int]] = field(default_factory=list)
    members: list[tuple[int, int]] = field(default_factory=list)
    blocks: list[tuple[int, int]] = field(default_factory=list)
    new_groups: list[int] = field(default_factory=list)

    def timed_id(self) -> int:
        """A new id that grows with time, as those of media and comments."""
        self.serial += 1
        return ((self.time_ms - START_MS) << 22) | ((self.serial * 0x2C9277) & 0x3FFFFF)

    def done(self, ring: list[Any], item: Any) -> None:
        """Remember what may be undone later."""
        self.serial += 1
        remember(ring, item, self.serial, _MOST_RECENT)

    def actor(self, scene: Scene) -> User | None:
        """Who acts: now and then somebody new; None for one who has left."""
        fresh = self.cast.fresh_users
        if fresh and scene.chance[3] < 0.04:
            return one_of(fresh, scene.chance[2])
        user = self.cast.user(scene.actor)
        return None if user.id in self.cast.gone_users else user

    def seen(self, scene: Scene) -> tuple[Media, User | None] | None:
        """A media that the actor meets, and its owner: often a new one; None where it is private or gone."""
        fresh = self.cast.fresh_media
        if fresh and not scene.is_friends and scene.chance[1] < 0.35:
            media, owner = one_of(fresh, 1 - scene.chance[0] ** 2)
            return None if media.visibility != PUBLIC or owner.is_private else (media, owner)
        if scene.media < 0:
            return None
        media = self.cast.media(scene.media)
        is_hidden = media.visibility == PRIVATE or media.id in self.cast.gone_media
        return None if is_hidden else (media, self.cast.owner(scene.media))


def one_of(items: Any, chance: float) -> Any:
    """An item, as a chance from 0 to 1 chooses."""
    return items[min(int(chance * len(items)), len(items) - 1)]
