"""Posting lists by explicit keys, as layers hold them, and taking rows out of several."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from index.arrays import AnyArray
from index.corpus import I64, U32
from index.postings import Grouped, PostingLists


def pack_rows(keys: U32, offsets: I64, values: U32, documents: int) -> PostingLists:
    """The lists of some keys in the form in which they are stored.

    Keys are sorted and distinct; the list of `keys[r]` is `values[offsets[r]:offsets[r + 1]]`, sorted, distinct and not empty.
    """
    packed = Grouped(offsets, values).packed(documents)
    return PostingLists(keys, packed.offsets, packed.lists, documents)


def rows_of(arrays: Mapping[str, AnyArray], name: str, documents: int) -> PostingLists | None:
    """The lists under a name of a layer, such as `user.follower.added`; None where it has none."""
    keys = arrays.get(f"{name}.keys")
    if keys is None or len(keys) == 0:
        return None
    return PostingLists(keys, arrays[f"{name}.offsets"], arrays[f"{name}.lists"], documents)


def arrays_of(name: str, lists: PostingLists) -> dict[str, AnyArray]:
    """The arrays under which a layer holds lists."""
    return {f"{name}.keys": lists.keys, f"{name}.offsets": lists.offsets, f"{name}.lists": lists.lists}


def slices(values: AnyArray, starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> tuple[AnyArray, I64]:
    """Slices of an array end to end, and where each begins (one more: where all end)."""
    offsets = np.zeros(len(starts) + 1, dtype=np.int64)
    np.cumsum(lengths, out=offsets[1:])
    places = np.arange(offsets[-1], dtype=np.int64)
    places += np.repeat(starts - offsets[:-1], lengths)
    return values[places], offsets


def sliced(parts: Sequence[tuple[AnyArray, AnyArray]], order: NDArray[np.int64]) -> tuple[AnyArray, I64]:
    """Rows of several (offsets, values) in a given order; the rows of a part count on behind those of the parts before it."""
    starts, ends, before = [], [], 0
    for offsets, values in parts:
        wide = offsets.astype(np.int64) + before
        starts.append(wide[:-1])
        ends.append(wide[1:])
        before += len(values)
    first = np.concatenate(starts)[order]
    return slices(np.concatenate([values for _, values in parts]), first, np.concatenate(ends)[order] - first)
