"""Damaged messages against the decoder: none may end it, and what it takes must be an event as any other.

`python -m tests.wire_fuzz --messages 1000000 --seed 1` (`make wire-fuzz`); `tests/test_wire.py` runs a few of them.
"""

from __future__ import annotations

import argparse
import random
import time

from ingest.firehose.mutations import Mutations
from ingest.firehose.translate import translate
from ingest.firehose.wire import DecodeError, decode, encode, irrelevant_kind
from tests.firehose import damaged, random_message


def fuzz(messages: int, seed: int) -> tuple[int, int]:
    """Damage so many messages; how many were taken, and how many refused. What is taken can be translated and written, and
    is then the same again; a message that is only cut short is never taken."""
    rng = random.Random(seed)
    taken = refused = 0
    for _ in range(messages):
        message = random_message(rng)
        if rng.random() < 0.25:
            bad, is_cut = message[: rng.randrange(len(message))], True
        else:
            bad, is_cut = damaged(rng, message), False
        irrelevant_kind(bad)
        try:
            event = decode(bad)
        except DecodeError:
            refused += 1
            continue
        assert not is_cut, f"seed {seed}: taken though cut short: {bad!r} of {message!r}"
        translate(event, Mutations())
        written = encode(event)
        assert repr(decode(written)) == repr(event), f"seed {seed}: {bad!r}"
        taken += 1
    return taken, refused


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=1_000_000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    started = time.monotonic()
    taken, refused = fuzz(arguments.messages, arguments.seed)
    print(f"seed {arguments.seed}: {refused:,} refused, {taken:,} taken, in {time.monotonic() - started:.0f} s")


if __name__ == "__main__":
    main()
