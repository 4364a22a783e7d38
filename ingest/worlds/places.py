"""The places of a world: cafés, parks, stations around real cities, named in the language of the country."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from ingest.warehouse_writer import WarehouseWriter
from ingest.worlds.communities import Communities
from ingest.worlds.cultures import cultures
from ingest.worlds.lexicon import CATEGORIES
from ingest.worlds.sampling import F64, I64, chance, pick, scattered_ids, skewed, starts, stream


@dataclass(frozen=True, slots=True)
class Places:
    """Places by number, sorted by city, so that a city's and a country's are runs."""

    ids: I64
    lat: F64
    lon: F64
    city_bounds: I64
    country_bounds: I64

    def pick(self, rng: np.random.Generator, country: I64, city: I64) -> I64:
        """A place for each row: mostly in its city, else in its country, rarely anywhere."""
        kind = rng.random(len(city))
        low = np.where(kind < 0.72, self.city_bounds[city], self.country_bounds[country])
        high = np.where(kind < 0.72, self.city_bounds[city + 1], self.country_bounds[country + 1])
        nowhere = (kind > 0.95) | (high <= low)
        low, high = np.where(nowhere, 0, low), np.where(nowhere, len(self.ids), high)
        return skewed(rng, low, high - low, 2)


def make_places(users: int, seed: int, communities: Communities, writer: WarehouseWriter) -> Places:
    """Draw and write one place per twenty users, more where more people live."""
    rng = stream(seed, "places")
    known = cultures()
    count = users // 20 + 12
    community = communities.of_user[pick(rng, count, users)]
    order = np.argsort(communities.city[community], kind="stable")
    city, country = communities.city[community][order], communities.country[community][order]
    cities = [place for culture in known for place in culture.cities]
    category = pick(rng, count, len(CATEGORIES), 2)
    nouns = pl.Series([noun for culture in known for noun in culture.nouns])
    surnames = starts(np.array([len(culture.last) for culture in known], np.int64))
    surname = pl.Series([name.native for culture in known for name in culture.last]).gather(
        skewed(rng, surnames[country], np.diff(surnames)[country], 1)
    )
    city_name = pl.Series([place.name for place in cities]).gather(city)
    frame = pl.DataFrame(
        {
            "noun": nouns.gather(country * len(CATEGORIES) + category),
            "epithet": pl.select(
                pl.when(pl.Series(chance(rng, count, 0.3))).then(city_name).otherwise(surname)
            ).to_series(),
            "number": pick(rng, count, 99) + 1,
            "joined": np.array([culture.family_first for culture in known])[country],
            "numbered": chance(rng, count, 0.15),
        }
    )
    named = frame.select(
        pl.when("joined").then(pl.col("epithet") + pl.col("noun")).otherwise(pl.col("noun") + " " + pl.col("epithet"))
        + pl.when("numbered").then(" " + pl.col("number").cast(pl.String)).otherwise(pl.lit(""))
    ).to_series()
    lat = np.array([place.lat for place in cities])[city] + rng.normal(0, 0.04, count)
    lon = np.array([place.lon for place in cities])[city] + rng.normal(0, 0.05, count)
    places = Places(
        ids=scattered_ids(count, seed, "place") >> 20,
        lat=np.round(lat, 6),
        lon=np.round(lon, 6),
        city_bounds=np.searchsorted(city, np.arange(len(cities) + 1)),
        country_bounds=np.searchsorted(country, np.arange(len(known) + 1)),
    )
    writer.add(
        "places",
        {
            "id": places.ids,
            "name": named,
            "city": city_name,
            "country": pl.Series([culture.country for culture in known]).gather(country),
            "category": pl.Series(CATEGORIES).gather(category),
            "lat": places.lat,
            "lon": places.lon,
        },
    )
    return places
