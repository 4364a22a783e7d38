"""Pieces of the report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

METHOD = """\
Written by `make bench`; one machine, the same data for all. Times are milliseconds, p50 / p99, and end to end: from the text of a
query to ids and names. Ours counts as a logged-in viewer who asked the same before, so that the text is parsed and its plan is
kept; beside it stand the operator, who reads the whole world as the peers do and whose answers are compared with theirs one by one,
the same viewer with a text that was parsed and is planned anew, or is parsed anew as well, a viewer seen for the first time, and
nobody. Engines take turns over blocks of 20 questions, forwards and backwards, each question once untimed and three times timed,
one more untimed when a turn begins; the best of three counts, p50 and p99 are over questions; the garbage collector is off while a
block is timed; a turn in which the machine itself was slowed is timed again. Our engine alone, which is held against microseconds,
does all of that in three passes over all shapes, minutes apart, and the best counts of each question, as of the bare operation.
Each peer is loaded in a process of its own beside our engine, and ratios are those of that process; worlds of several sizes take
turns in one process too. Peers are given document numbers as keys and terms, in static-rank order, and turn results into ids and
names by two Python lists: they are spared translation, normalisation and parsing, and visibility altogether."""


def table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> Iterator[str]:
    """A Markdown table."""
    names = list(heads)
    yield f"| {' | '.join(names)} |"
    yield f"|{'---|' * len(names)}"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"


def pair(times: dict[str, float] | None) -> str:
    """p50 / p99."""
    return "—" if times is None else f"{times['p50']:.3f} / {times['p99']:.3f}"
