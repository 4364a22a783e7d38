"""`python -m bench.live.many …`: so many likes and follows on top of a base, given to the writer as what events are translated to.

Without the wire and without documents: a quick way to the memory, the layers and the cost of reading that millions of events have.
Who and what is skewed, as the numbers of documents are static ranks; a share takes back, and some are said again.
"""

from __future__ import annotations

import argparse
import json
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np

from bench.facts import Facts
from bench.live.processes import load, memory_mib
from bench.memory import disk_mib
from index import open_published
from ingest.firehose.mutations import FactRows, Mutations
from ingest.live import LiveWriter

BATCH = 50_000
CHECKPOINT_BATCHES = 20
LIKES, SET = 0.7, 0.95


def fill(index: Path, facts: Facts, events: int, seed: int) -> dict[str, Any]:
    """Fill up to so many, from where an earlier run left off; let go, take up again: what each took, and the writer's memory."""
    rng = np.random.default_rng(seed)
    users, media = facts.array("user.id"), facts.array("media.id")
    first_ms = 1 + max(open_published(index)[0].manifest.snapshot_ms.values(), default=0)
    peak = 0.0
    with closing(LiveWriter.open(index, now_ms=time.time_ns() // 1_000_000)) as writer:
        cpu, wall = time.process_time(), time.monotonic()
        done = before = int(writer.position.get("events", 0))
        while done < events:
            likes = int(BATCH * LIKES)
            mutations = Mutations()
            parts = (("likes", media, likes), ("follows", users, BATCH - likes))
            for kind, right, count in parts:
                times = (first_ms + done + np.arange(count)).tolist()
                is_set = (rng.random(count) < SET).tolist()
                left_ids, right_ids = _skewed(rng, users, count), _skewed(rng, right, count)
                mutations.facts[kind] = FactRows(left_ids, right_ids, times, is_set)  # type: ignore[index]
            writer.apply(mutations)
            done += BATCH
            writer.flush({"events": done})
            peak = max(peak, memory_mib()["anon"])
            if done // BATCH % CHECKPOINT_BATCHES == 0:
                writer.checkpoint()
                print(f"{done:,} events, {time.process_time() - cpu:.0f} s, {memory_mib()}", flush=True)
        memory = memory_mib()
        filled = {
            "events": done - before,
            "cpu_s": time.process_time() - cpu,
            "seconds": time.monotonic() - wall,
        }
    cpu, wall = time.process_time(), time.monotonic()
    with closing(LiveWriter.open(index, now_ms=time.time_ns() // 1_000_000)) as writer:
        taken_up = {"cpu_s": time.process_time() - cpu, "seconds": time.monotonic() - wall}
        assert writer.position == {"events": done}
    return {
        "events": done,
        "filled": filled,
        "taken_up": taken_up,
        "memory_mib": memory,
        "peak_anon_mib": peak,
        "layers_mib": disk_mib(index / "live"),
        "load": load(),
    }


def _skewed(rng: np.random.Generator, ids: np.ndarray, count: int) -> list[int]:
    return ids[(rng.random(count) ** 2 * len(ids)).astype(np.int64)].tolist()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--facts", type=Path, required=True)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    found = fill(options.index, Facts(options.facts), options.events, options.seed)
    options.out.write_text(json.dumps(found), encoding="utf-8")
