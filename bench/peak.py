"""`python -m bench.peak COMMAND…`: run a command of `monoceros`, then print on the last line, as JSON, its peak resident memory in
GiB and, where it builds an index, the processor seconds of the thread that makes and writes the lists, from facts that are loaded.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

from api.cli.main import main
from index.builder import SegmentBuilder

figures: dict[str, float] = {}
_build: Any = SegmentBuilder.build


def timed_build(builder: SegmentBuilder) -> None:
    """`SegmentBuilder.build`, its thread's processor time noted; facts are loaded by another thread (`index/ahead.py`)."""
    started = time.thread_time()
    _build(builder)
    figures["builder_s"] = time.thread_time() - started


if __name__ == "__main__":
    SegmentBuilder.build = timed_build  # type: ignore[method-assign]
    try:
        main()
    except SystemExit as ended:
        if ended.code:
            raise
    figures["peak_gib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps(figures))
    sys.exit(0)
