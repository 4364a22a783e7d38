"""Events → mutations (data-model.md §5), one function per kind: pure, total, and knowing nothing of what an index holds.

What an event does not carry is absent from the rows; lists, which stand for sets, are sorted and hold nothing twice, so
that equal sets are equal values.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import isnan
from typing import Any

from ingest.firehose.mutations import CommentRow, DocumentRow, FactKind, Mutations
from ingest.firehose.wire import Event
from schemas.catalogue import Vertical
from schemas.tables import CONTENT_TYPES, VISIBILITIES

_USER, _MEDIA, _PLACE, _GROUP = Vertical.USER, Vertical.MEDIA, Vertical.PLACE, Vertical.GROUP
_CONTENT_TYPES = dict(enumerate(CONTENT_TYPES, 1))
"""The table's words for the wire's enum `MediaContentType`."""
_VISIBILITIES = dict(enumerate(VISIBILITIES, 1))
_OF_USER = ("username", "fullname", "is_verified", "country", "created_at_ms")
_OF_OWN_USER = (*_OF_USER, "is_private")
_OF_PLACE = ("name", "city", "country", "category", "lat", "lon")
_OF_MEDIA = ("owner_id", "content_type", "caption", "created_at_ms", "hashtags")
_WITH_ALL = (*_OF_MEDIA, "tags", "tagged", "mentions", "place_id", "visibility")
_NO_LISTS = (None, None, None)


def translate(event: Event, into: Mutations) -> None:
    """Append what the event changes. It is one that `wire.decode` returned, or as valid as one."""
    _TRANSLATORS[event.kind](event.body, event.time_ms, into)


def _user(event: Any, time_ms: int, into: Mutations) -> None:
    user = event.user
    into.documents.append(DocumentRow(_USER, user.id, time_ms, not event.is_deleted))
    if not event.is_deleted:
        _set_user(user, time_ms, into, is_own=True)


def _media(event: Any, time_ms: int, into: Mutations) -> None:
    media = event.media
    into.documents.append(DocumentRow(_MEDIA, media.id, time_ms, not event.is_deleted))
    if not event.is_deleted:
        _set_media(media, time_ms, into, is_own=True)
        _set_user(event.owner, time_ms, into)


def _media_vision(event: Any, time_ms: int, into: Mutations) -> None:
    autotags = faces = vector = None
    if event.autotags is not None:
        surest: dict[str, float] = {}
        for tag in event.autotags:
            confidence = _number(tag.confidence) or 0.0
            surest[tag.label] = max(confidence, surest.get(tag.label, confidence))
        autotags = tuple(sorted(surest.items()))
    if event.faces is not None:
        corners = ((face.x, face.y, face.width, face.height) for face in event.faces)
        faces = _as_set([tuple(_number(side) or 0.0 for side in face) for face in corners])
    if event.vector is not None:
        vector = tuple(_number(part) or 0.0 for part in event.vector)
    into.tell(_MEDIA, ("autotags", "faces", "vector"), (event.media_id, time_ms, autotags, faces, vector))


def _place(event: Any, time_ms: int, into: Mutations) -> None:
    _set_place(event.place, time_ms, into)


def _group(event: Any, time_ms: int, into: Mutations) -> None:
    into.documents.append(DocumentRow(_GROUP, event.group_id, time_ms, not event.is_deleted))
    if not event.is_deleted:
        row = (event.group_id, time_ms, event.name, event.description, event.is_public)
        into.tell(_GROUP, ("name", "description", "is_public"), row)


def _like(event: Any, time_ms: int, into: Mutations) -> None:
    _fact("likes", event.liker_id, event.media_id, time_ms, True, into)
    _set_media(event.media, time_ms, into)
    _set_user(event.liker, time_ms, into)
    _set_user(event.media_owner, time_ms, into)


def _unlike(event: Any, time_ms: int, into: Mutations) -> None:
    _fact("likes", event.liker_id, event.media_id, time_ms, False, into)


def _comment(event: Any, time_ms: int, into: Mutations) -> None:
    row = CommentRow(event.comment_id, event.commenter_id, event.media_id, time_ms, not event.is_deleted)
    into.comments.append(row)


def _follow(event: Any, time_ms: int, into: Mutations) -> None:
    if event.follower_id != event.followee_id:
        _fact("follows", event.follower_id, event.followee_id, time_ms, True, into)
    _set_user(event.follower, time_ms, into)
    _set_user(event.followee, time_ms, into)


def _unfollow(event: Any, time_ms: int, into: Mutations) -> None:
    if event.follower_id != event.followee_id:
        _fact("follows", event.follower_id, event.followee_id, time_ms, False, into)


def _block(event: Any, time_ms: int, into: Mutations) -> None:
    if event.blocker_id != event.blocked_id:
        _fact("blocks", event.blocker_id, event.blocked_id, time_ms, event.is_blocked, into)


def _group_member(event: Any, time_ms: int, into: Mutations) -> None:
    _fact("members", event.user_id, event.group_id, time_ms, event.is_member, into)


def _group_media(event: Any, time_ms: int, into: Mutations) -> None:
    _fact("group_media", event.group_id, event.media_id, time_ms, event.is_added, into)


def _log_row(event: Any, time_ms: int, into: Mutations) -> None:
    """A view or a search: nothing in the index."""


_TRANSLATORS: dict[str, Callable[[Any, int, Mutations], None]] = {
    "user": _user,
    "like": _like,
    "unlike": _unlike,
    "comment": _comment,
    "follow": _follow,
    "unfollow": _unfollow,
    "block": _block,
    "media": _media,
    "media_vision": _media_vision,
    "place": _place,
    "view": _log_row,
    "group": _group,
    "group_member": _group_member,
    "group_media": _group_media,
    "search": _log_row,
}


def _fact(kind: FactKind, left: int, right: int, time_ms: int, is_set: bool, into: Mutations) -> None:
    lefts, rights, times, sets = into.facts[kind]
    lefts.append(left)
    rights.append(right)
    times.append(time_ms)
    sets.append(is_set)


def _set_user(user: Any, time_ms: int, into: Mutations, *, is_own: bool = False) -> None:
    """The attributes of a user; of one inside another's event (not `is_own`) without privacy. None sets nothing."""
    if user is None:
        return
    row = (user.id, time_ms, user.username, user.fullname, user.is_verified, user.country, user.created_at_millis)
    if is_own:
        into.tell(_USER, _OF_OWN_USER, (*row, user.is_private))
    else:
        into.tell(_USER, _OF_USER, row)


