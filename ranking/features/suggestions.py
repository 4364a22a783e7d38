"""Suggested accounts: people followed by people I follow, people seen where I am seen, and what tells them apart."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ranking.features.catalogue import SUGGESTIONS
from ranking.features.names import likeness
from ranking.features.schema import F32
from ranking.features.visits import VisitProfiles
from ranking.graph.adjacency import I64, Graph
from ranking.graph.proximity import Proximity, adamic_adar_weights, allocation_weights

BLOCK = 128
NEAREST = 60
SOURCES = ("adamic_adar", "resource_allocation", "three_paths_normalised", "walk", "spectral", "places_alike", "affine_paths", "places_like_followed")
"""Each gives its nearest accounts as candidates."""
SHARED = ("adamic_adar", "walk", "three_paths", "places_alike", "affine_paths", "moments_alike", "company")
"""Measures that also count relative to the best among the viewer's candidates, and to the account's own best."""
AFFINITY_FLOOR = 0.05
"""The affinity of a link between two who were never seen at one place."""


@dataclass(frozen=True, slots=True)
class People:
    """A graph of mutual links with visits, prepared. `best` [n] by measure: the most that an account has towards a stranger."""

    proximity: Proximity
    visits: VisitProfiles
    affinity: sparse.csr_array
    best: dict[str, F32]

    @staticmethod
    def of(proximity: Proximity, visits: VisitProfiles) -> People:
        """Prepare; a pass over all accounts in blocks."""
        graph = proximity.graph
        people = People(proximity, visits, _affinity(graph, visits), {})
        best: dict[str, list[F32]] = {name: [] for name in SHARED}
        for viewers in _blocks(np.arange(graph.size)):
            dense = people.dense(viewers)
            strangers = ~_known(graph, viewers)
            for name in SHARED:
                best[name].append((dense[name] * strangers).max(axis=1))
        return People(proximity, visits, people.affinity, {name: np.concatenate(found) for name, found in best.items()})

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
            "places_like_followed": followed,
            "affine_paths": np.asarray(((strong * middle).tocsr() @ self.affinity).toarray(), dtype=np.float32),
        }
        found["strongest_path"] = found["affine_paths"] / np.maximum(found["adamic_adar"], 1e-6)
        return found

    def candidates(self, dense: dict[str, F32], viewers: I64) -> list[I64]:
        """For each viewer the nearest strangers by each source, ascending; only those with some nearness."""
        known = _known(self.proximity.graph, viewers)
        kept = np.zeros(known.shape, dtype=bool)
        size = min(NEAREST, known.shape[1])
        for name in SOURCES:
            measure = np.where(known, -np.inf, dense[name])
            nearest = np.argpartition(-measure, size - 1, axis=1)[:, :size]
            np.put_along_axis(kept, nearest, np.take_along_axis(measure, nearest, 1) > 0, axis=1) if False else _mark(kept, nearest, measure)
        return [np.flatnonzero(row) for row in kept]

    def matrix(self, dense: dict[str, F32], row: int, viewer: int, who: I64) -> F32:
        """[candidates, features] of SUGGESTIONS."""
        degree, visits = self.proximity.graph.degree, self.visits
        columns = {name: found[row, who] for name, found in dense.items()}
        for name in SHARED:
            columns[f"{name}_share"] = columns[name] / max(float(self.best[name][viewer]), 1e-9)
            columns[f"{name}_share_back"] = columns[name] / np.maximum(self.best[name][who], 1e-9)
        rows = len(who)
        columns["followers"] = degree[who].astype(np.float32)
        columns["viewer_following"] = np.full(rows, degree[viewer], np.float32)
        columns["visits"] = visits.visits[who]
        columns["viewer_visits"] = np.full(rows, visits.visits[viewer], np.float32)
        columns["distinct_places"] = visits.distinct[who]
        columns["viewer_distinct_places"] = np.full(rows, visits.distinct[viewer], np.float32)
        return SUGGESTIONS.matrix(columns, rows)


def rows_of(people: People, viewers: I64) -> Iterator[tuple[int, I64, F32, F32]]:
    """Of each viewer: his place in `viewers`, candidates, their Adamic–Adar, and their matrix. Viewers without candidates are left out."""
    for start, block in zip(range(0, len(viewers), BLOCK), _blocks(viewers), strict=True):
        dense = people.dense(block)
        for row, who in enumerate(people.candidates(dense, block)):
            if len(who):
                yield start + row, who, dense["adamic_adar"][row], people.matrix(dense, row, int(block[row]), who)


def _mark(kept: np.ndarray, nearest: I64, measure: F32) -> None:
    near = np.take_along_axis(measure, nearest, axis=1) > 0
    line = np.broadcast_to(np.arange(len(kept))[:, None], nearest.shape)
    kept[line[near], nearest[near]] = True


def _known(graph: Graph, viewers: I64) -> np.ndarray:
    found = graph.rows(viewers).toarray() > 0
    found[np.arange(len(viewers)), viewers] = True
    return found


def _affinity(graph: Graph, visits: VisitProfiles) -> sparse.csr_array:
    alike = graph.matrix.copy()
    account = np.repeat(np.arange(graph.size), graph.degree)
    products = visits.places[account].multiply(visits.places[graph.matrix.indices]).sum(axis=1)
    alike.data = (AFFINITY_FLOOR + np.asarray(products).ravel()).astype(np.float32)
    return alike


def _blocks(accounts: I64) -> Iterator[I64]:
    for start in range(0, len(accounts), BLOCK):
        yield accounts[start : start + BLOCK]
