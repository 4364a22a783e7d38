"""pyroaring: no engine at all, only Roaring bitmaps held by key: the limit of what set operations cost in Python."""

from __future__ import annotations

import itertools
from array import array
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
from pyroaring import BitMap

from bench.facts import Facts, Lists
from bench.peers.protocol import Form


class PyroaringSets:
    """One bitmap per list, all in memory."""

    version = version("pyroaring")

    def load(self, facts: Facts, directory: Path) -> dict[str, Any]:  # noqa: ARG002
        """A Python list of bitmaps per edge."""
        self._followed_by = _bitmaps(facts.lists("followed_by"))
        self._liker = _bitmaps(facts.lists("liker"))
        self._hashtag = _bitmaps(facts.lists("hashtag"))
        self._owner = _bitmaps(facts.lists("owner"))
        self._city = _bitmaps(facts.lists("city"))
        self._prefix = _bitmaps(facts.lists("prefix"))
        types = facts.array("type")
        self._types = [BitMap(np.flatnonzero(types == 0).astype(np.uint32))]
        self._owner_of = np.array(facts.array("owner"))
        return {}

    def forms(self) -> dict[str, Form]:
        """Bare operators; the first so many of a bitmap are the best ones."""
        follows, liker, owner, tags = self._followed_by, self._liker, self._owner, self._hashtag

        def union(lists: list[BitMap], keys: Sequence[int]) -> BitMap:
            return BitMap.union(*[lists[key] for key in keys]) if len(keys) else BitMap()

        def friends(me: int) -> BitMap:
            return union(follows, follows[me])

        def explored(me: int) -> BitMap:
            media = np.array(liker[me].to_array(), dtype=np.uint32)
            return union(liker, np.unique(self._owner_of[media]).tolist())

        return {
            "type": Form("bitmap[:100]", lambda a, n: self._types[a[0]][:n]),
            "and": Form("a & b", lambda a, n: (tags[a[0]] & tags[a[1]])[:n]),
            "or": Form("a | b", lambda a, n: (tags[a[0]] | tags[a[1]])[:n]),
            "difference": Form("a - b", lambda a, n: (tags[a[0]] - tags[a[1]])[:n]),
            "typeahead": Form("a & b, a bitmap per prefix", lambda a, n: (self._prefix[a[0]] & self._prefix[a[1]])[:n]),
            "friend_first": Form(
                "prefix & BitMap.union(*lists)", lambda a, n: (self._prefix[a[0]] & friends(a[1]))[:n]
            ),
            "two_hop": Form("BitMap.union(*lists)", lambda a, n: friends(a[0])[:n]),
            "explore": Form("BitMap.union(*lists)", lambda a, n: explored(a[0])[:n]),
            "both": Form("a & b", lambda a, n: (follows[a[0]] & follows[a[1]])[:n]),
            "city": Form(
                "city & BitMap.union(*lists)", lambda a, n: (self._city[a[1]] & union(owner, follows[a[0]]))[:n]
            ),
        }

    def memory_mib(self) -> float:
        """No server."""
        return 0.0

    def close(self) -> None:
        """Nothing to end."""


def _bitmaps(lists: Lists) -> list[BitMap]:
    starts = lists.offsets.tolist()
    values = array("I", lists.values.tobytes())
    empty = BitMap()
    return [BitMap(values[start:end]) if end > start else empty for start, end in itertools.pairwise(starts)]


def peer() -> PyroaringSets:
    """The peer."""
    return PyroaringSets()
