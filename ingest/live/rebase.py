"""Moving a live index to a new base where no process applies events to it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from index import LIVE
from ingest.live.writer import LiveWriter
from schemas.errors import BusyError


def rebase(index: Path, *, now_ms: int) -> bool:
    """Move an index with `LIVE` to the base that was published last; whether this was needed and done here.

    Where a process applies events to it, that process does it by itself. Errors are those of `LiveWriter.open`.
    """
    if not (index / LIVE).exists():
        return False
    try:
        writer = LiveWriter.open(index, now_ms=now_ms)
    except BusyError:
        return False
    with closing(writer):
        return writer.rebase_if_needed()
