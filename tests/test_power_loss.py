"""After power is lost an index is the old or the new generation, never less than what was said to be published; and a live
index goes on from a checkpoint, never one before the last that was announced."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
from contextlib import closing, suppress
from random import Random

import pytest

from index import open_index, verify_index
from ingest.live import LiveWriter
from ingest.worlds import generate
from schemas.catalogue import Vertical
from schemas.errors import DamagedError, MonocerosError
from tests import live_worlds
from tests.live_worlds import MutationMaker, base_tables, built, contents, in_force, oracle_of
from tests.power_loss import trace
from tests.power_loss.disk import crashes

POINTS = int(os.environ.get("MONOCEROS_CRASH_POINTS", "200"))
SEED = 7

pytestmark = pytest.mark.skipif(not trace.is_available(), reason="strace is not installed: power loss is not simulated")


@pytest.fixture(scope="module")
def published(tmp_path_factory):
    """Four worlds, an index of the first, and the users of each."""
    root = tmp_path_factory.mktemp("worlds")
    users = {str(number): 10 + 4 * number for number in range(4)}
    for name, count in users.items():
        generate(count, int(name), root / name)
    subprocess.run([*_command(root / "index"), str(root / "0")], check=True, stdout=subprocess.DEVNULL)
    return root, users


def _command(index):
    return [sys.executable, "-m", "tests.power_loss.publishing", str(index)]


def _crashes(published, tmp_path, points):
    """Disks after power was lost while three more generations were published, and the worlds that were announced by then."""
    root, users = published
    index = tmp_path / "index"
    shutil.copytree(root / "index", index)
    steps = trace.record(
        [*_command(index), *(str(root / name) for name in users if name != "0")], index, tmp_path / "trace"
    )
    for disk, said in crashes(root / "index", steps, points, SEED, tmp_path / "disks"):
        yield disk, users[said[-1] if said else "0"]
        shutil.rmtree(disk)


def test_a_descriptor_goes_to_another_thread_before_its_close_ends():
    def text(path):
        return '"' + "".join(f"\\x{byte:02x}" for byte in path.encode()) + '"'

    def opening(began, ended, path):
        return trace.Call(began, ended, f"openat(AT_FDCWD, {text(path)}, O_WRONLY|O_CREAT, 0666) = 5 <0.1>")

    calls = [
        opening(1.0, 1.1, "/root/a"),
        trace.Call(2.0, 2.5, "close(5) = 0 <0.5>"),
        opening(1.9, 2.3, "/root/b"),
        trace.Call(2.6, 2.7, "fsync(5) = 0 <0.1>"),
        trace.Call(2.8, 2.9, "close(5) = 0 <0.1>"),
        trace.Call(3.0, 3.1, 'write(5, "\\x61", 1) = 1 <0.1>'),
    ]
    created = [trace.Created("a", truncates=False), trace.Created("b", truncates=False)]
    assert list(trace.steps(calls, "/root")) == [*created, trace.Synced("b")]


def test_publishing_survives_power_loss(published, tmp_path):
    found = set()
    for disk, announced in _crashes(published, tmp_path, POINTS):
        size = open_index(disk).size(Vertical.USER)
        assert size >= announced
        assert verify_index(disk)[1] == []
        found.add(size)
    assert found == set(published[1].values()), "no crash fell between two generations"


def test_a_publisher_that_forces_nothing_to_the_disk_is_caught(published, tmp_path, monkeypatch):
    monkeypatch.setenv("CARELESS", "1")
    lost = 0
    for disk, announced in _crashes(published, tmp_path, 50):
        try:
            lost += open_index(disk).size(Vertical.USER) < announced
        except MonocerosError:
            lost += 1
    assert lost > 10


@pytest.mark.parametrize("seed", [1, 2])
def test_applying_survives_power_loss(seed, tmp_path):
    rng = Random(seed)
    index, before, file = tmp_path / "index", tmp_path / "before", tmp_path / "batches"
    tables = base_tables(rng)
    built(tables, index, tmp_path / "warehouse")
    shutil.copytree(index, before)
    maker = MutationMaker(tables, rng)
    batches = [maker.batch(15) for _ in range(8)]
    file.write_bytes(pickle.dumps(batches))
    oracle = oracle_of(tables)
    for batch in batches:
        live_worlds.apply(oracle, batch)
    expected = contents(built(in_force(oracle), tmp_path / "twin", tmp_path / "merged"))
    command = [sys.executable, "-m", "tests.power_loss.applying", str(index), str(file), str(seed)]
    steps = trace.record(command, index, tmp_path / "trace")
    went_on_from = set()
    for disk, said in crashes(before, steps, POINTS // 4, SEED, tmp_path / "disks"):
        with suppress(DamagedError):  # readers are told of damage, until the writer has taken up what is whole
            contents(open_index(disk))
        with closing(LiveWriter.open(disk, now_ms=live_worlds.NOW_MS)) as writer:
            position = writer.position.get("next", 0)
            went_on_from.add(position)
            assert position >= int(said[-1] if said else 0), "what was checkpointed is lost"
            for batch in batches[position:]:
                writer.apply(batch)
            writer.flush({"next": len(batches)})
        live = contents(open_index(disk))
        for name, value in expected.items():
            assert live[name] == value, (seed, position, name)
        shutil.rmtree(disk)
    assert len(went_on_from) > 1, "no crash fell behind a checkpoint"
