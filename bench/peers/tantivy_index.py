"""Tantivy: two indexes, of users and of media, one segment each, documents added in static-rank order.

Every term is a 64-bit number, which spares Tantivy all handling of text; a prefix of up to eight letters is a term of its own
(edge n-grams), so that a typeahead costs two term queries. Results are ordered by the fast field `rank`, whose value is the
document number, so that no stored document is fetched. A two-hop is two queries, the second with a term set.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import tantivy
from tantivy import Document, Occur, Order, Query

from bench.facts import Facts, Lists
from bench.peers.protocol import Form

HEAP_BYTES = 3_500_000_000
_STEP = 20_000


class TantivyIndex:
    """Terms, booleans and term sets, ordered by a fast field."""

    version = version("tantivy")

    def load(self, facts: Facts, directory: Path) -> dict[str, Any]:
        """Index users and media; says how fast the media were taken in."""
        self._following, self._liking = facts.lists("followed_by").sizes(), facts.lists("liker").sizes()
        users = {"followed_by": facts.lists("follower"), "prefix": facts.lists("prefixes_of_user")}
        self._users, user_note = _make(directory / "users", users, {})
        owner, city = np.array(facts.array("owner")), np.array(facts.array("city_of_media"))
        place = np.array(facts.array("place"))
        media = {
            "liker": facts.lists("likers_of_media"),
            "hashtag": facts.lists("hashtags_of_media"),
            "caption": facts.lists("captions_of_media"),
        }
        single = {"owner": owner, "place": place, "city": city, "type": np.array(facts.array("type"))}
        self._media, note = _make(directory / "media", media, single)
        return {"media": note, "users": user_note}

    def forms(self) -> dict[str, Form]:
        """Every kind but the order by hits, which needs a counter for each document."""
        u, m = self._users, self._media

        def friends(me: int) -> Query:
            found = u.ranks(u.term("followed_by", me), int(self._following[me]))
            return u.terms("followed_by", found)

        def explored(me: int) -> Query:
            liked = m.addresses(m.term("liker", me), int(self._liking[me]))
            return m.terms("liker", list(set(m.searcher.fast_field_values("owner", liked))))

        def followed_media(me: int) -> Query:
            return m.terms("owner", u.ranks(u.term("followed_by", me), int(self._following[me])))

        def tags(*numbers: int) -> list[Query]:
            return [m.term("hashtag", number) for number in numbers]

        two = "two queries, the second a term set"
        return {
            "type": Form("term", lambda a, n: m.ranks(m.term("type", a[0]), n)),
            "and": Form("boolean: must, must", lambda a, n: m.ranks(both(*tags(*a)), n)),
            "or": Form("boolean: should, should", lambda a, n: m.ranks(either(*tags(*a)), n)),
            "difference": Form("boolean: must, must not", lambda a, n: m.ranks(without(*tags(*a)), n)),
            "typeahead": Form(
                "boolean of two prefix terms (edge n-grams)",
                lambda a, n: u.ranks(both(u.term("prefix", a[0]), u.term("prefix", a[1])), n),
            ),
            "friend_first": Form(
                f"{two}, in a boolean with the prefix term",
                lambda a, n: u.ranks(both(u.term("prefix", a[0]), friends(a[1])), n),
            ),
            "two_hop": Form(two, lambda a, n: u.ranks(friends(a[0]), n)),
            "explore": Form(f"{two}; owners from a fast field", lambda a, n: m.ranks(explored(a[0]), n)),
            "both": Form(
                "boolean: must, must",
                lambda a, n: u.ranks(both(u.term("followed_by", a[0]), u.term("followed_by", a[1])), n),
            ),
            "city": Form(
                f"{two}, in a boolean with the city, a field of the media",
                lambda a, n: m.ranks(both(followed_media(a[0]), m.term("city", a[1])), n),
            ),
        }

    def memory_mib(self) -> float:
        """No server."""
        return 0.0

    def close(self) -> None:
        """Nothing to end."""


class _Opened:
    """One index and its searcher."""

    def __init__(self, index: tantivy.Index, schema: tantivy.Schema) -> None:
        self._schema = schema
        self.searcher = index.searcher()

    def term(self, field: str, value: int) -> Query:
        return Query.term_query(self._schema, field, value, "basic")

    def terms(self, field: str, values: Sequence[int]) -> Query:
        return Query.term_set_query(self._schema, field, values)

    def addresses(self, query: Query, limit: int) -> list[Any]:
        """All matching documents, in no order."""
        return [address for _, address in self.searcher.search(query, max(1, limit), count=False).hits]

    def ranks(self, query: Query, limit: int) -> list[int]:
        """The best documents: the value that they are ordered by is the document number."""
        found = self.searcher.search(query, max(1, limit), count=False, order_by_field="rank", order=Order.Asc)
        return [rank for rank, _ in found.hits]


def both(one: Query, other: Query) -> Query:
    return Query.boolean_query([(Occur.Must, one), (Occur.Must, other)])


def either(one: Query, other: Query) -> Query:
    return Query.boolean_query([(Occur.Should, one), (Occur.Should, other)])


def without(one: Query, other: Query) -> Query:
    return Query.boolean_query([(Occur.Must, one), (Occur.MustNot, other)])


def _make(directory: Path, lists: dict[str, Lists], single: dict[str, np.ndarray]) -> tuple[_Opened, dict[str, Any]]:
    """Index all documents by one thread, into one segment. Beside the whole time it notes the processor time of Tantivy's own
    threads: what indexing costs without the making of documents in Python, the figure that favours Tantivy."""
    builder = tantivy.SchemaBuilder()
    for field in (*lists, *single):
        builder.add_unsigned_field(field, indexed=True, fast=field == "owner")
    builder.add_unsigned_field("rank", fast=True)
    schema = builder.build()
    directory.mkdir(parents=True)
    index = tantivy.Index(schema, path=str(directory))
    writer = index.writer(HEAP_BYTES, 1)
    size = len(next(iter(lists.values())))
    started, here, everywhere = time.perf_counter(), time.thread_time(), time.process_time()
    making = 0.0
    for start in range(0, size, _STEP):
        end = min(start + _STEP, size)
        began = time.perf_counter()
        documents = _documents(schema, lists, single, start, end)
        making += time.perf_counter() - began
        for document in documents:
            writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    seconds = time.perf_counter() - started
    own = (time.process_time() - everywhere) - (time.thread_time() - here)
    index.reload()
    opened = _Opened(index, schema)
    postings = sum(len(found.values) for found in lists.values()) + size * len(single)
    note = {
        "documents": size,
        "postings": postings,
        "seconds": seconds,
        "seconds making documents": making,
        "processor seconds of its own threads": own,
        "segments": opened.searcher.num_segments,
    }
    return opened, note


def _documents(
    schema: tantivy.Schema, lists: dict[str, Lists], single: dict[str, np.ndarray], start: int, end: int
) -> list[Document]:
    columns: dict[str, list[Any]] = {"rank": list(range(start, end))}
    for field, column in single.items():
        columns[field] = column[start:end].tolist()
    for field, found in lists.items():
        ends = found.offsets[start : end + 1]
        values = found.values[ends[0] : ends[-1]].tolist()
        places = (ends - ends[0]).tolist()
        columns[field] = [values[a:b] for a, b in itertools.pairwise(places)]
    fields = list(columns)
    return [
        Document.from_dict(dict(zip(fields, row, strict=True)), schema) for row in zip(*columns.values(), strict=True)
    ]


def peer() -> TantivyIndex:
    """The peer."""
    return TantivyIndex()
