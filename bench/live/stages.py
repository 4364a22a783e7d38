"""`python -m bench.live.stages …`: where the microseconds of an event go: the consumer's steps, one after the other, timed.

Processor time of this thread, so that what else the machine does is not in it.
"""

from __future__ import annotations

import argparse
import gc
import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from api.cli.ingest import collecting_rarely
from bench.live.processes import load
from ingest.firehose import Limits, decode, open_source
from ingest.firehose.mutations import Mutations
from ingest.firehose.translate import translate
from ingest.firehose.wire import irrelevant_kind
from ingest.live import LiveWriter

FLUSH_BATCHES = 3
"""A flush is due every 0.2 s: so many batches at 30,000 events a second; they are applied at once."""


class Stages:
    """Seconds by step."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter()

    @contextmanager
    def timed(self, name: str) -> Iterator[None]:
        started = time.thread_time()
        yield
        self.seconds[name] += time.thread_time() - started


def stages(index: Path, url: str, events: int) -> dict[str, object]:
    """Microseconds an event, by step, over the first events of a stream."""
    limits, spent = Limits(), Stages()
    done = unchecked = 0
    with (
        closing(open_source(url)) as source,
        closing(LiveWriter.open(index, now_ms=time.time_ns() // 1_000_000)) as writer,
        collecting_rarely(),
    ):
        gc.freeze()
        source.stop_at_end()
        number = 0
        mutations = Mutations()
        while done < events:
            with spent.timed("read"):
                batch = source.poll(limits.batch_events, 1.0)
            if batch is None:
                break
            with spent.timed("decode"):
                taken = [decode(message) for message in batch.messages if not irrelevant_kind(message)]
            with spent.timed("translate"):
                for event in taken:
                    translate(event, mutations)
            done += len(batch.messages)
            unchecked += len(batch.messages)
            number += 1
            if number % FLUSH_BATCHES:
                continue
            with spent.timed("apply"):
                writer.apply(mutations)
            mutations = Mutations()
            with spent.timed("flush"):
                writer.flush({source.name: batch.position})
            if unchecked >= limits.flushed_checkpoint_events:
                with spent.timed("checkpoint"):
                    writer.checkpoint()
                unchecked = 0
    return {
        "events": done,
        "flush_events": FLUSH_BATCHES * limits.batch_events,
        "us": {name: seconds / done * 1e6 for name, seconds in spent.seconds.items()},
        "load": load(),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--index", type=Path, required=True)
    parser.add_argument("--from", dest="url", required=True)
    parser.add_argument("--events", type=int, required=True)
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    options.out.write_text(json.dumps(stages(options.index, options.url, options.events)), encoding="utf-8")
