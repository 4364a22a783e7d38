"""A tree of terms that a program made, bound once for whoever asks it."""

from __future__ import annotations

from typing import final

from query.bind import bind_tree
from query.nodes import Node
from schemas.catalogue import Vertical


@final
class Tree:
    """A tree of terms under `and` and `or` that say something of a vertical's documents alone (`bind_tree`): what it finds in a
    world is what it finds in all of the index, cut to that world. It names no viewer, and depends on no index."""

    __slots__ = ("bound", "node", "vertical")

    def __init__(self, node: Node, vertical: Vertical) -> None:
        self.node = node
        self.vertical = vertical
        self.bound = bind_tree(node, vertical)
