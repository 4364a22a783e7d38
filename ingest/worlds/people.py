"""The users of a world: ids, unique handles, names in the script of their country, privacy, stars."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from ingest.warehouse_writer import WarehouseWriter
from ingest.worlds.communities import Communities
from ingest.worlds.cultures import Name, cultures
from ingest.worlds.lexicon import EMOJI
from ingest.worlds.sampling import (
    END_MS,
    I64,
    START_MS,
    Bools,
    chance,
    chunks,
    scattered_ids,
    skewed,
    starts,
    stream,
)

STARS_SHARE = 0.003
VERIFIED_SHARE = 0.005
_HANDLE_STYLES = 8


@dataclass(frozen=True, slots=True)
class People:
    """What later stages need of each user, by user number."""

    ids: I64
    created_ms: I64
    private: Bools
    stars: I64
    """User numbers of the celebrities, ascending, so that a country's are a run."""
    usernames: pl.Series


def make_people(users: int, seed: int, communities: Communities, writer: WarehouseWriter) -> People:
    """Draw and write all users. A star is never private; about one user in five else is, by community."""
    rng = stream(seed, "people")
    stars = _stars(rng, communities, users)
    age = rng.random(users)
    age[stars] = age[stars] * 0.4
    created = START_MS + (np.sqrt(age) * (END_MS - START_MS - 1)).astype(np.int64)
    rate = 0.13 + 0.14 * rng.random(len(communities.country))
    private = rng.random(users) < rate[communities.of_user]
    verified = chance(rng, users, max(VERIFIED_SHARE - STARS_SHARE, 0.0))
    verified[stars] = chance(rng, len(stars), 0.95)
    private[stars] = False
    native, latin, usernames = _names(users, seed, communities)
    people = People(scattered_ids(users, seed, "user"), created, private, stars, usernames)
    codes = pl.Series([culture.country for culture in cultures()])
    for number, low, high in chunks(users):
        part = stream(seed, "users", number)
        home = communities.country[communities.of_user[low:high]]
        moved = chance(part, high - low, 0.04)
        away = skewed(part, np.zeros(high - low, np.int64), np.full(high - low, len(codes)), 2)
        country = codes.gather(np.where(moved, away, home)).set(pl.Series(chance(part, high - low, 0.03)), "")
        shown = _shown(part, native[low:high], latin[low:high])
        writer.add(
            "users",
            {
                "id": people.ids[low:high],
                "username": usernames[low:high],
                "fullname": shown,
                "is_private": private[low:high],
                "is_verified": verified[low:high],
                "country": country,
                "created_at_ms": created[low:high],
            },
        )
    return people


def _stars(rng: np.random.Generator, communities: Communities, users: int) -> I64:
    """About three users in a thousand, mostly from the heads of their communities."""
    offset = np.arange(users) - communities.bounds[communities.of_user]
    score = rng.random(users) * (1.0 + offset)
    count = max(1, int(users * STARS_SHARE))
    return np.sort(np.argpartition(score, count - 1)[:count]).astype(np.int64)


def _names(users: int, seed: int, communities: Communities) -> tuple[pl.Series, pl.Series, pl.Series]:
    """Native full name, Latin full name and unique username of every user."""
    known = cultures()
    first_table, last_table = _table([c.first for c in known]), _table([c.last for c in known])
    firsts, lasts = starts(_lengths([c.first for c in known])), starts(_lengths([c.last for c in known]))
    joined = np.array([c.family_first for c in known])
    parts = []
    for number, low, high in chunks(users):
        rng = stream(seed, "names", number)
        country = communities.country[communities.of_user[low:high]]
        first = first_table[skewed(rng, firsts[country], np.diff(firsts)[country], 2)]
        last = last_table[skewed(rng, lasts[country], np.diff(lasts)[country], 2)]
        parts.append(
            pl.DataFrame(
                {
                    "joined": joined[country],
                    "style": skewed(rng, country * 0, country * 0 + _HANDLE_STYLES, 1),
                }
            )
            .with_columns(first.rename(lambda name: "first_" + name))
            .with_columns(last.rename(lambda name: "last_" + name))
            .select(native=_native(), latin=_latin(), base=_handle())
        )
    frame = pl.concat(parts, rechunk=True)
    serial = pl.int_range(pl.len()).over("base")
    numbered = frame.select(
        username=pl.when(serial == 0)
        .then(pl.col("base"))
        .otherwise(pl.concat_str(pl.col("base"), (serial + 1).cast(pl.String)))
    )
    return frame["native"], frame["latin"], numbered["username"]


def _table(names: list[tuple[Name, ...]]) -> pl.DataFrame:
    flat = [name for group in names for name in group]
    return pl.DataFrame(
        {
            "native": [n.native for n in flat],
            "latin": [n.latin for n in flat],
            "handle": [n.handle for n in flat],
        }
    )


def _lengths(names: list[tuple[Name, ...]]) -> I64:
    return np.array([len(group) for group in names], np.int64)


def _native() -> pl.Expr:
    return (
        pl.when("joined")
        .then(pl.col("last_native") + pl.col("first_native"))
        .otherwise(pl.col("first_native") + " " + pl.col("last_native"))
    )


def _latin() -> pl.Expr:
    return pl.col("first_latin") + " " + pl.col("last_latin")


def _handle() -> pl.Expr:
    """A handle that never ends in a digit, so that a number behind it keeps handles apart."""
    first, last = pl.col("first_handle"), pl.col("last_handle")
    styles = (
        first + "." + last,
        first + "_" + last,
        first + last,
        first + "." + last.str.slice(0, 1),
        last + "_" + first,
        "the." + first + "_" + last.str.slice(0, 3),
        first.str.slice(0, 2) + last + "_",
    )
    chosen: pl.Expr = first + "_x_" + last
    for number, style in enumerate(styles):
        chosen = pl.when(pl.col("style") == number).then(style).otherwise(chosen)
    return chosen


def _shown(rng: np.random.Generator, native: pl.Series, latin: pl.Series) -> pl.Series:
    """What stands on the profile: mostly the native form; Latin, shouted, cut, decorated or nothing now
    and then.
    """
    count = len(native)
    emoji = EMOJI.split()
    drawn = pl.Series("drawn", rng.random(count))
    mark = pl.Series("mark", emoji).gather(skewed(rng, np.zeros(count, np.int64), np.full(count, len(emoji)), 2))
    frame = pl.DataFrame([native.alias("native"), latin.alias("latin"), drawn, mark])
    shown = (
        pl.when(pl.col("drawn") < 0.68)
        .then(pl.col("native"))
        .when(pl.col("drawn") < 0.86)
        .then(pl.col("latin"))
        .when(pl.col("drawn") < 0.93)
        .then(pl.col("native").str.split(" ").list.first())
        .when(pl.col("drawn") < 0.95)
        .then(pl.col("latin").str.to_uppercase())
        .when(pl.col("drawn") < 0.97)
        .then(pl.col("native") + " " + pl.col("mark"))
        .otherwise(pl.lit(""))
    )
    return frame.select(shown=shown)["shown"]
