"""How the bench puts times together."""

from __future__ import annotations

from bench.clock import best_of


def test_of_several_passes_the_best_of_each_question_counts() -> None:
    first = {"ours": [3.0, 1.0, 9.0], "bare": [0.5, 0.5, 0.5]}
    slow = {"ours": [6.0, 2.0], "bare": [1.0, 0.4]}  # and came less far
    assert best_of([first, slow]) == {"ours": [3.0, 1.0], "bare": [0.5, 0.4]}
    assert best_of([slow]) == slow
