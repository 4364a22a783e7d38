"""The kernel of what shows of media: one pass over media, whose owners are looked at where they stand."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index.corpus import NONE, PUBLIC, U8, U32
from index.kernels.compiled import lean

_FOLLOWERS = 1
Flags = NDArray[np.bool_]


@lean
def show_media(
    docs: U32, owners: U32, levels: U8, exists: Flags, owner_exists: Flags, owner_private: Flags, owner_verified: Flags,
    alive: Flags, public: Flags, restricted: U32, verified: Flags,
) -> None:  # fmt: skip
    """Write of each media whether it is there with its owner, whether everybody may see it, whose followers see it (NONE: nobody's
    but for it being public), and whether its owner is verified. `owners`, `levels` and `exists` are by media, the flags of owners
    by user; what lies behind their ends is not set."""
    for i in range(len(docs)):
        doc = docs[i]
        owner = owners[doc]
        level = levels[doc]
        is_there = exists[doc] and owner < len(owner_exists) and owner_exists[owner]
        is_open = level == PUBLIC and not (owner < len(owner_private) and owner_private[owner])
        alive[i] = is_there
        public[i] = is_there and is_open
        restricted[i] = owner if is_there and not is_open and level <= _FOLLOWERS else NONE
        verified[i] = owner < len(owner_verified) and owner_verified[owner]
