"""Dead letters go the way of all messages once more, because what could not read them now can."""

from __future__ import annotations

from typing import Any

from ingest.firehose.dead_letters import DeadLetters
from ingest.firehose.mutations import Mutations
from ingest.firehose.translate import translate
from ingest.firehose.wire import DecodeError, decode
from ingest.firehose.writer import Writer

_AT_ONCE = 1_000


def drive_again(writer: Writer, letters: DeadLetters, position: dict[str, Any]) -> int:
    """Drive all letters that are due; how many were events this time. The stream stays at `position`.

    A letter is forgotten once what it changes lasts; one that is no event still waits with its new reason.
    """
    count = 0
    while due := letters.due(_AT_ONCE):
        mutations = Mutations()
        driven: list[int] = []
        failed: list[tuple[int, str]] = []
        for letter in due:
            try:
                translate(decode(letter.message), mutations)
                driven.append(letter.number)
            except DecodeError as cause:
                failed.append((letter.number, cause.message))
        if driven:
            letters.save()
            writer.apply(mutations)
            writer.flush(position)
            writer.checkpoint()
        letters.settle(driven, failed)
        count += len(driven)
    return count
