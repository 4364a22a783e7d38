"""What trees of terms find whoever asks: found once for one segment, and cut to the world of each viewer who asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import final

from index import U32, AnySegment, DocSet
from query.execute import Execution
from query.planner import plan
from query.resolve import Places
from query.tree import Tree
from query.visibility import World
from schemas.settings import Settings

_MOST, _MOST_DOCS = 8_192, 1 << 20
"""Trees that are kept, and documents of all of them together, which take 4 MiB. A text is up to five trees, one a vertical."""
_LONG = 2_048
"""A tree that is thought to find more documents is not kept: it would take the room of many others."""


@final
class Trees:
    """The trees that were asked for last, with all documents that they find, in nobody's world. Shared between threads."""

    def __init__(self, segment: AnySegment, places: Places, settings: Settings) -> None:
        self._everything = World(segment, None, is_operator=True)
        self._places = places
        self._settings = settings
        self._kept: OrderedDict[Tree, U32 | None] = OrderedDict()
        self._docs = 0
        self._lock = Lock()

    def seen(self, tree: Tree, world: World, check: Callable[[], None]) -> DocSet | None:
        """The documents of a tree in a world; None where they are thought too many to be kept. `check` keeps the deadline."""
        check()
        vertical = tree.vertical
        with self._lock:
            is_known = tree in self._kept
            if is_known:
                self._kept.move_to_end(tree)
                docs = self._kept[tree]
        if not is_known:
            docs = self._find(tree, check)
            self._keep(tree, docs)
        return None if docs is None else DocSet(0, world.segment.size(vertical), world.seen(vertical, docs))

    def _find(self, tree: Tree, check: Callable[[], None]) -> U32 | None:
        planned = plan(tree.bound, self._everything, self._places, self._settings, 1, check)
        if planned.estimate > _LONG:
            return None
        return Execution(self._everything, check).whole(planned).docs().copy()  # and not what it was found in

    def _keep(self, tree: Tree, docs: U32 | None) -> None:
        with self._lock:
            if tree in self._kept:  # another thread was faster
                return
            self._kept[tree] = docs
            self._docs += _size(docs)
            while len(self._kept) > _MOST or self._docs > _MOST_DOCS:
                self._docs -= _size(self._kept.popitem(last=False)[1])


def _size(docs: U32 | None) -> int:
    return 0 if docs is None else len(docs)
