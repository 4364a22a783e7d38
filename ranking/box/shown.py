"""The chosen rows of all verticals as people see them: slots in order, and beside them the features as they were served."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from query import external_ids, names
from ranking.box.asked import Asked
from ranking.box.ranked import Ranked
from ranking.box.reasons import reasons_and_sources
from ranking.pipeline.slate import ServedRows, Slot
from schemas.ids import ExternalId


class Shown(NamedTuple):
    """Slots, the numbers of their documents, and of each vertical that has slots the rows of its features."""

    slots: tuple[Slot, ...]
    docs: tuple[int, ...]
    served: tuple[ServedRows, ...]


def show(asked: Asked, lists: Sequence[Ranked], order: Sequence[int]) -> Shown:
    """The slots of some rows of all lists, which are numbered through, one list behind the other."""
    placed: list[tuple[int, Slot, int]] = []
    served: list[ServedRows] = []
    segment = asked.world.segment
    for one, positions, places in _taken(lists, order):
        vertical, schema = one.vertical, one.scorer.schema
        docs, rows = one.docs[places], one.matrix[places]
        seen = zip(
            positions,
            docs.tolist(),
            external_ids(segment, vertical, docs),
            names(segment, vertical, docs),
            one.scores[places].tolist(),
            reasons_and_sources(asked, one, docs, rows),
            strict=True,
        )
        placed += [
            (position, Slot(vertical, ExternalId(id_), name, score, reason, source), doc)
            for position, doc, id_, name, score, (reason, source) in seen
        ]
        served.append(ServedRows(schema.name, one.scorer.name, schema.hash, tuple(positions), rows))
    placed.sort(key=lambda slot: slot[0])
    return Shown(tuple([slot for _, slot, _ in placed]), tuple([doc for _, _, doc in placed]), tuple(served))


def _taken(lists: Sequence[Ranked], order: Sequence[int]) -> Iterator[tuple[Ranked, list[int], list[int]]]:
    """Of each list that rows were taken of, their positions in the order, rising, and their places in the list."""
    start = 0
    for one in lists:
        end = start + len(one.docs)
        positions = [position for position, row in enumerate(order) if start <= row < end]
        if positions:
            yield one, positions, [order[position] - start for position in positions]
        start = end
