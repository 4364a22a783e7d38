"""`python -m bench.quality.suggestions DIR [--city C]`: who will become friends, from friendships before and visits since.

DIR holds friends.parquet (snapshot 'before' or 'after', src, dst; undirected) and checkins.parquet (user_id, place_id, hour_of_week
1 to 168, category_id), both with or without a column city. Ids are whole numbers or texts.

Recall@20 of the friendships that are after and not before, per user, divided by min(20, new ones), over the users who have any.
Each city is tested with a model trained on the others; a folder of one city with a model from the other half of its people, pairs
between the halves left out. Cities without new friendships, or without any before, are left out, which is said. Adamic–Adar is the
baseline: many accounts have equal scores, so its Recall@20 is the mean over all their orders. In Kuala Lumpur the smaller id first
gives 0.2292, the larger 0.2351.

Visits have no date, but rows of checkins.parquet stand in the order of time, so that the hour of the week begins anew with each
week. It is thus known who was at a place in the same hour of the same week, which counts as having met.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from bench.quality.command import run
from bench.quality.table import lines
from bench.quality.tables import Say, integers, numbered, read
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


def cities(folder: Path, say: Say = print) -> dict[str, tuple[pl.DataFrame, pl.DataFrame]]:
    """Friendships and visits of each city; one city called 'all' where the column is missing."""
    friends = read(folder, "friends", ("snapshot", "src", "dst"), ("city",), say=say)
    visits = read(folder, "checkins", ("user_id", "place_id", "hour_of_week", "category_id"), ("city",), say=say)
    strange = {str(name) for name in friends["snapshot"].unique().to_list()} - set(SNAPSHOTS)
    if strange:
        raise InputError(
            "bad-column",
            f"{folder}/friends.parquet: snapshot {sorted(strange)[0]!r} is neither 'before' nor 'after'",
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
    """One city, prepared: users are numbered in the order of their ids. InputError where it has nothing to learn or to find."""
    where = str(folder) if city == ONLY else f"{folder}, city {city!r}"
    snapshots = [friends.filter(pl.col("snapshot").cast(pl.String) == when) for when in SNAPSHOTS]
    (*ends, users), ids = numbered(
        [*(part[end] for part in snapshots for end in ("src", "dst")), visits["user_id"]], f"{where}: users"
    )
    before, after = (distinct_links(np.column_stack(ends[at : at + 2])) for at in (0, 2))
    for when, links in zip(SNAPSHOTS, (before, after), strict=True):
        if len(links) == 0:
            raise InputError("too-few-links", f"{where}: friendships {when} are missing")
    size = len(ids)
    fresh = after[~np.isin(after @ [size, 1], before @ [size, 1])]
    if len(fresh) == 0:
        raise InputError("too-few-links", f"{where}: all friendships after are there before; none is new")
    hours = integers(visits, "hour_of_week", f"{folder}/checkins.parquet", 1, HOURS)
    [places], _ = numbered([visits["place_id"]], f"{where}: places")
    [kinds], _ = numbered([visits["category_id"]], f"{where}: categories")
    profiles = VisitProfiles.of(Visits(users, places, since_first_week(hours - 1), kinds, size))
    return Known(People.of(Proximity.of(mutual_graph(before, size)), profiles), mutual_graph(fresh, size))


def since_first_week(hours: np.ndarray) -> np.ndarray:
    """Hours since the first week began, from hours of the week in the order of time.

    A fall of more than half a week begins another week; a rise of as much, where rows are a little out of order, ends it again.
    """
    change = np.diff(hours, prepend=hours[:1])
    turn = HOURS // 2
    weeks = np.cumsum((change < -turn).astype(np.int64) - (change > turn))
    found: np.ndarray = hours + HOURS * (weeks - weeks.min(initial=0))
    return found


def hits(best: Iterator[tuple[int, np.ndarray]], users: np.ndarray, one: Known) -> np.ndarray:
    """How many new friends each user finds among his suggestions."""
    found = np.zeros(len(users))
    for place, accounts in best:
        found[place] = np.isin(accounts, one.new.followed(int(users[place]))).sum()
    return found


def hits_by_adamic_adar(one: Known, users: np.ndarray) -> np.ndarray:
    """The baseline's hits among all accounts, on average over the orders of those with equal scores."""
    graph = one.people.proximity.graph
    weights = adamic_adar_weights(graph.degree)
    found = np.zeros(len(users))
    for place, user in enumerate(users):
        scores = through(graph, graph.rows(np.array([user])), weights)[0]
        scores[np.append(graph.followed(int(user)), user)] = -1
        found[place] = expected_hits(scores, one.new.followed(int(user)), K)
    return found


