"""Liker → media in two hops, bounded: media liked by those who like what I like, as media → nearest media.

The three steps (my media, their likers, their media) are linear, so the last two are joined beforehand into one sparse matrix
of media by media, of which each media keeps its `fan_out` nearest. Without normalisation those are path counts, and the
popular win; here a liker is worth 1 / (what he likes)^liker_power, and a path divided by powers of the likes of both its ends:
the asymmetric cosine of Aiolli 2013 joined with the linear filter of Shen et al. 2021 (GF-CF), whose powers Park et al. 2024
(Turbo-CF) also free. Keeping only the nearest is the bound on work, and loses little. What the bound cuts off, and paths longer
than two hops, come back as GF-CF's ideal low-pass filter: the leading singular vectors of the normalised likes. From both a
part of what they would spread on to is taken off again: the sharpening of Choi et al. 2023 (BSPM), one Euler step, joined into
the matrix beforehand as well, so that it costs a query nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse

from ranking.graph.adjacency import F32, I64
from ranking.graph.spectral import leading

F64 = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Settings:
    """How likers and media are normalised: `near` is the power for the media that I like, `far` for that which is found; for both,
    larger takes more from the popular. `sharp` says how much of the blurred scores is taken off, `smooth` how much the low-pass
    filter of so many `factors` weighs: its mean score over that of the two hops. 0 leaves either out."""

    liker: float = 0.6
    near: float = 0.65
    far: float = 0.2
    sharp: float = 0.4
    smooth: float = 0.6
    factors: int = 256


CHOSEN = Settings()
LINEAR = Settings(sharp=0, smooth=0, factors=0)
"""Without sharpening and filter: the normalised paths alone."""
RAW = Settings(0, 0, 0, 0, 0, 0)
"""Plain path counts."""

SAMPLE = 256
"""Likers from whom the mean scores are taken."""
TINY = 1e-12


@dataclass(frozen=True, slots=True)
class TwoHop:
    """Row m of `nearest` [media, media] holds what liking m says of other media; at most the fan-out of them. The low-pass filter
    says `into[m] @ out.T`; both are [media, factors], with no factors where there is no filter."""

    nearest: sparse.csr_array
    into: F32
    out: F32

    @staticmethod
    def of(likes: sparse.csr_array, fan_out: int = 200, settings: Settings = CHOSEN, block: int = 1_000) -> TwoHop:
        """From `likes` [likers, media] of zeros and ones; media in blocks bound the memory."""
        liked = np.maximum(np.diff(likes.indptr), 1).astype(np.float64)
        likers = np.maximum(np.bincount(likes.indices, minlength=likes.shape[1]), 1).astype(np.float64)
        onward = (
            (likes * (liked**-settings.liker)[:, None] * (likers**-settings.far)[None, :]).astype(np.float32).tocsr()
        )
        back = (likes.T.tocsr() * (likers**-settings.near)[:, None]).astype(np.float32).tocsr()
        size = likes.shape[1]
        wide = 2 * fan_out if settings.sharp else fan_out
        nearest = _stacked(_nearest(back[at : at + block] @ onward, at, wide) for at in range(0, size, block))
        sample = likes[np.unique(np.linspace(0, likes.shape[0] - 1, SAMPLE).astype(np.int64))]
        into, out = _low_pass(likes, liked, likers, settings.factors)
        if settings.sharp:
            narrow = _stacked(
                _nearest(nearest[at : at + block], at, max(1, fan_out // 2)) for at in range(0, size, block)
            )
            scores = sample @ nearest
            blur = settings.sharp * float(scores.sum()) / max(float((scores @ narrow).sum()), TINY)
            out = out - np.float32(blur) * (narrow.T.tocsr() @ out)
            rows = (nearest[at : at + block] for at in range(0, size, block))
            sharp = (one - (one @ narrow) * np.float32(blur) for one in rows)
            nearest = _stacked(_nearest(one, at * block, fan_out) for at, one in enumerate(sharp))
        two, low = float((sample @ nearest).mean()), float(np.abs((sample @ into) @ out.T).mean())
        return TwoHop(nearest, into * np.float32(settings.smooth * two / max(low, TINY)), out)

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


def _low_pass(likes: sparse.csr_array, liked: F64, likers: F64, factors: int) -> tuple[F32, F32]:
    """`(into, out)`, so that `into @ out.T` is the ideal low-pass filter of GF-CF."""
    if factors == 0:
        none = np.zeros((likes.shape[1], 0), dtype=np.float32)
        return none, none
    _, _, right = leading(
        (likes * (liked**-0.5)[:, None] * (likers**-0.5)[None, :]).astype(np.float32).tocsr(), factors
    )
    root = np.sqrt(likers).astype(np.float32)[:, None]
    return right / root, right * root


def _nearest(rows: sparse.csr_array, first: int, fan_out: int) -> sparse.csr_array:
    """Each row's `fan_out` greatest above 0; a media is not near itself."""
    rows = rows.tocsr()
    line = np.repeat(np.arange(rows.shape[0]), np.diff(rows.indptr))
    kept = (rows.indices != line + first) & (rows.data > 0)
    line, column, value = line[kept], rows.indices[kept], rows.data[kept]
    ends = np.searchsorted(line, np.arange(rows.shape[0] + 1))
    chosen = np.ones(len(line), dtype=bool)
    for start, end in zip(ends[:-1].tolist(), ends[1:].tolist(), strict=True):
        if end - start > fan_out:
            chosen[start + np.argpartition(value[start:end], end - start - fan_out)[: end - start - fan_out]] = False
    return sparse.csr_array((value[chosen], (line[chosen], column[chosen])), rows.shape)


def _stacked(pieces: Iterable[sparse.csr_array]) -> sparse.csr_array:
    return sparse.csr_array(sparse.vstack(list(pieces), format="csr"))
