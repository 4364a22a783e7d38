"""Seeded tiny worlds as raw warehouse rows: many scripts, all kinds of privacy, and dirt to be cleaned."""

from random import Random
from typing import Any

from .tables import Row, Tables

SIZES = (1, 2, 3, 5, 8, 12, 20, 20, 30, 30, 45, 60)
FULL_NAMES = (
    "José García", "Jose\u0301 Ann", "한국 사람", "하늘", "Straße Müller", "ﬁona Ôi", "محمد علي", "مُحَمَّد",
    "Мария Ivanova", "hal O'Neil", "Zoë ito", "अनु राधा", "😀 Ann", "İstanbul kim", "Ⅷ ann", "ＡＢＣ lee",
    "x\u0327\u0301y", "…", "", "ann lee", "Ann_Lee jr.", "bob kim-ray", "猫 田中", "Ǆungla", "ann\u200blee",
)  # fmt: skip
HANDLES = ("ann", "Bob", "zoe", "josé", "한국", "straße", "ﬁ", "мария", "lee", "x", "O", "محمد", "j")
ODD_USERNAMES = ("_", "...", "__ann__", "a.b_c", "😀", "", "_.x")
CAPTION_WORDS = (
    "Café", "cafe\u0301", "time", "golden", "hour", "run", "RUN!", "o'neil", "猫", "하늘", "Straße", "_x_",
    "a-b", "№5", "ﬁn", "😀", "…", "sunset,sunset",
)  # fmt: skip
HASHTAGS = (
    "#Café", "#cafe", "cafe", "##TBT", " # t b t", "tbt", "#猫", "hyper lapse", "#hyperlapse", "#ﬁ", "fi",
    "#", "", "Straße", "STRASSE", "#e\u0301t\u0327", "#a#b", "＃wide", "sunset", "#\u0301", "İ",
)  # fmt: skip
TAGS = (
    "osm:way=30089216", "osm:way=3.5", "OSM:Way=30", "osm:way=", "osm:node=17", "geo:lon=-0.1",
    "geo:lat=+1", "Flickr:user=bees", "San Francisco", "sanfrancisco", "Café au lait", "astro:name=M 31",
    "1x:y=2", "time:10", "a=b:c=d", "!!!", "", "osm:way=a:b=c", "São:city=San Francisco", "x_1:y_2=Straße", "osm:way=!",
    "_", "a:b=",
)  # fmt: skip
LABELS = ("beach", "Beach", "hot air balloon", "dog", "Café", "", "hot")
PLACES = ("Café Zoë", "Blue Bottle", "Old_Town", "Площадь", "서울 역", "…", "O'Neil's Pub", "")
CITIES = ("Oslo", "Paris", "New York", "서울", "São Paulo", "")
COUNTRIES = ("us", "NO", "fr", "", "me", "kr")
CATEGORIES = ("cafe", "Café", "pier", "")
GROUPS = ("street", "macro", "film club", "Фото", "street_art", "😀", "")
EXTREME_IDS = (0, -1, 2**63 - 1, -(2**63), 2**53 + 1)


