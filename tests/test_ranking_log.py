"""Logs: what was written comes back, bit by bit; what a crash tore, another schema or another task is counted, never guessed."""

from __future__ import annotations

import os

import numpy as np
import pytest

pytest.importorskip("lightgbm", reason="the extra 'ranking' is not installed")

from ranking import Feature, FeatureSchema, ServedLog, ServedRows, Source, read_served
from schemas.errors import InputError

SCHEMA = FeatureSchema("toy", tuple(Feature(name, Source.DOCUMENT, name) for name in ("one", "two", "three")))
OTHER = FeatureSchema("toy", SCHEMA.features[:2])


def served(random, rows, schema=SCHEMA, task="toy"):
    matrix = random.normal(size=(rows, len(schema.features))).astype(np.float32)
    matrix[random.random(matrix.shape) < 0.2] = np.nan
    return ServedRows(task, "linear", schema.hash, tuple(range(rows)), matrix)


def written(logs, name, random, requests, **more):
    found = []
    with ServedLog(logs, name) as log:
        for place in range(requests):
            rows = served(random, int(random.integers(0, 6)), **more)
            log.write(f"{name}-{place}", 1000 + place, [rows])
            found.append(rows)
        assert log.lost == 0
    return found


def test_rows_come_back_as_they_were(tmp_path):
    random = np.random.default_rng(1)
    rows = written(tmp_path, "a", random, 20) + written(tmp_path, "b", random, 20)
    found = read_served(tmp_path, SCHEMA)
    assert found.matrix.tobytes() == np.concatenate([one.matrix for one in rows]).tobytes()
    assert found.positions.tolist() == [place for one in rows for place in one.positions]
    names = [f"{name}-{place}" for name in "ab" for place in range(20)]
    assert found.requests.tolist() == [name for name, one in zip(names, rows, strict=True) for _ in one.positions]
    assert found.counts["damaged"] == found.counts["other_schema"] == found.counts["repeated"] == 0


def test_other_schemas_and_tasks_are_counted_and_repetitions_count_once(tmp_path):
    random = np.random.default_rng(2)
    rows = served(random, 3)
    with ServedLog(tmp_path, "one") as log:
        log.write("r", 1, [rows, served(random, 2, OTHER), served(random, 2, task="another")])
        log.write("r", 1, [rows])
    found = read_served(tmp_path, SCHEMA)
    assert found.matrix.tobytes() == rows.matrix.tobytes()
    assert found.counts == {"lines": 4, "other_task": 1, "other_schema": 1, "repeated": 3}


@pytest.mark.parametrize("seed", range(20))
def test_a_torn_log_loses_no_more_than_its_last_line(tmp_path, seed):
    random = np.random.default_rng([seed, 3])
    rows = [one for one in written(tmp_path, "torn", random, 6) if len(one.positions)]
    path = tmp_path / "served" / "torn.log"
    size = path.stat().st_size
    cut = int(random.integers(0, size))
    os.truncate(path, cut)
    before = path.read_bytes().count(b"\n")
    with ServedLog(tmp_path, "torn") as log:  # the process starts again
        log.write("after", 9, [served(random, 2)])
    found = read_served(tmp_path, SCHEMA)
    kept = sum(len(one.positions) for one in rows[:before])
    assert len(found.positions) == kept + 2, f"cut at {cut} of {size}"
    assert found.counts["damaged"] <= 1
    assert found.requests[-1] == "after"


@pytest.mark.parametrize("seed", range(40))
def test_a_flipped_bit_is_counted(tmp_path, seed):
    random = np.random.default_rng([seed, 4])
    rows = sum(len(one.positions) > 0 for one in written(tmp_path, "bits", random, 5))
    path = tmp_path / "served" / "bits.log"
    raw = bytearray(path.read_bytes())
    raw[random.integers(0, len(raw))] ^= 1 << random.integers(0, 8)
    path.write_bytes(raw)
    found = read_served(tmp_path, SCHEMA)
    assert 1 <= found.counts["damaged"] <= 2
    assert found.counts["lines"] >= rows


def test_no_log_is_no_rows_and_a_place_that_cannot_be_written_is_said(tmp_path):
    found = read_served(tmp_path / "nowhere", SCHEMA)
    assert found.matrix.shape == (0, 3)
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="cannot write") as error:
        ServedLog(tmp_path / "file", "a")
    assert error.value.code == "unwritable"


def test_a_full_disk_loses_lines_and_fails_no_request(tmp_path, monkeypatch):
    random = np.random.default_rng(5)
    log = ServedLog(tmp_path, "full")
    rows = served(random, 3)
    log.write("one", 1, [rows])
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:10]))
    log.write("torn", 2, [rows])
    monkeypatch.setattr(os, "write", lambda *_: (_ for _ in ()).throw(OSError(28, "no space")))
    log.write("gone", 3, [rows])
    monkeypatch.setattr(os, "write", real)
    log.write("four", 4, [rows])
    log.close()
    found = read_served(tmp_path, SCHEMA)
    assert sorted(set(found.requests.tolist())) == ["four", "one"]
    assert (log.lost, found.counts["damaged"]) == (2, 1)
