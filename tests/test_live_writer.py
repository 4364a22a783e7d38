"""`LiveWriter`: what is flushed, checkpointed, killed, torn, moved to other bases, says what the oracle says."""

from __future__ import annotations

import pickle
import signal
import subprocess
import sys
import threading
from contextlib import closing, suppress
from pathlib import Path
from random import Random

import pytest

from index import LIVE, LiveSegment, Segment, layer_directory, open_index, read_live, rollback, writing
from ingest.live import LiveWriter, export, rebase
from schemas.errors import BusyError, DamagedError, InputError
from tests import live_worlds
from tests.live_worlds import MutationMaker, base_tables, built, contents, in_force, oracle_base, oracle_of

NOW = live_worlds.NOW_MS


def compare(index: Path, expected: Segment, why: str) -> None:
    live = open_index(index)
    said, twin = contents(live), contents(expected)
    for name, value in twin.items():
        assert said[name] == value, f"{why}: {name}"
    if isinstance(live, LiveSegment):
        assert live_worlds.order_is_right(live), f"{why}: order"


@pytest.mark.parametrize("seed", range(25))
def test_restarts_and_new_bases(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = Random(seed)
    monkeypatch.setattr("ingest.live.stack.LARGE", rng.choice((0, 1 << 14, 1 << 23)))
    monkeypatch.setattr("ingest.live.stack._SMALLEST", rng.choice((1 << 12, 1 << 18)))
    index = tmp_path / "index"
    tables = base_tables(rng)
    built(tables, index, tmp_path / "warehouse")
    oracle = oracle_of(tables)
    maker = MutationMaker(tables, rng)
    batches = [maker.batch(rng.choice((1, 10, 40))) for _ in range(rng.randrange(1, 8))]
    position, builds = 0, 0
    writer = LiveWriter.open(index, now_ms=NOW)
    for number, batch in enumerate(batches):
        writer.apply(batch)
        live_worlds.apply(oracle, batch)
        if rng.random() < 0.7 or number == len(batches) - 1:
            position = number + 1
            writer.flush({"next": position})
        if rng.random() < 0.3:
            writer.checkpoint()
        if rng.random() < 0.3:
            writer.close()
            writer = LiveWriter.open(index, now_ms=NOW)
            assert writer.position == ({"next": position} if position else {})
            for again in batches[max(position - 1, 0) : number + 1]:
                writer.apply(again)
                live_worlds.apply(oracle, again)  # a later base may settle less than the one before
        if rng.random() < 0.25:
            builds += 1
            later = base_tables(rng) if rng.random() < 0.5 else in_force(oracle)
            later.setdefault(
                "snapshot", [{"table": name, "as_of_ms": rng.randrange(3, 20)} for name in later if rng.random() < 0.8]
            )
            built(later, index, tmp_path / f"later{builds}")
            oracle.rebase(oracle_base(later))
            assert writer.rebase_if_needed()
            assert not writer.rebase_if_needed()
    writer.flush({"next": len(batches)})
    writer.close()
    compare(index, built(in_force(oracle), tmp_path / "twin", tmp_path / "merged"), f"seed {seed}")
    with closing(LiveWriter.open(index, now_ms=NOW)) as writer:
        writer.checkpoint()
    compare(index, built(in_force(oracle), tmp_path / "twin2", tmp_path / "merged2"), f"seed {seed}, reopened")


def test_one_writer(tmp_path: Path) -> None:
    index = tmp_path / "index"
    built(base_tables(Random(1)), index, tmp_path / "warehouse")
    with closing(LiveWriter.open(index, now_ms=NOW)):
        with pytest.raises(BusyError, match="another process is applying events"):
            LiveWriter.open(index, now_ms=NOW)
        assert rebase(index, now_ms=NOW) is False
    LiveWriter.open(index, now_ms=NOW).close()


def test_no_index(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="holds no index"):
        LiveWriter.open(tmp_path, now_ms=NOW)
    assert not (tmp_path / "live").exists()


# -- crashes -----------------------------------------------------------------------------------------------------------

APPLIER = """
import pickle, sys
from pathlib import Path
from random import Random
from ingest.live import LiveWriter

index, batches, seed = Path(sys.argv[1]), pickle.loads(Path(sys.argv[2]).read_bytes()), int(sys.argv[3])
rng = Random(seed)
writer = LiveWriter.open(index, now_ms=0)
print("opened", writer.position.get("next", 0), flush=True)
for number in range(writer.position.get("next", 0), len(batches)):
    writer.apply(batches[number])
    if rng.random() < 0.6 or number + 1 == len(batches):
        writer.flush({"next": number + 1})
        print("flushed", number + 1, flush=True)
        if rng.random() < 0.4:
            writer.checkpoint()
            print("checkpointed", number + 1, flush=True)
writer.checkpoint()
print("done", flush=True)
"""


def run_and_kill(index: Path, batches: Path, seed: int, rng: Random) -> dict[str, int]:
    """Apply in a process of its own and kill it at a random moment; the last of each kind that it said."""
    heard: dict[str, int] = {}
    command = [sys.executable, "-c", APPLIER, str(index), str(batches), str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as child:
        assert child.stdout is not None
        lines = rng.randrange(1, 12)
        for line in child.stdout:
            word, _, number = line.partition(" ")
            heard[word] = int(number or 0)
            lines -= 1
            if lines == 0:
                threading.Event().wait(rng.random() * 0.01)
                child.send_signal(signal.SIGKILL)
    return heard


def test_killed_at_random_moments(tmp_path: Path) -> None:
    rng = Random(5)
    index, file = tmp_path / "index", tmp_path / "batches"
    tables = base_tables(rng)
    built(tables, index, tmp_path / "warehouse")
    oracle = oracle_of(tables)
    maker = MutationMaker(tables, rng)
    batches = [maker.batch(20) for _ in range(60)]
    for batch in batches:
        live_worlds.apply(oracle, batch)
    file.write_bytes(pickle.dumps(batches))
    flushed = checkpointed = 0
    torn = 0
    for run in range(21):
        is_last = run == 20
        heard = (
            run_and_kill(index, file, run, rng if not is_last else Random(0)) if not is_last else finish(index, file)
        )
        assert heard["opened"] >= flushed, "what was flushed outlives the process"
        flushed = max(flushed, heard.get("flushed", 0), heard["opened"])
        checkpointed = max(checkpointed, heard.get("checkpointed", 0))
        if not is_last and rng.random() < 0.4:
            torn += tear(index, rng)
            flushed = checkpointed
        open_or_torn(index)
    assert torn, "no run left anything that a power cut can tear"
    compare(index, built(in_force(oracle), tmp_path / "twin", tmp_path / "merged"), "after all kills")


def finish(index: Path, batches: Path) -> dict[str, int]:
    found = subprocess.run(
        [sys.executable, "-c", APPLIER, str(index), str(batches), "0"], check=True, text=True, capture_output=True
    )
    lines = (line.partition(" ") for line in found.stdout.splitlines())
    return {word: int(number or 0) for word, _, number in lines}


def open_or_torn(index: Path) -> None:
    """Readers get an answer or are told of damage; never something else."""
    with suppress(DamagedError):
        contents(open_index(index))


def tear(index: Path, rng: Random) -> int:
    """What a power cut may do to files that were not forced to the disk: cut, or lose bytes of, one of them."""
    live = read_live(index)
    if live is None:
        return 0
    checkpoint = read_live(index, "live/CHECKPOINT")
    durable = set() if checkpoint is None else {layer.name for layer in checkpoint.layers}
    files = [
        layer_directory(index, live.generation, layer.name) / file
        for layer in live.layers
        if layer.name not in durable
        for file in ("arrays.bin", "layer.json")
    ]
    files = [file for file in files if file.stat().st_size]
    if checkpoint is None or live.sequence > checkpoint.sequence:
        files.append(index / LIVE)
    if not files:
        return 0
    file = rng.choice(files)
    data = bytearray(file.read_bytes())
    if rng.random() < 0.5:
        del data[rng.randrange(len(data)) :]
    else:
        data[rng.randrange(len(data))] ^= 0x40
    file.write_bytes(data)
    return 1


def test_a_base_that_comes_back_finds_what_came_after_it(tmp_path: Path) -> None:
    for seed in range(6):
        rng = Random(seed)
        place = tmp_path / str(seed)
        index = place / "index"
        tables = base_tables(rng)
        built(tables, index, place / "warehouse")
        oracle = oracle_of(tables)
        maker = MutationMaker(tables, rng)
        batches = [maker.batch(30) for _ in range(6)]
        with closing(LiveWriter.open(index, now_ms=NOW)) as writer:
            for number, batch in enumerate(batches):
                writer.apply(batch)
                live_worlds.apply(oracle, batch)
                if number == 2:
                    writer.flush({"next": number + 1})
                    built(
                        in_force(oracle) | {"snapshot": [{"table": t, "as_of_ms": 15} for t in tables]},
                        index,
                        place / "later",
                    )
                    assert writer.rebase_if_needed()
            writer.flush({"next": 6})
        with writing(index):
            rollback(index)
        assert rebase(index, now_ms=NOW)
        with closing(LiveWriter.open(index, now_ms=NOW)) as writer:
            assert writer.position == {"next": 3}
            for batch in batches[3:]:
                writer.apply(batch)
            writer.flush({"next": 6})
        compare(index, built(in_force(oracle), place / "twin", place / "merged"), f"seed {seed}")


@pytest.mark.parametrize("seed", range(6))
def test_events_are_applied_while_the_writer_moves(seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "PIECE", 3)
    rng = Random(seed)
    index, tables = tmp_path / "index", base_tables(rng)
    built(tables, index, tmp_path / "warehouse")
    oracle = oracle_of(tables)
    maker = MutationMaker(tables, rng)
    moving = 0
    with closing(LiveWriter.open(index, now_ms=NOW)) as writer:
        for number in range(60):
            batch = maker.batch(8)
            writer.apply(batch)
            live_worlds.apply(oracle, batch)
            if number == 10:
                later = in_force(oracle) | {"snapshot": [{"table": t, "as_of_ms": 15} for t in tables]}
                built(later, index, tmp_path / "later")
                assert not writer.rebase_if_needed(wait=False)
                oracle.rebase(oracle_base(later))
            if writer.is_moving:
                moving += 1
                assert writer.generation == "000001"
                writer.rebase_if_needed(wait=False)
            if rng.random() < 0.3:
                writer.flush({"next": number})
        writer.rebase_if_needed()
        assert writer.generation == "000002"
        assert moving > 3
        writer.flush({"next": 60})
    compare(index, built(in_force(oracle), tmp_path / "twin", tmp_path / "merged"), f"seed {seed}")
