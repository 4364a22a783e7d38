"""Suggested accounts: people followed by people I follow, people seen where I am seen, and what tells them apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ranking.features.catalogue import SUGGESTIONS
from ranking.features.names import likeness
from ranking.features.schema import F32
from ranking.features.visits import VisitProfiles
from ranking.graph.adjacency import I64, Graph
from ranking.graph.proximity import WALK_ON, WALK_STEPS, Proximity, adamic_adar_weights, allocation_weights
from ranking.graph.spectral import leading

CELLS = 800_000
"""Figures of one measure that are computed together; a block has as many viewers as fit."""
NEAREST = 60
MET = ("met_in_an_hour", "met_nearly", "met_on_a_day")
SOURCES = (
    "adamic_adar",
    "three_paths_normalised",
    "walk",
    "places_alike",
    "moments_alike",
    "affine_paths",
    "mixed_walk",
    "met_nearly",
)
"""Each gives its nearest accounts as candidates."""
SHARED = (
    "adamic_adar",
    "walk",
    "three_paths",
    "places_alike",
    "affine_paths",
    "moments_alike",
    "company",
    "mixed_walk",
    "area_alike",
    "far_walk",
    *MET,
)
"""Measures that also count relative to the best among the viewer's candidates, and to the account's own best."""
FAR_STEPS = 8
FAR_ON = 0.9
TINY = np.float32(1e-9)
AREAS = 64
PLACE_SHARE = 0.3
PLACE_NEAREST = 20
AFFINITY_FLOOR = 0.05
"""The affinity of a link between two who were never seen at one place."""


@dataclass(frozen=True, slots=True)
class People:
    """A graph of mutual links with visits, prepared. `best` [n] by measure: the most that an account has towards a stranger."""

    proximity: Proximity
    visits: VisitProfiles
    affinity: sparse.csr_array
    mixed: sparse.csr_array
    plain: sparse.csr_array
    areas: F32
    company_kept: F32
    clustering: F32
    best: dict[str, F32]

    @staticmethod
    def of(proximity: Proximity, visits: VisitProfiles) -> People:
        """Prepare; a pass over all accounts in blocks."""
        graph = proximity.graph
        affinity = _affinity(graph, visits)
        people = People(
            proximity,
            visits,
            affinity,
            _mixed(affinity, visits.places),
            _stochastic(graph.matrix).T.tocsr(),
            _areas(visits.places),
            *_company(graph),
            {},
        )
        best: dict[str, list[F32]] = {name: [] for name in SHARED}
        for _, viewers in _blocks(np.arange(graph.size), graph.size):
            dense = people.dense(viewers)
            strangers = ~_known(graph, viewers)
            for name in SHARED:
                best[name].append((dense[name] * strangers).max(axis=1))
        return replace(people, best={name: np.concatenate(found) for name, found in best.items()})

    def dense(self, viewers: I64) -> dict[str, F32]:
        """All measures of viewers towards every account, each [len(viewers), n]."""
        graph, visits = self.proximity.graph, self.visits
        rows = graph.rows(viewers)
        mean = (rows * allocation_weights(graph.degree)[viewers][:, None]).tocsr()
        middle = adamic_adar_weights(graph.degree)[None, :]
        followed = likeness(visits.places, (mean @ visits.places).tocsr())
        strong = self.affinity[viewers]
        found = self.proximity.columns(viewers) | {
            "places_alike": likeness(visits.places, visits.places[viewers]),
            "moments_alike": likeness(visits.moments, visits.moments[viewers]),
            "kinds_alike": likeness(visits.kinds, visits.kinds[viewers]),
            "hours_alike": likeness(visits.hours, visits.hours[viewers]),
            "company": likeness(visits.company, visits.company[viewers]),
            "met_in_an_hour": likeness(visits.met_in_an_hour, visits.met_in_an_hour[viewers]),
            "met_nearly": likeness(visits.met_nearly, visits.met_nearly[viewers]),
            "met_on_a_day": likeness(visits.met_on_a_day, visits.met_on_a_day[viewers]),
            "places_like_followed": followed,
            "affine_paths": np.asarray(((strong * middle).tocsr() @ self.affinity).toarray(), dtype=np.float32),
        }
        found["mixed_walk"] = _walk(self.mixed, viewers, WALK_STEPS, WALK_ON)
        found["far_walk"] = _walk(self.plain, viewers, FAR_STEPS, FAR_ON)
        found["area_alike"] = np.asarray(self.areas[viewers] @ self.areas.T, dtype=np.float32)
        found["strongest_path"] = np.asarray(
            found["affine_paths"] / np.maximum(found["adamic_adar"], TINY), dtype=np.float32
        )
        return found

    def candidates(self, dense: dict[str, F32], viewers: I64) -> list[I64]:
        """For each viewer the nearest strangers by each source, ascending; only those with some nearness."""
        known = _known(self.proximity.graph, viewers)
        kept = np.zeros(known.shape, dtype=bool)
        size = min(NEAREST, known.shape[1])
        for name in SOURCES:
            measure = np.where(known, -np.inf, dense[name])
            nearest = np.argpartition(-measure, size - 1, axis=1)[:, :size]
            _mark(kept, nearest, measure)
        return [np.flatnonzero(row) for row in kept]

    def matrix(self, dense: dict[str, F32], row: int, viewer: int, who: I64) -> F32:
        """[candidates, features] of SUGGESTIONS."""
        degree, visits = self.proximity.graph.degree, self.visits
        columns = {name: found[row, who] for name, found in dense.items()}
        columns |= _middles(self.proximity.graph, viewer, who)
        for name in SHARED:
            columns[f"{name}_share"] = columns[name] / np.maximum(self.best[name][viewer], TINY)
            columns[f"{name}_share_back"] = columns[name] / np.maximum(self.best[name][who], TINY)
        rows = len(who)
        columns["followers"] = degree[who].astype(np.float32)
        columns["viewer_following"] = np.full(rows, degree[viewer], np.float32)
        columns["company_kept"] = self.company_kept[who]
        columns["clustering"] = self.clustering[who]
        columns["viewer_clustering"] = np.full(rows, self.clustering[viewer], np.float32)
        columns["visits"] = visits.visits[who]
        columns["viewer_visits"] = np.full(rows, visits.visits[viewer], np.float32)
        columns["distinct_places"] = visits.distinct[who]
        columns["viewer_distinct_places"] = np.full(rows, visits.distinct[viewer], np.float32)
        return SUGGESTIONS.matrix(columns, rows)


def rows_of(people: People, viewers: I64) -> Iterator[tuple[int, I64, F32]]:
    """Of each viewer: his place in `viewers`, candidates, and their matrix. Viewers without candidates are left out."""
    for start, block in _blocks(viewers, people.proximity.graph.size):
        dense = people.dense(block)
        for row, who in enumerate(people.candidates(dense, block)):
            if len(who):
                yield start + row, who, people.matrix(dense, row, int(block[row]), who)


def _mark(kept: npt.NDArray[np.bool_], nearest: I64, measure: F32) -> None:
    near = np.take_along_axis(measure, nearest, axis=1) > 0
    line = np.broadcast_to(np.arange(len(kept))[:, None], nearest.shape)
    kept[line[near], nearest[near]] = True


def _known(graph: Graph, viewers: I64) -> npt.NDArray[np.bool_]:
    found: npt.NDArray[np.bool_] = np.asarray(graph.rows(viewers).toarray() > 0)
    found[np.arange(len(viewers)), viewers] = True
    return found


def _affinity(graph: Graph, visits: VisitProfiles) -> sparse.csr_array:
    alike = graph.matrix.copy()
    account = np.repeat(np.arange(graph.size), graph.degree)
    products = visits.places[account].multiply(visits.places[graph.matrix.indices]).sum(axis=1)
    alike.data = (AFFINITY_FLOOR + np.asarray(products).ravel()).astype(np.float32)
    return alike


def _mixed(affinity: sparse.csr_array, places: sparse.csr_array) -> sparse.csr_array:
    """Steps of a walk over links and towards those seen at the same places: [n, n], transposed, columns sum to one at most.

    Affinity decides which link is taken; PLACE_SHARE of the steps go to one of the PLACE_NEAREST whose places are most alike.
    """
    near = _nearest_rows(places)
    links, seen = (_stochastic(matrix) for matrix in (affinity, near))
    return ((1 - PLACE_SHARE) * links + PLACE_SHARE * seen).T.tocsr().astype(np.float32)


def _nearest_rows(places: sparse.csr_array) -> sparse.csr_array:
    back = places.T.tocsr()
    pieces = []
    for start, block in _blocks(np.arange(places.shape[0]), places.shape[0]):
        alike = np.asarray((places[block] @ back).toarray(), dtype=np.float32)
        line = np.arange(len(alike))
        alike[line, line + start] = 0
        size = min(PLACE_NEAREST, alike.shape[1])
        column = np.argpartition(-alike, size - 1, axis=1)[:, :size]
        value = np.take_along_axis(alike, column, axis=1)
        pieces.append(sparse.csr_array((value.ravel(), (np.repeat(line, size), column.ravel())), alike.shape))
    return sparse.csr_array(sparse.vstack(pieces, format="csr"))


def _stochastic(matrix: sparse.csr_array) -> sparse.csr_array:
    total = np.asarray(matrix.sum(axis=1)).ravel()
    return (matrix * (1 / np.maximum(total, 1e-9))[:, None]).tocsr()


def _walk(onward: sparse.csr_array, viewers: I64, steps: int, on: float) -> F32:
    """Where a walk from each viewer is found within some steps, back at its start with chance 1 - on."""
    at = np.zeros((onward.shape[0], len(viewers)), dtype=np.float32)
    at[viewers, np.arange(len(viewers))] = 1
    total = np.zeros_like(at)
    for turn in range(steps):
        at = onward @ at
        total += on**turn * at
    return np.ascontiguousarray(total.T)


def _areas(places: sparse.csr_array) -> F32:
    """Rows of length one: where in town somebody is seen, though never at the same place."""
    left, values, _ = leading(places, AREAS)
    found = left * values[None, :]
    length = np.sqrt((found**2).sum(axis=1, keepdims=True))
    return np.asarray(found / np.maximum(length, 1e-6), dtype=np.float32)


def _company(graph: Graph) -> tuple[F32, F32]:
    """Of each account: the mean degree of those whom it follows, and the share of pairs of them that are linked."""
    matrix, degree = graph.matrix, graph.degree.astype(np.float32)
    triangles = np.asarray((matrix @ matrix).multiply(matrix).sum(axis=1)).ravel()
    kept = np.asarray(matrix @ degree).ravel() / np.maximum(degree, 1)
    pairs = np.maximum(degree * (degree - 1), 1)
    return np.asarray(kept, dtype=np.float32), np.asarray(triangles / pairs, dtype=np.float32)


def _middles(graph: Graph, viewer: int, who: I64) -> dict[str, F32]:
    """What mutual acquaintances are among each other (Cannistraci et al. 2013: links within the local community), and the most
    that one of them is worth."""
    followed = graph.followed(viewer)
    theirs = graph.matrix[followed][:, who]
    among = graph.matrix[followed][:, followed]
    if len(followed) == 0:
        nobody = np.zeros(len(who), dtype=np.float32)
        return {"community_links": nobody, "best_middle": nobody}
    worth = theirs * allocation_weights(graph.degree)[followed][:, None]
    within = (among @ theirs).multiply(theirs).sum(axis=0)
    return {
        "community_links": np.asarray(within, dtype=np.float32).ravel() / np.float32(2),
        "best_middle": np.asarray(worth.max(axis=0).toarray(), dtype=np.float32).ravel(),
    }


def _step(size: int) -> int:
    return max(8, min(128, CELLS // max(1, size)))


def _blocks(accounts: I64, size: int) -> Iterator[tuple[int, I64]]:
    for start in range(0, len(accounts), _step(size)):
        yield start, accounts[start : start + _step(size)]
