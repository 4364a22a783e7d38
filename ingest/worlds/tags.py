"""The hashtags and events of a world: global favourites, topics of communities, local tags, one tag per
event.

A hashtag is a number in one vocabulary: head (topics, words, cities), then local tags, then the tags of
events.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, zip_longest

import numpy as np
import polars as pl

from ingest.worlds.communities import TOPICS_EACH, Communities
from ingest.worlds.cultures import cultures
from ingest.worlds.lexicon import TOPICS
from ingest.worlds.places import Places
from ingest.worlds.sampling import DAY_MS, END_MS, I64, chance, pick, skewed, starts, stream

USERS_PER_LOCAL_TAG = 4


@dataclass(frozen=True, slots=True)
class Events:
    """Days on which a community meets at a place under one hashtag, sorted by community."""

    community: I64
    start_ms: I64
    place: I64
    hashtag: I64
    country_bounds: I64


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All hashtags, without `#`, and where the topics and the local tags stand."""

    names: pl.Series
    head: int
    topic_words: I64
    """Numbers of the words of all topics, topic by topic."""
    topic_starts: I64

    def pick(self, rng: np.random.Generator, community: I64, communities: Communities) -> I64:
        """A hashtag for each row: of the whole world, of the topics of its community, or a local one."""
        count = len(community)
        kind = rng.random(count)
        favourite = communities.topics[community, pick(rng, count, TOPICS_EACH, 2)]
        topical = self.topic_words[skewed(rng, self.topic_starts[favourite], np.diff(self.topic_starts)[favourite], 2)]
        low = communities.bounds[community] // USERS_PER_LOCAL_TAG
        span = communities.bounds[community + 1] // USERS_PER_LOCAL_TAG - low + 1
        local = self.head + skewed(rng, low, span, 2)
        return np.select([kind < 0.33, kind < 0.75], [pick(rng, count, self.head, 3), topical], local)


def make_tags(users: int, seed: int, communities: Communities, places: Places) -> tuple[Vocabulary, Events]:
    """The vocabulary and the events of a world; about one event per 1,500 users."""
    rng = stream(seed, "tags")
    topics = [topic.split() for topic in TOPICS]
    known = cultures()
    interleaved = [word for word in chain.from_iterable(zip_longest(*topics)) if word]
    words = [word.strip("'’") for culture in known for word in culture.words if len(word) > 1 and "'" not in word]
    cities = [_tag(city.name) for culture in known for city in culture.cities]
    head = list(dict.fromkeys([*interleaved, *cities, *words]))
    number = {name: index for index, name in enumerate(head)}
    local_count = users // USERS_PER_LOCAL_TAG + 1
    home = communities.of_user[np.minimum(np.arange(local_count) * USERS_PER_LOCAL_TAG, users - 1)]
    city = pl.Series(cities)
    topic = communities.topics[home, pick(rng, local_count, TOPICS_EACH, 2)]
    topic_starts = starts(np.array([len(words_of) for words_of in topics], np.int64))
    word = pl.Series([name for words_of in topics for name in words_of]).gather(
        skewed(rng, topic_starts[topic], np.diff(topic_starts)[topic], 1)
    )
    suffix = pl.Series(pick(rng, local_count, 400)).cast(pl.String).set(pl.Series(chance(rng, local_count, 0.3)), "")
    local = city.gather(communities.city[home]) + word + suffix

    event_count = users // 1500 + 1
    community = np.sort(communities.of_user[pick(rng, event_count, users)]).astype(np.int64)
    start_ms = END_MS - 2 * DAY_MS - (rng.random(event_count) * 900).astype(np.int64) * DAY_MS + 17 * 3_600_000
    year = pl.Series(2026 - (END_MS - start_ms) // (365 * DAY_MS) - 1).cast(pl.String)
    kind = pl.Series(["fest", "marathon", "expo", "live", "derby", "night", "meetup"]).gather(pick(rng, event_count, 7))
    names = pl.concat([pl.Series(head), local, city.gather(communities.city[community]) + kind + year], rechunk=True)
    events = Events(
        community=community,
        start_ms=start_ms,
        place=places.pick(rng, communities.country[community], communities.city[community]),
        hashtag=np.arange(event_count) + len(head) + local_count,
        country_bounds=np.searchsorted(communities.country[community], np.arange(len(known) + 1)),
    )
    flat = np.array([number[word] for words_of in topics for word in words_of], np.int64)
    return Vocabulary(names, len(head), flat, topic_starts), events


def _tag(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum() or c == "_" or ord(c) > 0x2FF)
