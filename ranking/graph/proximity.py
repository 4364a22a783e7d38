"""How near accounts are to a viewer: measures over the paths between them, a row of figures for each viewer.

People followed by people I follow is the candidate source behind all of them; the measures differ in what a middle is
worth: Adamic and Adar 2003 (1 / log of its degree), Zhou, Lü and Zhang 2009 (resource allocation, 1 / its degree),
Salton (cosine), Jaccard, Kovács et al. 2019 (paths of three links, 1 / root of both middles' degrees), a walk that restarts
(Tong, Faloutsos and Pan 2006), and the leading singular vectors of the normalised matrix (an ideal low-pass filter, as in
Shen et al. 2021, GF-CF).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ranking.graph.adjacency import F32, I64, Graph
from ranking.graph.spectral import leading

FACTORS = 64
WALK_STEPS = 5
WALK_ON = 0.7
"""The chance that a walk goes on rather than back to its start."""


def adamic_adar_weights(degree: I64) -> F32:
    """1 / log(degree) of a middle. A middle between two accounts has two links; a smaller degree is taken for two."""
    return (1.0 / np.log(np.maximum(degree, 2))).astype(np.float32)


def allocation_weights(degree: I64) -> F32:
    """1 / degree of a middle."""
    return (1.0 / np.maximum(degree, 1)).astype(np.float32)


def half_weights(degree: I64) -> F32:
    """1 / root of the degree."""
    return (1.0 / np.sqrt(np.maximum(degree, 1))).astype(np.float32)


def through(graph: Graph, rows: sparse.csr_array, weights: F32) -> F32:
    """Paths of two links from each row's account to every account, a middle counted with its weight: [b, n]."""
    return np.asarray(((rows * weights[None, :]).tocsr() @ graph.matrix).toarray(), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Proximity:
    """One graph with what can be prepared of it: rows of length-scaled singular vectors, and the matrix by columns."""

    graph: Graph
    factors: F32
    onward: sparse.csr_array
    """The transposed matrix, so that dense rows are multiplied by sparse rows."""

    @staticmethod
    def of(graph: Graph) -> Proximity:
        """Prepare a graph: about a second for each 200,000 links."""
        half = half_weights(graph.degree)
        normal = ((graph.matrix * half[:, None]) * half[None, :]).tocsr()
        left, values, _ = leading(normal, FACTORS)
        return Proximity(graph, left * np.sqrt(values)[None, :], graph.matrix.T.tocsr())

    def columns(self, viewers: I64) -> dict[str, F32]:
        """The measures from each viewer to every account, each [len(viewers), n] float32; what stands for the viewer himself
        means nothing."""
        graph = self.graph
        rows = graph.rows(viewers)
        own = graph.degree[viewers].astype(np.float32)[:, None]
        every = graph.degree.astype(np.float32)[None, :]
        both = np.sqrt(np.maximum(own * every, 1))
        ones = np.ones(graph.size, dtype=np.float32)
        half = half_weights(graph.degree)
        mutuals = through(graph, rows, ones)
        near = through(graph, rows, half)
        three = self._step(near * half[None, :])
        length = np.maximum(np.sqrt((self.factors**2).sum(axis=1)), 1e-9)
        spectral = self.factors[viewers] @ self.factors.T
        return {
            "mutuals": mutuals,
            "adamic_adar": through(graph, rows, adamic_adar_weights(graph.degree)),
            "resource_allocation": through(graph, rows, allocation_weights(graph.degree)),
            "cosine": mutuals / both,
            "jaccard": mutuals / np.maximum(own + every - mutuals, 1),
            "three_paths": three,
            "three_paths_normalised": three / both,
            "walk": self._walk(rows),
            "spectral": spectral,
            "spectral_cosine": spectral / length[viewers][:, None] / length[None, :],
        }

    def _step(self, dense: F32) -> F32:
        return np.ascontiguousarray((self.onward @ dense.T).T, dtype=np.float32)

    def _walk(self, rows: sparse.csr_array) -> F32:
        """Where a walk from the viewer is found, back at its start with chance 1 - WALK_ON; over the root of the degree."""
        share = allocation_weights(self.graph.degree)
        first = np.asarray(rows.toarray(), dtype=np.float32)
        first /= np.maximum(first.sum(axis=1, keepdims=True), 1)
        at, total = first, first.copy()
        for turn in range(1, WALK_STEPS):
            at = self._step(at * share[None, :])
            total += WALK_ON**turn * at
        return total * half_weights(self.graph.degree)[None, :]
