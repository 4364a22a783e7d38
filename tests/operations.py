"""What happens in a history: each operation changes the truth, and is told by its events; and the world before the first."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from random import Random
from typing import Any

from tests.oracle import Row
from tests.oracle import random_world as texts
from tests.oracle.events import Event
from tests.truth import CONTENT_TYPES, ENDS, FACTS, LISTS, START_MS, VISIBILITIES, Truth


def user_comes(truth: Truth, is_back: bool = True) -> list[Event]:
    """Sign-up or return: all attributes are carried."""
    of = truth.known("users", False)
    if of is None:
        return []
    truth.alive["users"].add(of)
    truth.born.add(of)
    return [truth.event("user", user=truth.user(of))]


def user_changes(truth: Truth) -> list[Event]:
    of = truth.known("users")
    if of is None:
        return []
    dice = texts.Dice(truth.rng)
    row = truth.rows["users"][of]
    fresh: dict[str, Any] = {
        "username": texts.username(dice),
        "fullname": truth.rng.choice(texts.FULL_NAMES),
        "is_private": not row["is_private"],
        "is_verified": not row["is_verified"],
        "country": truth.rng.choice(texts.COUNTRIES),
    }
    chosen = truth.rng.choice(("is_private", "is_private", *fresh))
    row[chosen] = fresh[chosen]
    return [truth.event("user", user=truth.user(of, 0.5) | {chosen: fresh[chosen]}, is_deleted=spoken_no(truth))]


def user_goes(truth: Truth) -> list[Event]:
    of = truth.known("users")
    if of is None:
        return []
    truth.alive["users"].discard(of)
    return [truth.event("user", user=truth.user(of, 0.5) | {"username": "gone"}, is_deleted=True)]


def spoken_no(truth: Truth) -> bool | None:
    return False if truth.chance(0.3) else None


def media_comes(truth: Truth) -> list[Event]:
    of = truth.known("media", False)
    if of is None or not truth.there("users", truth.rows["media"][of]["owner_id"]):
        return []
    truth.alive["media"].add(of)
    truth.born.add(of)
    return [truth.event("media", media=truth.media(of), owner=truth.user_inside(truth.rows["media"][of]["owner_id"]))]


def media_changes(truth: Truth) -> list[Event]:
    of = truth.known("media")
    if of is None:
        return []
    row = truth.rows["media"][of]
    changed = truth.rng.choice(
        (
            "caption", "caption", "visibility", "visibility", "hashtags", "hashtags", "tags",
            "tagged_user_ids", "mentioned_user_ids", "place", "place", "created", "content", "owner",
        )
    )  # fmt: skip
    carried: dict[str, Any] = {}
    match changed:
        case "caption":
            carried["caption"] = row["caption"] = texts.caption(texts.Dice(truth.rng))
        case "visibility":
            row["visibility"] = truth.rng.choice(VISIBILITIES)
            carried["visibility"] = VISIBILITIES.index(row["visibility"]) + 1
        case "place":
            row["place_id"] = truth.rng.choice(sorted(truth.rows["places"]))
            carried["place"] = truth.place(row["place_id"])
        case "created":
            carried["created_at_millis"] = row["created_at_ms"] = START_MS - truth.rng.randrange(4)
        case "content":
            row["content_type"] = truth.rng.choice(CONTENT_TYPES)
        case "owner":
            row["owner_id"] = truth.known("users") or row["owner_id"]
        case _:
            table = next(table for table, (name, _) in LISTS.items() if name == changed)
            truth.lists[table][of] = carried[changed] = listed(truth, table)
    owner = truth.user_inside(row["owner_id"])
    return [truth.event("media", media=truth.media(of, 0.3) | carried, owner=owner, is_deleted=spoken_no(truth))]


def listed(truth: Truth, table: str) -> list[Any]:
    pool: Iterable[Any] = {
        "media_hashtags": texts.HASHTAGS,
        "media_tags": texts.TAGS,
        "media_tagged_users": sorted(truth.rows["users"] if truth.keeps else truth.alive["users"]),
        "media_mentions": sorted(truth.rows["users"] if truth.keeps else truth.alive["users"]),
    }[table]
    return [truth.rng.choice(list(pool)) for _ in range(truth.rng.choice((0, 1, 1, 2, 3)))] if pool else []


def media_goes(truth: Truth) -> list[Event]:
    of = truth.known("media")
    if of is None:
        return []
    truth.alive["media"].discard(of)
    told = {"id": of, "owner_id": truth.rng.choice(sorted(truth.rows["users"])), "content_type": 2, "caption": "gone"}
    owner = {"id": told["owner_id"], "username": "gone"}
    return [truth.event("media", media=told, owner=owner if truth.chance(0.5) else None, is_deleted=True)]


def media_is_seen(truth: Truth) -> list[Event]:
    of = truth.some("media")
    if of is None:
        return []
    labels = truth.rng.sample(texts.LABELS, truth.rng.choice((1, 1, 2, 3)))
    truth.labels[of] = [(label, truth.rng.random()) for label in labels]
    told = [{"label": label, "confidence": sure} for label, sure in truth.labels[of]]
    return [truth.event("media_vision", media_id=of, autotags=told, vector=[0.5] if truth.chance(0.3) else None)]


def place_changes(truth: Truth) -> list[Event]:
    of = truth.rng.choice(sorted(truth.rows["places"])) if truth.rows["places"] else None
    if of is None:
        return []
    row = truth.rows["places"][of]
    if of in truth.alive["places"]:
        row["name"] = truth.rng.choice(texts.PLACES)
        row["city"] = truth.rng.choice(texts.CITIES)
        return [truth.event("place", place=truth.place(of, 0.3) | {"name": row["name"], "city": row["city"]})]
    return [truth.event("place", place=truth.place(of))]


def group_changes(truth: Truth) -> list[Event]:
    of = truth.known("groups")
    if of is None:
        return []
    row = truth.rows["groups"][of]
    if truth.chance(0.6):
        row["is_public"] = not row["is_public"]
        return [truth.event("group", group_id=of, is_public=row["is_public"], is_deleted=spoken_no(truth))]
    row["name"] = truth.rng.choice(texts.GROUPS)
    return [truth.event("group", group_id=of, name=row["name"])]


def group_comes(truth: Truth) -> list[Event]:
    of = truth.known("groups", False)
    if of is None:
        return []
    truth.alive["groups"].add(of)
    truth.born.add(of)
    row = truth.rows["groups"][of]
    told = {name: row[name] for name in ("name", "description", "is_public")}
    return [truth.event("group", group_id=of, **told)]


def group_goes(truth: Truth) -> list[Event]:
    of = truth.known("groups")
    if of is None:
        return []
    truth.alive["groups"].discard(of)
    return [truth.event("group", group_id=of, name="gone", is_public=True, is_deleted=True)]


def ends(truth: Truth, table: str) -> tuple[int, int] | None:
    """Two documents for a fact of the table; rarely of one with itself, which then is no fact."""
    left, right = ENDS[table]
    one, other = truth.some(left), truth.some(right)
    if one is None or other is None or (one == other and left == right and truth.chance(0.8)):
        return None
    return one, other


def standing(truth: Truth, table: str) -> tuple[int, int] | None:
    return truth.rng.choice(sorted(truth.facts[table])) if truth.facts[table] else None


def fact(truth: Truth, table: str, is_set: bool) -> tuple[int, int] | None:
    """A fact that comes, or one that goes."""
    pair = ends(truth, table) if is_set or truth.chance(0.1) else standing(truth, table)
    if pair is None:
        return None
    if is_set:
        truth.facts[table][pair] = truth.time_ms
    else:
        truth.facts[table].pop(pair, None)
    return pair


def like(truth: Truth) -> list[Event]:
    pair = fact(truth, "likes", True)
    if pair is None:
        return []
    liker, media = pair
    owner = truth.rows["media"][media]["owner_id"]
    return [
        truth.event(
            "like",
            liker_id=liker,
            media_id=media,
            media_owner_id=owner,
            media=truth.media_inside(media),
            liker=truth.user_inside(liker),
            media_owner=truth.user_inside(owner),
            is_following_media_owner=truth.chance(0.5),
        )
    ]


def unlike(truth: Truth) -> list[Event]:
    pair = fact(truth, "likes", False)
    if pair is None:
        return []
    owner = truth.rows["media"][pair[1]]["owner_id"]
    return [truth.event("unlike", liker_id=pair[0], media_id=pair[1], media_owner_id=owner)]


def follow(truth: Truth) -> list[Event]:
    pair = fact(truth, "follows", True)
    if pair is None:
        return []
    inside = {"follower": truth.user_inside(pair[0]), "followee": truth.user_inside(pair[1])}
    return [truth.event("follow", follower_id=pair[0], followee_id=pair[1], **inside)]


def unfollow(truth: Truth) -> list[Event]:
    pair = fact(truth, "follows", False)
    return [] if pair is None else [truth.event("unfollow", follower_id=pair[0], followee_id=pair[1])]


def told(truth: Truth, table: str, kind: str, flag: str, **more: Any) -> list[Event]:
    """Facts that one kind of event both sets and clears."""
    is_set = truth.chance(0.65)
    pair = fact(truth, table, is_set)
    if pair is None:
        return []
    names = FACTS[table]
    return [truth.event(kind, **{names[0]: pair[0], names[1]: pair[1], flag: is_set}, **more)]


def block(truth: Truth) -> list[Event]:
    return told(truth, "blocks", "block", "is_blocked")


def member(truth: Truth) -> list[Event]:
    return told(truth, "group_members", "group_member", "is_member")


def contain(truth: Truth) -> list[Event]:
    return told(truth, "group_media", "group_media", "is_added", added_by=truth.rng.choice((5, *truth.rows["users"])))


def comment(truth: Truth) -> list[Event]:
    pair = ends(truth, "likes")
    if pair is None:
        return []
    truth.comment_ids += 1
    row = {"id": truth.comment_ids, "commenter_id": pair[0], "media_id": pair[1], "created_at_ms": truth.time_ms}
    truth.comments[truth.comment_ids] = row
    return [about_comment(truth, row, None)]


def uncomment(truth: Truth) -> list[Event]:
    if not truth.comments:
        return []
    row = truth.comments.pop(truth.rng.choice(sorted(truth.comments)))
    return [about_comment(truth, row, True)]


def about_comment(truth: Truth, row: Row, is_deleted: bool | None) -> Event:
    return truth.event(
        "comment",
        comment_id=row["id"],
        commenter_id=row["commenter_id"],
        media_id=row["media_id"],
        media_owner_id=truth.rows["media"][row["media_id"]]["owner_id"],
        is_deleted=is_deleted,
    )


def view_or_search(truth: Truth) -> list[Event]:
    if truth.chance(0.5):
        return [truth.event("view", viewer_id=1, media_id=2, viewed_at_millis=truth.time_ms)]
    return [truth.event("search", viewer_id=1, session_id="s", surface="web", query="ann")]


OPERATIONS: tuple[tuple[int, Callable[[Truth], list[Event]]], ...] = (
    (6, user_comes), (7, user_changes), (3, user_goes),
    (8, media_comes), (10, media_changes), (4, media_goes), (3, media_is_seen),
    (3, place_changes), (2, group_changes), (2, group_comes), (1, group_goes),
    (10, like), (5, unlike), (8, follow), (5, unfollow), (6, block), (5, member), (4, contain),
    (6, comment), (3, uncomment), (1, view_or_search),
)  # fmt: skip


def step(truth: Truth) -> list[Event]:
    """One operation, at a later time than all before."""
    truth.time_ms += truth.rng.choice((1, 2, 5, 1_000))
    weights = [weight for weight, _ in OPERATIONS]
    (operation,) = truth.rng.choices([operation for _, operation in OPERATIONS], weights)
    return operation(truth)


def new_truth(rng: Random) -> Truth:
    """A world before its first event: a part of its documents, and some facts among them."""
    truth = Truth(rng, keeps=rng.random() < 0.8)
    dice = texts.Dice(rng)
    dice.dirty = False
    users = rng.sample(range(1, 200), rng.choice((3, 5, 7, 9)))
    media = rng.sample(range(1_000, 2_000), rng.choice((3, 6, 10)))
    places, groups = rng.sample(range(500, 600), rng.choice((1, 3))), rng.sample(range(900, 990), rng.choice((1, 3)))
    if rng.random() < 0.2:
        users[0], media[0] = rng.choice(texts.EXTREME_IDS), rng.choice(texts.EXTREME_IDS)
    rows = {
        "users": texts.user_rows(dice, users, rng.choice((0.0, 0.25, 0.5))),
        "places": texts.place_rows(dice, places),
        "groups": texts.group_rows(dice, groups),
        "media": texts.media_rows(dice, media, users, places),
    }
    for name, documents in rows.items():
        truth.rows[name] = {row["id"]: row for row in documents}
        truth.alive[name] = {row["id"] for row in documents if rng.random() < 0.65}
        truth.born |= truth.alive[name]
        for row in documents:
            if "created_at_ms" in row:
                row["created_at_ms"] = START_MS - rng.randrange(4)
    for of in media:
        for table in LISTS:
            truth.lists[table][of] = listed(truth, table)
    if not truth.keeps:
        owned = {i for i in truth.alive["media"] if truth.rows["media"][i]["owner_id"] in truth.alive["users"]}
        truth.born -= truth.alive["media"] - owned
        truth.alive["media"] = owned
    for _ in range(rng.choice((0, 10, 30))):
        step(truth)
    return truth
