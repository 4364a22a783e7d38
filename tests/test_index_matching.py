"""Fuzzy look-up and name matching against slow twins."""

from __future__ import annotations

from random import Random

import numpy as np
import pytest

from index import BEGINS, COVERED, EDITS, MATCHED, POSITION, WHOLE, TermDictionary, name_matches, text_matches
from index.corpus import Strings
from index.names import Names
from schemas.text import fold, fold_all, words

LETTERS = "abcé가к"


def edits(one: str, other: str) -> int:
    """Optimal string alignment, by its definition."""
    matrix = {(i, 0): i for i in range(len(one) + 1)} | {(0, j): j for j in range(len(other) + 1)}
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            costs = [
                matrix[i - 1, j] + 1,
                matrix[i, j - 1] + 1,
                matrix[i - 1, j - 1] + (one[i - 1] != other[j - 1]),
            ]
            if i > 1 and j > 1 and one[i - 2 : i] == other[j - 2 : j][::-1]:
                costs.append(matrix[i - 2, j - 2] + 1)
            matrix[i, j] = min(costs)
    return matrix[len(one), len(other)]


def edits_to_a_beginning(typed: str, word: str) -> int:
    return min(edits(typed, word[:end]) for end in range(len(word) + 1))


def some_word(rng: Random, longest: int) -> str:
    return "".join(rng.choice(LETTERS) for _ in range(rng.randrange(1, longest)))


@pytest.mark.parametrize("seed", range(40))
@pytest.mark.parametrize("kept", [0, 3, 1_024])
def test_near_terms_are_those_of_the_definition(seed: int, kept: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("index.terms._MOST_NEAR", kept)
    rng = Random(seed)
    terms = sorted({some_word(rng, 9) for _ in range(rng.randrange(1, 400))})
    dictionary = TermDictionary(Strings.of(terms))
    words = [some_word(rng, 8) for _ in range(3)]
    for _ in range(16):
        typed, most, is_open = rng.choice(words), rng.randrange(1, 3), rng.random() < 0.5
        rows, found = dictionary.near(typed, most, is_open=is_open)
        measure = edits_to_a_beginning if is_open else edits
        wanted = {term: cost for term in terms if (cost := measure(typed, term)) <= most}
        got = {terms[row]: cost for row, cost in zip(rows.tolist(), found.tolist(), strict=True)}
        assert got == wanted, (seed, typed, most)


def test_near_terms_make_room_for_as_many_as_there_are() -> None:
    terms = sorted({f"ab{number:05}" for number in range(3_000)})
    rows, _ = TermDictionary(Strings.of(terms)).near("abb", 1, is_open=True)
    assert len(rows) == len(terms)


def word_starts(name: str, splits: bool) -> list[tuple[int, str, str]]:
    """Where words of a folded name begin, the rest of the name from there, and the word as far as nothing parts it."""
    found = []
    for at, char in enumerate(name):
        is_word = bool(words(char)) or char == "_"
        before = name[at - 1] if at else " "
        parts = not (bool(words(before)) or before == "_") or (splits and before == "_")
        if is_word and parts:
            end = at
            while end < len(name) and bool(words(name[end])) and not (splits and name[end] == "_"):
                end += 1
            found.append((at, name[at:], name[at:end]))
    return found


@pytest.mark.parametrize("seed", range(60))
def test_names_fit_as_the_definition_says(seed: int) -> None:
    rng = Random(seed)
    letters = "aab_ é-к"
    names = ["".join(rng.choice(letters) for _ in range(rng.randrange(0, 9))) for _ in range(20)]
    typed = [
        some_word(rng, 4) if rng.random() < 0.5 else "ab"[: rng.randrange(1, 3)] for _ in range(rng.randrange(1, 3))
    ]
    is_open, splits = rng.random() < 0.5, rng.random() < 0.5
    got = name_matches(names, typed, is_open=is_open, most=2, splits=splits)
    for row, name in zip(got, map(fold, names), strict=True):
        starts = word_starts(name, splits)
        places, whole, matched, covered, begins = [], 0, 0, 0, False
        for number, word in enumerate(typed):
            goes_on = is_open and number == len(typed) - 1
            fitting = []
            for place, (at, rest, _) in enumerate(starts):
                after = rest[len(word) : len(word) + 1]
                stops = not (after and words(after)) or (splits and after == "_")
                if rest.startswith(word) and (stops or goes_on):
                    fitting.append((place, at, stops))
            places += [place for place, _, _ in fitting]
            matched += bool(fitting)
            whole += any(stops for _, _, stops in fitting)
            covered += len(word) if fitting else 0
            begins = begins or (number == 0 and any(at == 0 for _, at, _ in fitting))
        size = sum(bool(words(char)) and char != "_" for char in name)
        assert (np.isnan(row[POSITION]) and not places) or row[POSITION] == min(places), (seed, name, typed)
        assert (row[WHOLE], row[MATCHED], bool(row[BEGINS])) == (whole, matched, begins), (seed, name, typed)
        assert row[COVERED] == pytest.approx(min(1, covered / size) if size else 0)
        assert (row[EDITS] == 0) == _last_fits(typed, starts, is_open, splits), (seed, name, typed)


def _last_fits(typed: list[str], starts: list[tuple[int, str, str]], is_open: bool, splits: bool) -> bool:
    word = typed[-1]
    for _, rest, _ in starts:
        after = rest[len(word) : len(word) + 1]
        if rest.startswith(word) and (is_open or not (after and words(after)) or (splits and after == "_")):
            return True
    return False


@pytest.mark.parametrize("seed", range(20))
def test_a_column_of_texts_matches_as_its_texts_do(seed: int) -> None:
    rng = Random(seed)
    letters = ("aAbB_ -9", "aAb_ é\0к", "aÉБß_ 한é")[seed % 3]
    texts = ["".join(rng.choice(letters) for _ in range(rng.choice((0, 3, 8, 300)))) for _ in range(20)]
    strings = Strings.of(texts)
    column = Names(Strings(strings.blob.copy(), strings.offsets))
    docs = np.array(rng.choices(range(20), k=rng.randrange(12)), dtype=np.uint32)
    for typed in (["ab"], ["a", "b9"], ["é"]):
        got = text_matches(column, docs, typed, is_open=True, most=2, splits=seed % 3 == 0)
        wanted = name_matches([texts[doc] for doc in docs], typed, is_open=True, most=2, splits=seed % 3 == 0)
        np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize(
    ("name", "typed", "wanted"), [("melanie", "melnaie", 1), ("melanie", "mxlxnie", 2), ("melanie", "zzzz", 3)]
)
def test_edits_of_names_are_counted_up_to_two(name: str, typed: str, wanted: int) -> None:
    assert name_matches([name], [typed], is_open=True, most=2)[0, EDITS] == wanted


def test_many_texts_fold_as_each_of_them() -> None:
    texts = ["José", "\u0301x", "oﬃce", "하늘", "ΣΑΣ", "", "a\0b", "x" * 300 + "É"]
    assert fold_all(texts) == [fold(text) for text in texts]
    assert fold_all(texts[:6]) == [fold(text) for text in texts[:6]]
    assert fold_all([]) == []
