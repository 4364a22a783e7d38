"""The features of places."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from index import U32
from ranking.box.asked import Asked
from ranking.box.circle import Circle
from ranking.box.features.rows import Rows, matches
from ranking.box.ties import Tie, Ties
from ranking.features.catalogue import PLACE_SEARCH
from ranking.features.schema import F32
from schemas.catalogue import EDGES, Vertical

_VISITED_BY = EDGES[Vertical.PLACE, "visited_by"]
_EARTH_KM = 6_371.0
_LOGS = PLACE_SEARCH.columns("visits", "past_clicks")


def place_rows(asked: Asked, docs: U32) -> F32:
    """The rows of PLACE_SEARCH for places of the viewer's world, in any order."""
    segment = asked.world.segment
    rows = Rows(asked, PLACE_SEARCH, Vertical.PLACE, docs)
    rows.put("visits", segment.values("place.rank_count", docs))
    if asked.context.place is not None:
        here = (segment.values("place.lat", docs), segment.values("place.lon", docs))
        rows.put("distance_km", np.log1p(kilometres(asked.context.place, *here)))
    rows.put_fit(matches(asked, segment.names(Vertical.PLACE), docs), len(asked.typed.words))
    rows.put_ties(asked.circle.ties(Vertical.PLACE, _ties))
    rows.put_asked()
    rows.put_logs(_LOGS)
    return rows.matrix


def _ties(circle: Circle) -> Ties:
    ties = {"viewer_visits": Tie(circle.mine(_VISITED_BY)), "friends_visits": Tie.of(circle.friends(_VISITED_BY))}
    return Ties(PLACE_SEARCH, ties)


def kilometres(
    origin: tuple[float, float], lat: npt.NDArray[np.floating], lon: npt.NDArray[np.floating]
) -> npt.NDArray[np.float64]:
    """The great-circle distances from one point (latitude, longitude in degrees) to many: the haversine formula."""
    here_lat, here_lon = np.radians(origin)
    lats, lons = np.radians(lat.astype(np.float64)), np.radians(lon.astype(np.float64))
    half = np.sin((lats - here_lat) / 2) ** 2 + np.cos(here_lat) * np.cos(lats) * np.sin((lons - here_lon) / 2) ** 2
    found: npt.NDArray[np.float64] = 2 * _EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    return found
