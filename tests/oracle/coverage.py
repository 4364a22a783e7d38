"""What random cases must have met: every operator, edge, option, spelling and visibility rule.

A coverage is a Counter of the features named here; `missing(counter)` names what never occurred.
"""

from collections import Counter

from .edges import EDGES, FIELDS
from .world import Eyes, World

Coverage = Counter[str]

OPERATORS = ("term", "and", "or", "not", "difference", "weak-and", "strong-or", "apply", "extract")
OPTIONS = ("optional-hits", "optional-weight", "limit", "min-hits", "order")
SPELLINGS = ("prefix", "quoted", "quoted-prefix", "me", "bare-word", "comment", "touching", "unknown-value")
REQUESTS = ("viewer", "no-viewer", "unknown-viewer", "operator", "exact", "vertical", "no-vertical")
FACTS = {
    "likes": ("like", "liker_id"),
    "comments": ("comment", "commenter_id"),
    "media_tagged_users": ("tagged", "user_id"),
    "media_mentions": ("mention", "user_id"),
}
FACT_RULES = ("open", "closed-own-media", "closed", "media-hidden", "blocked")
VISIBILITY = (
    ("user", ("seen", "private-seen", "blocked", "blocking")),
    ("media", ("own", "public", "followers", "not-following", "private", "owner-closed", "owner-followed")),
    ("media", ("owner-blocked",)),
    ("group", ("public", "joined", "hidden")),
    ("hashtag", ("seen", "hidden")),
    ("follow", ("own", "open", "closed", "blocked")),
    *((fact, FACT_RULES) for fact, _ in FACTS.values()),
    ("member", ("open", "closed", "group-hidden", "blocked")),
    ("group-media", ("seen", "media-hidden", "group-hidden")),
)

FEATURES = (
    *(f"operator:{name}" for name in OPERATORS),
    *(f"edge:{vertical}.{edge}" for vertical, edges in EDGES.items() for edge in edges),
    *(f"apply:{vertical}.{edge}" for vertical, edges in EDGES.items() for edge, kind in edges.items() if kind in EDGES),
    *(f"extract:{field}" for field in FIELDS),
    *(f"option:{name}" for name in OPTIONS),
    *(f"spelling:{name}" for name in SPELLINGS),
    *(f"request:{name}" for name in REQUESTS),
    *(f"visibility:{kind}:{rule}" for kind, rules in VISIBILITY for rule in rules),
)


def missing(coverage: Coverage) -> list[str]:
    """The features that never occurred."""
    return [feature for feature in FEATURES if not coverage[feature]]


def _media_rule(eyes: Eyes, media: int) -> str:
    owner = eyes.media_owner[media]
    visibility = eyes.world.media[media]["visibility"]
    if owner == eyes.viewer:
        return "own"
    if owner in eyes.blocked:
        return "owner-blocked"
    if owner not in eyes.opened:
        return "owner-closed"
    if visibility == "followers":
        return "followers" if owner in eyes.followed else "not-following"
    if visibility == "public" and eyes.world.users[owner]["is_private"]:
        return "owner-followed"
    return str(visibility)


def _user_rule(eyes: Eyes, user: int, blocks: set[tuple[int, int]]) -> str:
    if user in eyes.blocked:
        return "blocked" if (eyes.viewer, user) in blocks else "blocking"
    return "seen" if user in eyes.opened else "private-seen"


def _follow_rule(eyes: Eyes, a: int, b: int) -> str:
    if a in eyes.blocked or b in eyes.blocked:
        return "blocked"
    if eyes.viewer in (a, b):
        return "own"
    return "open" if eyes.follow(a, b) else "closed"


def _fact_rule(eyes: Eyes, user: int, media: int) -> str:
    if media not in eyes.media_seen:
        return "media-hidden"
    if user in eyes.blocked:
        return "blocked"
    if user in eyes.opened:
        return "open"
    return "closed-own-media" if eyes.media_owner[media] == eyes.viewer else "closed"


def _member_rule(eyes: Eyes, group: int, user: int) -> str:
    if not eyes.group(group):
        return "group-hidden"
    if user in eyes.blocked:
        return "blocked"
    return "open" if user in eyes.opened else "closed"


def _group_rule(eyes: Eyes, group: int) -> str:
    if group in eyes.public_groups:
        return "public"
    return "joined" if group in eyes.groups_joined else "hidden"


def visibility_rules(world: World, viewer: int | None) -> Coverage:
    """How often each rule of data-model.md §4 decided something for the viewer."""
    eyes = Eyes(world, viewer)
    tables = world.tables
    blocks = {(row["blocker_id"], row["blocked_id"]) for row in tables["blocks"]}
    met: Coverage = Counter()
    met.update(f"user:{_user_rule(eyes, user, blocks)}" for user in world.users)
    met.update(f"media:{_media_rule(eyes, media)}" for media in world.media)
    met.update(f"group:{_group_rule(eyes, row['id'])}" for row in tables["groups"])
    seen = {tag for media, tag in world.hashtags if media in eyes.media_seen}
    met.update(f"hashtag:{'seen' if tag in seen else 'hidden'}" for _, tag in world.hashtags)
    for row in tables["follows"]:
        met[f"follow:{_follow_rule(eyes, row['follower_id'], row['followee_id'])}"] += 1
    for table, (fact, column) in FACTS.items():
        met.update(f"{fact}:{_fact_rule(eyes, row[column], row['media_id'])}" for row in tables[table])
    for row in tables["group_members"]:
        met[f"member:{_member_rule(eyes, row['group_id'], row['user_id'])}"] += 1
    for row in tables["group_media"]:
        seen_media = "seen" if row["media_id"] in eyes.media_seen else "media-hidden"
        met[f"group-media:{seen_media if eyes.group(row['group_id']) else 'group-hidden'}"] += 1
    return Counter({f"visibility:{rule}": count for rule, count in met.items()})
