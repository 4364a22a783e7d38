"""What viewers chose before, from the search log of a service: read anew now and then, and held in memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import final

import polars as pl

from ranking.box.past import Choice
from ranking.log.searches import DAY_MS, SEARCHES
from schemas.catalogue import Vertical
from schemas.errors import InputError
from schemas.ids import ExternalId

DAYS = 90
"""Choices that are older are forgotten."""
MOST = 50
"""Documents that are remembered of a viewer, those chosen last."""
_COLUMNS = ("ts_ms", "request_id", "viewer_id", "vertical", "result_id")


@final
class LoggedPast:
    """The choices in `LOGS/search_log/` as they were when last read; none before that. Shared between threads."""

    def __init__(self, logs: Path) -> None:
        self._directory = logs / SEARCHES
        self._files: tuple[tuple[str, int], ...] = ()
        self._choices: dict[ExternalId, list[Choice]] = {}

    def of(self, viewer: ExternalId) -> Sequence[Choice]:
        """See `PastSearches`."""
        return self._choices.get(viewer, ())

    def refresh(self, now_ms: int) -> bool:
        """Read the log anew where a file of it came or went; whether one did. InputError `bad-log` where it cannot be read."""
        try:
            paths = sorted(self._directory.glob("*.parquet"))
            files = tuple((path.name, path.stat().st_size) for path in paths)
            if files == self._files:
                return False
            self._choices = _read(paths, now_ms - DAYS * DAY_MS)
        except FileNotFoundError:  # its writer put it together with others: the next look finds it there
            return False
        except (OSError, pl.exceptions.PolarsError) as error:
            raise InputError("bad-log", f"{self._directory} cannot be read: {error}") from None
        self._files = files
        return True


def _read(paths: Sequence[Path], since_ms: int) -> dict[ExternalId, list[Choice]]:
    if not paths:
        return {}
    chosen = (
        pl.scan_parquet(list(paths))
        .filter(
            (pl.col("clicked") | pl.col("followed"))
            & pl.col("viewer_id").is_not_null()
            & (pl.col("ts_ms") >= since_ms)
            & pl.col("vertical").is_in([vertical.value for vertical in Vertical])
        )
        .select(_COLUMNS)
        .group_by("viewer_id", "vertical", "result_id")
        .agg(times=pl.col("request_id").n_unique(), last_ms=pl.col("ts_ms").max())
        .sort(["viewer_id", "last_ms", "vertical", "result_id"], descending=[False, True, False, False])
        .group_by("viewer_id", maintain_order=True)
        .head(MOST)
        .collect()
    )
    found: dict[ExternalId, list[Choice]] = {}
    for viewer, vertical, id_, times, last_ms in chosen.select(
        "viewer_id", "vertical", "result_id", "times", "last_ms"
    ).iter_rows():
        found.setdefault(ExternalId(viewer), []).append(Choice(Vertical(vertical), ExternalId(id_), times, last_ms))
    return found
