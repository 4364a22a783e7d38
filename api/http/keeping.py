"""What answers are kept under: all that what they show depends on.

The front looks under what it sees, and the answer is made by a worker, which may see another state of the index for a moment. It is
kept where the worker's state hides all that the front's epoch hides (`api.http.epochs`), and all else is the same.
"""

from __future__ import annotations

from dataclasses import dataclass

from api.http.endpoint import Call, Endpoint


@dataclass(frozen=True, slots=True)
class KeptAs:
    """What the answer to a request is kept under, by those who see this epoch."""

    epoch: int
    parts: tuple[str, ...]

    def holds_of(self, endpoint: Endpoint, call: Call) -> bool:
        """Whether the answer from the call's state of the index may be kept under this. A state shows nothing that was hidden when
        its sequence number was reached, and since the epoch nothing was hidden that whoever looks sees."""
        _, sequence = call.searcher.segment.state
        return sequence >= self.epoch and _parts(endpoint, call) == self.parts


def kept_as(endpoint: Endpoint, call: Call) -> KeptAs | None:
    """What to look under; None where answers are not kept, or this one not."""
    if not endpoint.ttl_s:
        return None
    epoch = call.service.epochs.of(call.searcher.segment)
    return None if epoch is None else KeptAs(epoch, _parts(endpoint, call))


def _parts(endpoint: Endpoint, call: Call) -> tuple[str, ...]:
    asked = sorted((name, repr(value)) for name, value in call.values.items())
    viewer = str(call.caller.viewer)
    return (endpoint.name, call.built, call.service.ranked_by, call.world().ties.hex(), viewer, repr(asked))
