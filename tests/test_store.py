"""Generations on disk: published whole or not at all, one writer, and no damaged byte is ever opened."""

from __future__ import annotations

import errno
import fcntl
import multiprocessing
import os
import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from pathlib import Path
from random import Random

import numpy as np
import pytest

import index.arrays
import index.durable
import index.manifest
import index.store
from index import Corpus, Manifest, Pairs, Postings, Segment, Strings, layout, open_index, publish, verify_index, writing
from schemas.catalogue import Vertical
from schemas.errors import BusyError, DamagedError, InputError, MonocerosError

SEED = 20_240_607
KILLS = 20
FLIPS = 360
PUBLISHED = 30


# -- tiny corpora, each all of one mark --------------------------------------------------------------------------------


def corpus(mark: int) -> Corpus:
    """A world in which every id, text and column says `mark`."""
    users, media = 2 + mark % 5, 3 + mark % 4
    sizes = {Vertical.USER: users, Vertical.MEDIA: media, **dict.fromkeys(("hashtag", "place", "group"), 1)}
    everyone = np.arange(users, dtype=np.uint32)
    each = np.arange(media, dtype=np.uint32)
    zeros = np.zeros(users, dtype=np.uint32)

    def column(vertical: Vertical) -> np.ndarray:
        return np.full(sizes[vertical], mark, dtype=np.int64)

    def texts(vertical: Vertical) -> Strings:
        return Strings.of([str(mark)] * sizes[vertical])

    def named(vertical: Vertical) -> Callable[[], Postings]:
        docs = np.arange(sizes[vertical], dtype=np.uint32)
        return lambda: Postings([str(mark)], np.zeros(len(docs), dtype=np.uint32), docs)

    return Corpus(
        ids={v: np.arange(sizes[v], dtype=np.int64) + 1_000 * mark for v in Vertical},
        rank_counts={v: column(v) for v in Vertical},
        texts={f"{v}.{name}": texts(v) for v in Vertical for name in layout.TEXT_COLUMNS[v]},
        private=everyone % 2 == 1,
        verified=everyone % 3 == 1,
        owner=each % np.uint32(users),
        place=np.zeros(media, dtype=np.uint32),
        level=(each % 3).astype(np.uint8),
        content_type=np.zeros(media, dtype=np.uint8),
        group_public=np.ones(1, dtype=np.bool_),
        columns={
            "user.created_at_ms": column(Vertical.USER),
            "user.followers": column(Vertical.USER),
            "media.created_at_ms": column(Vertical.MEDIA),
            "hashtag.public_media": column(Vertical.HASHTAG),
            "place.public_media": column(Vertical.PLACE),
            "group.members": column(Vertical.GROUP),
        },
        pairs={
            "follows": lambda: Pairs(everyone[1:], zeros[1:]),
            "likes": lambda: Pairs(np.zeros(media, dtype=np.uint32), each),
            "hashtags": lambda: Pairs(np.zeros(media, dtype=np.uint32), each),
            "members": lambda: Pairs(everyone, zeros),
        },
        postings={
            "user.name": named(Vertical.USER),
            "user.country": named(Vertical.USER),
            "media.caption": named(Vertical.MEDIA),
            "media.mt": lambda: Postings([f"a:b={mark}"], np.zeros(1, dtype=np.uint32), each[:1]),
            "hashtag.name": named(Vertical.HASHTAG),
            "place.name": named(Vertical.PLACE),
            "group.name": named(Vertical.GROUP),
        },
        snapshot_ms={"users": mark},
        counts={"users": {"rows": mark}},
    )


def put_in_force(where: Path, mark: int) -> Manifest:
    with writing(where):
        return publish(where, lambda: corpus(mark), now_ms=mark, progress=lambda _: None)


def mark_of(segment: Segment) -> int:
    """The mark of a segment, after making sure that everything in it agrees."""
    marks = {segment.manifest.created_ms, segment.manifest.snapshot_ms["users"], segment.manifest.counts["users"]["rows"]}
    for vertical in Vertical:
        ids = segment.ids(vertical)
        assert len(ids) == segment.size(vertical) == segment.manifest.documents[vertical]
        marks |= set((ids - np.arange(len(ids))).tolist())
        marks |= {int(text) * 1_000 for name in layout.TEXT_COLUMNS[vertical] for text in rows(segment, vertical, name)}
        marks |= set((1_000 * segment.column(f"{vertical}.rank_count")).tolist())
    for name in ("user.name", "user.country", "media.caption", "hashtag.name", "place.name", "group.name"):
        terms, vertical = segment.dictionary(name), Vertical(name.split(".")[0])
        assert [segment.lists(name).of(key).size() for key in range(len(terms))] == [segment.size(vertical)]
        marks |= {1_000 * int(terms[0])}
    whole = {mark for mark in marks if mark % 1_000 == 0}
    assert {1_000 * mark for mark in marks - whole} | whole == {1_000 * segment.manifest.created_ms}
    return segment.manifest.created_ms


def rows(segment: Segment, vertical: Vertical, name: str) -> list[str]:
    column = segment.text(vertical, name)
    return [column[row] for row in range(len(column))]


def listing(where: Path) -> dict[str, bytes]:
    """Every file of an index but the lock, whose bytes say nothing."""
    return {
        str(path.relative_to(where)): path.read_bytes()
        for path in sorted(where.rglob("*"))
        if path.is_file() and path.name != "LOCK"
    }


def assert_no_leftovers(where: Path, generations: int = 2) -> None:
    assert {path.name for path in where.iterdir()} == {"CURRENT", "LOCK", "generations"}
    names = sorted(path.name for path in (where / "generations").iterdir())
    assert len(names) == generations, names
    assert all(name.isdecimal() for name in names), names


# -- other processes ---------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def others() -> ForkServerContext:
    """Makes processes from a server that has loaded what they need."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.test_store"])
    return context


def publish_for_ever(where: Path, first: int, seconds_a_call: float) -> None:
    """Publish generation after generation, slowly where the directory tree changes."""
    for name in ("rename", "replace", "unlink", "rmdir"):
        setattr(os, name, slowed(getattr(os, name), seconds_a_call))
    mark = first
    while True:
        put_in_force(where, mark)
        mark += 1


def slowed[**P, T](call: Callable[P, T], seconds: float) -> Callable[P, T]:
    def then(*args: P.args, **more: P.kwargs) -> T:
        time.sleep(seconds)
        found = call(*args, **more)
        time.sleep(seconds)
        return found

    return then
