"""Opening an index in a warmed process, up to the first answer; and what the index takes."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from index import open_index
from query import Request, Searcher
from schemas.settings import Settings

TIMES = 5


def opening(index: Path) -> dict[str, Any]:
    """Best of five: with all hashes checked, and of a generation that was verified before."""
    Searcher(open_index(index), Settings()).warm()
    manifest = open_index(index, is_verified=True).manifest
    size = manifest.size
    return {
        "checked_ms": min(_first_answer_ms(index, is_verified=False) for _ in range(TIMES)),
        "verified_ms": min(_first_answer_ms(index, is_verified=True) for _ in range(TIMES)),
        "documents": dict(manifest.documents),
        "postings": manifest.postings,
        "bytes": size,
        "bytes_per_posting": size / max(1, manifest.postings),
    }


def _first_answer_ms(index: Path, *, is_verified: bool) -> float:
    started = time.perf_counter()
    segment = open_index(index, is_verified=is_verified)
    Searcher(segment, Settings()).run(Request(text="name:jo*"))
    return (time.perf_counter() - started) * 1e3
