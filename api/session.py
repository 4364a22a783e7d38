"""One process's hold on an index: the searcher of what is in force, a new one when something new is published.

Every reading as operator from this machine goes through here and is logged: data-model.md §4 knows no other way.
"""

from __future__ import annotations

import logging
import threading
from pathlib import Path
from typing import Any, final

from api.console.text import instant, printable, size_of
from index import Age, current_state, has_generation, open_index, open_kept
from query import Affinity, Answer, LiveTerm, Request, Searcher, World, live_terms, peek
from schemas.catalogue import Edge, Vertical
from schemas.ids import ExternalId
from schemas.settings import Settings

OPERATOR_LOG = logging.getLogger("monoceros.operator")
"""Says at level INFO, one line each, what was read in the operator role."""


@final
class Session:
    """An opened index, and the affinities of `models` (None: of the index). Errors of opening are those of `open_index` and of
    `AffinityTable.open`."""

    def __init__(self, index: Path, settings: Settings, models: Path | None = None) -> None:
        self.index = index
        self.settings = settings
        self._models = models or index / "models"
        self._affinity_version: str | None = None
        self._age = Age(index)
        self.searcher = self._open()
        self._opening = threading.Lock()
        self._kept: Searcher | None = None

    @property
    def generation(self) -> str:
        """The name of the generation that answers."""
        return self.searcher.segment.generation

    def refresh(self) -> bool:
        """Open what is in force where it is not what answers; whether it was opened.

        Where that fails, the error is raised and what answered before goes on answering.
        """
        before = self.searcher
        is_same = current_state(self.index) == before.segment.state
        version = self._version()
        if is_same and version == self._affinity_version:
            return False
        segment = before.segment if is_same else open_index(self.index, before=before.segment)
        affinity = before.affinity if version == self._affinity_version else self._affinity()
        self.searcher, self._affinity_version = before.over(segment, affinity), version
        kept = self._kept
        if kept is not None and not has_generation(self.index, kept.segment.generation):
            self._kept = None  # and with it the files, which are gone but for who has them open
        return True

    def kept(self, generation: str) -> Searcher:
        """A kept generation as its build left it, for whoever may read the whole world: it knows nothing of what was hidden since.

        One is held open beside what is in force. Errors are those of `index.open_kept`; hashes are checked when it is opened.
        """
        with self._opening:
            kept = self._kept
            if kept is None or kept.segment.generation != generation:
                kept = self._kept = self.searcher.over(open_kept(self.index, generation), self.searcher.affinity)
            return kept

    def run(self, request: Request) -> Answer:
        """The answer; in the operator role the query is logged first."""
        if request.is_operator:
            log_operator("query", request.text)
        return self.searcher.run(request)._replace(age_ms=self.age_ms())

    def age_ms(self) -> int | None:
        """How old what is in force is, None where that is nothing to speak of: see `index.Age`."""
        return self._age.ms()

    def world(self, viewer: ExternalId | None, *, is_operator: bool) -> World:
        """What the viewer sees, for terms, completion and peeks."""
        return self.searcher.world(viewer, is_operator=is_operator)

    def terms(
        self, viewer: ExternalId | None, edge: Edge, beginning: str, limit: int, *, is_operator: bool
    ) -> list[LiveTerm]:
        """The live terms of a world."""
        return live_terms(self.world(viewer, is_operator=is_operator), edge, beginning, limit)

    def peek(
        self, viewer: ExternalId | None, vertical: Vertical, external: ExternalId, *, is_operator: bool
    ) -> dict[str, Any] | None:
        """The fields of one document of a world; in the operator role that is logged."""
        if is_operator:
            log_operator("peek", f"{vertical} {external}")
        return peek(self.world(viewer, is_operator=is_operator), vertical, external)

    def stats(self) -> dict[str, str]:
        """What the generation holds, for people; a figure of the whole world, so the operator's, and logged."""
        log_operator("stats", "")
        manifest = self.searcher.segment.manifest
        return {
            "index": printable(str(self.index)),
            "generation": f"{self.generation}, built {instant(manifest.created_ms)}",
            **{vertical: f"{count:,}" for vertical, count in manifest.documents.items()},
            "postings": f"{manifest.postings:,}",
            "size": size_of(manifest.size),
            "unicode": manifest.unicode,
            **{f"{name} as of": instant(time_ms) for name, time_ms in sorted(manifest.snapshot_ms.items())},
        }

    def _open(self) -> Searcher:
        self._affinity_version = self._version()
        searcher = Searcher(open_index(self.index), self.settings, affinity=self._affinity())
        searcher.warm()
        return searcher

    def _version(self) -> str | None:
        if not (self._models / "affinity").is_dir():
            return None  # and the rankers' libraries, which take a second to load, are not asked for
        from ranking import version_in_force

        return version_in_force(self._models, "affinity")

    def _affinity(self) -> Affinity | None:
        if self._version() is None:
            return None
        from ranking import AffinityTable

        return AffinityTable.open(self._models)


def log_operator(action: str, what: str) -> None:
    """Log one reading of the whole world; the text is made one printable line."""
    OPERATOR_LOG.info("operator %s by local command line: %s", action, printable(what))
