"""What an executor does for one shard: the functions of a local build, over the tables that were routed to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from index import I64, Corpus, Staged, stage
from ingest.documents import read_corpus
from ingest.spark.routing import held
from schemas.catalogue import Vertical
from schemas.errors import InputError, MonocerosError


@dataclass(frozen=True, slots=True)
class Job:
    """One build; its paths are on storage that all executors share."""

    spool: Path
    shards: int
    as_of_ms: int | None
    now_ms: int

    def corpus(self, shard: int) -> Corpus:
        """Everything that a shard is made of; with several, its own documents are marked, and it takes no events."""
        found = read_corpus(self.spool / str(shard), as_of_ms=self.as_of_ms, now_ms=self.now_ms)
        if self.shards == 1:
            return found
        own = {vertical: held(ids, shard, self.shards) for vertical, ids in found.ids.items()}
        return replace(found, held=own, sidecar=None)


class Refusal(NamedTuple):
    """A `MonocerosError` on its way out of an executor."""

    code: str
    message: str
    hint: str

    def error(self) -> InputError:
        """The error again."""
        return InputError(self.code, self.message, hint=self.hint)


Counts = Mapping[Vertical, tuple[I64, I64]]


def count(job: Job, shard: int) -> Counts | Refusal:
    """The counts of the static rank of a shard's own documents: all facts that they are made from are in the shard."""
    try:
        corpus = job.corpus(shard)
    except MonocerosError as error:
        return Refusal(error.code, error.message, error.hint)
    assert corpus.held is not None
    return {
        vertical: (corpus.ids[vertical][own], np.asarray(corpus.rank_counts[vertical])[own])
        for vertical, own in corpus.held.items()
        if vertical in corpus.rank_counts
    }


def build(job: Job, shard: int, index: Path) -> Staged | Refusal:
    """Stage the segment of a shard. The driver holds the index as its writer."""
    try:
        return stage(index, lambda: job.corpus(shard), now_ms=job.now_ms, progress=lambda _: None)
    except MonocerosError as error:
        return Refusal(error.code, error.message, error.hint)
