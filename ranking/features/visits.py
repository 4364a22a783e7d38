"""What visits say of two people: places, hours at places, kinds of places and hours of the week in common.

A profile is a sparse matrix [accounts, things], rows of length one, in which a thing weighs log(1 + visits) and the less the more
accounts have it. The inner product of two rows is how alike they are.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from ranking.graph.adjacency import F32, I64

HOURS = 168


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits as columns [visits]: account, place, hour of the week (0 to 167) and kind of place; and the number of accounts."""

    accounts: I64
    places: I64
    hours: I64
    kinds: I64
    size: int


@dataclass(frozen=True, slots=True)
class VisitProfiles:
    """Profiles by places, by place and hour, by kind of place and by hour; 0/1 visits weighted as Adamic and Adar weigh middles
    (`company`: two people at a place that few visit); visits and distinct places of each account."""

    places: sparse.csr_array
    moments: sparse.csr_array
    kinds: sparse.csr_array
    hours: sparse.csr_array
    company: sparse.csr_array
    visits: F32
    distinct: F32

    @staticmethod
    def of(visits: Visits) -> VisitProfiles:
        """Prepare the profiles."""
        size = visits.size
        counts = count_matrix(visits.accounts, visits.places, size)
        once = counts.copy()
        once.data[:] = 1
        visitors = np.bincount(once.indices, minlength=once.shape[1])
        once.data = np.sqrt(1 / np.log(np.maximum(visitors, 2)))[once.indices].astype(np.float32)
        return VisitProfiles(
            places=profile(counts),
            moments=profile(count_matrix(visits.accounts, visits.places * HOURS + visits.hours, size)),
            kinds=profile(count_matrix(visits.accounts, visits.kinds, size)),
            hours=profile(count_matrix(visits.accounts, visits.hours, size)),
            company=once,
            visits=np.bincount(visits.accounts, minlength=size).astype(np.float32),
            distinct=np.diff(counts.indptr).astype(np.float32),
        )


def count_matrix(accounts: I64, things: I64, size: int) -> sparse.csr_array:
    """[accounts, distinct things] how often each account has each thing."""
    known, column = np.unique(things, return_inverse=True)
    ones = np.ones(len(accounts), dtype=np.float32)
    found = sparse.csr_array((ones, (accounts, column)), (size, max(1, len(known))))
    found.sum_duplicates()
    return found


def profile(counts: sparse.csr_array) -> sparse.csr_array:
    """Rows of length one; a thing weighs log(1 + count) · log(accounts / accounts that have it), at least a little."""
    used = np.bincount(counts.indices, minlength=counts.shape[1])
    weight = np.log((1 + counts.shape[0]) / (1 + used)) + 0.01
    found = counts.copy()
    found.data = (np.log1p(counts.data) * weight[counts.indices]).astype(np.float32)
    length = np.sqrt(np.asarray(found.multiply(found).sum(axis=1))).ravel()
    found.data /= np.repeat(np.maximum(length, 1e-9), np.diff(found.indptr)).astype(np.float32)
    return found
