"""Made folders of the forms that the benches of quality read: a graph of named accounts, towns of friends who meet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

WORDS = ["anna", "bob", "carla", "dora", "emil", "中国", "Émile", "ann"]


def graph_folder(path: Path, *, typed: bool = True, size: int = 400, seed: int = 1) -> Path:
    """Circles of 20 who know each other well; ids are not places."""
    random = np.random.default_rng(seed)
    ids = random.permutation(size * 3)[:size] - 7
    near = [(a, b) for a in range(size) for b in range(a + 1, size) if a // 20 == b // 20 and random.random() < 0.5]
    links = np.array(near + [(int(a), int(b)) for a, b in random.integers(0, size, (300, 2))])
    names = [f"{WORDS[i % len(WORDS)]} {WORDS[random.integers(len(WORDS))]}{i}" for i in range(size - 2)] + ["...", ""]
    nodes = pl.DataFrame({"id": ids, "name": names} | ({"type": [f"t{i % 3}" for i in range(size)]} if typed else {}))
    nodes.write_parquet(path / "nodes.parquet")
    pl.DataFrame({"src": ids[links[:, 0]], "dst": ids[links[:, 1]]}).write_parquet(path / "edges.parquet")
    return path


def town_folder(path: Path, names: list[str | None], *, seed: int = 1, size: int = 150) -> Path:
    """Circles of ten who visit the same five places; half of their friendships are there before."""
    random = np.random.default_rng(seed)
    friends, visits = [], []
    for name in names:
        city = {} if name is None else {"city": name}
        ends = random.integers(1, size, (1500, 2))
        near = ends[ends[:, 0] // 10 == ends[:, 1] // 10]
        for snapshot, part in (("before", near[: len(near) // 2]), ("after", near)):
            friends += [city | {"snapshot": snapshot, "src": int(a), "dst": int(b)} for a, b in part]
        for _ in range(2000):
            user = int(random.integers(1, size))
            place = user // 10 * 5 + int(random.integers(5))
            hour = int(random.integers(1, 169))
            visits.append(city | {"user_id": user, "place_id": place, "hour_of_week": hour, "category_id": place % 4})
    pl.DataFrame(friends).write_parquet(path / "friends.parquet")
    pl.DataFrame(visits).write_parquet(path / "checkins.parquet")
    return path
