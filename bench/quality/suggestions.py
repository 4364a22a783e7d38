"""`python -m bench.quality.suggestions DIR [--city C]`: who will become friends, from friendships before and visits since.

DIR holds friends.parquet (snapshot 'before' or 'after', src, dst; undirected) and checkins.parquet (user_id, place_id, hour_of_week
1 to 168, category_id), both with or without a column city. Recall@20 of the friendships that are after and not before, per user,
divided by min(20, new ones), over the users who have any. Each city is tested with a model trained on the others; a folder of one
city with a model from the other half of its people, pairs between the halves left out. Adamic–Adar is the baseline, equal
scores in the order of ids.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from bench.quality.command import run
from bench.quality.table import lines
from bench.quality.tables import filled, integers, read
from ranking import (
    Interval,
    Known,
    Model,
    People,
    Proximity,
    VisitProfiles,
    Visits,
    adamic_adar_weights,
    bootstrap_mean,
    bootstrap_ratio,
    distinct_links,
    learn_suggestions,
    mutual_graph,
    recalls,
    suggest,
    through,
)
from schemas.errors import InputError

K = 20
SNAPSHOTS = ("before", "after")
HOURS = 168
ONLY = "all"


@dataclass(frozen=True, slots=True)
class Measured:
    """Recall@20 of one city."""

    city: str
    users: int
    baseline: Interval
    model: Interval
    ratio: Interval


def cities(folder: Path) -> dict[str, tuple[pl.DataFrame, pl.DataFrame]]:
    """Friendships and visits of each city; one city called 'all' where the column is missing."""
    friends = filled(read(folder, "friends", ("snapshot", "src", "dst"), ("city",)), folder / "friends.parquet")
    visits = read(folder, "checkins", ("user_id", "place_id", "hour_of_week", "category_id"), ("city",))
    filled(visits, folder / "checkins.parquet")
    strange = set(friends["snapshot"].unique().to_list()) - set(SNAPSHOTS)
    if strange:
        raise InputError(
            "bad-column",
            f"{folder}/friends.parquet: snapshot {sorted(map(str, strange))[0]!r} is neither 'before' nor 'after'",
        )
    if ("city" in friends.columns) != ("city" in visits.columns):
        raise InputError(
            "missing-column", f"{folder}: only one of friends.parquet and checkins.parquet has the column 'city'"
        )
    if "city" not in friends.columns:
        return {ONLY: (friends, visits)}
    names = [str(name) for name in friends["city"].unique(maintain_order=True).to_list()]
    city = pl.col("city").cast(pl.String)
    return {name: (friends.filter(city == name), visits.filter(city == name)) for name in names}


def known(folder: Path, city: str, friends: pl.DataFrame, visits: pl.DataFrame) -> Known:
    """One city, prepared: users are numbered in the order of their ids."""
    where = str(folder) if city == ONLY else f"{folder}, city {city!r}"
    ends = {
        when: np.column_stack([integers(part, end, f"{folder}/friends.parquet") for end in ("src", "dst")])
        for when in SNAPSHOTS
        for part in [friends.filter(pl.col("snapshot") == when)]
    }
    users, places, hours, kinds = (
        integers(visits, name, f"{folder}/checkins.parquet", low, high)
        for name, low, high in (
            ("user_id", 0, None),
            ("place_id", 0, None),
            ("hour_of_week", 1, HOURS),
            ("category_id", 0, None),
        )
    )
    ids = np.unique(np.concatenate([ends["before"].ravel(), ends["after"].ravel(), users]))
    before, after = (distinct_links(np.searchsorted(ids, ends[when]).astype(np.int64)) for when in SNAPSHOTS)
    if len(before) == 0 or len(after) == 0:
        raise InputError(
            "too-few-links", f"{where}: friendships {'before' if len(before) == 0 else 'after'} are missing"
        )
    size = len(ids)
    fresh = after[~np.isin(after @ [size, 1], before @ [size, 1])]
    if len(fresh) == 0:
        raise InputError("too-few-links", f"{where}: all friendships after are there before; none is new")
    profiles = VisitProfiles.of(Visits(np.searchsorted(ids, users), places, hours - 1, kinds, size))
    return Known(People.of(Proximity.of(mutual_graph(before, size)), profiles), mutual_graph(fresh, size))


def hits(best: Iterator[tuple[int, np.ndarray]], users: np.ndarray, one: Known) -> np.ndarray:
    """How many new friends each user finds among his suggestions."""
    found = np.zeros(len(users), dtype=np.int64)
    for place, accounts in best:
        found[place] = np.isin(accounts, one.new.followed(int(users[place]))).sum()
    return found


def by_adamic_adar(one: Known, users: np.ndarray) -> Iterator[tuple[int, np.ndarray]]:
    """The baseline: all accounts that are reached, best first, of equals the smaller number."""
    graph = one.people.proximity.graph
    weights = adamic_adar_weights(graph.degree)
    for place, user in enumerate(users):
        scores = through(graph, graph.rows(np.array([user])), weights)[0]
        scores[np.append(graph.followed(int(user)), user)] = -1
        yield place, np.argsort(-scores, kind="stable")[:K]


def measure(city: str, one: Known, models: list[tuple[Model, np.ndarray]]) -> Measured:
    """Each model suggests to its users."""
    users = np.concatenate([some[one.new.degree[some] > 0] for _, some in models])
    found = np.zeros(0, dtype=np.int64)
    for model, some in models:
        asked = some[one.new.degree[some] > 0]
        best = ((got.place, got.best) for got in suggest(model, one.people, asked, K))
        found = np.concatenate([found, hits(best, asked, one)])
    new = one.new.degree[users]
    baseline, ours = recalls(hits(by_adamic_adar(one, users), users, one), new, K), recalls(found, new, K)
    return Measured(city, len(users), bootstrap_mean(baseline), bootstrap_mean(ours), bootstrap_ratio(ours, baseline))


def halves(one: Known, seed: int = 1) -> list[tuple[Model, np.ndarray]]:
    """Two models, each for the half of the people that it did not learn from."""
    side = np.random.default_rng(seed).random(one.new.size) < 0.5
    first, second = np.flatnonzero(side), np.flatnonzero(~side)
    return [(learn_suggestions([one], [second]), first), (learn_suggestions([one], [first]), second)]


def report(folder: Path, city: str | None = None, say: Callable[[str], None] = print) -> list[Measured]:
    """Measure and print."""
    tables = cities(folder)
    if city is not None and city not in tables:
        raise InputError("unknown-city", f"{folder} has no city {city!r}", hint=f"it has: {', '.join(tables)}")
    ready = {name: known(folder, name, *pair) for name, pair in tables.items()}
    found = []
    for name in ready if city is None else [city]:
        others = [one for other, one in ready.items() if other != name]
        one = ready[name]
        models = [(learn_suggestions(others), np.arange(one.new.size))] if others else halves(one)
        found.append(measure(name, one, models))
    how = "trained on the other cities" if len(ready) > 1 else "trained on the other half of the people"
    heads = ("city", "users with new friends", f"Adamic–Adar Recall@{K}", f"model, {how}", "ratio")
    for line in lines(heads, [(m.city, f"{m.users:,}", str(m.baseline), str(m.model), str(m.ratio)) for m in found]):
        say(line)
    return found


if __name__ == "__main__":
    run(
        __doc__,
        lambda options: report(options.folder, options.city),
        lambda parser: parser.add_argument("--city", help="test only this one; the others train"),
    )
