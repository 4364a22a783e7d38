"""Normalisation in the engine and in the oracle, on hostile text; and the shares of weak-and in machine words."""

from __future__ import annotations

from fractions import Fraction
from math import floor
from random import Random

import pytest

from query.weak_and import _at_most
from schemas import text
from tests import oracle
from tests.oracle import text as twin

ALPHABET = (
    "aZ09_ .,:=#*+-\u00e9e\u0301\u0308\u0338\u00df\ufb01\u2168\uff21\uff1a\u2260\uff0a\u0130\u01c4\u1e9e\u03a3\u03c2"
    "\ud55c\u1112\u1161\u3000\u00a0\u200b\u0627\u064e\u0915\u094d\u732b\U0001f600\ufdfa\u2116\n"
)


def texts(seed: int) -> list[str]:
    rng = Random(seed)
    short = ["".join(rng.choices(ALPHABET, k=rng.randrange(9))) for _ in range(4_000)]
    return short + ["".join(rng.choices(ALPHABET, k=rng.randrange(240, 300))) for _ in range(100)]


@pytest.mark.parametrize("seed", range(3))
def test_engine_and_oracle_read_text_alike(seed):
    for raw in texts(seed):
        assert text.fold(raw) == twin.fold(raw), raw
        assert text.words(raw) == list(twin.words(raw)), raw
        assert text.hashtag(raw) == twin.hashtag(raw), raw
        assert text.tag(raw) == twin.clean_tag(raw), raw


@pytest.mark.parametrize("seed", range(3))
def test_machine_tag_queries_are_folded_before_they_are_split(seed):
    tables = {
        "users": [{"id": 1, "username": "a"}],
        "media": [{"id": 10, "owner_id": 1, "created_at_ms": 1}],
        "media_tags": [{"media_id": 10, "tag": "osm:way=30"}],
    }
    world = oracle.make_world(tables)
    rng = Random(seed)
    for _ in range(3_000):
        value = "".join(rng.choices("osmway30:=*\uff1a\u2260\uff0a\u0338\u00e9", k=rng.randrange(1, 8)))
        asked = text.machine_tag_query(value)
        try:
            oracle.answer(world, f'mt:"{value}"')
            is_refused = False
        except oracle.OracleError:
            is_refused = True
        assert (asked is None) == is_refused, value


@pytest.mark.parametrize("seed", range(20))
def test_a_share_in_a_machine_word_allows_as_many_misses_of_any_number(seed):
    rng = Random(seed)
    most = rng.randrange(1, 400)
    share = Fraction(rng.randrange(10**30), 10**30)
    found = _at_most(share, most)
    assert found.denominator <= most
    for count in range(most + 1):
        assert floor(found * count) == floor(share * count)


def test_texts_of_letters_that_fold_alone_fold_letter_by_letter() -> None:
    alone = {char: folded for code in range(0x3_0000) if (folded := text.fold_of_letter(char := chr(code))) is not None}
    assert [alone[char] for char in "ÉЙς猫"] == ["e", "и", "σ", "猫"]
    assert not alone.keys() & {"\ufb01", "\u00df", "\u0301", "\ud558", "\u1161", "\u304c"}
    rng = Random(5)
    chars = sorted(alone)
    for _ in range(20_000):
        raw = "".join(rng.choices(chars, k=6))
        assert text.fold(raw) == "".join(alone[char] for char in raw), raw
