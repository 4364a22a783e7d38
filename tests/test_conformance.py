"""The conformance cases: four tiny worlds, 2,400 queries, the answers that the contracts give."""

from __future__ import annotations

import json

import pytest

from query import Searcher
from tests.agreement import SETTINGS, build, request_of, shown
from tests.conftest import shared_or_skip
from tests.oracle.random_cases import Case

WORLDS = ("world1", "world2", "world3", "world4")


@pytest.mark.parametrize("world", WORLDS)
@pytest.mark.parametrize("is_exact", [False, True])
def test_conformance(world, is_exact, tmp_path):
    source = shared_or_skip(f"conformance/{world}")
    searcher = Searcher(build(source, tmp_path / "index"), SETTINGS)
    wrong = []
    lines = (source / "cases.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines:
        expected = json.loads(line)
        wanted = {name: expected[name] for name in ("query", "viewer", "vertical", "limit", "operator")}
        found = searcher.run(request_of(Case(**wanted, exact=is_exact)))
        fits = shown(found) == expected["results"]
        fits &= found.is_complete == expected["complete"] or expected["complete"] is None
        fits &= found.total == expected["total"] if found.total_is_exact else not is_exact
        fits &= found.total_is_exact or found.total == len(found.ids) <= expected["total"]
        if not fits:
            wrong.append(f"{line}\n    {found}")
    assert len(lines) == 600
    assert not wrong, f"{len(wrong)} wrong, the first:\n" + "\n".join(wrong[:3])
