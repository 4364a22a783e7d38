"""Facts as Parquet files of two columns, for peers that load tables."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl

from bench.facts import Lists


def write_pairs(lists: Lists, path: Path, key: str, value: str) -> Path:
    """One row per fact, sorted by key, then value."""
    keys = np.repeat(np.arange(len(lists), dtype=np.int64), lists.sizes())
    pl.DataFrame({key: keys, value: lists.values.astype(np.int64)}).write_parquet(path)
    return path


def write_numbers(count: int, path: Path, **columns: np.ndarray) -> Path:
    """One row per document: its number and further columns."""
    pl.DataFrame({"doc": np.arange(count, dtype=np.int64), **columns}).write_parquet(path)
    return path
