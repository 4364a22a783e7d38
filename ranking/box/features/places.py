"""The features of places."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from index import U32
from ranking.box.asked import Asked
from ranking.box.circle import hits_of, holds
from ranking.box.features.fit import asked_columns, fit_columns, matches
from ranking.features.schema import F32
from schemas.catalogue import EDGES, Vertical

_VISITED_BY = EDGES[Vertical.PLACE, "visited_by"]
_EARTH_KM = 6_371.0


def place_columns(asked: Asked, docs: U32, names: list[str]) -> Mapping[str, F32]:
    """The columns of PLACE_SEARCH for places of the viewer's world, in any order."""
    segment, circle = asked.world.segment, asked.circle
    columns: dict[str, F32] = {
        "visits": np.log1p(segment.values("place.rank_count", docs).astype(np.float32)),
        "viewer_visits": holds(circle.mine(_VISITED_BY), docs).astype(np.float32),
        "friends_visits": np.log1p(hits_of(circle.friends(_VISITED_BY), docs)),
    }
    if asked.context.place is not None:
        here = (segment.values("place.lat", docs), segment.values("place.lon", docs))
        columns["distance_km"] = np.log1p(kilometres(asked.context.place, *here)).astype(np.float32)
    columns |= fit_columns(matches(asked, names), len(asked.typed.words))
    return columns | asked_columns(asked, Vertical.PLACE, docs)


def kilometres(
    origin: tuple[float, float], lat: npt.NDArray[np.floating], lon: npt.NDArray[np.floating]
) -> npt.NDArray[np.float64]:
    """The great-circle distances from one point (latitude, longitude in degrees) to many: the haversine formula."""
    here_lat, here_lon = np.radians(origin)
    lats, lons = np.radians(lat.astype(np.float64)), np.radians(lon.astype(np.float64))
    half = np.sin((lats - here_lat) / 2) ** 2 + np.cos(here_lat) * np.cos(lats) * np.sin((lons - here_lon) / 2) ** 2
    found: npt.NDArray[np.float64] = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return found
