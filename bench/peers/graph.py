"""Cypher over a property graph: what `ladybug` and `kuzu`, whose interface is the same, are loaded with and asked.

COPY FROM Parquet, in document order, so that a node's key and its offset are its document number: queries return the one that
measured faster, the offset where many nodes meet, since it spares reading a property of each. Queries are prepared; one thread
was faster than two.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from bench.facts import Facts
from bench.peers.protocol import Form
from bench.questions import Arguments
from bench.tables import write_numbers, write_pairs

BUFFER_POOL = 4 << 30
THREADS = 1
_ME = "MATCH (a:User {doc: $a0})"
_TOP = "ORDER BY r LIMIT $n"
TWO_HOP = "-[:Follows]->(:User)-[:Follows]->(c:User)"
FOLLOW_QUERIES = {
    "two_hop": f"{_ME}{TWO_HOP} RETURN DISTINCT offset(id(c)) AS r {_TOP}",
    "two_hop_hits": f"{_ME}{TWO_HOP} WITH offset(id(c)) AS r, count(*) AS hits RETURN r ORDER BY hits DESC, r LIMIT $n",
    "both": f"{_ME}-[:Follows]->(c:User)<-[:Follows]-(b:User {{doc: $a1}}) RETURN c.doc AS r {_TOP}",
}
_TAGS = "MATCH (t:Tag)-[:Carried]->(m:Media) WHERE t.doc IN [$a0, $a1]"
MEDIA_QUERIES = {
    "type": f"MATCH (m:Media) WHERE m.type = $a0 RETURN m.doc AS r {_TOP}",
    "and": f"MATCH (a:Tag {{doc: $a0}})-[:Carried]->(m:Media)<-[:Carried]-(b:Tag {{doc: $a1}}) RETURN m.doc AS r {_TOP}",
    "or": f"{_TAGS} RETURN DISTINCT offset(id(m)) AS r {_TOP}",
    "difference": f"{_TAGS} WITH offset(id(m)) AS r, max(CASE WHEN t.doc = $a1 THEN 1 ELSE 0 END) AS out "
    f"WHERE out = 0 RETURN r {_TOP}",
    "explore": f"{_ME}-[:Likes]->(:Media)<-[:Owns]-(u:User) WITH DISTINCT u MATCH (u)-[:Likes]->(x:Media) "
    f"RETURN DISTINCT x.doc AS r {_TOP}",
    "city": f"{_ME}-[:Follows]->(:User)-[:Owns]->(m:Media) WHERE m.city = $a1 RETURN m.doc AS r {_TOP}",
}


class Graph:
    """One database; `module` is the package, `has_media` says whether more than the follows are loaded."""

    def __init__(self, module: ModuleType, *, has_media: bool) -> None:
        self._module = module
        self._has_media = has_media
        self.version = version(module.__name__)

    def load(self, facts: Facts, directory: Path) -> dict[str, Any]:
        """Nodes and relations."""
        self._database = self._module.Database(str(directory / "graph"), buffer_pool_size=BUFFER_POOL)
        self._connection = self._module.Connection(self._database)
        users = len(facts.array("user.id"))
        self._copy("NODE TABLE User(doc INT64, PRIMARY KEY(doc))", write_numbers(users, directory / "User.parquet"))
        follows = write_pairs(facts.lists("followed_by"), directory / "Follows.parquet", "a", "b")
        self._copy("REL TABLE Follows(FROM User TO User)", follows)
        if self._has_media:
            self._load_media(facts, directory)
        self._connection.execute("CHECKPOINT")
        self._connection.set_max_threads_for_exec(THREADS)
        return {}

    def _load_media(self, facts: Facts, directory: Path) -> None:
        columns = {"owner": facts.array("owner"), "city": facts.array("city_of_media"), "type": facts.array("type")}
        media = write_numbers(
            len(columns["owner"]),
            directory / "Media.parquet",
            **{name: np.array(column, dtype=np.int64) for name, column in columns.items()},
        )
        self._copy("NODE TABLE Media(doc INT64, owner INT64, city INT64, type INT64, PRIMARY KEY(doc))", media)
        tags = write_numbers(len(facts.lists("hashtag")), directory / "Tag.parquet")
        self._copy("NODE TABLE Tag(doc INT64, PRIMARY KEY(doc))", tags)
        for table, ends, name in (
            ("Likes", "FROM User TO Media", "liker"),
            ("Owns", "FROM User TO Media", "owner"),
            ("Carried", "FROM Tag TO Media", "hashtag"),
        ):
            pairs = write_pairs(facts.lists(name), directory / f"{table}.parquet", "a", "b")
            self._copy(f"REL TABLE {table}({ends})", pairs)

    def _copy(self, table: str, source: Path) -> None:
        """Nodes by one thread, which keeps their order, and relations, whose order says nothing, by two."""
        is_node = table.startswith("NODE")
        self._connection.set_max_threads_for_exec(1 if is_node else 2)
        self._connection.execute(f"CREATE {table}")
        self._connection.execute(f"COPY {source.stem} FROM '{source}'")
        source.unlink()
        if is_node:
            found = self._connection.execute(f"MATCH (n:{source.stem}) WHERE offset(id(n)) <> n.doc RETURN count(*)")
            assert found.get_all() == [[0]], f"offsets of {source.stem} are not document numbers"

    def forms(self) -> dict[str, Form]:
        """Traversals, and what hangs on them; names are not in the graph."""
        queries = FOLLOW_QUERIES | (MEDIA_QUERIES if self._has_media else {})
        return {kind: Form(text, self._prepared(text)) for kind, text in queries.items()}

    def _prepared(self, text: str) -> Callable[[Arguments, int], list[int]]:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            statement = self._connection.prepare(text.replace("LIMIT $n", "LIMIT 100"))

        def ask(arguments: Arguments, limit: int) -> list[int]:
            values = {f"a{place}": value for place, value in enumerate(arguments)}
            result = self._connection.execute(statement, values)
            return [row[0] for row in result.get_all()][:limit]

        return ask

    def memory_mib(self) -> float:
        """No server."""
        return 0.0

    def close(self) -> None:
        """Close the database."""
        self._connection.close()
        self._database.close()
