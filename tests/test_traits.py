"""Traits of media: packed and unpacked, and those of random worlds counted one media at a time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index import Segment, traits
from schemas.catalogue import Vertical
from schemas.ids import ExternalId, hashtag_id
from schemas.text import fold
from tests import oracle
from tests.agreement import built
from tests.oracle.random_world import random_tables


@given(st.integers(0, 1_000), st.floats(0, 1))
def test_faces_come_back_to_the_nearest_step(faces: int, share: float) -> None:
    count, largest = traits.unpack_sight(traits.pack_sight(np.array([faces]), np.array([share])))
    assert count[0] == min(faces, 7)
    assert abs(np.sqrt(largest[0]) - np.sqrt(share)) <= 0.5 / 31 + 1e-9


@given(st.integers(0, 10**9), st.integers(0, 1_000))
def test_letters_come_back_as_their_digits(letters: int, labels: int) -> None:
    digits, count = traits.unpack_telling(traits.pack_telling(np.array([letters]), np.array([labels])))
    assert (int(digits[0]), int(count[0])) == (min(letters.bit_length(), 15), min(labels, 15))


def column(segment: Segment, name: str, id_: int) -> int:
    doc = segment.idmap(Vertical.MEDIA).find(ExternalId(id_))
    assert doc is not None
    return int(segment.column(name)[doc])


@pytest.mark.parametrize("seed", range(8_300, 8_312))
def test_traits_are_those_of_the_slow_twin(seed: int) -> None:
    tables = random_tables(seed)
    rng = np.random.default_rng(seed)
    tables["media_faces"] = [
        {"media_id": row["id"], "x": 0.5, "y": 0.5, "width": float(rng.random()), "height": float(rng.random())}
        for row in tables["media"]
        for _ in range(rng.integers(0, 4))
    ]
    tables["media_faces"] += tables["media_faces"][:5]  # which are no other faces
    world = oracle.make_world(tables, hashtag_id)
    with built(tables) as segment:
        topics: dict[str, int] = {}
        for id_, row in world.media.items():
            faces = {(f["width"], f["height"]) for f in tables["media_faces"] if f["media_id"] == id_}
            count, largest = traits.unpack_sight(np.array([column(segment, traits.SIGHT, id_)], dtype=np.uint8))
            assert count[0] == len(faces)
            assert np.sqrt(largest[0]) == pytest.approx(np.sqrt(max((w * h for w, h in faces), default=0)), abs=0.017)
            labels = {fold(r["label"]): 0.0 for r in world.tables["media_autotags"] if r["media_id"] == id_}
            for r in world.tables["media_autotags"]:
                if r["media_id"] == id_:
                    labels[fold(r["label"])] = max(labels[fold(r["label"])], min(max(r["confidence"], 0.0), 1.0))
            labels.pop("", None)
            digits, held = traits.unpack_telling(np.array([column(segment, traits.TELLING, id_)], dtype=np.uint8))
            assert (int(digits[0]), int(held[0])) == (len(row["caption"]).bit_length(), len(labels))
            topic = column(segment, traits.TOPIC, id_)
            assert (topic == 0) == (not labels)
            best = [label for label, sure in labels.items() if sure == max(labels.values())]
            if len(best) == 1:
                assert topics.setdefault(best[0], topic) == topic
            public = {u for u, r in world.users.items() if not r["is_private"]}
            commenters = {r["commenter_id"] for r in world.tables["comments"] if r["media_id"] == id_}
            assert column(segment, traits.COMMENTERS, id_) == len(commenters & public)
