"""What a base keeps for ingest alone, so that events can change it: arrays `sidecar.…` in a file of their own.

| array | holds |
|---|---|
| `blocks` | who blocks whom as (blocker << 32 | blocked), sorted: the posting lists say it in either direction only |
| `comments.low`, `comments.high` | the mark of each comment (`comment_marks`), sorted, its low 32 bits and the rest |
| `comments.at` | beside it, the place of its posting among those of `media.commenter`, end to end by user |
| `captions.low`, `captions.high` | by media, the mark of its caption (`caption_marks`), its low 32 bits and the rest |
| `autotagged` | bitset of the media that table `media_autotags` has a row of |
| `waiting.<table>.<column>` | rows that were kept out because they refer to nothing: they wait for what they refer to |
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.arrays import AnyArray
from index.corpus import I64, U32

SIDECAR = "sidecar"
SidecarArrays = Mapping[str, AnyArray]

_ID = np.uint64(0x9E37_79B9_7F4A_7C15)
_MIX = np.uint64(0xFF51_AFD7_ED55_8CCD)


def put_sidecar(arrays: SidecarArrays, put: Callable[[str, NDArray[Any]], None]) -> None:
    """Write the arrays of a sidecar."""
    for name, array in arrays.items():
        put(f"{SIDECAR}.{name}", array)


def comment_marks(ids: I64) -> NDArray[np.uint64]:
    """A mark of 48 bits of each comment by its id."""
    state = ids.astype(np.uint64) * _ID
    state ^= state >> np.uint64(33)
    state *= _MIX
    return state >> np.uint64(16)


def caption_marks(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """A mark of 40 bits of each caption by its hash."""
    return hashes >> np.uint64(24)


def split_marks(marks: NDArray[np.uint64], dtype: type) -> tuple[U32, AnyArray]:
    """Marks as their low 32 bits and the rest."""
    return marks.astype(np.uint32), (marks >> np.uint64(32)).astype(dtype)


def joined_marks(low: U32, high: AnyArray) -> NDArray[np.uint64]:
    """What `split_marks` split."""
    return high.astype(np.uint64) << np.uint64(32) | low
