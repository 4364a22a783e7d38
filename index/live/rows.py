"""Posting lists by explicit keys, as layers hold them, and taking rows out of several."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from index.arrays import AnyArray
from index.corpus import I64, U8, U32
from index.kernels.rows import change_rows, order_rows, take_rows
from index.postings import Grouped, PostingLists


class Rows(NamedTuple):
    """Sorted documents of some keys: those of the k-th are `docs[starts[k]:starts[k] + sizes[k]]`."""

    docs: U32
    starts: I64
    sizes: U32


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


def changed_rows(had: Rows, said_offsets: I64, said: U32, stands: NDArray[np.bool_]) -> tuple[I64, U32]:
    """Rows less the documents that are said of each (sorted), and with those that stand; end to end, and where each begins (one
    more: where all end)."""
    out = np.empty(int(had.sizes.sum(dtype=np.int64)) + int(np.count_nonzero(stands)), dtype=np.uint32)
    offsets = np.empty(len(had.starts) + 1, dtype=np.int64)
    change_rows(had.docs, had.starts, had.sizes, said, said_offsets, stands.view(np.uint8), out, offsets)
    return offsets, out[: offsets[-1]]


def ordered(one: U32, other: U32, gone: U32) -> I64:
    """The rows of two tables by rising key, those of the second counting on behind those of the first: all of the second, and of
    the first those whose key is not gone. All keys are sorted and distinct, and those that both tables have are gone."""
    out = np.empty(len(one) + len(other), dtype=np.int64)
    return out[: order_rows(one, other, gone, out)]


def taken(one: tuple[U32, AnyArray], other: tuple[U32, AnyArray], order: NDArray[np.int64]) -> tuple[U32, AnyArray]:
    """Rows of two tables (offsets, values) of one type in a given order; those of the second count on behind those of the first."""
    (one_offsets, values), (other_offsets, others) = one, other
    sizes = np.concatenate([np.diff(one_offsets), np.diff(other_offsets)])
    out = np.empty(int(sizes[order].sum(dtype=np.int64)), dtype=values.dtype)
    offsets = np.empty(len(order) + 1, dtype=np.uint32)
    read = (_bytes(values), one_offsets, _bytes(others), other_offsets)
    take_rows(*read, out.itemsize, order, out.view(np.uint8), offsets)
    return offsets, out


def _bytes(values: AnyArray) -> U8:
    return np.ascontiguousarray(values).view(np.uint8)