def _set_media(media: Any, time_ms: int, into: Mutations, *, is_own: bool = False) -> None:
    """The attributes of a media, and its place; of one inside another's event without visibility. None sets nothing."""
    if media is None:
        return
    row = (
        media.id,
        time_ms,
        media.owner_id,
        _CONTENT_TYPES[media.content_type],
        media.caption,
        media.created_at_millis,
        _as_set(media.hashtags),
    )
    visibility = _VISIBILITIES[media.visibility] if is_own and media.visibility is not None else None
    lists = media.tags, media.tagged_user_ids, media.mentioned_user_ids
    place = media.place
    if place is not None:
        _set_place(place, time_ms, into)
    if lists == _NO_LISTS and place is None and visibility is None:
        into.tell(_MEDIA, _OF_MEDIA, row)
    else:
        rest = (*map(_as_set, lists), None if place is None else place.id, visibility)
        into.tell(_MEDIA, _WITH_ALL, row + rest)


def _set_place(place: Any, time_ms: int, into: Mutations) -> None:
    into.documents.append(DocumentRow(_PLACE, place.id, time_ms, True))
    where = _number(place.latitude), _number(place.longitude)
    into.tell(_PLACE, _OF_PLACE, (place.id, time_ms, place.name, place.city, place.country, place.category, *where))


def _as_set(values: Sequence[Any] | None) -> tuple[Any, ...] | None:
    if values is None:
        return None
    return tuple(values) if len(values) < 2 else tuple(sorted(set(values)))


def _number(value: float | None) -> float | None:
    """As tables are read: NaN is nothing, -0.0 is 0.0."""
    return None if value is None or isnan(value) else value + 0.0
