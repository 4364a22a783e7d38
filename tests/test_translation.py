"""What the engine reads from the bytes of an event is what the oracle reads from the event."""

from __future__ import annotations

import pytest

from ingest.firehose.mutations import Mutations
from ingest.firehose.translate import translate
from ingest.firehose.wire import decode
from tests.histories import random_history
from tests.oracle.events import KINDS, Event, Register, Said, changes
from tests.translation import said
from tests.wired import message

BATCHES = 2
HISTORIES = 200


def is_of_oneself(register: Register) -> bool:
    """A follow or block of a user by himself, which shows nowhere and need not be said."""
    return register.table in ("follows", "blocks") and len(set(register.key)) == 1


def expected(event: Event) -> list[tuple[Register, Said]]:
    return sorted((pair for pair in changes(event) if not is_of_oneself(pair[0])), key=repr)


@pytest.mark.parametrize("batch", range(BATCHES))
def test_mutations_say_what_events_say(batch):
    kinds: set[str] = set()
    for seed in range(batch * HISTORIES, (batch + 1) * HISTORIES):
        for delivery in random_history(seed).deliveries:
            for event in delivery:
                mutations = Mutations()
                translate(decode(message(event)), mutations)
                assert sorted(said(mutations), key=repr) == expected(event), f"history {seed}: {event}"
                kinds.add(event.kind)
    assert kinds == KINDS.keys()
