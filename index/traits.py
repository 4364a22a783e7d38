"""What ranking reads of a media beside its postings: four columns of a byte, made at the base build, 0 for media that come later.

`media.topic`: a number of the surest label that a vision model gave, 0 for none; equal topics say that media are alike, no more.
`media.sight`: faces and the share of the picture that the largest takes. `media.telling`: letters of the caption and labels.
`media.commenters`: accounts that are not private and comment on it, up to 255.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from index.corpus import U8

TOPIC, SIGHT, TELLING, COMMENTERS = "media.topic", "media.sight", "media.telling", "media.commenters"
TRAITS = (TOPIC, SIGHT, TELLING, COMMENTERS)
MOST_COMMENTERS = 255
MOST_FACES = 7
MOST_LABELS = 15
MOST_DIGITS = 15
_STEPS = 31
"""Steps of the root of a share, so that small faces are told apart better than large ones."""

Ints = NDArray[np.integer]
F64 = NDArray[np.float64]


def pack_sight(faces: Ints, largest: F64) -> U8:
    """Faces, 7 at most, and the share of the largest, from 0 to 1."""
    steps = np.rint(np.sqrt(np.clip(largest, 0, 1)) * _STEPS).astype(np.uint8)
    packed: U8 = np.minimum(faces, MOST_FACES).astype(np.uint8) << np.uint8(5) | steps
    return packed


def unpack_sight(sight: U8) -> tuple[U8, F64]:
    """Faces, and the share of the largest to the nearest step."""
    return sight >> np.uint8(5), ((sight & np.uint8(31)) / _STEPS) ** 2


def pack_telling(letters: Ints, labels: Ints) -> U8:
    """The binary digits of the number of letters, and labels; 15 at most of either."""
    digits = np.ceil(np.log2(letters.astype(np.float64) + 1))
    packed: U8 = np.minimum(digits, MOST_DIGITS).astype(np.uint8) << np.uint8(4)
    packed |= np.minimum(labels, MOST_LABELS).astype(np.uint8)
    return packed


def unpack_telling(telling: U8) -> tuple[U8, U8]:
    """The binary digits of the number of letters, and labels."""
    return telling >> np.uint8(4), telling & np.uint8(15)