class Dice:
    """The random choices that a world is made of."""

    def __init__(self, rng: Random) -> None:
        self.rng = rng
        self.dirty = rng.random() < 0.6

    def chance(self, share: float) -> bool:
        return self.rng.random() < share

    def dirt(self, share: float) -> bool:
        return self.dirty and self.chance(share)

    def ids(self, count: int, low: int, high: int) -> list[int]:
        found = self.rng.sample(range(low, high), count)
        return [self.rng.choice(EXTREME_IDS) if self.dirt(0.03) else i for i in found]

    def time(self) -> int | None:
        return None if self.dirt(0.05) else self.rng.randrange(1, 6)

    def pick(self, values: Any, stranger: int = 999_999_999) -> Any:
        """One of the ids, in a dirty world now and then one that refers to nothing, or null."""
        if not values or self.dirt(0.02):
            return self.rng.choice((stranger, None))
        return self.rng.choice(values)

    def pairs(self, count: int, one: list[int], other: list[int]) -> list[tuple[Any, Any]]:
        """Pairs, some of them twice, most of them among the first of each list."""

        def skewed(ids: list[int]) -> Any:
            return self.pick(ids[: max(1, len(ids) // 3)] if self.chance(0.4) else ids)

        return [(skewed(one), skewed(other)) for _ in range(count)]

    def maybe(self, value: Any, share: float = 0.1) -> Any:
        """The value, in a dirty world now and then null."""
        return None if self.dirt(share) else value


def username(dice: Dice) -> str:
    if dice.chance(0.06):
        return dice.rng.choice(ODD_USERNAMES)
    pieces = [dice.rng.choice(HANDLES) for _ in range(dice.rng.choice((1, 2, 2, 3)))]
    return dice.rng.choice((".", "_", "-", "")).join(pieces) + dice.rng.choice(("", "1", "42", "_7"))


def caption(dice: Dice) -> str:
    count = 80 if dice.chance(0.02) else dice.rng.randrange(5)
    return " ".join(dice.rng.choice(CAPTION_WORDS) for _ in range(count))


def user_rows(dice: Dice, ids: list[int], private: float) -> list[Row]:
    return [
        {
            "id": dice.maybe(i, 0.02),
            "username": dice.maybe(username(dice), 0.02),
            "fullname": dice.maybe(dice.rng.choice(FULL_NAMES)),
            "is_private": dice.maybe(dice.chance(private)),
            "is_verified": dice.maybe(dice.chance(0.2)),
            "country": dice.maybe(dice.rng.choice(COUNTRIES)),
            "created_at_ms": dice.time(),
        }
        for i in ids
    ]


def place_rows(dice: Dice, ids: list[int]) -> list[Row]:
    return [
        {
            "id": i,
            "name": dice.maybe(dice.rng.choice(PLACES), 0.03),
            "city": dice.maybe(dice.rng.choice(CITIES)),
            "country": dice.maybe(dice.rng.choice(COUNTRIES)),
            "category": dice.maybe(dice.rng.choice(CATEGORIES)),
            "lat": dice.maybe(59.9),
            "lon": 10.7,
        }
        for i in ids
    ]


def group_rows(dice: Dice, ids: list[int]) -> list[Row]:
    return [
        {
            "id": i,
            "name": dice.maybe(dice.rng.choice(GROUPS), 0.03),
            "description": dice.maybe(""),
            "is_public": dice.maybe(dice.chance(0.6)),
            "created_at_ms": dice.time(),
        }
        for i in ids
    ]


def media_rows(dice: Dice, ids: list[int], users: list[int], places: list[int]) -> list[Row]:
    return [
        {
            "id": i,
            "owner_id": owner,
            "content_type": dice.maybe(dice.rng.choice(("photo", "photo", "video", "album"))),
            "visibility": dice.maybe(dice.rng.choice(("public", "public", "followers", "private"))),
            "caption": dice.maybe(caption(dice)),
            "place_id": dice.pick(places) if dice.chance(0.6) else None,
            "created_at_ms": dice.time(),
        }
        for i, (owner, _) in zip(ids, dice.pairs(len(ids), users, users), strict=True)
    ]


def fact_rows(dice: Dice, users: list[int], media: list[int], groups: list[int]) -> Tables:
    """Everything between documents."""
    u, m, rng = len(users), len(media), dice.rng

    def timed(pairs: list[tuple[Any, Any]], one: str, other: str, time: str = "created_at_ms") -> list[Row]:
        return [{one: a, other: b, time: dice.time()} for a, b in pairs]

    def texts(count: int, column: str, values: tuple[str, ...]) -> list[Row]:
        chosen = [(dice.pick(media), rng.choice(values)) for _ in range(count)]
        return [{"media_id": i, column: dice.maybe(value, 0.03)} for i, value in chosen]

    def with_users(count: int) -> list[Row]:
        return [{"media_id": a, "user_id": b} for a, b in dice.pairs(count, media, users)]

    comments = dice.pairs(m, users, media)
    comment_ids = [rng.randrange(2 * m + 1) if dice.dirt(0.2) else i for i in range(len(comments))]
    contained = dice.pairs(m // 2, groups, media)
    return {
        "follows": timed(dice.pairs(u * rng.choice((1, 3, 5)), users, users), "follower_id", "followee_id"),
        "blocks": timed(dice.pairs(u // rng.choice((2, 4, 100)), users, users), "blocker_id", "blocked_id"),
        "likes": timed(dice.pairs(m * rng.choice((1, 3)), users, media), "liker_id", "media_id"),
        "comments": [
            row | {"id": i, "text": dice.maybe("nice")}
            for i, row in zip(comment_ids, timed(comments, "commenter_id", "media_id"), strict=True)
        ],
        "media_hashtags": texts(m * 2, "hashtag", HASHTAGS),
        "media_tags": texts(m, "tag", TAGS),
        "media_autotags": [row | {"confidence": rng.random()} for row in texts(m // 2, "label", LABELS)],
        "media_tagged_users": with_users(m // 2),
        "media_mentions": with_users(m // 2),
        "group_members": timed(dice.pairs(u, groups, users), "group_id", "user_id", "joined_at_ms"),
        "group_media": [
            row | {"added_by": dice.pick(users)} for row in timed(contained, "group_id", "media_id", "added_at_ms")
        ],
    }


def silent_rows(dice: Dice, users: list[int], media: list[int]) -> Tables:
    """Tables of the warehouse that no edge is made from; an answer may not depend on them."""
    views = [{"viewer_id": a, "media_id": b, "viewed_at_ms": dice.time()} for a, b in dice.pairs(5, users, media)]
    faces = [{"media_id": m, "x": 0.1, "y": 0.2, "width": i / 9, "height": 0.9} for i, m in enumerate(media[:9])]
    return {"views": views, "media_faces": faces} if media else {}


def duplicated(dice: Dice, rows: list[Row]) -> list[Row]:
    """Some rows stand once more, with the fields of another row beside the same key and time or another."""
    again = []
    for row in rows:
        if dice.chance(0.06):
            other = dice.rng.choice(rows)
            key = {name for name in row if name == "id" or name.endswith("_id")} - {"place_id", "owner_id"}
            again.append({name: (row if name in key else other)[name] for name in row})
            if dice.chance(0.5) and "created_at_ms" in row:
                again[-1]["created_at_ms"] = row["created_at_ms"]
    return rows + again


def rank_count_rows(dice: Dice, ids: dict[str, list[int]]) -> list[Row]:
    """Counts of some verticals, absent for some of their documents. (Hashtags have ids of the engine's.)"""
    return [
        {"vertical": vertical, "id": i, "count": dice.rng.randrange(6)}
        for vertical, documents in ids.items()
        if dice.chance(0.6)
        for i in dict.fromkeys(documents)
        if dice.chance(0.7)
    ]


def random_tables(seed: int) -> Tables:
    """The raw rows of the world of a seed."""
    dice = Dice(Random(seed))
    rng = dice.rng
    size = rng.choice(SIZES)
    users = dice.ids(size, 1, 100_000)
    media = dice.ids(rng.choice((1, 2, 3, 3)) * size * (not dice.chance(0.06)), 1_000, 900_000)
    places = dice.ids(rng.choice((3, 6, 8)) * (not dice.chance(0.08)), 500, 600)
    groups = dice.ids(rng.choice((3, 6, 8)) * (not dice.chance(0.08)), 900, 990)
    tables: Tables = {
        "users": user_rows(dice, users, rng.choice((0.0, 0.25, 0.5))),
        "places": place_rows(dice, places),
        "groups": group_rows(dice, groups),
        "media": media_rows(dice, media, users, places),
    }
    tables |= fact_rows(dice, users, media, groups)
    if dice.dirty:
        tables = {name: duplicated(dice, rows) for name, rows in tables.items()}
    if dice.chance(0.3):
        tables["rank_counts"] = rank_count_rows(dice, {"user": users, "place": places, "group": groups})
    if dice.chance(0.3):
        tables |= silent_rows(dice, users, media)
    for name in rng.sample(sorted(tables), rng.choice((0, 0, 1, 2))):
        if name not in ("users", "media"):
            del tables[name]
    return tables
