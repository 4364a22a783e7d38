"""What stands before the first media of a world is drawn: people, graph, places, hashtags, words."""

from __future__ import annotations

from dataclasses import dataclass

from ingest.worlds.communities import Communities
from ingest.worlds.follows import Graph
from ingest.worlds.people import People
from ingest.worlds.places import Places
from ingest.worlds.tags import Events, Vocabulary
from ingest.worlds.texts import Sentences


@dataclass(frozen=True, slots=True)
class World:
    """Handed to every later stage; nothing in it changes any more."""

    seed: int
    communities: Communities
    people: People
    graph: Graph
    places: Places
    vocabulary: Vocabulary
    events: Events
    sentences: Sentences
