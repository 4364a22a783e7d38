"""A small world to look at: names in many scripts, some beyond the basic plane, private and verified people, paged media."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from tests.test_cli import run

MIRA, NOOR, OTTO, PIA, QUIN, RUTH, YUSUF, UMA, SAM = range(1, 10)
MEDIA = 60
DAY_MS = 86_400_000
NEWEST_MS = 1_780_000_000_000


def build_social_world(directory: Path) -> Path:
    """The index of the world. Mira (1) follows noor, otto and pia; they follow quin; ruth is private; sam blocks mira."""
    users = [
        (MIRA, "mira", "Mira Maria", False, True, "de"),
        (NOOR, "noor_m", "Noor M.", False, False, "nl"),
        (OTTO, "otto.marks", "Otto Marks", False, False, "de"),
        (PIA, "pia", "Pia Märtens", False, False, "de"),
        (QUIN, "quin_mar", "Quin Marsh", False, True, "gb"),
        (RUTH, "ruth.mar", "Ruth Marlow", True, False, "gb"),
        (YUSUF, "yusuf", "يوسف محمود", False, False, "eg"),
        (UMA, "uma", "🦄𝓤 Marvellous", False, False, "us"),
        (SAM, "sam_mar", "Sam Mar", False, False, "us"),
    ]
    follows = [
        (MIRA, NOOR),
        (MIRA, OTTO),
        (MIRA, PIA),
        (NOOR, QUIN),
        (OTTO, QUIN),
        (PIA, QUIN),
        (NOOR, UMA),
        (QUIN, MIRA),
    ]
    media = [(100 + n, (QUIN, NOOR, OTTO)[n % 3], n % 2, NEWEST_MS - n * DAY_MS) for n in range(MEDIA)]
    tables = {
        "users": pl.DataFrame(
            users, schema=["id", "username", "fullname", "is_private", "is_verified", "country"], orient="row"
        ),
        "follows": pl.DataFrame(follows, schema=["follower_id", "followee_id"], orient="row"),
        "blocks": pl.DataFrame([(SAM, MIRA)], schema=["blocker_id", "blocked_id"], orient="row"),
        "media": pl.DataFrame(media, schema=["id", "owner_id", "place_id", "created_at_ms"], orient="row").with_columns(
            place_id=pl.col("place_id") + 500,
            content_type=pl.when(pl.col("id") % 5 == 0).then(pl.lit("video")).otherwise(pl.lit("photo")),
            caption=pl.lit("marvellous evening"),
        ),
        "media_hashtags": pl.DataFrame(
            [(100 + n, ("#sunset", "#مصر", "#marble")[n % 3]) for n in range(MEDIA)],
            schema=["media_id", "hashtag"],
            orient="row",
        ),
        "likes": pl.DataFrame(
            [(NOOR, 100 + n) for n in range(0, MEDIA, 2)] + [(MIRA, 100)], schema=["liker_id", "media_id"], orient="row"
        ),
        "places": pl.DataFrame(
            [(500, "Marina Bay", "Singapore", "sg", 1.283, 103.86), (501, "Mario's", "Roma", "it", 41.9, 12.5)],
            schema=["id", "name", "city", "country", "lat", "lon"],
            orient="row",
        ),
        "groups": pl.DataFrame([(900, "Marathon runners", True)], schema=["id", "name", "is_public"], orient="row"),
        "group_members": pl.DataFrame([(900, NOOR)], schema=["group_id", "user_id"], orient="row"),
    }
    warehouse = directory / "warehouse"
    warehouse.mkdir(parents=True)
    for name, frame in tables.items():
        frame.write_parquet(warehouse / f"{name}.parquet")
    built = run("build", "--warehouse", warehouse, "--index", directory / "index")
    assert built.exit_code == 0, built.output
    return directory / "index"
