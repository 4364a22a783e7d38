"""From one publication of a live index to another: what did not change is not read again, and nothing that changed is missed."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from random import Random

import numpy as np

from index import AnySegment, Changed, LiveSegment, changed_between, layout, open_index
from ranking.box.trending import _Window
from schemas.catalogue import CATALOGUE, Rule, ValueKind, Vertical
from tests.histories import random_history
from tests.live_law import LiveIndex
from tests.truth import START_MS

SEEDS = range(9_400, 9_412)
BITS = {
    layout.PUBLIC_USERS: Vertical.USER,
    layout.PUBLIC_MEDIA: Vertical.MEDIA,
    layout.PUBLIC_GROUPS: Vertical.GROUP,
    **{f"{vertical}.alive": vertical for vertical in Vertical},
}
LISTS = {
    layout.BLOCKED: Vertical.USER,
    layout.RESTRICTED: Vertical.USER,
    layout.HASHTAGS_OF_MEDIA: Vertical.MEDIA,
    **{
        name: edge.value_vertical
        for edge in CATALOGUE
        if edge.kind is ValueKind.ID and edge.value_vertical is not None
        for name in (
            [layout.levelled(edge, level) for level in range(layout.LEVELS)]
            if edge.rule is Rule.OWNER_OF
            else [edge.key]
        )
    },
}
"""Lists by the vertical that their keys are documents of."""
COLUMNS = {
    "media.created_at_ms": Vertical.MEDIA,
    "media.owner": Vertical.MEDIA,
    "hashtag.public_media": Vertical.HASHTAG,
}


def publications(seed: int, directory: Path) -> list[AnySegment]:
    """States of an index as one process that follows it opens them."""
    rng = Random(f"changed {seed}")
    history = random_history(seed)
    live = LiveIndex(directory, rng, ("writer",))
    found: list[AnySegment] = []
    for build, events in zip(history.builds, history.deliveries, strict=True):
        live.build(build)
        found.append(open_index(live.index, before=found[-1] if found else None))
        step = rng.choice((2, 5, 20))
        for first in range(0, len(events), step):
            live.deliver(events[first : first + step])
            found.append(open_index(live.index, before=found[-1]))
    return found


def pairs(seed: int, directory: Path) -> list[tuple[AnySegment, AnySegment]]:
    """Neighbours, and states further apart, between which layers were put together."""
    states = publications(seed, directory)
    rng = Random(seed)
    return [*pairwise(states), *((rng.choice(states), rng.choice(states)) for _ in range(10))]


def lists_of(segment: AnySegment, name: str, key: int) -> list[int]:
    size = segment.size(Vertical(name.partition(".")[0]))
    found: list[int] = segment.lists(name).of(key).within(0, size).docs().tolist()
    return found


def flags(segment: AnySegment, name: str, vertical: Vertical) -> np.ndarray:
    words = segment.alive(vertical) if name.endswith(".alive") else segment.bits(name)
    size = segment.size(vertical)
    if words is None:
        return np.ones(size, dtype=bool)
    return np.unpackbits(words.view(np.uint8), bitorder="little")[:size].astype(bool)


def test_what_is_not_named_did_not_change(tmp_path: Path) -> None:
    compared = named = 0
    for seed in SEEDS:
        for one, other in pairs(seed, tmp_path / str(seed)):
            changed = changed_between(one, other)
            is_one_base = isinstance(one, LiveSegment) and isinstance(other, LiveSegment) and one.base is other.base
            assert (changed is not None) == is_one_base
            if changed is not None:
                now_compared, now_named = compare(one, other, changed)
                compared, named = compared + now_compared, named + now_named
    assert compared > 1_000
    assert named > 300


def test_keys_that_layers_touch_are_found_among_others(tmp_path: Path) -> None:
    met = 0
    for seed in SEEDS[:4]:
        rng = Random(f"touched {seed}")
        for state in publications(seed, tmp_path / str(seed)):
            if isinstance(state, LiveSegment):
                for name, vertical in LISTS.items():
                    keys = np.sort(rng.sample(range(state.size(vertical)), state.size(vertical) // 2)).astype(np.uint32)
                    found = state.touched_of(name, keys)
                    assert found.tolist() == np.intersect1d(keys, state.touched(name)).tolist()
                    met += len(found)
    assert met > 100


def compare(one: AnySegment, other: AnySegment, changed: Changed) -> tuple[int, int]:
    """How many lists were compared, and how many lists, bits and values are said to be other."""
    compared = named = 0
    for vertical in Vertical:
        known = changed.known[vertical]
        assert one.ids(vertical)[:known].tolist() == other.ids(vertical)[:known].tolist()
    for name, vertical in BITS.items():
        known = changed.known[vertical]
        differ = np.flatnonzero(flags(one, name, vertical)[:known] != flags(other, name, vertical)[:known])
        assert np.isin(differ, changed.bits(name)).all(), name
        named += len(differ)
    for name, vertical in COLUMNS.items():
        known = changed.known[vertical]
        differ = np.flatnonzero(one.column(name)[:known] != other.column(name)[:known])
        assert np.isin(differ, changed.values(name)).all(), name
        named += len(differ)
    for name, vertical in LISTS.items():
        keys = changed.keys(name)
        assert keys is not None, name
        same = np.setdiff1d(np.arange(changed.known[vertical]), keys)
        assert all(lists_of(one, name, key) == lists_of(other, name, key) for key in same.tolist()), name
        compared += len(same)
        named += len(keys)
    return compared, named


def test_windows_that_follow_others_are_those_counted_from_the_beginning(tmp_path: Path) -> None:
    followed = differing = 0
    for seed in SEEDS:
        rng = Random(f"windows {seed}")
        for before, after in pairs(seed, tmp_path / str(seed)):
            times = sorted(rng.sample(before.column("media.created_at_ms").tolist() or [START_MS], 1) * 2)
            for since_ms, until_ms in ((times[0], None), (0, times[1]), (times[0] - 10**6, times[1] + 1)):
                old = _Window.of(before, since_ms, until_ms)
                found, wanted = old.after(before, after), _Window.of(after, since_ms, until_ms)
                if found is None:
                    continue
                followed += 1
                differing += found.media.tolist() != old.media.tolist() or found.counts.tolist() != old.counts.tolist()
                assert found.days == wanted.days
                assert found.media.tolist() == wanted.media.tolist()
                assert found.counts.tolist() == wanted.counts.tolist()
    assert followed > 50
    assert differing > 5
