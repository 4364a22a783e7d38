"""LightGBM's model text as a forest of our own, which scores some five times as fast as LightGBM and to the same bit.

It owns the reading of the text and of LightGBM's rules: what is missing, which way it goes, which categories go left. Texts come
from LightGBM, or from a file whose hash was checked; what this cannot evaluate it refuses.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from index import I64, U32, Words
from ranking.features.schema import F32
from ranking.kernels.forest import CATEGORICAL, NAN_LEFT, NAN_RIGHT, NO_MISSING, ZERO_LEFT, ZERO_RIGHT, score_rows
from schemas.errors import InputError

F64 = npt.NDArray[np.float64]

_RAW = ("lambdarank", "rank_xendcg", "regression")
_KINDS = {
    (0, 0): NO_MISSING,
    (0, 1): NO_MISSING,
    (1, 0): ZERO_RIGHT,
    (1, 1): ZERO_LEFT,
    (2, 0): NAN_RIGHT,
    (2, 1): NAN_LEFT,
}
"""By LightGBM's type of missing values (none, zero, NaN), and whether these go left."""


@dataclass(frozen=True, slots=True, eq=False)
class Forest:
    """Trees in the arrays that `ranking/kernels/forest.py` takes. `sigmoid` None: a score is the sum of the leaves."""

    features: int
    sigmoid: float | None
    columns: I64
    kinds: I64
    split_starts: I64
    split_columns: I64
    thresholds: F32
    split_words: I64
    keeps: Words
    set_starts: I64
    sets: U32
    leaf_starts: I64
    leaves: F64
    words: int

    @staticmethod
    def of(text: str) -> Forest:
        """The forest of a model text, its compiled code loaded; `InputError` for kinds of models that it cannot evaluate."""
        header, *trees = text.split("end of trees", 1)[0].split("\nTree=")
        said = _fields(header)
        if said.get("num_tree_per_iteration") != "1" or "average_output" in header.splitlines():
            raise _unknown("more than one tree an iteration, or an average of trees")
        maker = _Maker()
        for tree in trees:
            maker.add(_fields(tree))
        forest = maker.forest(int(said["max_feature_idx"]) + 1, _sigmoid(said.get("objective", "")))
        forest.score(np.zeros((1, forest.features), dtype=np.float32))
        return forest

    def score(self, matrix: F32) -> F64:
        """A score a row of `matrix` [rows, features]; one thread, and without the interpreter's lock."""
        if matrix.ndim != 2 or matrix.shape[1] != self.features:
            message = f"matrix of shape {matrix.shape} for a model of {self.features} features"
            raise InputError("bad-matrix", message)
        out = np.empty(len(matrix), dtype=np.float64)
        score_rows(
            np.ascontiguousarray(matrix, dtype=np.float32),
            self.columns, self.kinds,
            self.split_starts, self.split_columns, self.thresholds, self.split_words, self.keeps,
            self.set_starts, self.sets,
            self.leaf_starts, self.leaves, self.words,
            out,
        )  # fmt: skip
        return out if self.sigmoid is None else 1.0 / (1.0 + np.exp(-self.sigmoid * out))


def compile_forest() -> None:
    """Compile the kernel, or load it where it is kept, so that no request waits for the compiler."""
    Forest.of("num_tree_per_iteration=1\nmax_feature_idx=0\nobjective=regression\nend of trees")


