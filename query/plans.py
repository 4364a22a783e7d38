"""The plans of one viewer's questions over one segment: kept, because the world that they are bound to never changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import final

from index import DocSet
from query.bound import Bound
from query.plan import Plan
from query.planner import plan
from query.resolve import Places
from query.visibility import World
from schemas.catalogue import Vertical
from schemas.settings import Settings

_BYTES = 4
"""What one document of a packed set takes."""


@final
class Plans:
    """A world and the plans that were made in it last: few, for they hold keys of lists, which may be many. They are nobody
    else's: a plan holds the viewer's masks."""

    __slots__ = ("_kept", "_most", "_places", "_settings", "_tiers", "world")

    def __init__(self, world: World, places: Places, settings: Settings) -> None:
        self.world = world
        self._places = places
        self._settings = settings
        self._most = settings.cached_plans
        self._kept: dict[tuple[str, Vertical | None, int], Plan] = {}
        self._tiers: dict[tuple[str, Vertical, int], DocSet] = {}

    def of(self, text: str, vertical: Vertical | None, bound: Bound, limit: int, check: Callable[[], None]) -> Plan:
        """The plan of a text that was bound so for this viewer and vertical, for a request of this limit."""
        key = (text, vertical, limit)
        found = self._kept.get(key)
        if found is None:
            found = self.make(bound, limit, check)
            if len(self._kept) >= self._most:
                self._kept.clear()
            if self._most:
                self._kept[key] = found
        return found

    def make(self, bound: Bound, limit: int, check: Callable[[], None]) -> Plan:
        """A plan that is not kept."""
        return plan(bound, self.world, self._places, self._settings, limit, check)

    def tier(self, text: str, vertical: Vertical, limit: int) -> DocSet | None:
        """All documents of a text in a request of this limit, where they are kept."""
        return self._tiers.get((text, vertical, limit))

    def keep_tier(self, text: str, vertical: Vertical, limit: int, docs: DocSet) -> None:
        """Keep all documents of a text, which no inner limit cut, in the form that takes less room."""
        if docs.words is not None and docs.size() * _BYTES < docs.words.nbytes:
            docs = DocSet(docs.base, docs.end, docs.docs())
        if len(self._tiers) >= self._most:
            self._tiers.clear()
        if self._most:
            self._tiers[text, vertical, limit] = docs
