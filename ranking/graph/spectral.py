"""The leading singular vectors of a sparse matrix, by randomised subspace iteration (Halko, Martinsson, Tropp 2011)."""

from __future__ import annotations

import numpy as np
from scipy import sparse

from ranking.graph.adjacency import F32

SPARE = 16
ROUNDS = 6


def leading(matrix: sparse.csr_array, size: int, seed: int = 1) -> tuple[F32, F32, F32]:
    """`(U [n, size], s [size] descending, V [m, size])`, so that U diag(s) Vᵀ is near to the best matrix of that rank.

    Fewer than `size` are given for a smaller matrix. Repeatable for a seed; signs are arbitrary.
    """
    wide = min(size + SPARE, *matrix.shape)
    random = np.random.default_rng(seed)
    back = matrix.T.tocsr()
    basis = random.standard_normal((matrix.shape[1], wide)).astype(np.float32)
    for _ in range(ROUNDS):
        basis, _ = np.linalg.qr(matrix @ basis)
        basis, _ = np.linalg.qr(back @ basis)
    left, values, right = np.linalg.svd(matrix @ basis, full_matrices=False)
    size = min(size, wide)
    return (
        np.ascontiguousarray(left[:, :size], dtype=np.float32),
        values[:size].astype(np.float32),
        np.ascontiguousarray((basis @ right.T)[:, :size], dtype=np.float32),
    )
