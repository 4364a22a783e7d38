"""Liker → media in two hops, bounded: media liked by those who like what I like, as media → nearest media.

The three steps (my media, their likers, their media) are linear, so the last two are joined beforehand into one sparse matrix
of media by media, of which each media keeps its `fan_out` nearest. Without normalisation those are path counts, and the
popular win; here a liker is worth 1 / (what he likes)^liker_power, and a path divided by powers of the likes of both its ends:
the asymmetric cosine of Aiolli 2013 joined with the linear filter of Shen et al. 2021 (GF-CF), whose powers Park et al. 2024
(Turbo-CF) also free. Keeping only the nearest is the bound on work, and loses little. What the bound cuts off, and paths longer
than two hops, come back as GF-CF's ideal low-pass filter: the leading singular vectors of the normalised likes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ranking.graph.adjacency import F32, I64
from ranking.graph.spectral import leading


@dataclass(frozen=True, slots=True)
class Powers:
    """How likers and media are normalised. `near` is for the media that I like, `far` for that which is found; for both, larger
    takes more from the popular."""

    liker: float = 0.6
    near: float = 0.65
    far: float = 0.2


CHOSEN = Powers()
RAW = Powers(0.0, 0.0, 0.0)
"""Plain path counts."""

FACTORS = 256
SMOOTH = 0.6
"""How much the low-pass filter weighs: its mean score over that of the two hops."""
SAMPLE = 256
"""Likers from whom the mean scores are taken."""


@dataclass(frozen=True, slots=True)
class TwoHop:
    """Row m of `nearest` [media, media] holds what liking m says of other media; at most the fan-out of them. The low-pass filter
    says `into[m] @ out.T`; both are [media, factors], with no factors where there is no filter."""

    nearest: sparse.csr_array
    into: F32
    out: F32

    @staticmethod
    def of(
        likes: sparse.csr_array,
        fan_out: int = 200,
        powers: Powers = CHOSEN,
        smooth: float = SMOOTH,
        block: int = 1_000,
    ) -> TwoHop:
        """From `likes` [likers, media] of zeros and ones; media in blocks bound the memory. `smooth` 0 leaves the filter out."""
        liked = np.maximum(np.diff(likes.indptr), 1).astype(np.float64)
        likers = np.maximum(np.bincount(likes.indices, minlength=likes.shape[1]), 1).astype(np.float64)
        onward = (likes * (liked**-powers.liker)[:, None]).astype(np.float32).tocsr()
        onward = (onward * (likers**-powers.far)[None, :]).astype(np.float32).tocsr()
        back = (likes.T.tocsr() * (likers**-powers.near)[:, None]).astype(np.float32).tocsr()
        pieces = [_nearest(back[at : at + block] @ onward, at, fan_out) for at in range(0, likes.shape[1], block)]
        none = np.zeros((likes.shape[1], 0), dtype=np.float32)
        linear = TwoHop(sparse.csr_array(sparse.vstack(pieces, format="csr")), none, none)
        if smooth == 0:
            return linear
        normal = ((likes * (liked**-0.5)[:, None]) * (likers**-0.5)[None, :]).astype(np.float32).tocsr()
        _, _, right = leading(normal, FACTORS)
        root = np.sqrt(likers).astype(np.float32)[:, None]
        filtered = TwoHop(linear.nearest, right / root, right * root)
        some = np.unique(np.linspace(0, likes.shape[0] - 1, SAMPLE).astype(np.int64))
        mine = [likes.indices[likes.indptr[liker] : likes.indptr[liker + 1]] for liker in some]
        two = sum(float(np.abs(linear.scores(one)).mean()) for one in mine)
        low = sum(float(np.abs(filtered.filtered(one)).mean()) for one in mine)
        return TwoHop(linear.nearest, filtered.into * np.float32(smooth * two / max(low, 1e-12)), filtered.out)

    def scores(self, liked: npt.NDArray[np.integer]) -> F32:
        """What some liked media say of every media, [media]: the sum of their rows, and of what the filter says."""
        if len(liked) == 0:
            return np.zeros(self.nearest.shape[1], dtype=np.float32)
        starts, ends = self.nearest.indptr[liked], self.nearest.indptr[liked + 1]
        sizes = ends - starts
        places = np.repeat(starts - np.r_[0, np.cumsum(sizes)[:-1]], sizes) + np.arange(int(sizes.sum()))
        found = np.bincount(self.nearest.indices[places], self.nearest.data[places], self.nearest.shape[1])
        return found.astype(np.float32) + self.filtered(liked)

    def filtered(self, liked: npt.NDArray[np.integer]) -> F32:
        """What the low-pass filter alone says, [media]."""
        if self.out.shape[1] == 0:
            return np.zeros(len(self.out), dtype=np.float32)
        found: F32 = self.out @ self.into[liked].sum(axis=0)
        return found

    def best(self, liked: npt.NDArray[np.integer], limit: int) -> I64:
        """The best media for one who likes `liked`, which are left out; fewer where fewer have a score above
        0. Of equals the smaller number comes first."""
        scores = self.scores(liked)
        scores[liked] = 0
        reached = np.flatnonzero(scores > 0)
        if len(reached) > limit:
            least = np.partition(scores[reached], len(reached) - limit)[len(reached) - limit]
            reached = reached[scores[reached] >= least]
        found: I64 = reached[np.argsort(-scores[reached], kind="stable")][:limit]
        return found


def _nearest(rows: sparse.csr_array, first: int, fan_out: int) -> sparse.csr_array:
    """Each row's `fan_out` greatest; of equals at the end the smaller column; a media is not near itself."""
    rows = rows.tocsr()
    line = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    other = rows.indices != line + first
    line, column, value = line[other], rows.indices[other], rows.data[other]
    order = np.lexsort((column, -value, line))
    line, column, value = line[order], column[order], value[order]
    place = np.arange(len(line)) - np.searchsorted(line, np.arange(rows.shape[0]))[line]
    kept = place < fan_out
    return sparse.csr_array((value[kept], (line[kept], column[kept])), rows.shape)
