"""Affinities on disk, one for each follow: mapped arrays by external ids, so that they outlive a generation and its layers.

`followers` [n] are sorted, `offsets` [n + 1] say where the follows of each stand in `followees` [m] (sorted for each follower)
and `scores` [m], which compare within one follower. What a score is against the others is told when it is asked for, from those of
his follows that stand in his world then: an account that a block hides weighs nothing, and leaves nothing in the weight of others.
`table.json` holds hashes and is written last.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index import I64, U32, changing, hash_of
from query import World
from ranking.features.schema import F32
from ranking.models.versions import put_in_force, version_in_force
from schemas.catalogue import Vertical
from schemas.errors import DamagedError, InputError

TASK = "affinity"
FORMAT = 2
CARD = "table.json"
ARRAYS = ("followers", "offsets", "followees", "scores")
UNHEARD = 1.0
"""The affinity to accounts that somebody follows of whom nothing is stored: that of the average follow."""

F16 = npt.NDArray[np.float16]


@dataclass(frozen=True, slots=True)
class AffinityTable:
    """The affinities of one index. A `query.Affinity`: 1 is what an account that the viewer follows matters on average."""

    version: str
    followers: I64
    offsets: I64
    followees: I64
    scores: F16

    @staticmethod
    def of_edges(follower: I64, followee: I64, score: npt.NDArray[np.floating], version: str = "") -> AffinityTable:
        """The table of these follows [m], each once, in any order; scores above 0, comparable within one follower."""
        order = np.lexsort((followee, follower))
        followers, starts = np.unique(follower[order], return_index=True)
        offsets = np.append(starts, len(follower)).astype(np.int64)
        bounded = np.clip(score[order], 0, np.finfo(np.float16).max).astype(np.float16)
        return AffinityTable(version, followers, offsets, followee[order], bounded)

    def of(self, world: World, users: U32) -> F32:
        """The affinity of the world's viewer to each of these users, in any order: NaN to those whom he does not follow, his
        median to those whom he followed after the table was made. Follows count only where they are in W_v.
        """
        found = np.full(len(users), np.nan, dtype=np.float32)
        followed = world.followees
        if world.viewer is None or len(followed) == 0 or len(users) == 0:
            return found
        [viewer] = world.segment.ids_of(Vertical.USER, np.array([world.viewer], dtype=np.uint32))
        affinity = self.between(int(viewer), world.segment.ids_of(Vertical.USER, followed))
        places = np.minimum(np.searchsorted(followed, users), len(followed) - 1)
        met = np.flatnonzero(followed[places] == users)
        found[met] = affinity[places[met]]
        return found

    def between(self, follower: int, followees: I64) -> F32:
        """The affinities of one account to all whom he follows, in any order: the mean of those that the table knows is 1, others
        have their median."""
        row = int(np.searchsorted(self.followers, follower))
        if row == len(self.followers) or self.followers[row] != follower:
            return np.full(len(followees), UNHEARD, dtype=np.float32)
        start, end = int(self.offsets[row]), int(self.offsets[row + 1])
        known = self.followees[start:end]
        places = np.minimum(np.searchsorted(known, followees), len(known) - 1)
        is_known = known[places] == followees
        scores = self.scores[start:end][places].astype(np.float64)
        ordered = np.sort(scores[is_known])  # so that the sum is one of these figures, not of their places
        mean = float(ordered.mean()) if len(ordered) else 0.0
        if mean == 0:
            return np.full(len(followees), UNHEARD, dtype=np.float32)
        found: F32 = (np.where(is_known, scores, ordered[(len(ordered) - 1) // 2]) / mean).astype(np.float32)
        return found

    def store(self, models: Path, version: str) -> Path:
        """Write the table as a version under `models/affinity/` and put it in force."""
        directory = models / TASK / version
        with changing(directory):
            directory.mkdir(parents=True, exist_ok=True)
            hashes = {}
            for name in ARRAYS:
                buffer = io.BytesIO()
                np.save(buffer, getattr(self, name), allow_pickle=False)
                (directory / f"{name}.npy").write_bytes(buffer.getbuffer())
                hashes[name] = hash_of(buffer.getbuffer())
            body = {"format": FORMAT, "follows": len(self.followees), "hashes": hashes}
            (directory / CARD).write_text(json.dumps(body, indent=1, sort_keys=True) + "\n", encoding="utf-8")
            put_in_force(models, TASK, version)
        return directory

    @staticmethod
    def open(models: Path) -> AffinityTable | None:
        """The table in force under `models`, mapped, all hashes checked; None where there is none.

        `DamagedError` where it is not what was written, `InputError` where it is of another format.
        """
        version = version_in_force(models, TASK)
        if version is None:
            return None
        directory = models / TASK / version
        try:
            body = json.loads((directory / CARD).read_bytes())
            if body["format"] != FORMAT:
                message = f"{directory / CARD} has format {body['format']}, this version reads {FORMAT}"
                raise InputError("model-format", message)
            arrays = {name: np.load(_checked(directory, name, body["hashes"][name]), "r") for name in ARRAYS}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DamagedError("damaged-model", f"{directory} is no whole table of affinities: {error}") from None
        return AffinityTable(version, **arrays)


def _checked(directory: Path, name: str, expected: str) -> Path:
    path = directory / f"{name}.npy"
    if hash_of(np.memmap(path, dtype=np.uint8, mode="r").data) != expected:
        raise DamagedError("damaged-model", f"{path} is not what was written: its hash differs from that in {CARD}")
    return path
