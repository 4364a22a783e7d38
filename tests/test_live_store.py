"""Layers and `LIVE` on disk: what is damaged is named and refused, what is followed is what is in force."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from random import Random

import numpy as np
import pytest

from api.session import Session
from index import (
    LIVE,
    LayerName,
    Live,
    LiveSegment,
    Segment,
    arrays_of,
    current_state,
    layer_directory,
    make_durable,
    open_index,
    open_layer,
    pack_rows,
    read_live,
    write_layer,
    write_live,
)
from query import Request
from schemas.catalogue import Vertical
from schemas.errors import DamagedError, InputError
from schemas.ids import ExternalId
from tests import oracle
from tests.agreement import SETTINGS, build

USERS = [{"id": i, "username": f"u{i}", "is_private": False} for i in (1, 2, 3)]
FOLLOWS = [{"follower_id": 1, "followee_id": 2, "created_at_ms": 1}]


def u32(*values: int) -> np.ndarray:
    return np.array(values, dtype=np.uint32)


@pytest.fixture
def index(tmp_path: Path) -> Path:
    """An index of three users, of whom 1 follows 2."""
    oracle.write_world({"users": USERS, "follows": FOLLOWS}, tmp_path / "w")
    build(tmp_path / "w", tmp_path / "index")
    return tmp_path / "index"


def follows_three(index: Path, *, is_gone: bool = False) -> dict[str, np.ndarray]:
    """1 follows 3, not 2; or nobody at all, and 3 is gone."""
    users = open_base(index).idmap(Vertical.USER)
    one, two, three = (int(users.find(ExternalId(i)) or 0) for i in (1, 2, 3))
    lists = {
        kind: pack_rows(u32(one), np.array([0, 1]), u32(doc), 3) for kind, doc in (("added", three), ("removed", two))
    }
    arrays = {"user.followed_by.touched": u32(one)}
    if is_gone:
        return arrays | {"user.alive.clear": u32(three), "user.public.clear": u32(three)}
    return arrays | {
        name: a for kind, row in lists.items() for name, a in arrays_of(f"user.followed_by.{kind}", row).items()
    }


def open_base(index: Path) -> Segment:
    segment = open_index(index)
    return segment.base if isinstance(segment, LiveSegment) else segment


def publish(index: Path, sequence: int, *layers: dict[str, np.ndarray]) -> Live:
    """Write layers and put them in force."""
    base = open_base(index)
    names = []
    for number, arrays in enumerate(layers):
        directory = layer_directory(index, base.generation, f"{sequence}-{number}")
        names.append(LayerName(directory.name, write_layer(directory, arrays, {"n": number}, durable=number % 2 == 0)))
    manifest = json.loads((index / "CURRENT").read_text())["manifest"]
    live = Live(base.generation, manifest, sequence, tuple(names), {"offsets": [1, "é"]}, 99)
    write_live(index, live, durable=sequence % 2 == 0)
    return live


def followed(session: Session) -> list[int]:
    return session.run(Request(text="followed_by:1")).ids


def test_a_session_follows_what_is_in_force(index: Path) -> None:
    session = Session(index, SETTINGS)
    assert current_state(index) == ("000001", 0)
    assert followed(session) == [2]
    assert not session.refresh()
    first = follows_three(index)
    live = publish(index, 1, first)
    assert read_live(index) == live
    assert current_state(index) == ("000001", 1)
    assert followed(session) == [2]
    assert session.refresh()
    assert not session.refresh()
    assert followed(session) == [3]
    publish(index, 2, first, follows_three(index, is_gone=True))
    assert session.refresh()
    segment = session.searcher.segment
    assert isinstance(segment, LiveSegment)
    assert segment.live.position == {"offsets": [1, "é"]}
    assert [layer.scalars["n"] for layer in segment.layers] == [0, 1]
    assert followed(session) == [2]
    assert session.run(Request(text="username:u3")).ids == []
    assert session.run(Request(text="username:u3", is_operator=True)).ids == []
    assert session.run(Request(text="follower:me", viewer=ExternalId(3), is_exact=True)).total == 0


def test_layers_that_are_open_are_not_opened_again(index: Path) -> None:
    publish(index, 1, follows_three(index))
    before = open_index(index)
    live = read_live(index)
    assert live is not None
    write_live(index, Live(live.generation, live.manifest, 2, live.layers, {}, 0), durable=False)
    after = open_index(index, before=before)
    assert isinstance(before, LiveSegment)
    assert isinstance(after, LiveSegment)
    assert after.base is before.base
    assert after.layers[0] is before.layers[0]


def test_a_live_index_follows_its_generation_until_live_moves(index: Path, tmp_path: Path) -> None:
    publish(index, 1, follows_three(index))
    build(tmp_path / "w", index)
    assert current_state(index) == ("000001", 1)
    segment = open_index(index)
    assert isinstance(segment, LiveSegment)
    assert segment.generation == "000001"


@pytest.mark.parametrize("name", ["arrays.bin", "layer.json"])
def test_every_flipped_bit_of_a_layer_is_refused_by_name(index: Path, name: str) -> None:
    rng = Random(5)
    live = publish(index, 1, follows_three(index))
    path = layer_directory(index, live.generation, live.layers[0].name) / name
    good = path.read_bytes()
    for bit in rng.sample(range(8 * len(good)), 40):
        path.write_bytes(flipped(good, bit))
        with pytest.raises(DamagedError, match=name) as error:
            open_index(index)
        assert str(path) in error.value.message
    path.write_bytes(good[:-1])
    with pytest.raises(DamagedError, match=name):
        open_index(index)
    path.unlink()
    with pytest.raises(DamagedError, match="is missing, though LIVE names it"):
        open_index(index)


def test_every_flipped_bit_of_the_pointer_is_refused_by_name(index: Path) -> None:
    publish(index, 1, follows_three(index))
    good = (index / LIVE).read_bytes()
    for bit in range(8 * len(good)):
        (index / LIVE).write_bytes(flipped(good, bit))
        with pytest.raises(DamagedError, match="LIVE"):
            open_index(index)
    (index / LIVE).unlink()
    (index / LIVE).mkdir()
    with pytest.raises(DamagedError, match="is a directory"):
        current_state(index)


def flipped(data: bytes, bit: int) -> bytes:
    return data[: bit >> 3] + bytes([data[bit >> 3] ^ (1 << (bit & 7))]) + data[(bit >> 3) + 1 :]


def test_a_session_goes_on_answering_where_the_new_layer_is_damaged(index: Path) -> None:
    session = Session(index, SETTINGS)
    live = publish(index, 1, follows_three(index))
    (layer_directory(index, live.generation, live.layers[0].name) / "arrays.bin").write_bytes(b"")
    with pytest.raises(DamagedError):
        session.refresh()
    assert followed(session) == [2]


def test_layers_are_written_whole_or_not_at_all(index: Path) -> None:
    directory = layer_directory(index, "000001", "x")
    left = directory.with_name("x.new")
    left.mkdir(parents=True)
    (left / "arrays.bin").write_bytes(b"left by a writer that was killed")
    arrays = {"a": np.arange(5, dtype=np.uint32), "empty": np.empty(0, dtype=np.int64), "b": np.ones(3)}
    hash_ = write_layer(directory, arrays, {"first": 7}, durable=False)
    make_durable(directory)
    assert not left.exists()
    layer = open_layer(directory, hash_)
    assert layer.scalars == {"first": 7}
    assert layer.get("c") is None
    assert "c" not in layer.arrays
    assert "b" in layer.arrays
    assert layer.get("b") is layer.arrays["b"]
    assert {name: (a.tolist(), a.dtype) for name, a in layer.arrays.items()} == {
        name: (a.tolist(), a.dtype) for name, a in arrays.items()
    }
    assert layer.get("c") is None
    shutil.rmtree(directory)
    directory.write_text("in the way")
    with pytest.raises(InputError, match="cannot write") as error:
        write_layer(directory, arrays, durable=False)
    assert error.value.code == "unwritable"


def test_other_formats_are_told_apart_from_damage(index: Path) -> None:
    live = publish(index, 1, follows_three(index))
    path = layer_directory(index, live.generation, live.layers[0].name) / "layer.json"
    from index.manifest import hash_of

    data = path.read_bytes().replace(b'"format": 2', b'"format": 7')
    path.write_bytes(data)
    with pytest.raises(DamagedError, match="has format 7, this version reads format 2"):
        open_layer(path.parent, hash_of(data))
