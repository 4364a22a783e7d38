"""What tests share: where the public data and the conformance cases are."""

from __future__ import annotations

import gc
import os
from pathlib import Path

import pytest


def shared() -> Path:
    """The directory of public data and conformance cases, beside the repository unless MONOCEROS_SHARED names it."""
    return Path(os.environ.get("MONOCEROS_SHARED", Path(__file__).parent.parent.parent / "shared"))


def shared_or_skip(name: str) -> Path:
    """One of its folders; the test is skipped where it is absent."""
    path = shared() / name
    if not path.exists():
        pytest.skip(f"{name} is not here: put it beside the repository, or name its parent in MONOCEROS_SHARED")
    return path


@pytest.fixture(autouse=True)
def _without_old_objects() -> None:
    """Keep what thousands of tests were made of out of the collector: looking through it takes .3 s of processor time, which is
    more than the deadline of whatever query it meets. A consumer that ends thaws all of it, hence every time. What becomes a
    cycle of frozen objects is never collected.
    """
    if gc.get_freeze_count() == 0:
        gc.collect()
        gc.freeze()
