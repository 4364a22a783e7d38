"""`python -m bench.quality.recsys DIR`: media for people by likes, the protocol of the published Gowalla tables.

DIR holds train.parquet and test.parquet with the columns user and item. All items that the user did not have in
training are ranked, the best 20 count; Recall and NDCG are means over the users with test items. `--tune` tries the
neighbours of the chosen powers on a part of train. Milliseconds are those of a user; what is wanted of them is held against
processor time, which other work on the machine does not lengthen as much.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from scipy import sparse

from bench.quality.command import run
from bench.quality.table import lines
from bench.quality.tables import Say, integers, read
from ranking import CHOSEN, LINEAR, RAW, Interval, TwoHop, bootstrap_mean, recalls

K = 20
PUBLISHED = (("LightGCN (He et al. 2020)", "0.1820", "0.1547"), ("GF-CF (Shen et al. 2021)", "0.1849", "0.1518"))


@dataclass(frozen=True, slots=True)
class Measured:
    """Recall@20, NDCG@20, and milliseconds per user (wall, and of processor)."""

    recall: Interval
    ndcg: Interval
    p50_ms: float
    p95_ms: float
    p95_cpu_ms: float


def likes(folder: Path, name: str, shape: tuple[int, int] | None = None, say: Say = print) -> sparse.csr_array:
    """One table as a matrix of zeros and ones."""
    table = read(folder, name, ("user", "item"), say=say)
    user, item = (integers(table, column, f"{folder}/{name}.parquet") for column in ("user", "item"))
    found = sparse.csr_array((np.ones(len(user), np.float32), (user, item)), shape)
    found.sum_duplicates()
    found.data[:] = 1
    found.sort_indices()
    return found


def measure(model: TwoHop, train: sparse.csr_array, test: sparse.csr_array) -> Measured:
    """Every user with something in test, one after another, as a server would be asked."""
    discount = 1 / np.log2(np.arange(2, K + 2))
    ideal = np.cumsum(discount)
    users = np.flatnonzero(np.diff(test.indptr))
    hits, gains, took = np.zeros(len(users)), np.zeros(len(users)), np.zeros((2, len(users)))
    relevant = np.diff(test.indptr)[users]
    for place, user in enumerate(users):
        liked = train.indices[train.indptr[user] : train.indptr[user + 1]]
        started = time.perf_counter(), time.thread_time()
        best = model.best(liked, K)
        took[:, place] = time.perf_counter() - started[0], time.thread_time() - started[1]
        hit = np.isin(best, test.indices[test.indptr[user] : test.indptr[user + 1]])
        hits[place] = hit.sum()
        gains[place] = discount[: len(best)][hit].sum() / ideal[min(K, relevant[place]) - 1]
    (p50, _), (p95, cpu) = np.percentile(took * 1e3, [50, 95], axis=1)
    return Measured(bootstrap_mean(recalls(hits, relevant)), bootstrap_mean(gains), float(p50), float(p95), float(cpu))


def split(train: sparse.csr_array, share: float = 0.2, seed: int = 7) -> tuple[sparse.csr_array, sparse.csr_array]:
    """A part of train to learn from and a part to tune on."""
    pairs = train.tocoo()
    held = np.random.default_rng(seed).random(pairs.nnz) < share
    return tuple(
        sparse.csr_array((pairs.data[kept], (pairs.row[kept], pairs.col[kept])), train.shape) for kept in (~held, held)
    )  # type: ignore[return-value]


def report(folder: Path, say: Say = print) -> Measured:
    """Measure and print; gives what the best of ours reaches."""
    train = likes(folder, "train", say=say)
    test_table = read(folder, "test", ("user", "item"), say=say)
    rows = max(train.shape[0], int(integers(test_table, "user", "test").max()) + 1)
    columns = max(train.shape[1], int(integers(test_table, "item", "test").max()) + 1)
    train.resize((rows, columns))
    test = likes(folder, "test", (rows, columns))
    say(f"{train.shape[0]:,} users, {train.shape[1]:,} items, {train.nnz:,} pairs to learn from, {test.nnz:,} hidden\n")
    models = {
        "path counts, all paths": TwoHop.of(train, train.shape[1], RAW),
        "two hops, normalised, fan-out 200": TwoHop.of(train, settings=LINEAR),
        "the same, sharpened, and the low-pass filter": TwoHop.of(train),
    }
    measured = {name: measure(model, train, test) for name, model in models.items()}
    found = [
        (name, str(m.recall), str(m.ndcg), f"{m.p50_ms:.2f}", f"{m.p95_ms:.2f}", f"{m.p95_cpu_ms:.2f}")
        for name, m in measured.items()
    ]
    found += [(name, recall, ndcg, "", "", "") for name, recall, ndcg in PUBLISHED]
    for line in lines(("ranking", f"Recall@{K}", f"NDCG@{K}", "p50 ms", "p95 ms", "p95 ms of CPU"), found):
        say(line)
    return [*measured.values()][-1]


def figures(measured: Measured) -> dict[str, float]:
    """What is held against `expected.txt`."""
    return {
        f"Recall@{K}": measured.recall.value,
        f"NDCG@{K}": measured.ndcg.value,
        "p95 ms of CPU": measured.p95_cpu_ms,
    }


def tuned(folder: Path, say: Say = print) -> None:
    """The neighbours of the chosen settings, on a fifth of train that they do not see."""
    known, held = split(likes(folder, "train"))
    steps = {"liker": 0.1, "near": 0.1, "far": 0.1, "sharp": 0.1, "smooth": 0.3}
    tries = [("chosen", CHOSEN)]
    for name, step in steps.items():
        for to in (getattr(CHOSEN, name) - step, getattr(CHOSEN, name) + step):
            tries.append((f"{name} {to:.2f}", replace(CHOSEN, **{name: to})))
    found = []
    for name, settings in tries:
        m = measure(TwoHop.of(known, settings=settings), known, held)
        found.append((name, str(m.recall), str(m.ndcg)))
    for line in lines(("settings", f"Recall@{K}", f"NDCG@{K}"), found):
        say(line)


if __name__ == "__main__":
    run(
        __doc__,
        lambda options: tuned(options.folder) if options.tune else report(options.folder),
        tune="look for powers on a part of train",
    )
