"""A graph as one sparse matrix, and links hidden from it.

Row u holds whom u follows. A graph of mutual links is the same with a symmetric matrix.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

I64 = npt.NDArray[np.int64]
F32 = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Graph:
    """`matrix` is [n, n], float32, zeros and ones, nothing on its diagonal; `degree` [n] counts whom each account follows."""

    matrix: sparse.csr_array
    degree: I64

    @property
    def size(self) -> int:
        """How many accounts there are."""
        return int(self.matrix.shape[0])

    def followed(self, account: int) -> npt.NDArray[np.int32]:
        """Whom an account follows, ascending."""
        found: npt.NDArray[np.int32] = self.matrix.indices[
            self.matrix.indptr[account] : self.matrix.indptr[account + 1]
        ]
        return found

    def rows(self, accounts: npt.NDArray[np.integer]) -> sparse.csr_array:
        """The rows of some accounts."""
        return self.matrix[accounts]


def mutual_graph(links: I64, size: int) -> Graph:
    """The symmetric graph of `links` [m, 2]; self-links are dropped and repeated ones count once."""
    ends = links[links[:, 0] != links[:, 1]]
    one, other = np.r_[ends[:, 0], ends[:, 1]], np.r_[ends[:, 1], ends[:, 0]]
    matrix = sparse.csr_array((np.ones(len(one), np.float32), (one, other)), (size, size))
    matrix.sum_duplicates()
    matrix.data[:] = 1
    matrix.sort_indices()
    return Graph(matrix, np.diff(matrix.indptr).astype(np.int64))


def distinct_links(links: I64) -> I64:
    """Each undirected link once, the smaller end first, ascending, without self-links."""
    ends = np.sort(links[links[:, 0] != links[:, 1]], axis=1)
    found: I64 = np.unique(ends, axis=0)
    return found


def hide(links: I64, share: float, random: np.random.Generator) -> tuple[I64, I64]:
    """Links that stay and links that are hidden: each alone is hidden with probability `share`, exactly that share in all."""
    order = random.permutation(len(links))
    cut = round(len(links) * share)
    return links[np.sort(order[cut:])], links[np.sort(order[:cut])]
