"""What came of requests, of one stream or of several: of all, and beside them of those that came while the machine ran at its own
pace."""

from __future__ import annotations

from typing import Any

import numpy as np

from bench.service.pace import is_at_pace


def summary(rows: np.ndarray, dropped: int, started: float, seconds: float, spells: np.ndarray) -> dict[str, Any]:
    """Of one stream: counts by status, latencies of answers, and what was answered and what was not by second. `rows` as the load
    generator notes them; `started` and `spells` by the same clock."""
    status = rows[:, 1].astype(int)
    good = status == 200
    is_kept = is_at_pace(rows[:, 0], spells)
    return {
        "count": len(rows),
        "dropped": dropped,
        "by_status": {str(code): int((status == code).sum()) for code in sorted(set(status.tolist()))},
        "rate": float(good.sum() / seconds),
        "good_by_second": _by_second(rows[good], started, seconds),
        **_figures(rows, started, seconds),
        "at_pace": {
            "left_out": float(1 - is_kept.mean()) if len(rows) else 0.0,
            **_figures(rows[is_kept], started, seconds),
        },
    }


def refusals(rows: np.ndarray, spells: np.ndarray) -> dict[str, Any]:
    """Latencies of the requests that were refused for want of room, of all streams together."""
    shed = rows[rows[:, 1] == 503]
    return {"ms": _times(shed[:, 2]), "at_pace": _times(shed[is_at_pace(shed[:, 0], spells), 2])}


def _figures(rows: np.ndarray, started: float, seconds: float) -> dict[str, Any]:
    status = rows[:, 1].astype(int)
    good = status == 200
    return {
        "ms": _times(rows[good, 2]),
        "over_engine_ms": _times((rows[:, 2] - rows[:, 3])[good & ~np.isnan(rows[:, 3])]),
        "bad_by_second": _by_second(rows[~good], started, seconds),
    }


def _by_second(rows: np.ndarray, started: float, seconds: float) -> list[int]:
    ended = rows[:, 0] + rows[:, 2] / 1e3 - started
    counts: list[int] = np.bincount(np.clip(ended.astype(int), 0, int(seconds) + 60), minlength=1).tolist()
    return counts


def _times(values: np.ndarray) -> dict[str, float] | None:
    if len(values) == 0:
        return None
    return {f"p{share}": float(np.percentile(values, share)) for share in (50, 95, 99)}