class _Maker:
    """Puts trees together."""

    def __init__(self) -> None:
        self._columns: dict[tuple[int, int], int] = {}
        self._starts: list[int] = [0]
        self._splits: list[tuple[int, float, int, int]] = []
        self._sets: list[int] = []
        self._set_starts: list[int] = [0]
        self._leaf_starts: list[int] = []
        self._leaves: list[float] = []
        self._words = 1

    def add(self, said: dict[str, str]) -> None:
        """One more tree."""
        if said.get("is_linear", "0") != "0":
            raise _unknown("linear trees")
        values = _floats(said["leaf_value"])
        columns = self._columns_of(said)
        children = list(zip(_ints(said.get("left_child", "")), _ints(said.get("right_child", "")), strict=True))
        sizes = [0] * len(children)
        for node in range(len(children) - 1, -1, -1):  # a child is numbered after its parent
            sizes[node] = sum(1 if child < 0 else sizes[child] for child in children[node])
        begins, order = [0] * len(children), [0] * len(values)
        for node, (left, right) in enumerate(children):
            middle = begins[node] + (1 if left < 0 else sizes[left])
            for child, begin in ((left, begins[node]), (right, middle)):
                if child < 0:
                    order[begin] = ~child
                else:
                    begins[child] = begin
            self._split(*columns[node], begins[node], middle)
        self._starts.append(len(self._splits))
        self._leaf_starts.append(len(self._leaves))
        self._leaves += [values[leaf] for leaf in order]
        self._words = max(self._words, -(-len(values) // 64))

    def forest(self, features: int, sigmoid: float | None) -> Forest:
        """All that was added."""
        columns = list(self._columns)
        splits = list(zip(*self._splits, strict=True)) or [(), (), (), ()]
        return Forest(
            features,
            sigmoid,
            np.array([feature for feature, _ in columns], dtype=np.int64),
            np.array([kind for _, kind in columns], dtype=np.int64),
            np.array(self._starts, dtype=np.int64),
            np.array(splits[0], dtype=np.int64),
            np.array(splits[1], dtype=np.float32),
            np.array(splits[2], dtype=np.int64),
            np.array(splits[3], dtype=np.uint64),
            np.array(self._set_starts, dtype=np.int64),
            np.array(self._sets, dtype=np.uint32),
            np.array(self._leaf_starts, dtype=np.int64),
            np.array(self._leaves, dtype=np.float64),
            self._words,
        )

    def _columns_of(self, said: dict[str, str]) -> list[tuple[int, float, list[int]]]:
        """The column that each split of a tree reads, and its threshold, or the set of the categories that go left."""
        ends, sets = _ints(said.get("cat_boundaries", "")), _ints(said.get("cat_threshold", ""))
        names = ("split_feature", "decision_type")
        read = zip(*(_ints(said.get(name, "")) for name in names), _floats(said.get("threshold", "")), strict=True)
        found = []
        for feature, how, threshold in read:
            if how & 1:
                chosen = sets[ends[int(threshold)] : ends[int(threshold) + 1]]
                found.append((self._column(feature, CATEGORICAL), 0.0, chosen))
            else:
                kind = _KINDS[how >> 2 & 3, how >> 1 & 1]
                found.append((self._column(feature, kind), _rounded_down(threshold), []))
        return found

    def _column(self, feature: int, kind: int) -> int:
        return self._columns.setdefault((feature, kind), len(self._columns))

    def _split(self, column: int, threshold: float, chosen: list[int], begin: int, end: int) -> None:
        """A split whose left leaves are those from `begin` to `end`."""
        for word in range(begin >> 6, (end - 1 >> 6) + 1):
            low, high = max(begin - (word << 6), 0), min(end - (word << 6), 64)
            cleared = (1 << high) - (1 << low)
            self._splits.append((column, threshold, word, ~cleared & 0xFFFF_FFFF_FFFF_FFFF))
            self._sets += chosen
            self._set_starts.append(len(self._sets))


def _rounded_down(threshold: float) -> float:
    """The largest float32 that is not above: a float32 is up to it if and only if it is up to the threshold."""
    with np.errstate(over="ignore"):
        near = np.float32(threshold)
    return float(near if near <= threshold else np.nextafter(near, np.float32(-np.inf)))


def _sigmoid(objective: str) -> float | None:
    name, *options = objective.split() or [""]
    if name in _RAW:
        return None
    if name == "binary":
        return next(float(option.split(":")[1]) for option in options if option.startswith("sigmoid:"))
    raise _unknown(f"objective {name!r}")


def _fields(block: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in block.splitlines() if "=" in line)


def _ints(text: str) -> list[int]:
    return [int(word) for word in text.split()]


def _floats(text: str) -> list[float]:
    return [float(word) for word in text.split()]


def _unknown(what: str) -> InputError:
    return InputError("model-kind", f"a model of {what} cannot be evaluated here", hint="use LightGBM's own predict")
