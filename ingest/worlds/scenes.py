"""What happens in a stream of events: each scene makes one event from its draws, or None where it cannot be played."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ingest.worlds.cast import Cast, remember
from ingest.worlds.cultures import cultures
from ingest.worlds.lexicon import AUTOTAGS, CATEGORIES, TOPICS
from ingest.worlds.sampling import START_MS, scattered_ids
from ingest.worlds.stage import Stage
from schemas.gen import ttypes
from schemas.gen.ttypes import Media, Place, User

_TAGS = tuple(word for topic in TOPICS for word in topic.split())
_LABELS = tuple(AUTOTAGS.split())
_GROUP_KINDS = ("club", "collective", "lovers", "crew", "society")
_SURFACES = ("search", "typeahead", "explore")
_PUBLIC, _PRIVATE = 1, 3
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
            return _one(fresh, scene.chance[2])
        user = self.cast.user(scene.actor)
        return None if user.id in self.cast.gone_users else user

    def seen(self, scene: Scene) -> tuple[Media, User | None] | None:
        """A media that the actor meets, and its owner: often a new one; None where it is private or gone."""
        fresh = self.cast.fresh_media
        if fresh and not scene.is_friends and scene.chance[1] < 0.35:
            media, owner = _one(fresh, 1 - scene.chance[0] ** 2)
            return None if media.visibility != _PUBLIC or owner.is_private else (media, owner)
        if scene.media < 0:
            return None
        media = self.cast.media(scene.media)
        is_hidden = media.visibility == _PRIVATE or media.id in self.cast.gone_media
        return None if is_hidden else (media, self.cast.owner(scene.media))


def _one(items: Any, chance: float) -> Any:
    return items[min(int(chance * len(items)), len(items) - 1)]


def _like(show: Show, scene: Scene) -> Any:
    actor, met = show.actor(scene), show.seen(scene)
    if actor is None or met is None:
        return None
    media, owner = met
    show.done(show.likes, (actor.id, media.id, media.owner_id))
    return ttypes.LikeEvent(actor.id, media.id, media.owner_id, media, actor, owner, scene.is_friends == 1)


def _unlike(show: Show, scene: Scene) -> Any:
    likers, liked = show.stage.likes
    if len(likers) and scene.chance[0] < 0.3:
        place = int(scene.chance[1] * len(likers))
        row = int(liked[place])
        media = show.stage.media.item(row, "id"), show.stage.media.item(row, "owner_id")
        return ttypes.UnlikeEvent(show.stage.users.item(int(likers[place]), "id"), *media)
    return ttypes.UnlikeEvent(*_one(show.likes, scene.chance[1])) if show.likes else None


def _comment(show: Show, scene: Scene) -> Any:
    actor, met = show.actor(scene), show.seen(scene)
    if actor is None or met is None:
        return None
    told = (show.timed_id(), actor.id, met[0].id, met[0].owner_id)
    show.done(show.comments, told)
    return ttypes.CommentEvent(*told, text=scene.text or "!")


def _uncomment(show: Show, scene: Scene) -> Any:
    return ttypes.CommentEvent(*_one(show.comments, scene.chance[0]), is_deleted=True) if show.comments else None


def _follow(show: Show, scene: Scene) -> Any:
    actor, fresh = show.actor(scene), show.cast.fresh_users
    followed = _one(fresh, scene.chance[1]) if fresh and scene.chance[0] < 0.1 else show.cast.user(scene.other)
    if actor is None or followed.id == actor.id or followed.id in show.cast.gone_users:
        return None
    show.done(show.follows, (actor.id, followed.id))
    return ttypes.FollowEvent(actor.id, followed.id, actor, followed)


def _unfollow(show: Show, scene: Scene) -> Any:
    if show.follows and scene.chance[0] < 0.5:
        return ttypes.UnfollowEvent(*_one(show.follows, scene.chance[1]))
    return ttypes.UnfollowEvent(show.cast.user(scene.actor).id, show.cast.user(scene.other).id)


def _block(show: Show, scene: Scene) -> Any:
    if show.blocks and scene.chance[0] < 0.2:
        return ttypes.BlockEvent(*_one(show.blocks, scene.chance[1]), False)
    pair = show.cast.user(scene.other).id, show.cast.user(scene.actor).id
    if pair[0] == pair[1]:
        return None
    show.done(show.blocks, pair)
    return ttypes.BlockEvent(*pair, True)


def _view(show: Show, scene: Scene) -> Any:
    actor, met = show.actor(scene), show.seen(scene)
    if actor is None or met is None:
        return None
    return ttypes.ViewEvent(actor.id, met[0].id, show.time_ms)


def _search(show: Show, scene: Scene) -> Any:
    """A search for somebody, typed in part, and mostly found."""
    actor, wanted = show.cast.user(scene.actor), show.cast.user(scene.other)
    typed = (wanted.username or "a")[: 2 + int(scene.chance[0] * 8)]
    shown = [wanted.id] if scene.chance[1] < 0.8 else []
    return ttypes.SearchEvent(
        actor.id,
        f"s{actor.id & 0xFFFFFF:x}-{show.time_ms >> 20:x}",
        _one(_SURFACES, scene.chance[2]),
        typed,
        actor.country,
        shown,
        ["user"] * len(shown),
        0 if shown and scene.chance[3] < 0.6 else None,
        0 if shown and scene.chance[3] < 0.05 else None,
        f"r{show.time_ms:x}-{scene.actor:x}",
    )


def _upload(show: Show, scene: Scene) -> Any:
    owner = show.actor(scene)
    if owner is None:
        return None
    first, count, _, kind = scene.chance
    media = Media(
        show.timed_id(),
        owner.id,
        1 if kind < 0.7 else 2 if kind < 0.9 else 3,
        scene.text,
        _hashtags(show, first, int(count * 5)),
        [show.cast.user(scene.other).id] if first < 0.12 else [],
        _one(show.stage.places, count) if show.stage.places and first < 0.5 else None,
        show.time_ms,
        [_one(_TAGS, count)] if first > 0.8 else [],
        1 if kind < 0.88 else 2 if kind < 0.96 else _PRIVATE,
        [],
    )
    remember(show.cast.fresh_media, (media, owner), show.serial)
    return ttypes.MediaEvent(media, owner)


def _hashtags(show: Show, chance: float, count: int) -> list[str]:
    """Known ones, the first ones oftener; rarely one that nobody used before."""
    tags = [_TAGS[int((chance * (7 * n + 3) % 1) ** 2 * len(_TAGS))] for n in range(count)]
    if count and chance < 0.02:
        tags.append(f"{tags[0]}{show.time_ms % 100_000}")
    return tags


def _edit(show: Show, scene: Scene) -> Any:
    """A new caption, other hashtags, another visibility, or tagged friends; the event carries the media as it is then."""
    if scene.media < 0:
        return None
    media, owner = show.cast.media_to_change(scene.media)
    if media.id in show.cast.gone_media:
        return None
    what = scene.chance[0]
    if what < 0.5:
        media.caption = scene.text
    elif what < 0.75:
        media.hashtags = _hashtags(show, scene.chance[1], 1 + int(scene.chance[2] * 4))
    elif what < 0.9:
        media.visibility = 1 + int(scene.chance[1] * 3)
    else:
        media.tagged_user_ids = [show.cast.user(scene.other).id]
    return ttypes.MediaEvent(media, owner)


def _remove(show: Show, scene: Scene) -> Any:
    if scene.media < 0:
        return None
    media = show.cast.media(scene.media)
    show.cast.gone_media.add(media.id)
    return ttypes.MediaEvent(Media(media.id, media.owner_id, media.content_type), is_deleted=True)


def _vision(show: Show, scene: Scene) -> Any:
    """What the machine saw, mostly on new media."""
    fresh = show.cast.fresh_media
    media = _one(fresh, 1 - scene.chance[1] ** 3)[0].id if fresh and scene.chance[0] < 0.9 else None
    if media is None:
        if scene.media < 0:
            return None
        media = show.cast.media(scene.media).id
    first, second = scene.chance[2], scene.chance[3]
    labels = {_one(_LABELS, first * first): round(1 - second / 2, 4), _one(_LABELS, second): round(first, 4)}
    autotags = [ttypes.Autotag(label, sure) for label, sure in labels.items()]
    faces = [ttypes.Face(round(first / 2, 4), round(second / 2, 4), 0.2, 0.25)] if first < 0.3 else None
    return ttypes.MediaVisionEvent(media, autotags, faces, model="v1")


def _sign_up(show: Show, scene: Scene) -> Any:
    known = cultures()
    culture = known[int(scene.chance[0] ** 2 * len(known))]
    first, last = _one(culture.first, scene.chance[1]), _one(culture.last, scene.chance[2])
    id_ = int(scattered_ids(1, show.seed, "user", show.users)[0])
    show.users += 1
    names = (last.native, first.native) if culture.family_first else (first.native, last.native)
    user = User(
        id_,
        f"{first.handle}.{last.handle}{show.users}",
        ("" if culture.family_first else " ").join(names),
        scene.chance[3] < 0.2,
        False,
        culture.country,
        show.time_ms,
    )
    remember(show.cast.fresh_users, user, show.users)
    return ttypes.UserEvent(user)


def _profile(show: Show, scene: Scene) -> Any:
    """A change of name, or a switch of privacy; the event carries all of the user."""
    user = show.cast.user_to_change(scene.actor)
    if user.id in show.cast.gone_users:
        return None
    what = scene.chance[0]
    if what < 0.35:
        user.is_private = not user.is_private
    elif what < 0.6:
        user.username = f"{(user.username or '').rstrip('0123456789')}{int(scene.chance[1] * 10_000)}"
    elif what < 0.9:
        user.fullname = _one(_one(cultures(), scene.chance[1]).first, scene.chance[2]).native
    else:
        user.is_verified = not user.is_verified
    return ttypes.UserEvent(user)


def _leave(show: Show, scene: Scene) -> Any:
    user = show.cast.user(scene.actor)
    show.cast.gone_users.add(user.id)
    return ttypes.UserEvent(User(user.id), is_deleted=True)


def _place(show: Show, scene: Scene) -> Any:
    """A place gets another category, or a new one opens beside it."""
    if not show.stage.places:
        return None
    place = _one(show.stage.places, scene.chance[0])
    category = _one(CATEGORIES, scene.chance[1])
    if scene.chance[2] < 0.5:
        place.category = category
        return ttypes.PlaceEvent(place)
    id_ = int(scattered_ids(1, show.seed, "place", show.places)[0]) >> 20
    show.places += 1
    near = (place.city, place.country, category, place.latitude, place.longitude)
    return ttypes.PlaceEvent(Place(id_, f"{place.name} {show.places}", *near))


def _group(show: Show, scene: Scene) -> Any:
    if show.new_groups and scene.chance[0] < 0.2:
        return ttypes.GroupEvent(_one(show.new_groups, scene.chance[1]), is_public=scene.chance[2] < 0.7)
    id_ = int(scattered_ids(1, show.seed, "group", show.groups)[0]) >> 14
    show.groups += 1
    remember(show.new_groups, id_, show.groups)
    name = f"{_one(_TAGS, scene.chance[1])} {_one(_GROUP_KINDS, scene.chance[2])}"
    return ttypes.GroupEvent(id_, name, scene.text, scene.chance[3] < 0.8)


def _some_group(show: Show, scene: Scene) -> int | None:
    if show.new_groups and scene.chance[0] < 0.15:
        return int(_one(show.new_groups, scene.chance[1]))
    return int(_one(show.stage.groups, scene.chance[1])) if len(show.stage.groups) else None


def _join(show: Show, scene: Scene) -> Any:
    group, actor = _some_group(show, scene), show.actor(scene)
    if group is None or actor is None:
        return None
    show.done(show.members, (group, actor.id))
    return ttypes.GroupMemberEvent(group, actor.id, True)


def _part(show: Show, scene: Scene) -> Any:
    groups, members = show.stage.members
    if show.members and scene.chance[0] < 0.5:
        return ttypes.GroupMemberEvent(*_one(show.members, scene.chance[1]), False)
    if not len(groups):
        return None
    place = int(scene.chance[1] * len(groups))
    return ttypes.GroupMemberEvent(int(groups[place]), show.stage.users.item(int(members[place]), "id"), False)


def _contain(show: Show, scene: Scene) -> Any:
    group, met = _some_group(show, scene), show.seen(scene)
    if group is None or met is None:
        return None
    return ttypes.GroupMediaEvent(group, met[0].id, met[0].owner_id, scene.chance[3] < 0.9)


Play = Callable[[Show, Scene], Any]

SCENES: dict[str, tuple[float, str, Play]] = {
    "view": (0.330, "view", _view),
    "like": (0.320, "like", _like),
    "unlike": (0.030, "unlike", _unlike),
    "comment": (0.055, "comment", _comment),
    "uncomment": (0.004, "comment", _uncomment),
    "follow": (0.080, "follow", _follow),
    "unfollow": (0.016, "unfollow", _unfollow),
    "block": (0.004, "block", _block),
    "upload": (0.040, "media", _upload),
    "edit": (0.008, "media", _edit),
    "remove": (0.004, "media", _remove),
    "vision": (0.038, "media_vision", _vision),
    "sign up": (0.008, "user", _sign_up),
    "profile": (0.007, "user", _profile),
    "leave": (0.0005, "user", _leave),
    "place": (0.001, "place", _place),
    "group": (0.0005, "group", _group),
    "join": (0.005, "group_member", _join),
    "part": (0.002, "group_member", _part),
    "contain": (0.002, "group_media", _contain),
    "search": (0.045, "search", _search),
}
"""Of each scene its share, the kind of its event, and what makes it."""
