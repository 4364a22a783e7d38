"""A live index for tests of the consumer: a last-writer-wins map of what was applied, and what of it was flushed and lasts."""

from __future__ import annotations

import copy
from typing import Any

from ingest.firehose.mutations import Mutations
from schemas.errors import InputError
from tests.translation import attribute_rows


class FakeWriter:
    """`durable` is what a restart finds; `refuse` makes flushes or checkpoints fail as a full disk does."""

    def __init__(self, durable: tuple[dict[str, Any], dict[Any, Any]] | None = None) -> None:
        self.durable = durable or ({}, {})
        self.position, self.shown = copy.deepcopy(self.durable)
        self.state: dict[Any, Any] = dict(self.shown)
        self.refuse: set[str] = set()
        self.calls: list[str] = []
        self.is_closed = False

    def apply(self, mutations: Mutations) -> None:
        self.calls.append("apply")
        for kind, rows in mutations.facts.items():
            for left, right, time_ms, is_set in zip(*rows, strict=True):
                self._set((kind, left, right), (time_ms, not is_set))
        for document in mutations.documents:
            self._set((document.vertical, document.id), (document.time_ms, not document.exists))
        for attributes in attribute_rows(mutations):
            for name, value in attributes.values.items():
                self._set((attributes.vertical, attributes.id, name), (attributes.time_ms, value))
        for comment in mutations.comments:
            value = (not comment.exists, comment.user, comment.media)
            self._set(("comment", comment.id), (comment.time_ms, value))

    def _set(self, key: Any, value: Any) -> None:
        if key not in self.state or self.state[key] < value:
            self.state[key] = value

    def flush(self, position: dict[str, Any]) -> None:
        self._may("flush")
        self.position, self.shown = copy.deepcopy(position), dict(self.state)

    def checkpoint(self) -> None:
        self._may("checkpoint")
        self.durable = (copy.deepcopy(self.position), dict(self.shown))

    is_moving = False

    def rebase_if_needed(self, *, wait: bool = True) -> bool:
        self.calls.append("rebase")
        return False

    def close(self) -> None:
        self.is_closed = True

    def _may(self, what: str) -> None:
        self.calls.append(what)
        if what in self.refuse:
            raise InputError("unwritable", "cannot write INDEX/live: No space left on device")