def expected_hits(scores: np.ndarray, wanted: np.ndarray, limit: int) -> float:
    """How many places of `wanted` are among the `limit` highest scores, on average over the orders of equal scores."""
    least = np.sort(scores)[-min(limit, len(scores))]
    above, level = int((scores > least).sum()), int((scores == least).sum())
    sure, open_ = int((scores[wanted] > least).sum()), int((scores[wanted] == least).sum())
    return sure + open_ * min(1.0, (limit - above) / level)


def measure(city: str, one: Known, models: list[tuple[Model, np.ndarray]]) -> Measured:
    """Each model suggests to its users."""
    users = np.concatenate([some[one.new.degree[some] > 0] for _, some in models])
    found = np.zeros(0)
    for model, some in models:
        asked = some[one.new.degree[some] > 0]
        best = ((got.place, got.best) for got in suggest(model, one.people, asked, K))
        found = np.concatenate([found, hits(best, asked, one)])
    new = one.new.degree[users]
    baseline, ours = recalls(hits_by_adamic_adar(one, users), new, K), recalls(found, new, K)
    return Measured(city, len(users), bootstrap_mean(baseline), bootstrap_mean(ours), bootstrap_ratio(ours, baseline))


def halves(one: Known, seed: int = 1) -> list[tuple[Model, np.ndarray]]:
    """Two models, each for the half of the people that it did not learn from."""
    side = np.random.default_rng(seed).random(one.new.size) < 0.5
    first, second = np.flatnonzero(side), np.flatnonzero(~side)
    return [(learn_suggestions([one], [second]), first), (learn_suggestions([one], [first]), second)]


def report(folder: Path, city: str | None = None, say: Say = print) -> list[Measured]:
    """Measure and print."""
    tables = cities(folder, say)
    if city is not None and city not in tables:
        raise InputError("unknown-city", f"{folder} has no city {city!r}", hint=f"it has: {', '.join(tables)}")
    ready: dict[str, Known] = {}
    for name, pair in tables.items():
        try:
            ready[name] = known(folder, name, *pair)
        except InputError as error:
            if error.code != "too-few-links" or name == city or len(tables) == 1:
                raise
            say(f"left out: {error.message}")
    if not ready:
        raise InputError("too-few-links", f"{folder}: no city has friendships before, and new ones after")
    found = []
    for name in ready if city is None else [city]:
        others = [one for other, one in ready.items() if other != name]
        one = ready[name]
        models = [(learn_suggestions(others), np.arange(one.new.size))] if others else halves(one)
        found.append(measure(name, one, models))
    how = "trained on the other cities" if len(ready) > 1 else "trained on the other half of the people"
    heads = ("city", "users with new friends", f"Adamic–Adar Recall@{K}", f"model, {how}", "model over Adamic–Adar")
    for line in lines(heads, [(m.city, f"{m.users:,}", str(m.baseline), str(m.model), str(m.ratio)) for m in found]):
        say(line)
    return found


def figures(measured: list[Measured]) -> dict[str, float]:
    """What is held against `expected.txt`."""
    return {
        name: value
        for one in measured
        for name, value in (
            (f"{one.city} over Adamic–Adar", one.ratio.value),
            (f"{one.city} Adamic–Adar", one.baseline.value),
            (f"{one.city} Recall@{K}", one.model.value),
        )
    }


if __name__ == "__main__":
    run(
        __doc__,
        lambda options: report(options.folder, options.city),
        lambda parser: parser.add_argument("--city", help="test only this one; the others train"),
    )
