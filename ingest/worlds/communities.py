"""The skeleton of a world: communities as runs of user numbers, sorted by country, with a home city and
topics.

Everything else leans on it: a run of numbers is a community, a longer run a country, and the first of a run
its stars.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ingest.worlds.cultures import cultures
from ingest.worlds.lexicon import TOPICS
from ingest.worlds.sampling import I32, I64, pick, starts, stream

TOPICS_EACH = 3


@dataclass(frozen=True, slots=True)
class Communities:
    """Bounds and traits of the communities; `of_user` names each user's."""

    bounds: I64
    """Community c is the users `bounds[c] .. bounds[c + 1]`."""
    country: I64
    """Number of the culture, ascending."""
    city: I64
    """Number of the home city in the list of all cities, country by country."""
    topics: I64
    """Shape (communities, `TOPICS_EACH`), the favourite first."""
    of_user: I32
    country_bounds: I64
    """Country k is the users `country_bounds[k] .. country_bounds[k + 1]`."""

    def sizes(self) -> I64:
        """Users of each community."""
        return np.diff(self.bounds)


def make_communities(users: int, seed: int) -> Communities:
    """Power-law sizes, from a handful of users to some thousands, in countries by their weight."""
    rng = stream(seed, "communities")
    known = cultures()
    typical = min(150.0, max(8.0, users / 80))
    sizes = _sizes(rng, users, typical)
    shares = np.cumsum([culture.weight for culture in known])
    middle = (np.cumsum(sizes) - sizes / 2) / users + rng.random()
    country = np.searchsorted(shares / shares[-1], middle % 1.0, side="right")
    order = np.argsort(country, kind="stable")
    sizes, country = sizes[order], country[order]
    city_counts = np.array([len(culture.cities) for culture in known], np.int64)
    city_starts = starts(city_counts)
    fraction = rng.random(len(sizes))
    city = city_starts[country] + (fraction * fraction * city_counts[country]).astype(np.int64)
    bounds = starts(sizes)
    first_of_country = np.searchsorted(country, np.arange(len(known) + 1))
    return Communities(
        bounds=bounds,
        country=country,
        city=city,
        topics=pick(rng, len(sizes) * TOPICS_EACH, len(TOPICS)).reshape(-1, TOPICS_EACH),
        of_user=np.repeat(np.arange(len(sizes), dtype=np.int32), sizes),
        country_bounds=bounds[first_of_country],
    )


def _sizes(rng: np.random.Generator, users: int, typical: float) -> I64:
    """Sizes that sum to `users`; none above a tenth of the world or 20,000 while there is a choice."""
    largest = max(typical, min(20_000.0, users / 10))
    drawn = np.minimum(typical * 0.4 * (1 + rng.pareto(1.3, size=int(users / typical * 4) + 1)), largest)
    sizes = np.maximum(drawn.astype(np.int64), 1)
    total = np.cumsum(sizes)
    if total[-1] < users:
        return np.append(sizes, users - total[-1])
    last = int(np.searchsorted(total, users))
    sizes = sizes[: last + 1]
    sizes[-1] -= total[last] - users
    return sizes
