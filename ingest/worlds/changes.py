"""How documents come, change and go: each makes one event from its draws, or None where it cannot be."""

from __future__ import annotations

from typing import Any

from ingest.worlds.cast import remember
from ingest.worlds.cultures import cultures
from ingest.worlds.lexicon import AUTOTAGS, CATEGORIES, TOPICS
from ingest.worlds.sampling import scattered_ids
from ingest.worlds.show import PRIVATE, Scene, Show, one_of
from schemas.gen import ttypes
from schemas.gen.ttypes import Media, Place, User

_TAGS = tuple(word for topic in TOPICS for word in topic.split())
_LABELS = tuple(AUTOTAGS.split())
_GROUP_KINDS = ("club", "collective", "lovers", "crew", "society")


def upload(show: Show, scene: Scene) -> Any:
    """A new media."""
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
        one_of(show.stage.places, count) if show.stage.places and first < 0.5 else None,
        show.time_ms,
        [one_of(_TAGS, count)] if first > 0.8 else [],
        1 if kind < 0.88 else 2 if kind < 0.96 else PRIVATE,
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


def edit(show: Show, scene: Scene) -> Any:
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


def remove(show: Show, scene: Scene) -> Any:
    """A media is deleted."""
    if scene.media < 0:
        return None
    media = show.cast.media(scene.media)
    show.cast.gone_media.add(media.id)
    return ttypes.MediaEvent(Media(media.id, media.owner_id, media.content_type), is_deleted=True)


def vision(show: Show, scene: Scene) -> Any:
    """What the machine saw, mostly on new media."""
    fresh = show.cast.fresh_media
    media = one_of(fresh, 1 - scene.chance[1] ** 3)[0].id if fresh and scene.chance[0] < 0.9 else None
    if media is None:
        if scene.media < 0:
            return None
        media = show.cast.media(scene.media).id
    first, second = scene.chance[2], scene.chance[3]
    labels = {one_of(_LABELS, first * first): round(1 - second / 2, 4), one_of(_LABELS, second): round(first, 4)}
    autotags = [ttypes.Autotag(label, sure) for label, sure in labels.items()]
    faces = [ttypes.Face(round(first / 2, 4), round(second / 2, 4), 0.2, 0.25)] if first < 0.3 else None
    return ttypes.MediaVisionEvent(media, autotags, faces, model="v1")


def sign_up(show: Show, scene: Scene) -> Any:
    """A new account."""
    known = cultures()
    culture = known[int(scene.chance[0] ** 2 * len(known))]
    first, last = one_of(culture.first, scene.chance[1]), one_of(culture.last, scene.chance[2])
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


def profile(show: Show, scene: Scene) -> Any:
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
        user.fullname = one_of(one_of(cultures(), scene.chance[1]).first, scene.chance[2]).native
    else:
        user.is_verified = not user.is_verified
    return ttypes.UserEvent(user)


def leave(show: Show, scene: Scene) -> Any:
    """An account is deleted."""
    user = show.cast.user(scene.actor)
    show.cast.gone_users.add(user.id)
    return ttypes.UserEvent(User(user.id), is_deleted=True)


def place(show: Show, scene: Scene) -> Any:
    """A place gets another category, or a new one opens beside it."""
    if not show.stage.places:
        return None
    place = one_of(show.stage.places, scene.chance[0])
    category = one_of(CATEGORIES, scene.chance[1])
    if scene.chance[2] < 0.5:
        place.category = category
        return ttypes.PlaceEvent(place)
    id_ = int(scattered_ids(1, show.seed, "place", show.places)[0]) >> 20
    show.places += 1
    near = (place.city, place.country, category, place.latitude, place.longitude)
    return ttypes.PlaceEvent(Place(id_, f"{place.name} {show.places}", *near))


def group(show: Show, scene: Scene) -> Any:
    """A new group, or one that opens or closes."""
    if show.new_groups and scene.chance[0] < 0.2:
        return ttypes.GroupEvent(one_of(show.new_groups, scene.chance[1]), is_public=scene.chance[2] < 0.7)
    id_ = int(scattered_ids(1, show.seed, "group", show.groups)[0]) >> 14
    show.groups += 1
    remember(show.new_groups, id_, show.groups)
    name = f"{one_of(_TAGS, scene.chance[1])} {one_of(_GROUP_KINDS, scene.chance[2])}"
    return ttypes.GroupEvent(id_, name, scene.text, scene.chance[3] < 0.8)
