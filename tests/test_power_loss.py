"""After power is lost an index is the old or the new generation, and never less than what was said to be published."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys

import pytest

from index import open_index, verify_index
from ingest import generate
from schemas.catalogue import Vertical
from schemas.errors import MonocerosError
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
