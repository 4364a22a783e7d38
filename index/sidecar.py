"""What a base keeps for ingest alone, so that events can change it: arrays `sidecar.…` in a file of their own.

| array | holds |
|---|---|
| `blocks` | who blocks whom as (blocker << 32 | blocked), sorted: the posting lists say it in either direction only |
| `comments.offsets`, `comments.marks` | by user, a 31-bit mark of each of his comments, sorted (`comment_marks`) |
| `comment_pairs`, `comment_counts` | (user << 32 | media), sorted, with more than one comment, and how many |
| `captions` | by media, the 64-bit hash of its caption |
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
_MEDIA = np.uint64(0xC2B2_AE3D_27D4_EB4F)
_MIX = np.uint64(0xFF51_AFD7_ED55_8CCD)


def put_sidecar(arrays: SidecarArrays, put: Callable[[str, NDArray[Any]], None]) -> None:
    """Write the arrays of a sidecar."""
    for name, array in arrays.items():
        put(f"{SIDECAR}.{name}", array)


def comment_marks(ids: I64, media: U32) -> U32:
    """A mark of each comment by its id and its media's document number; two comments of a user seldom share one."""
    state = ids.astype(np.uint64) * _ID ^ (media.astype(np.uint64) + np.uint64(1)) * _MEDIA
    state ^= state >> np.uint64(33)
    state *= _MIX
    return (state >> np.uint64(33)).astype(np.uint32)  # 31 bits: sorted, they can be read as posting lists
