"""A base under layers answers as an index that was built anew: random worlds that change, whole answers compared.

The layers are derived by `tests.live_layers` from the index that was built anew, written, published and followed step by step.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from random import Random
from typing import Any

import pytest

from index import (
    AnySegment,
    Layer,
    LayerName,
    Live,
    LiveSegment,
    Segment,
    layer_directory,
    merge_layers,
    open_index,
    open_layer,
    prefixes,
    write_layer,
    write_live,
)
from query import Searcher, live_terms, peek
from schemas.catalogue import CATALOGUE, Vertical
from schemas.errors import QueryError
from schemas.ids import ExternalId, hashtag_id
from tests import oracle
from tests.agreement import SETTINGS, build, request_of
from tests.live_layers import Layers
from tests.oracle.random_cases import Case, random_cases, random_viewers
from tests.oracle.random_world import random_tables

SEEDS = range(9_000, 9_020)
CASES = 60
BEGINNINGS = ("", "a", "c", "#t", "s", "한", "osm:", "1")


def changed(tables: oracle.Tables, rng: Random) -> oracle.Tables:
    """The rows of a world some time later: some are gone, some are others, some are new."""
    stranger = random_tables(rng.randrange(10**9))
    ids = {
        table: [row["id"] for row in [*tables.get(table, ()), *stranger.get(table, ())]]
        for table in ("users", "media", "groups", "places")
    }
    ends = {"_id": ids["users"], "media_id": ids["media"], "group_id": ids["groups"], "place_id": ids["places"]}
    later: oracle.Tables = {}
    for table in sorted({*tables, *stranger} - {"rank_counts", "snapshot"}):
        rows = []
        mine, theirs = tables.get(table, []), stranger.get(table, [])
        for row in mine:
            if rng.random() < 0.06:
                continue
            if rng.random() < 0.15:
                other = rng.choice([*mine, *theirs])
                row = {name: value if name == "id" else other[name] for name, value in row.items()}
            rows.append(row)
        for row in rng.sample(theirs, len(theirs) // 4):
            new = dict(row)
            for column in row:
                if column.endswith("_id") and rng.random() < 0.8:
                    new[column] = rng.choice(ends.get(column, ends["_id"]) or [1])
            rows.append(new)
        if rows or table in ("users", "media"):
            later[table] = rows
    return later


def with_counts(tables: oracle.Tables, base: Segment) -> oracle.Tables:
    """The same, the counts of static ranks those of the base, and 0 for what is new."""
    counts: list[oracle.Row] = []
    for vertical in (v for v in Vertical if v is not Vertical.MEDIA):
        counts.append({"vertical": str(vertical), "id": 10**17, "count": 0})
        of = base.column(f"{vertical}.rank_count").tolist()
        for id_, count in zip(base.ids(vertical).tolist(), of, strict=True):
            counts.append({"vertical": str(vertical), "id": id_, "count": count})
    return tables | {"rank_counts": counts}


class Publisher:
    """Writes layers over the base of an index and publishes them."""

    def __init__(self, index: Path, base: Segment) -> None:
        self.index = index
        self.generation, self.manifest = base.generation, (index / "CURRENT").read_text().split('"')[7]
        self.names: list[LayerName] = []
        self.sequence = 0

    def add(self, arrays: dict[str, Any]) -> None:
        self.sequence += 1
        self._write(f"{self.sequence:06}", arrays)
        self._publish()

    def merge(self, at: int) -> None:
        """Put two neighbours together."""
        older, newer = (self._open(name) for name in self.names[at : at + 2])
        behind = self.names[at + 2 :]
        del self.names[at:]
        self.sequence += 1
        self._write(f"{self.sequence:06}-merged", merge_layers(older, newer))
        self.names += behind
        self._publish()

    def _open(self, name: LayerName) -> Layer:
        return open_layer(layer_directory(self.index, self.generation, name.name), name.hash)

    def _write(self, name: str, arrays: dict[str, Any]) -> None:
        directory = layer_directory(self.index, self.generation, name)
        self.names.append(LayerName(name, write_layer(directory, arrays, durable=False)))

    def _publish(self) -> None:
        live = Live(self.generation, self.manifest, self.sequence, tuple(self.names), {"at": self.sequence}, 0)
        write_live(self.index, live, durable=False)


def told(searcher: Searcher, case: Case, about: int) -> dict[str, Any]:
    """All that one request can bring to light."""
    request = request_of(case)
    try:
        answer = searcher.run(
            type(request)(
                text=request.text,
                viewer=request.viewer,
                vertical=request.vertical,
                limit=request.limit,
                is_operator=request.is_operator,
                is_exact=request.is_exact,
                explains=not case.operator,  # the operator's shows estimates, which are those of the storage
                gives_lineage=True,
                why_not=ExternalId(about),
            )
        ).as_json()
    except QueryError as error:
        return error.as_json()
    del answer["took_ms"]
    return answer


def everything(segment: AnySegment, viewer: int | None, is_operator: bool, ids: dict[Vertical, list[int]]) -> list[Any]:
    """Every term that the viewer is shown, and every document."""
    searcher = Searcher(segment, SETTINGS)
    world = searcher.world(None if viewer is None else ExternalId(viewer), is_operator=is_operator)
    terms = [(edge.key, text, live_terms(world, edge, text, 5)) for edge in CATALOGUE for text in BEGINNINGS]
    return terms + [peek(world, vertical, ExternalId(id_)) for vertical, known in ids.items() for id_ in known]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_base_under_layers_answers_as_one_built_anew(
    seed: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    print(f"seed {seed}")
    monkeypatch.setattr(prefixes, "_FREQUENT", 3)
    monkeypatch.setattr(prefixes, "_MANY", 2)
    follow(seed, tmp_path)


def follow(seed: int, path: Path) -> None:
    """A world that changes, followed by a live index; after each change it is compared with an index built anew."""
    rng = Random(seed)
    tables = random_tables(seed)
    index = path / "index"
    oracle.write_world(tables, path / "w")
    base = build(path / "w", index)
    assert isinstance(base, Segment)
    layers, publisher, segment = Layers(base), Publisher(index, base), None
    for step in range(rng.choice((1, 1, 2, 3))):
        tables = changed(tables, rng)
        later = with_counts(tables, base)
        world, anew = path / f"w{step}", path / f"i{step}"
        oracle.write_world(later, world)
        rebuilt = build(world, anew)
        assert isinstance(rebuilt, Segment)
        publisher.add(layers.towards(rebuilt, rng))
        if len(publisher.names) > 1 and rng.random() < 0.4:
            if rng.random() < 0.5:
                segment = open_index(index, before=segment)
            publisher.merge(rng.randrange(len(publisher.names) - 1))
        segment = open_index(index, before=segment if rng.random() < 0.8 else None)
        assert isinstance(segment, LiveSegment)
        compare(segment, rebuilt, oracle.make_world(later, hashtag_id), rng)
        shutil.rmtree(anew)


def compare(segment: LiveSegment, rebuilt: Segment, world: oracle.World, rng: Random) -> None:
    live, plain = Searcher(segment, SETTINGS), Searcher(rebuilt, SETTINGS)
    ids = {vertical: segment.ids(vertical).tolist() for vertical in Vertical}
    everybody = [id_ for vertical in (Vertical.USER, Vertical.MEDIA) for id_ in ids[vertical]] or [1]
    for case in random_cases(world, rng.randrange(10**6), CASES):
        about = rng.choice(everybody)
        assert told(live, case, about) == told(plain, case, about), case
    gone = rng.choice(ids[Vertical.USER] or [1])
    for viewer in (*random_viewers(world, rng, 2), gone):
        assert everything(segment, viewer, False, ids) == everything(rebuilt, viewer, False, ids)
    assert everything(segment, None, True, ids) == everything(rebuilt, None, True, ids)
