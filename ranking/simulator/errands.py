"""What somebody comes for, and what they type for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from query import Searcher, peek
from ranking.simulator.people import Known, Person
from schemas.catalogue import Vertical
from schemas.ids import ExternalId
from schemas.text import fold

AGAIN = 0.3
"""How often somebody looks for what they chose before."""
SIGNED = 0.35
"""How often a hashtag is typed with its sign; people are seldom typed with theirs."""
LONGEST = 14
WANTED = (Vertical.USER, Vertical.HASHTAG, Vertical.PLACE, Vertical.GROUP)


@dataclass(frozen=True, slots=True)
class Errand:
    """One document that is looked for, and the text that would be typed to the end."""

    vertical: Vertical
    id: ExternalId
    text: str


def errand(searcher: Searcher, person: Person, random: np.random.Generator) -> Errand | None:
    """What a person looks for now; None where nothing comes to mind."""
    if person.past and random.random() < AGAIN:
        vertical, wanted = person.past[-1 - int(random.integers(0, min(10, len(person.past))))]
    else:
        vertical = WANTED[int(random.choice(len(WANTED), p=person.wants))]
        known = _circle(person, vertical, random)
        if not known.ids:
            return None
        wanted = known.ids[int(random.choice(len(known.ids), p=known.ease))]
    shown = peek(searcher.world(person.id, is_operator=False), vertical, wanted)
    if shown is None:
        return None
    text = _typed(vertical, str(shown["name"]), str(shown.get("fullname", "")), random)
    return Errand(vertical, wanted, text) if text else None


def keystrokes(text: str, random: np.random.Generator) -> Iterator[str]:
    """What stands in the box each time it asks: a few letters at first, then one or two more."""
    length = min(len(text), (1 if text[0] in "#@" else 0) + int(random.integers(1, 4)))
    yield text[:length]
    while length < len(text):
        length = min(len(text), length + int(random.integers(1, 3)))
        if text[length - 1] != " ":
            yield text[:length]


def _circle(person: Person, vertical: Vertical, random: np.random.Generator) -> Known:
    match vertical:
        case Vertical.HASHTAG:
            return person.hashtags
        case Vertical.PLACE:
            return person.places
        case Vertical.GROUP:
            return person.groups
        case _:
            circles = (person.followed, person.second, person.famous)
            return circles[int(random.choice(3, p=(0.55, 0.3, 0.15)))]


def _typed(vertical: Vertical, name: str, fullname: str, random: np.random.Generator) -> str:
    chance = random.random()
    match vertical:
        case Vertical.HASHTAG:
            text = name if chance < SIGNED else name.lstrip("#")
        case Vertical.USER:
            text = f"@{name}" if chance < 0.04 else name if chance < 0.4 or not fullname else fullname
        case _:
            text = name
    text = " ".join(text.lower().split())[:LONGEST].rstrip()
    return text if fold(text).strip("#@ ") else ""
