"""`python -m bench.live.producing …`: a recorded stream played at a rate, and among it probes: a follow of which is told when it
was appended."""

from __future__ import annotations

import argparse
import json
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np

from bench.facts import Facts
from ingest.firehose import Event, encode, open_sink, open_source
from schemas.gen.ttypes import FollowEvent

SLICE_S = 0.05
PROBE_S = 0.2
_FEW = 50


def probes(facts: Facts, seed: int) -> Iterator[tuple[int, int]]:
    """Users who follow a few, each once, and somebody whom he does not follow yet."""
    ids, follows = facts.array("user.id"), facts.lists("followed_by")
    sizes = follows.sizes()
    rng = np.random.default_rng(seed)
    for viewer in rng.permutation(np.flatnonzero((sizes > 0) & (sizes < _FEW))).tolist():
        followee = int(rng.integers(len(ids)))
        if followee != viewer and followee not in follows.of(viewer):
            yield int(ids[viewer]), int(ids[followee])


def main() -> None:
    """Produce until the input or the stream ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--from", dest="source", required=True)
    parser.add_argument("--at", type=json.loads, help="the position in it")
    parser.add_argument("--to", required=True)
    parser.add_argument("--facts", type=Path, required=True)
    parser.add_argument("--rate", type=float, required=True)
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--probes", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    ends = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ends.set()), daemon=True).start()
    pairs = probes(Facts(options.facts), options.seed)
    with (
        closing(open_source(options.source, group=None)) as source,
        closing(open_sink(options.to)) as sink,
        options.probes.open("a", encoding="utf-8") as told,
    ):
        if options.at is not None:
            source.seek(options.at)
        source.stop_at_end()
        started = probed = time.monotonic()
        produced = 0
        while not ends.is_set():
            room = int((time.monotonic() - started + SLICE_S) * options.rate) - produced
            if room < 1:
                time.sleep(SLICE_S / 2)
                continue
            batch = source.poll(min(room, int(options.rate)), 1.0)
            if batch is None:
                break
            messages, probe = list(batch.messages), None
            if time.monotonic() - probed >= PROBE_S:
                probed, probe = time.monotonic(), next(pairs)
                follow = FollowEvent(follower_id=probe[0], followee_id=probe[1])
                messages.append(encode(Event(time.time_ns() // 1_000_000, "follow", follow)))
            sink.append(messages)
            produced += len(batch.messages)
            if probe is not None:
                line = {"viewer": probe[0], "followee": probe[1], "at": time.time()}
                told.write(json.dumps(line) + "\n")
                told.flush()
        seconds = time.monotonic() - started
    options.out.write_text(json.dumps({"events": produced, "seconds": seconds}), encoding="utf-8")


if __name__ == "__main__":
    main()
