"""Generations on disk: published whole or not at all, one writer, and no damaged byte is ever opened."""

from __future__ import annotations

import errno
import fcntl
import json
import multiprocessing
import os
import re
import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import count
from multiprocessing.context import ForkServerContext
from multiprocessing.process import BaseProcess
from multiprocessing.queues import Queue
from multiprocessing.synchronize import Event
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest

from index import (
    Corpus,
    Manifest,
    Pairs,
    Postings,
    Segment,
    Strings,
    current_generation,
    layout,
    open_index,
    publish,
    verify_index,
    writing,
)
from index.manifest import hash_of
from schemas.catalogue import Vertical
from schemas.errors import BusyError, DamagedError, InputError, MonocerosError

SEED = 20_240_607
KILLS = 20
FLIPS = 400
PUBLISHED = 30

Starter = Callable[..., BaseProcess]


# -- tiny corpora, each all of one mark --------------------------------------------------------------------------------


def corpus(mark: int) -> Corpus:
    """A world in which every id, text and column says `mark`."""
    users, media = 2 + mark % 5, 3 + mark % 4
    sizes = dict.fromkeys(Vertical, 1) | {Vertical.USER: users, Vertical.MEDIA: media}
    user, medium = np.arange(users, dtype=np.uint32), np.arange(media, dtype=np.uint32)

    def column(vertical: str) -> np.ndarray:
        return np.full(sizes[Vertical(vertical)], mark, dtype=np.int64)

    def everywhere(vertical: Vertical) -> Callable[[], Postings]:
        docs = np.arange(sizes[vertical], dtype=np.uint32)
        return lambda: Postings([str(mark)], np.zeros_like(docs), docs)

    numbers = ("user.created_at_ms", "user.followers", "media.created_at_ms", "hashtag.public_media", "group.members")
    return Corpus(
        ids={v: 1_000 * mark + np.arange(sizes[v], dtype=np.int64) for v in Vertical},
        rank_counts={v: column(v) for v in Vertical if v is not Vertical.MEDIA},
        texts={f"{v}.{name}": Strings.of([str(mark)] * sizes[v]) for v in Vertical for name in layout.TEXT_COLUMNS[v]},
        private=user % 2 == 1,
        verified=user % 3 == 1,
        owner=medium % np.uint32(users),
        place=np.zeros_like(medium),
        level=(medium % 3).astype(np.uint8),
        content_type=np.zeros(media, dtype=np.uint8),
        group_public=np.ones(1, dtype=np.bool_),
        columns={name: column(name.split(".")[0]) for name in numbers},
        pairs={
            "follows": lambda: Pairs(user[1:], np.zeros_like(user[1:])),
            "likes": lambda: Pairs(np.zeros_like(medium), medium),
            "hashtags": lambda: Pairs(np.zeros_like(medium), medium),
            "members": lambda: Pairs(user, np.zeros_like(user)),
        },
        postings={
            "user.name": everywhere(Vertical.USER),
            "media.caption": everywhere(Vertical.MEDIA),
            "media.raw_tag": lambda: Postings([f"A:b={mark}"], np.zeros(1, dtype=np.uint32), medium[:1]),
            "media.mt": lambda: Postings([f"a:b={mark}"], np.zeros(1, dtype=np.uint32), medium[:1]),
            "hashtag.name": everywhere(Vertical.HASHTAG),
            "place.name": everywhere(Vertical.PLACE),
            "group.name": everywhere(Vertical.GROUP),
        },
        snapshot_ms={"users": mark},
        counts={"users": {"rows": mark}},
    )


def put_in_force(where: Path, mark: int) -> Manifest:
    with writing(where):
        return publish(where, lambda: corpus(mark), now_ms=mark, progress=lambda _: None)


