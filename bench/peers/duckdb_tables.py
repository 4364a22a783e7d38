"""DuckDB: adjacency as one row per key with its sorted list, in memory, a unique index on the key.

Measured best of six forms for a two-hop: a first query fetches the list of the viewer, a second one names its members as literals,
so that the scan skips row groups; joins of a table of pairs took three times as long. Long lists meet in INTERSECT, whose hash join
beats list_intersect by far; the short ones of two viewers in list_intersect. All cores may be used.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from bench.facts import Facts
from bench.peers.protocol import Form
from bench.questions import Arguments
from bench.tables import write_numbers, write_pairs

_LISTS = ("followed_by", "liker", "hashtag", "owner", "prefix", "city")


class DuckTables:
    """SQL over lists of document numbers."""

    version = version("duckdb")

    def load(self, facts: Facts, directory: Path) -> dict[str, Any]:
        """Tables sorted by key and indexed."""
        self._db = duckdb.connect()
        self._db.execute("SET preserve_insertion_order = true")
        for name in _LISTS:
            pairs = write_pairs(facts.lists(name), directory / f"{name}.parquet", "k", "v")
            self._db.execute(
                f"CREATE TABLE {name} AS SELECT k::UINTEGER k, list(v::UINTEGER ORDER BY v) l "
                f"FROM '{pairs}' GROUP BY k ORDER BY k"
            )
            self._db.execute(f"CREATE UNIQUE INDEX {name}_k ON {name}(k)")
            pairs.unlink()
        media = write_numbers(
            len(facts.array("owner")),
            directory / "media.parquet",
            owner=np.array(facts.array("owner")),
            type=np.array(facts.array("type")),
        )
        self._db.execute(f"CREATE TABLE media AS SELECT doc::UINTEGER doc, owner, type FROM '{media}' ORDER BY doc")
        self._db.execute("CREATE UNIQUE INDEX media_doc ON media(doc)")
        media.unlink()
        return {}

    def forms(self) -> dict[str, Form]:
        """Every kind."""
        reach = "SELECT unnest(l) v FROM {} WHERE k IN ({})"
        ordered = "SELECT DISTINCT v FROM ({}) ORDER BY v LIMIT {}"
        pair = (
            "SELECT v FROM (SELECT unnest({}(a.l, b.l)) v FROM {} a, {} b WHERE a.k = ? AND b.k = ?) ORDER BY v LIMIT ?"
        )

        def two_lists(function: str, table: str) -> Form:
            text = pair.format(function, table, table)
            return Form(text, lambda a, n: self._rows(text, [*a, n]))

        def set_operation(operator: str, table: str = "hashtag") -> Form:
            one = f"SELECT unnest(l) v FROM {table} WHERE k = ?"
            text = f"SELECT v FROM ({one} {operator} {one}) ORDER BY v LIMIT ?"
            return Form(text, lambda a, n: self._rows(text, [*a, n]))

        def friends(a: Arguments, n: int) -> list[int]:
            keys = self._list("followed_by", a[0])
            return self._rows(ordered.format(reach.format("followed_by", _in(keys)), n))

        def by_hits(a: Arguments, n: int) -> list[int]:
            found = reach.format("followed_by", _in(self._list("followed_by", a[0])))
            return self._rows(f"SELECT v FROM ({found}) GROUP BY v ORDER BY count(*) DESC, v LIMIT {n}")

        def within(keys: Sequence[int], table: str, filter_: str, key: int, n: int) -> list[int]:
            found = f"{reach.format(table, _in(keys))}) WHERE v IN (SELECT unnest(l) FROM {filter_} WHERE k = {key}"
            return self._rows(ordered.format(found, n))

        def friend_first(a: Arguments, n: int) -> list[int]:
            return within(self._list("followed_by", a[1]), "followed_by", "prefix", a[0], n)

        def explore(a: Arguments, n: int) -> list[int]:
            liked = _in(self._list("liker", a[0]))
            owners = self._rows(f"SELECT DISTINCT owner FROM media WHERE doc IN ({liked})")
            return self._rows(ordered.format(reach.format("liker", _in(owners)), n))

        def city(a: Arguments, n: int) -> list[int]:
            return within(self._list("followed_by", a[0]), "owner", "city", a[1], n)

        two = "the list of me, then "
        typed = "SELECT doc FROM media WHERE type = ? ORDER BY doc LIMIT ?"
        return {
            "type": Form(typed, lambda a, n: self._rows(typed, [a[0], n])),
            "and": set_operation("INTERSECT"),
            "or": set_operation("UNION"),
            "difference": set_operation("EXCEPT"),
            "typeahead": set_operation("INTERSECT", "prefix"),
            "friend_first": Form(f"{two}the two-hop WHERE v IN (list of the prefix)", friend_first),
            "two_hop": Form(two + ordered.format(reach.format("followed_by", "…"), "…"), friends),
            "two_hop_hits": Form(f"{two}the same, GROUP BY v ORDER BY count(*) DESC, v", by_hits),
            "explore": Form("the list of me, then their owners, then the two-hop over liker", explore),
            "both": two_lists("list_intersect", "followed_by"),
            "city": Form(f"{two}the lists of owners WHERE v IN (list of the city)", city),
        }

    def _list(self, table: str, key: int) -> list[int]:
        found = self._db.execute(f"SELECT l FROM {table} WHERE k = ?", [key]).fetchone()
        return found[0] if found else []

    def _rows(self, text: str, arguments: Sequence[int] | None = None) -> list[int]:
        return [row[0] for row in self._db.execute(text, arguments).fetchall()]

    def memory_mib(self) -> float:
        """No server."""
        return 0.0

    def close(self) -> None:
        """Close the database."""
        self._db.close()


def _in(keys: Sequence[int]) -> str:
    return ",".join(map(str, keys)) or "NULL"


def peer() -> DuckTables:
    """The peer."""
    return DuckTables()
