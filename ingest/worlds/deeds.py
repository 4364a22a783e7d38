"""What people do to each other and to media: each makes one event from its draws, or None where it cannot be done."""

from __future__ import annotations

from typing import Any

from ingest.worlds.show import Scene, Show, one_of
from schemas.gen import ttypes

_SURFACES = ("search", "typeahead", "explore")


def like(show: Show, scene: Scene) -> Any:
    """Somebody likes what he sees."""
    actor, met = show.actor(scene), show.seen(scene)
    if actor is None or met is None:
        return None
    media, owner = met
    show.done(show.likes, (actor.id, media.id, media.owner_id))
    return ttypes.LikeEvent(actor.id, media.id, media.owner_id, media, actor, owner, scene.is_friends == 1)


def unlike(show: Show, scene: Scene) -> Any:
    """A like of before, or of the world, is taken back."""
    likers, liked = show.stage.likes
    if len(likers) and scene.chance[0] < 0.3:
        place = int(scene.chance[1] * len(likers))
        row = int(liked[place])
        media = show.stage.media.item(row, "id"), show.stage.media.item(row, "owner_id")
        return ttypes.UnlikeEvent(show.stage.users.item(int(likers[place]), "id"), *media)
    return ttypes.UnlikeEvent(*one_of(show.likes, scene.chance[1])) if show.likes else None


def comment(show: Show, scene: Scene) -> Any:
    """Somebody comments on what he sees."""
    actor, met = show.actor(scene), show.seen(scene)
    if actor is None or met is None:
        return None
    told = (show.timed_id(), actor.id, met[0].id, met[0].owner_id)
    show.done(show.comments, told)
    return ttypes.CommentEvent(*told, text=scene.text or "!")


def uncomment(show: Show, scene: Scene) -> Any:
    """A comment of before is deleted."""
    return ttypes.CommentEvent(*one_of(show.comments, scene.chance[0]), is_deleted=True) if show.comments else None


def follow(show: Show, scene: Scene) -> Any:
    """Somebody follows one whom he knows, or somebody new."""
    actor, fresh = show.actor(scene), show.cast.fresh_users
    followed = one_of(fresh, scene.chance[1]) if fresh and scene.chance[0] < 0.1 else show.cast.user(scene.other)
    if actor is None or followed.id == actor.id or followed.id in show.cast.gone_users:
        return None
    show.done(show.follows, (actor.id, followed.id))
    return ttypes.FollowEvent(actor.id, followed.id, actor, followed)


def unfollow(show: Show, scene: Scene) -> Any:
    """A follow of before, or of the world, ends."""
    if show.follows and scene.chance[0] < 0.5:
        return ttypes.UnfollowEvent(*one_of(show.follows, scene.chance[1]))
    return ttypes.UnfollowEvent(show.cast.user(scene.actor).id, show.cast.user(scene.other).id)


def block(show: Show, scene: Scene) -> Any:
    """A block, or one of before ends."""
    if show.blocks and scene.chance[0] < 0.2:
        return ttypes.BlockEvent(*one_of(show.blocks, scene.chance[1]), False)
    pair = show.cast.user(scene.other).id, show.cast.user(scene.actor).id
    if pair[0] == pair[1]:
        return None
    show.done(show.blocks, pair)
    return ttypes.BlockEvent(*pair, True)


def view(show: Show, scene: Scene) -> Any:
    """Somebody looks at a media."""
    actor, met = show.actor(scene), show.seen(scene)
    if actor is None or met is None:
        return None
    return ttypes.ViewEvent(actor.id, met[0].id, show.time_ms)


def search(show: Show, scene: Scene) -> Any:
    """A search for somebody, typed in part, and mostly found."""
    actor, wanted = show.cast.user(scene.actor), show.cast.user(scene.other)
    typed = (wanted.username or "a")[: 2 + int(scene.chance[0] * 8)]
    shown = [wanted.id] if scene.chance[1] < 0.8 else []
    return ttypes.SearchEvent(
        actor.id,
        f"s{actor.id & 0xFFFFFF:x}-{show.time_ms >> 20:x}",
        one_of(_SURFACES, scene.chance[2]),
        typed,
        actor.country,
        shown,
        ["user"] * len(shown),
        0 if shown and scene.chance[3] < 0.6 else None,
        0 if shown and scene.chance[3] < 0.05 else None,
        f"r{show.time_ms:x}-{scene.actor:x}",
    )


def _some_group(show: Show, scene: Scene) -> int | None:
    if show.new_groups and scene.chance[0] < 0.15:
        return int(one_of(show.new_groups, scene.chance[1]))
    return int(one_of(show.stage.groups, scene.chance[1])) if len(show.stage.groups) else None


def join(show: Show, scene: Scene) -> Any:
    """Somebody joins a group."""
    group, actor = _some_group(show, scene), show.actor(scene)
    if group is None or actor is None:
        return None
    show.done(show.members, (group, actor.id))
    return ttypes.GroupMemberEvent(group, actor.id, True)


def part(show: Show, scene: Scene) -> Any:
    """Somebody leaves a group."""
    groups, members = show.stage.members
    if show.members and scene.chance[0] < 0.5:
        return ttypes.GroupMemberEvent(*one_of(show.members, scene.chance[1]), False)
    if not len(groups):
        return None
    place = int(scene.chance[1] * len(groups))
    return ttypes.GroupMemberEvent(int(groups[place]), show.stage.users.item(int(members[place]), "id"), False)


def contain(show: Show, scene: Scene) -> Any:
    """A media is added to a group, rarely taken out."""
    group, met = _some_group(show, scene), show.seen(scene)
    if group is None or met is None:
        return None
    return ttypes.GroupMediaEvent(group, met[0].id, met[0].owner_id, scene.chance[3] < 0.9)
