"""Affinities on disk, one for each follow: mapped arrays by external ids, so that they outlive a generation and its layers.

`followers` [n] are sorted, `offsets` [n + 1] say where the follows of each stand in `followees` [m] (sorted for each follower)
and `scores` [m], which are in parts of `AFFINITY_UNIT`; `medians` [n] are those of each follower's scores. `table.json` holds
their hashes and is written last.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from index import I64, U32, changing, hash_of
from query import AFFINITY_UNIT, World
from ranking.features.schema import F32
from ranking.models.versions import put_in_force, version_in_force
from schemas.catalogue import Vertical
from schemas.errors import DamagedError, InputError

TASK = "affinity"
FORMAT = 1
CARD = "table.json"
ARRAYS = ("followers", "offsets", "followees", "scores", "medians")
UNHEARD = 1.0
"""The affinity to accounts that somebody follows of whom nothing is stored: that of the average follow."""

U16 = npt.NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class AffinityTable:
    """The affinities of one index. A `query.Affinity`: 1 is what an account that the viewer follows matters on average."""

    version: str
    followers: I64
    offsets: I64
    followees: I64
    scores: U16
    medians: U16

    @staticmethod
    def of_edges(follower: I64, followee: I64, score: npt.NDArray[np.floating], version: str = "") -> AffinityTable:
        """The table of these follows [m], each once, in any order; scores above 0, comparable within one follower."""
        order = np.lexsort((followee, follower))
        follower, followee, score = follower[order], followee[order], score[order].astype(np.float64)
        followers, starts, sizes = np.unique(follower, return_index=True, return_counts=True)
        row = np.repeat(np.arange(len(followers)), sizes)
        means = np.bincount(row, score, len(followers)) / np.maximum(sizes, 1)
        scores = _parts(score / means[row])
        within = np.lexsort((scores, row))
        medians = scores[within][starts + (sizes - 1) // 2] if len(followers) else scores
        offsets = np.append(starts, len(follower)).astype(np.int64)
        return AffinityTable(version, followers, offsets, followee, scores, medians)

    def of(self, world: World, users: U32) -> F32:
        """The affinity of the world's viewer to each of these users, in any order: NaN to those whom he does not follow, his
        median to those whom he followed after the table was made. Follows count only where they are in W_v.
        """
        found = np.full(len(users), np.nan, dtype=np.float32)
        followed = world.followees
        if world.viewer is None or len(followed) == 0 or len(users) == 0:
            return found
        places = np.minimum(np.searchsorted(followed, users), len(followed) - 1)
        met = np.flatnonzero(followed[places] == users)
        ids = world.segment.ids_of(Vertical.USER, users[met])
        [viewer] = world.segment.ids_of(Vertical.USER, np.array([world.viewer], dtype=np.uint32))
        found[met] = self.between(int(viewer), ids)
        return found

    def between(self, follower: int, followees: I64) -> F32:
        """The affinities of one account to these accounts, all of which he follows."""
        row = int(np.searchsorted(self.followers, follower))
        if row == len(self.followers) or self.followers[row] != follower:
            return np.full(len(followees), UNHEARD, dtype=np.float32)
        start, end = int(self.offsets[row]), int(self.offsets[row + 1])
        known = self.followees[start:end]
        places = np.minimum(np.searchsorted(known, followees), len(known) - 1)
        parts = np.where(known[places] == followees, self.scores[start:end][places], self.medians[row])
        found: F32 = (parts / np.float32(AFFINITY_UNIT)).astype(np.float32)
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


def _parts(affinities: npt.NDArray[np.float64]) -> U16:
    """In parts of the unit, to the nearest; more than 16 bits hold counts as the most that they hold."""
    parts: U16 = np.clip(np.rint(affinities * AFFINITY_UNIT), 0, np.iinfo(np.uint16).max).astype(np.uint16)
    return parts


def _checked(directory: Path, name: str, expected: str) -> Path:
    path = directory / f"{name}.npy"
    if hash_of(np.memmap(path, dtype=np.uint8, mode="r").data) != expected:
        raise DamagedError("damaged-model", f"{path} is not what was written: its hash differs from that in {CARD}")
    return path
