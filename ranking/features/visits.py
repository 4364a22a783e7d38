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
DAY = 24
NEAR = 3


@dataclass(frozen=True, slots=True)
class Visits:
    """Visits as columns [visits]: account, place, hours since some week began and kind of place; and the number of accounts."""

    accounts: I64
    places: I64
    hours: I64
    kinds: I64
    size: int


@dataclass(frozen=True, slots=True)
class VisitProfiles:
    """Profiles by places, by place and hour of the week, by kind of place and by hour of the week.

    0/1 visits weighted as Adamic and Adar weigh middles: by place (`company`: two people at a place that few visit), by place in
    the same hour (`met_in_an_hour`), within NEAR hours (`met_nearly`) and on the same day (`met_on_a_day`).
    Visits and distinct places of each account.
    """

    places: sparse.csr_array
    moments: sparse.csr_array
    kinds: sparse.csr_array
    hours: sparse.csr_array
    company: sparse.csr_array
    met_in_an_hour: sparse.csr_array
    met_nearly: sparse.csr_array
    met_on_a_day: sparse.csr_array
    visits: F32
    distinct: F32

    @staticmethod
    def of(visits: Visits) -> VisitProfiles:
        """Prepare the profiles."""
        size = visits.size
        counts = count_matrix(visits.accounts, visits.places, size)
        week_hours = visits.hours % HOURS
        return VisitProfiles(
            places=profile(counts),
            moments=profile(count_matrix(visits.accounts, visits.places * HOURS + week_hours, size)),
            kinds=profile(count_matrix(visits.accounts, visits.kinds, size)),
            hours=profile(count_matrix(visits.accounts, week_hours, size)),
            company=shared(counts),
            met_in_an_hour=_met(visits, 1),
            met_nearly=_met(visits, NEAR),
            met_on_a_day=_met(visits, DAY, DAY),
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


def shared(counts: sparse.csr_array) -> sparse.csr_array:
    """[accounts, things], so that the product of two rows sums 1 / log(those who have it) over the things of both."""
    found = counts.copy()
    users = np.bincount(found.indices, minlength=found.shape[1])
    found.data = np.sqrt(1 / np.log(np.maximum(users, 2)))[found.indices].astype(np.float32)
    return found


def _met(visits: Visits, wide: int, step: int = 1) -> sparse.csr_array:
    """`shared` visits of a place in windows of `wide` hours, of which one begins every `step` hours."""
    shifts = np.arange(0, wide, step)[:, None]
    windows = (visits.hours + shifts) // wide * wide - shifts + wide
    span = int(windows.max(initial=0)) + 1
    things = (visits.places * span + windows).ravel()
    return shared(count_matrix(np.tile(visits.accounts, len(shifts)), things, visits.size))


def profile(counts: sparse.csr_array) -> sparse.csr_array:
    """Rows of length one; a thing weighs log(1 + count) · log(accounts / accounts that have it), at least a little."""
    used = np.bincount(counts.indices, minlength=counts.shape[1])
    weight = np.log((1 + counts.shape[0]) / (1 + used)) + 0.01
    found = counts.copy()
    found.data = (np.log1p(counts.data) * weight[counts.indices]).astype(np.float32)
    length = np.sqrt(np.asarray(found.multiply(found).sum(axis=1))).ravel()
    found.data /= np.repeat(np.maximum(length, 1e-9), np.diff(found.indptr)).astype(np.float32)
    return found
