"""`python -m tests.power_loss.applying INDEX BATCHES SEED`: apply pickled batches, flush and checkpoint at random, and say so."""

from __future__ import annotations

import pickle
import sys
from pathlib import Path
from random import Random

from ingest.live import LiveWriter


def main() -> None:
    index, batches, rng = Path(sys.argv[1]), pickle.loads(Path(sys.argv[2]).read_bytes()), Random(int(sys.argv[3]))
    writer = LiveWriter.open(index, now_ms=0)
    for number, batch in enumerate(batches, 1):
        writer.apply(batch)
        if rng.random() < 0.6:
            writer.flush({"next": number})
            if rng.random() < 0.5:
                writer.checkpoint()
                print(number, flush=True)
    writer.close()


if __name__ == "__main__":
    main()
