"""A consumer that was killed, or lost its machine, starts again: seconds until it is where it was."""

from __future__ import annotations

import time
from contextlib import closing
from pathlib import Path
from typing import Any

from bench.live.processes import Running, consumer, load
from bench.made import FailedError
from index import LIVE, Live, read_live
from ingest.firehose import open_source
from ingest.live.pointers import CHECKPOINT

_LOOK_S = 0.01
_LIMIT_S = 120
_BATCH = 10_000


def restarts(index: Path, url: str, seconds: float, log: Path) -> dict[str, Any]:
    """Of a stream in a file: after a kill, where what was flushed is there; and after a power cut, where only the checkpoint is.

    Twice the consumer is let to work first, at full speed, so that the kill comes in the middle of it: for some seconds, or a third
    of what is left of the stream, since what starts again is to find more.
    """
    return {
        "kill": _restart(index, url, seconds, log, is_power_cut=False),
        "power_cut": _restart(index, url, seconds, log, is_power_cut=True),
    }


def _restart(index: Path, url: str, seconds: float, log: Path, *, is_power_cut: bool) -> dict[str, Any]:
    before = _position(read_live(index), url)
    left = Path(url.removeprefix("file://")).stat().st_size - before
    if not left:
        raise FailedError("nothing is left of the stream")
    with consumer(index, url, log) as process:
        _wait(index, url, process, before + 1)
        ends = time.monotonic() + seconds
        while time.monotonic() < ends and _position(read_live(index), url) < before + left // 3:
            time.sleep(_LOOK_S)
        _wait(index, url, process, _position(read_live(index, CHECKPOINT), url) + 1)  # a tail is behind it
        process.kill()
    live = read_live(index)
    goal = _position(live, url)
    start = goal
    if is_power_cut:
        start = _position(read_live(index, CHECKPOINT), url)
        (index / LIVE).unlink()
    began, began_load = time.monotonic(), load()
    with consumer(index, url, log) as process:
        # after a kill nothing is missing: it is back once it has shown something newer
        _wait(index, url, process, goal if is_power_cut else goal + 1)
        took = time.monotonic() - began
        cpu_s = process.cpu_s()
    return {"seconds": took, "cpu_s": cpu_s, "tail": _events(url, start, goal), "load": began_load}


def _wait(index: Path, url: str, process: Running, goal: int) -> None:
    ends = time.monotonic() + _LIMIT_S
    while _position(read_live(index), url) < goal:
        process.check()
        if time.monotonic() > ends:
            raise FailedError(f"not there after {_LIMIT_S} s")
        time.sleep(_LOOK_S)


def _position(live: Live | None, url: str) -> int:
    return 0 if live is None else int(live.position.get(url, {"offset": 0})["offset"])


def _events(url: str, start: int, end: int) -> int:
    """How many messages of a file begin between two of its bytes."""
    with closing(open_source(url)) as source:
        source.seek({"offset": start})
        source.stop_at_end()
        count, at = 0, start
        while at < end and (batch := source.poll(_BATCH, 0.0)) is not None:
            at = batch.position["offset"]
            count += sum(offset < end for _, offset in batch.places)
        return count
