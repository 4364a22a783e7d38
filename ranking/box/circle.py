"""What of the graph stands around a viewer, in his world: read once for each state of the index, and kept while he types.

Every figure is computed on posting lists that passed through `World.cut`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from threading import Lock
from typing import final
from weakref import WeakKeyDictionary, ref

import numpy as np

from index import U32, Counted, DocSet, Tally, tally
from query import Affinity, Cut, World, affinity_weights
from ranking.box.ties import Ties
from ranking.features.schema import F32
from schemas.catalogue import EDGES, Edge, Vertical

MOST_PEOPLE = 2_000
"""Of those around a viewer so many, the best by static rank, lead on to others."""
_MOST_LEADERS = 1_024
"""Of so many documents it is kept who leads to them."""
_FOLLOWED_BY = EDGES[Vertical.USER, "followed_by"]
_FOLLOWER = EDGES[Vertical.USER, "follower"]
_NO_DOCS = np.empty(0, dtype=np.uint32)
_NOBODY = Tally(_NO_DOCS, _NO_DOCS)


@final
class Circle:
    """The viewer's side of the features; empty for a stranger. Parts are made when first asked for, while its world lives."""

    def __init__(self, world: World, affinity: Affinity | None) -> None:
        self._world_of = ref(world)  # it is kept by its world, which it would keep from ending
        self.affinity_model = affinity
        self._friends: dict[Edge, Tally] = {}
        self._leads: dict[Edge, list[Cut]] = {}
        self._mine: dict[Edge, U32] = {}
        self._ties: dict[Vertical, Ties] = {}
        self._leaders: dict[tuple[str, int], int] = {}

    @property
    def _world(self) -> World:
        world = self._world_of()
        assert world is not None, "a circle is asked while its world is in use"
        return world

    @cached_property
    def followees(self) -> U32:
        """Those whom the viewer follows, sorted."""
        return self._world.followees

    @cached_property
    def followers(self) -> U32:
        """Those who follow the viewer, sorted."""
        return self.mine(_FOLLOWER)

    @cached_property
    def mutuals(self) -> Tally:
        """People followed by people whom the viewer follows, and by how many of them."""
        return self._lead_on(_FOLLOWED_BY, self.known)

    @cached_property
    def affine_mutuals(self) -> Tally | None:
        """The same people, and the affinity of the viewer to those who follow them, in parts of `AFFINITY_UNIT`; None without a
        model of it."""
        if self.affinity_model is None or len(self.known) == 0:
            return None
        weights = affinity_weights(self.affinity_model, self._world, self.known)
        return self._lead_on(_FOLLOWED_BY, self.known, weights)

    @cached_property
    def affinities(self) -> F32 | None:
        """The viewer's affinity to each of `followees`, 0 where nothing is known; None without a model of it."""
        if self.affinity_model is None:
            return None
        return np.nan_to_num(self.affinity_model.of(self._world, self.followees)).astype(np.float32)

    @cached_property
    def fan_mutuals(self) -> Tally:
        """People followed by people who follow the viewer, and by how many of them."""
        return self._lead_on(_FOLLOWED_BY, self._best(self.followers))

    def friends(self, edge: Edge) -> Tally:
        """The documents to which an edge leads from people whom the viewer follows, and from how many of them."""
        kept = self._friends.get(edge)
        if kept is None:
            kept = self._friends[edge] = self._lead_on(edge, self.known)
        return kept

    def ties(self, vertical: Vertical, make: Callable[[Circle], Ties]) -> Ties:
        """The ties to the documents of a vertical, made once."""
        kept = self._ties.get(vertical)
        if kept is None:
            kept = self._ties[vertical] = make(self)
        return kept

    def _leads_of(self, edge: Edge) -> list[Cut]:
        """The lists of an edge of those whom the viewer follows, `known` alone; the keys of each cut stand in static-rank order."""
        kept = self._leads.get(edge)
        if kept is None:
            order = self._world.segment.order(Vertical.USER)
            cuts = self._world.cut(edge, self.known)
            kept = self._leads[edge] = [cut._replace(keys=order.sorted(cut.keys)) for cut in cuts]
        return kept

    def leader(self, edge: Edge, doc: int) -> int:
        """The best known of those of `known` from whom an edge leads to a document; there is one. Kept, for a document is shown
        letter after letter."""
        kept = self._leaders.get((edge.key, doc))
        if kept is None:
            if len(self._leaders) >= _MOST_LEADERS:
                self._leaders.clear()
            kept = self._leaders[edge.key, doc] = self._find_leader(edge, doc)
        return kept

    def _find_leader(self, edge: Edge, doc: int) -> int:
        found = [(cut.lists.first_holding(cut.keys, doc), cut.keys) for cut in self._leads_of(edge)]
        leading = np.unique(np.array([keys[at] for at, keys in found if at >= 0], dtype=np.uint32))
        return int(self._world.segment.order(Vertical.USER).sorted(leading)[0])

    def mine(self, edge: Edge) -> U32:
        """The documents to which an edge leads from the viewer, sorted."""
        kept = self._mine.get(edge)
        if kept is None:
            kept = self._mine[edge] = self._read_mine(edge)
        return kept

    def _read_mine(self, edge: Edge) -> U32:
        viewer = self._world.viewer
        if viewer is None:
            return _NO_DOCS
        size = self._world.segment.size(edge.vertical)
        found = [
            DocSet(0, size, None, cut.mask).keep(docs) if cut.mask is not None else docs
            for cut in self._world.cut(edge, np.array([viewer], dtype=np.uint32))
            for docs in [cut.lists.of(viewer).within(0, size).docs()]
            if len(cut.keys)
        ]
        return np.unique(np.concatenate(found)) if found else _NO_DOCS

    @cached_property
    def known(self) -> U32:
        """The best known of those whom the viewer follows, sorted: they lead on to others."""
        return self._best(self.followees)

    def _best(self, people: U32) -> U32:
        if len(people) <= MOST_PEOPLE:
            return people
        order = self._world.segment.order(Vertical.USER)
        return np.sort(order.first(DocSet(0, order.size, people), MOST_PEOPLE))

    def _lead_on(self, edge: Edge, people: U32, amounts: U32 | None = None) -> Tally:
        if len(people) == 0:
            return _NOBODY
        cuts = self._world.cut(edge, people)
        most = sum(cut.lists.total(cut.keys) for cut in cuts)
        counted = [
            Counted(cut.lists, cut.keys, cut.mask, None if amounts is None else amounts[people.searchsorted(cut.keys)])
            for cut in cuts
        ]
        return tally(counted, most, self._world.segment.size(edge.vertical))


@final
class Circles:
    """The circles of the worlds in use; each ends with its world, and with the model of affinity. Shared between threads."""

    def __init__(self) -> None:
        self._kept: WeakKeyDictionary[World, Circle] = WeakKeyDictionary()
        self._lock = Lock()

    def of(self, world: World, affinity: Affinity | None) -> Circle:
        """What stands around the viewer of a world."""
        with self._lock:
            found = self._kept.get(world)
            if found is None or found.affinity_model is not affinity:
                found = self._kept[world] = Circle(world, affinity)
            return found


def hits_of(counted: Tally, wanted: U32) -> F32:
    """The hits of each of the wanted documents, 0 where it has none."""
    if len(counted.docs) == 0:
        return np.zeros(len(wanted), dtype=np.float32)
    places = counted.docs.searchsorted(wanted)
    hits = counted.hits.take(places, mode="clip").astype(np.float32)
    hits[counted.docs.take(places, mode="clip") != wanted] = 0
    return hits