def mark_of(segment: Segment) -> int:
    """The mark of a segment, after making sure that everything in it agrees."""
    manifest = segment.manifest
    marks = {manifest.created_ms, manifest.snapshot_ms["users"], manifest.counts["users"]["rows"]}
    for vertical in Vertical:
        size = manifest.documents[vertical]
        column = "media.created_at_ms" if vertical is Vertical.MEDIA else f"{vertical}.rank_count"
        for values in (segment.ids(vertical) // 1_000, segment.column(column)):
            assert len(values) == segment.size(vertical) == size
            marks.update(values.tolist())
        for name in layout.TEXT_COLUMNS[vertical]:
            text = segment.text(vertical, name)
            marks.update(int(text[row]) for row in range(size))
        edge = "media.caption" if vertical is Vertical.MEDIA else f"{vertical}.name"
        marks.update(int(segment.dictionary(edge)[key]) for key in range(len(segment.dictionary(edge))))
        assert segment.lists(edge).of(0).within(0, size).docs().tolist() == list(range(size))
    assert segment.lists("user.follower").of(0).size() == manifest.documents["user"] - 1
    (mark,) = marks
    return mark


def content(where: Path) -> dict[str, bytes]:
    """Every file of an index but the lock, whose bytes say nothing."""
    files = (path for path in where.rglob("*") if path.is_file() and path.name != "LOCK")
    return {str(path.relative_to(where)): path.read_bytes() for path in files}


def assert_no_leftovers(where: Path) -> None:
    """Nothing is there but the generation in force and at most the one before."""
    assert {path.name for path in where.iterdir()} == {"CURRENT", "LOCK", "generations"}
    names = sorted(path.name for path in (where / "generations").iterdir())
    assert all(name.isdecimal() for name in names), names
    assert len(names) <= 2, names
    assert names[-1] == current_generation(where)


def hurry(_: int) -> None:
    """In place of fsync: nobody pulls the plug here, so nothing has to wait for the disk."""


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", hurry)


@pytest.fixture
def where(tmp_path: Path) -> Path:
    """An index with two generations, the one of mark 2 in force."""
    directory = tmp_path / "index"
    put_in_force(directory, 1)
    put_in_force(directory, 2)
    return directory


# -- publishing --------------------------------------------------------------------------------------------------------


def test_what_is_published_is_opened(where: Path) -> None:
    for mark in range(3, 12):
        manifest = put_in_force(where, mark)
        segment = open_index(where)
        assert mark_of(segment) == mark
        assert segment.manifest == manifest
        assert segment.generation == current_generation(where) == f"{mark:06}"
        assert verify_index(where) == (manifest, [])
        assert_no_leftovers(where)
    assert sorted(path.name for path in (where / "generations").iterdir()) == ["000010", "000011"]


def test_generations_are_numbered_past_six_digits(where: Path) -> None:
    (where / "generations/000002").rename(where / "generations/999999")
    (where / "CURRENT").write_bytes((where / "CURRENT").read_bytes().replace(b"000002", b"999999"))
    for mark in (3, 4, 5):
        put_in_force(where, mark)
        assert mark_of(open_index(where)) == mark
    assert sorted(path.name for path in (where / "generations").iterdir()) == ["1000001", "1000002"]


def test_one_warehouse_gives_the_same_bytes_twice(tmp_path: Path) -> None:
    from ingest.documents import read_corpus
    from tests.oracle import write_world
    from tests.oracle.random_world import random_tables

    for seed in (SEED, SEED + 1, SEED + 2):
        warehouse = tmp_path / f"warehouse{seed}"
        write_world(random_tables(seed), warehouse)
        manifests = []
        for name in ("one", "other"):
            with writing(tmp_path / name):
                manifests.append(
                    publish(
                        tmp_path / name,
                        lambda warehouse=warehouse: read_corpus(warehouse, now_ms=9),
                        now_ms=9,
                        progress=lambda _: None,
                    )
                )
        assert manifests[0] == manifests[1], f"seed {seed}"


def test_everything_is_on_the_disk_before_it_has_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    where = tmp_path / "not" / "there" / "index"
    events: list[tuple[str, str]] = []

    def recorded(kind: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def then(subject: Any, *more: Any) -> Any:
            path = os.readlink(f"/proc/self/fd/{subject}") if kind == "sync" else str(subject)
            events.append((kind, str(Path(path).relative_to(tmp_path))))
            return call(subject, *more)

        return then

    monkeypatch.setattr(os, "fsync", recorded("sync", os.fsync))
    monkeypatch.setattr(os, "rename", recorded("rename", os.rename))
    monkeypatch.setattr(os, "replace", recorded("replace", os.replace))
    put_in_force(where, 1)
    home = "not/there/index"
    building = f"{home}/generations/.building-000001"
    files = {f"{building}/{path.name}" for path in (where / "generations/000001").iterdir()}
    named = events.index(("rename", building))
    assert {path for kind, path in events[:named] if kind == "sync"} >= files
    assert len(files) == 6
    after = [*(("sync", path) for path in (building,)), ("rename", building), ("sync", f"{home}/generations")]
    after += [("sync", f"{home}/CURRENT.new"), ("replace", f"{home}/CURRENT.new"), ("sync", home)]
    assert events[named - 1 :] == after
    made = [("sync", "."), ("sync", "not"), ("sync", "not/there"), ("sync", home)]
    assert events[: len(made)] == made


# -- failing and being interrupted at every step -----------------------------------------------------------------------

CALLS = ("fsync", "rename", "replace", "unlink", "rmdir", "mkdir")
"""What a build asks of the file system, but for opening and writing files."""


class Striking:
    """Counts calls of the file system, and does something at one of them: before it, or when it is done."""

    def __init__(self, at: int = -1, is_after: bool = False, strike: Callable[[], None] = lambda: None) -> None:
        self.calls: list[str] = []
        self.at = at
        self.is_after = is_after
        self.strike = strike

    def wrap(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def then(*args: Any, **more: Any) -> Any:
            is_hit = len(self.calls) == self.at
            self.calls.append(name)
            if is_hit and not self.is_after:
                self.strike()
            try:
                return call(*args, **more)
            finally:
                if is_hit and self.is_after:
                    self.strike()

        return then


def publish_struck(where: Path, mark: int, striking: Striking) -> None:
    with pytest.MonkeyPatch.context() as patch:
        for name in CALLS:
            patch.setattr(os, name, striking.wrap(name, getattr(os, name)))
        put_in_force(where, mark)


def steps(where: Path) -> list[tuple[int, bool]]:
    """Before each call of a build, and after those that name things; of the many calls of one kind in a row some."""
    counting, copy = Striking(), copied(where, "counted")
    publish_struck(copy, 3, counting)
    shutil.rmtree(copy)
    calls = counting.calls
    alike = [at for at in range(2, len(calls) - 2) if len(set(calls[at - 2 : at + 3])) == 1]
    chosen = sorted({*range(len(calls))} - {*alike} | {*Random(SEED).sample(alike, 3)})
    return [(at, is_after) for at in chosen for is_after in (False, True) if not is_after or calls[at][0] in "mr"]


def copied(where: Path, name: str) -> Path:
    """Another index with the same files: no file of an index is ever changed."""
    copy = where.with_name(name)
    shutil.copytree(where, copy, copy_function=os.link)
    return copy


def no_space() -> None:
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def interrupt() -> None:
    raise KeyboardInterrupt


def test_an_interrupted_build_leaves_the_old_generation_or_the_new_one(where: Path) -> None:
    before, met = content(where), set()
    for at, is_after in steps(where):
        copy = copied(where, f"copy{at}{is_after}")
        try:
            publish_struck(copy, 3, Striking(at, is_after, interrupt))
        except KeyboardInterrupt:
            met.add("interrupted")
        mark = mark_of(open_index(copy))
        met.add(mark)
        if mark == 2:
            assert content(copy) == before, (at, is_after)
            assert not list(copy.glob("generations/.*"))
        assert not (copy / "CURRENT.new").exists()
    assert met == {"interrupted", 2, 3}


def test_a_full_disk_is_one_clear_error_and_leaves_nothing(where: Path) -> None:
    before, refused = content(where), 0
    for at in dict.fromkeys(at for at, _ in steps(where)):
        copy = copied(where, f"copy{at}")
        error: MonocerosError | None = None
        try:
            publish_struck(copy, 3, Striking(at, False, no_space))
        except InputError as raised:
            error = raised
        mark = mark_of(open_index(copy))
        assert error is not None or mark == 3, at
        if error is not None:
            refused += 1
            assert (error.code, bool(error.hint)) == ("unwritable", True)
            assert str(copy) in error.message
            assert "No space left" in error.message
        if mark == 2:
            assert content(copy) == before, at
            assert not list(copy.glob("generations/.*"))
    assert refused >= 8


def publish_into_little_room(where: Path, bytes_a_file: int) -> None:
    """Publish under a limit on the size of files, and leave with 0 where the error is the promised one."""
    os.fsync = hurry
    resource.setrlimit(resource.RLIMIT_FSIZE, (bytes_a_file, bytes_a_file))
    try:
        put_in_force(where, 3)
    except InputError as error:
        os._exit(0 if error.code == "unwritable" and "File too large" in error.message else 1)
    os._exit(2)


def test_a_file_that_cannot_be_written_to_its_end_leaves_nothing(where: Path, others: ForkServerContext) -> None:
    before = content(where)
    for bytes_a_file in (0, 1, 7, 1_000):
        process = others.Process(target=publish_into_little_room, args=(where, bytes_a_file))
        process.start()
        process.join(60)
        assert process.exitcode == 0
        assert content(where) == before
    assert mark_of(open_index(where)) == 2


def test_an_error_of_the_reader_of_the_warehouse_is_no_error_of_the_index(where: Path) -> None:
    before = content(where)

    def read() -> Corpus:
        raise OSError(errno.EIO, "warehouse")

    with writing(where), pytest.raises(OSError, match="warehouse"):
        publish(where, read, now_ms=3, progress=lambda _: None)
    assert content(where) == before


def test_a_place_that_is_no_directory_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    for place in (tmp_path / "file", tmp_path / "file" / "below"):
        with pytest.raises(InputError, match=re.escape(str(place))) as caught:
            put_in_force(place, 1)
        assert caught.value.code == "unwritable"
        with pytest.raises(InputError) as caught:
            open_index(place)
        assert caught.value.code == "no-index"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is forbidden to root")
def test_a_directory_without_the_right_to_write_is_refused(where: Path) -> None:
    before = content(where)
    for directory in (where / "generations", where):
        directory.chmod(0o500)
        try:
            with pytest.raises(InputError) as caught:
                put_in_force(where, 3)
            assert caught.value.code == "unwritable"
            assert mark_of(open_index(where)) == 2
        finally:
            directory.chmod(0o700)
        assert content(where) == before


# -- being killed ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def others() -> ForkServerContext:
    """Makes processes, from a server that has loaded what they need."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.test_store"])
    return context


@pytest.fixture
def started(others: ForkServerContext) -> Iterator[Starter]:
    """Starts a process; all are killed in the end."""
    processes: list[BaseProcess] = []

    def start(target: Callable[..., None], *args: Any) -> BaseProcess:
        processes.append(others.Process(target=target, args=args, daemon=True))
        processes[-1].start()
        return processes[-1]

    yield start
    for process in processes:
        process.kill()
        process.join()


def publish_for_ever(where: Path, first: int, seconds: float, beginning: Event) -> None:
    """Publish generation after generation; what gives things their names takes its time."""

    def slow(call: Callable[..., Any]) -> Callable[..., Any]:
        def then(*args: Any, **more: Any) -> Any:
            time.sleep(seconds)
            found = call(*args, **more)
            time.sleep(seconds)
            return found

        return then

    os.fsync = hurry
    for name in ("rename", "replace", "mkdir"):
        setattr(os, name, slow(getattr(os, name)))
    beginning.set()
    for mark in count(first):
        put_in_force(where, mark)


def test_a_killed_build_leaves_the_old_generation_or_the_new_one(
    where: Path, others: ForkServerContext, started: Starter
) -> None:
    rng, mark, leftovers = Random(SEED), 2, 0
    for kill in range(KILLS):
        beginning = others.Event()
        process = started(publish_for_ever, where, mark + 1, rng.choice((0.0, 0.01, 0.05)), beginning)
        assert beginning.wait(60)
        time.sleep(rng.random() * 0.3)
        process.kill()
        process.join()
        found = mark_of(open_index(where))
        assert found >= mark, f"seed {SEED}, kill {kill}"
        assert verify_index(where)[1] == [], f"seed {SEED}, kill {kill}"
        leftovers += len(list((where / "generations").iterdir())) > 2
        mark = found + 1
        put_in_force(where, mark)
        assert mark_of(open_index(where)) == mark
        assert_no_leftovers(where)
    assert leftovers > KILLS // 3


def publish_and_die(where: Path, at: int) -> None:
    os.fsync = hurry
    publish_struck(where, 3, Striking(at, False, lambda: os.kill(os.getpid(), signal.SIGKILL)))


def test_a_build_may_be_killed_at_every_step(where: Path, started: Starter) -> None:
    before, met = content(where), set()
    for at in dict.fromkeys(at for at, _ in steps(where)):
        copy = copied(where, f"copy{at}")
        process = started(publish_and_die, copy, at)
        process.join(60)
        assert process.exitcode == -signal.SIGKILL, at
        mark = mark_of(open_index(copy))
        met.add(mark)
        assert mark == 3 or before.items() <= content(copy).items()
        put_in_force(copy, 4)
        assert mark_of(open_index(copy)) == 4
        assert_no_leftovers(copy)
    assert met == {2, 3}


def test_the_first_build_may_be_killed_as_well(tmp_path: Path, started: Starter) -> None:
    counting = Striking()
    publish_struck(tmp_path / "counted", 3, counting)
    for at in (0, 3, *range(len(counting.calls) - 7, len(counting.calls))):
        where = tmp_path / f"index{at}"
        started(publish_and_die, where, at).join(60)
        if at < len(counting.calls) - 1:
            with pytest.raises(InputError, match="holds no index"):
                open_index(where)
        put_in_force(where, 4)
        assert mark_of(open_index(where)) == 4
        assert_no_leftovers(where)


# -- one writer --------------------------------------------------------------------------------------------------------


def hold(where: Path, holding: Event) -> None:
    with writing(where):
        holding.set()
        time.sleep(600)


def test_a_second_writer_is_refused_at_once_until_the_first_is_dead(
    where: Path, others: ForkServerContext, started: Starter
) -> None:
    before, holding = content(where), others.Event()
    process = started(hold, where, holding)
    assert holding.wait(60)
    start = time.monotonic()
    with pytest.raises(BusyError, match=re.escape(str(where))) as caught, writing(where):
        pass
    assert caught.value.code == "locked"
    assert caught.value.hint
    assert time.monotonic() - start < 1
    assert mark_of(open_index(where)) == 2
    assert content(where) == before
    process.kill()
    process.join()
    put_in_force(where, 3)
    assert mark_of(open_index(where)) == 3


def test_the_lock_is_released_by_an_error_and_held_against_threads(where: Path) -> None:
    with pytest.raises(ZeroDivisionError), writing(where):
        raise ZeroDivisionError
    with writing(where), ThreadPoolExecutor(1) as pool:
        assert isinstance(pool.submit(put_in_force, where, 3).exception(), BusyError)
    put_in_force(where, 3)


def test_a_lock_on_a_file_that_is_gone_is_none(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between opening the lock file and locking it, its holder may have removed an index whose first build failed."""
    flock, removed = fcntl.flock, []

    def gone(*args: Any) -> None:
        if not removed:
            shutil.rmtree(where)
            removed.append(where)
        flock(*args)

    monkeypatch.setattr(fcntl, "flock", gone)
    with writing(where), pytest.raises(BusyError), writing(where):
        pass


# -- reading while others write ----------------------------------------------------------------------------------------


def read_until(where: Path, ending: Event, found: Queue[str]) -> None:
    """Open the index again and again, in turns with and without its hashes; say what was met in the end."""
    last, times, problem = 0, 0, ""
    try:
        while not ending.is_set():
            mark = mark_of(open_index(where, is_verified=times % 2 == 1))
            assert mark >= last, f"{mark} after {last}"
            last, times = mark, times + 1
            time.sleep(0.002)
    except Exception as error:
        problem = f"{type(error).__name__}: {error}"
    found.put(problem or f"read {times}")


def test_readers_see_whole_generations_while_others_are_published(
    where: Path, others: ForkServerContext, started: Starter
) -> None:
    ending, found = others.Event(), others.Queue()
    started(read_until, where, ending, found)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(read_until, where, ending, found)
        for mark in range(3, 3 + PUBLISHED):
            put_in_force(where, mark)
        ending.set()
        reports = [found.get(timeout=60) for _ in range(2)]
    assert all(re.fullmatch("read [1-9][0-9]*", report) for report in reports), reports


def test_a_generation_that_is_removed_while_it_is_opened_gives_way_to_the_new_one(
    where: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from_bytes, late = Manifest.from_bytes, []

    def slow(data: bytes, name: str) -> Manifest:
        if len(late) < 3:
            late.append(name)
            for _ in range(2):
                put_in_force(where, 2 + int(current_generation(where)) - 1)
        return from_bytes(data, name)

    monkeypatch.setattr(Manifest, "from_bytes", slow)
    assert mark_of(open_index(where)) == 2 + 6
    assert verify_index(where)[1] == []
    assert len(set(late)) == 3


def test_an_opened_generation_outlives_its_files(where: Path) -> None:
    segment = open_index(where)
    for mark in (3, 4, 5):
        put_in_force(where, mark)
    assert not (where / "generations/000002").exists()
    assert mark_of(segment) == 2


# -- damage ------------------------------------------------------------------------------------------------------------


def assert_refused(where: Path, *names: str, also_verified: bool = False) -> list[str]:
    """The index is not opened, and each of the files is named by verify."""
    with pytest.raises(DamagedError) as caught:
        open_index(where)
    assert any(name in caught.value.message for name in names), caught.value.message
    assert caught.value.hint
    if also_verified:
        with pytest.raises(DamagedError):
            open_index(where, is_verified=True)
    try:
        problems = verify_index(where)[1]
    except DamagedError as error:
        problems = [error.message]
    for name in names:
        assert any(name in problem for problem in problems), (name, problems)
    return problems


def array_files(where: Path) -> list[Path]:
    return sorted((where / "generations" / current_generation(where)).glob("*.bin"))


def every_file(where: Path) -> list[Path]:
    return [where / "CURRENT", where / "generations" / current_generation(where) / "manifest.json", *array_files(where)]


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit >> 3] ^= 1 << (bit & 7)
    return bytes(changed)


def test_no_flipped_bit_of_any_file_is_opened(where: Path) -> None:
    rng = Random(SEED)
    files = [path for path in every_file(where) if path.stat().st_size]
    assert len(files) == 7
    chosen = files + files[:2] * 40 + rng.choices(files, k=FLIPS - len(files) - 80)
    for path in chosen:
        data = path.read_bytes()
        bit = rng.randrange(8 * len(data))
        path.write_bytes(flipped(data, bit))
        try:
            problems = assert_refused(where, path.name, also_verified=path.suffix != ".bin")
            assert len(problems) == 1, problems
            assert path.suffix != ".bin" or "block 0 " in problems[0], problems
        except BaseException as error:
            error.add_note(f"seed {SEED}: bit {bit} of {path.name}")
            raise
        path.write_bytes(data)
    assert mark_of(open_index(where)) == 2


def test_who_hands_in_a_verified_generation_is_spared_the_hashes(where: Path) -> None:
    path = array_files(where)[0]
    path.write_bytes(flipped(path.read_bytes(), 3))
    assert_refused(where, path.name)
    assert open_index(where, is_verified=True).generation == "000002"


def test_every_bit_of_the_pointer_counts(where: Path) -> None:
    path = where / "CURRENT"
    data = path.read_bytes()
    for bit in range(8 * len(data)):
        path.write_bytes(flipped(data, bit))
        assert_refused(where, "CURRENT", also_verified=True)


def test_lost_and_added_bytes_and_missing_files_are_refused(where: Path) -> None:
    rng = Random(SEED)
    for path in every_file(where):
        data = path.read_bytes()
        kept = rng.randrange(len(data)) if data else 0
        changes = [data + b"\0", data + b" ", data + data + b"\n", *([data[:kept], data[:-1], b""] if data else [])]
        for changed in rng.sample(changes, 1) if path.suffix == ".bin" else changes:
            path.write_bytes(changed)
            assert_refused(where, path.name, also_verified=True)
        if path.suffix == ".bin" and rng.random() < 0.7:
            path.write_bytes(data)
            continue
        path.unlink()
        if path.name == "CURRENT":
            with pytest.raises(InputError, match="holds no index"):
                open_index(where)
            with pytest.raises(InputError):
                verify_index(where)
        else:
            assert_refused(where, path.name, also_verified=True)
        if path.suffix != ".bin" or rng.random() < 0.05:
            path.mkdir()
            assert_refused(where, path.name, also_verified=True)
            path.rmdir()
        path.write_bytes(data)
    assert mark_of(open_index(where)) == 2


def test_swapped_files_are_refused(where: Path) -> None:
    rng, files = Random(SEED), array_files(where)
    by_content: dict[bytes, list[Path]] = {}
    for path in files:
        by_content.setdefault(path.read_bytes(), []).append(path)
    pairs = [[rng.choice(alike) for alike in rng.sample(list(by_content.values()), 2)] for _ in range(40)]
    pairs += [[one, other] for one in files for other in files if one < other and is_alike(one, other)][:40]
    for one, other in pairs:
        left, right = one.read_bytes(), other.read_bytes()
        one.write_bytes(right)
        other.write_bytes(left)
        assert_refused(where, one.name, other.name, also_verified=len(left) != len(right))
        one.write_bytes(left)
        other.write_bytes(right)
    assert mark_of(open_index(where)) == 2


def is_alike(one: Path, other: Path) -> bool:
    """Whether two files have one size and not one content."""
    return one.stat().st_size == other.stat().st_size and one.read_bytes() != other.read_bytes()


def test_a_file_of_the_generation_before_is_refused(where: Path) -> None:
    put_in_force(where, 7)  # as many documents as mark 2
    for path in array_files(where):
        old = where / "generations/000002" / path.name
        data = path.read_bytes()
        if old.read_bytes() != data:
            path.write_bytes(old.read_bytes())
            assert_refused(where, path.name)
            path.write_bytes(data)
    path = where / "generations/000003/manifest.json"
    path.write_bytes((where / "generations/000002/manifest.json").read_bytes())
    assert_refused(where, "manifest.json", also_verified=True)


def test_all_damage_is_listed_by_file_and_block(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.arrays.BLOCK", 8)
    monkeypatch.setattr("index.manifest.BLOCK", 8)
    where = tmp_path / "index"
    put_in_force(where, 1)
    directory = where / "generations/000001"
    flip, short, gone, long = (directory / f"{vertical}.bin" for vertical in ("user", "place", "group", "media"))
    size, full = long.stat().st_size, short.stat().st_size
    data = flip.read_bytes()
    flip.write_bytes(flipped(flipped(data, 0), 8 * 23))
    short.write_bytes(flipped(short.read_bytes(), 1)[:12])
    gone.unlink()
    long.write_bytes(flipped(long.read_bytes(), 64) + b"more")
    expected = [
        f"{flip}, block 0 (bytes 0 to 8): does not match its hash",
        f"{flip}, block 2 (bytes 16 to 24): does not match its hash",
        f"{short}, block 0 (bytes 0 to 8): does not match its hash",
        f"{short}, block 1 (bytes 8 to 16): has 12 bytes, not {full}",
        f"{gone}: is missing",
        f"{long}, block 1 (bytes 8 to 16): does not match its hash",
        f"{long}, block {size // 8} (bytes {size} to {size + 8}): has {size + 4} bytes, not {size}",
    ]
    assert sorted(verify_index(where)[1]) == sorted(expected)


# -- other versions ----------------------------------------------------------------------------------------------------


def test_an_index_of_another_unicode_version_is_refused_by_name(where: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import unicodedata

    manifest = json.loads((where / "generations/000002/manifest.json").read_bytes())
    assert manifest["unicode"] == unicodedata.unidata_version
    monkeypatch.setattr("index.store.UNICODE_VERSION", "99.1.0")
    for is_verified in (False, True):
        with pytest.raises(InputError) as caught:
            open_index(where, is_verified=is_verified)
        assert caught.value.code == "other-unicode"
        assert "99.1.0" in caught.value.message
        assert unicodedata.unidata_version in caught.value.message
    assert verify_index(where)[1] == []
    put_in_force(where, 3)
    assert open_index(where).manifest.unicode == "99.1.0"


def test_an_index_of_another_format_is_refused_by_name(where: Path) -> None:
    path = where / "generations/000002/manifest.json"
    content = json.loads(path.read_bytes()) | {"format": 7}
    replace_manifest(where, json.dumps(content).encode())
    for is_verified in (False, True):
        with pytest.raises(DamagedError, match="format 7") as caught:
            open_index(where, is_verified=is_verified)
        assert caught.value.code == "other-format"
        assert str(path) in caught.value.message


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b"null", b'{"format": 2}', b"\xff", b"[" * 100_000])
def test_a_manifest_that_is_none_is_refused(where: Path, data: bytes) -> None:
    replace_manifest(where, data)
    with pytest.raises(MonocerosError, match=r"manifest\.json") as caught:
        open_index(where)
    assert caught.value.code == "damaged"


def replace_manifest(where: Path, data: bytes) -> None:
    """Another manifest, with a pointer that fits it."""
    (where / "generations/000002/manifest.json").write_bytes(data)
    (where / "CURRENT").write_text(json.dumps({"generation": "000002", "manifest": hash_of(data)}))


def test_no_index_is_put_among_other_files(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(InputError) as caught, writing(tmp_path):
        pass
    assert caught.value.code == "no-index"
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]
