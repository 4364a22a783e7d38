"""Layers by the slow, obvious way: what the lists, bits, columns and texts of another index say differently, key by key.

`Layers(base).towards(other, rng)` gives the arrays that turn the base, with all layers given before, into the other index. Where
docs/decisions/0007-live-layers.md leaves a choice (hide a document or remove it key by key; facts of documents that are gone;
merely touched keys) the dice decide.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

import numpy as np

from index import NONE, DocSet, Segment, arrays_of, layout, pack_rows
from schemas.catalogue import CATALOGUE, Rule, ValueKind, Vertical

BITSETS = {
    layout.PUBLIC_USERS: Vertical.USER,
    layout.PUBLIC_MEDIA: Vertical.MEDIA,
    layout.PUBLIC_GROUPS: Vertical.GROUP,
}
COLUMNS = (
    "user.created_at_ms",
    "media.created_at_ms",
    "media.level",
    "media.type",
    "hashtag.public_media",
    "place.lat",
    "place.lon",
)
REFERENCES = {layout.OWNER_COLUMN: Vertical.USER, layout.PLACE_COLUMN: Vertical.PLACE}
FACTS_FROM_MEDIA = (layout.HASHTAGS_OF_MEDIA, layout.RAW_TAGS)
FACTS_FROM_USERS = (layout.BLOCKED, layout.RESTRICTED)
HIDING = ("media.caption", "media.owner", "media.location", "user.name", "place.city", "media.tag", "media.type")
"""Edges whose documents may be hidden, prefixes of the names among them."""


def u32(values: Iterable[int]) -> np.ndarray:
    return np.array(sorted(values), dtype=np.uint32)


def bits_of(segment: Segment, name: str, size: int) -> set[int]:
    return set(DocSet(0, size, None, segment.bits(name)).docs().tolist())


class Layers:
    """What all layers so far say together."""

    def __init__(self, base: Segment) -> None:
        self.base = base
        self.numbers = {v: {id_: n for n, id_ in enumerate(base.ids(v).tolist())} for v in Vertical}
        self.alive = {v: set(self.numbers[v].values()) for v in Vertical}
        self.terms: dict[str, dict[str, int]] = {}
        self.hidden: dict[str, set[int]] = {}
        self.rows: dict[tuple[str, int], tuple[set[int], set[int]]] = {}
        self.bits = {name: bits_of(base, name, base.size(vertical)) for name, vertical in BITSETS.items()}
        self.values: dict[tuple[str, int], Any] = {}

    def towards(self, other: Segment, rng: Random) -> dict[str, np.ndarray]:
        """The arrays of the next layer."""
        self.other, self.rng, self.arrays = other, rng, dict[str, np.ndarray]()
        self._documents()
        for edge in CATALOGUE:
            if edge.rule is Rule.OWNER_OF:
                for level in range(layout.LEVELS):
                    self._lists(layout.levelled(edge, level), self._ids(Vertical.USER), edge.vertical)
            elif edge.value_vertical is not None:
                self._lists(edge.key, self._ids(edge.value_vertical), edge.vertical)
            else:
                self._lists(edge.key, self._words(edge.key), edge.vertical)
                if layout.keeps_prefixes(edge) and edge.kind is not ValueKind.HASHTAG_NAME:
                    self._prefixes(layout.prefixes(edge.key), edge.vertical)
        self._words(layout.HASHTAG_DICTIONARY)
        for name in FACTS_FROM_USERS:
            self._lists(name, self._ids(Vertical.USER), Vertical(name.partition(".")[0]))
        self._lists(layout.HASHTAGS_OF_MEDIA, self._ids(Vertical.MEDIA), Vertical.HASHTAG)
        self._raw_tags()
        self._columns()
        return self.arrays

    # -- documents -------------------------------------------------------------------------------------------------

    def _documents(self) -> None:
        for vertical in Vertical:
            known, base = self.numbers[vertical], self.base.size(vertical)
            ids = self.other.ids(vertical).tolist()
            late = [id_ for id_ in ids if id_ not in known]
            self.rng.shuffle(late)
            if self.rng.random() < 0.3:
                late.append(self.rng.randrange(10**15, 10**16))  # mentioned, and not there
            for id_ in late:
                known[id_] = len(known)
            if late:
                self.arrays[f"{vertical}.late"] = np.array(late, dtype=np.int64)
            living = {known[id_] for id_ in ids}
            self._change(f"{vertical}.alive", self.alive[vertical], living)
            self.alive[vertical] = living
            self._order(vertical, [known[id_] for id_ in ids], base)
        for name, vertical in BITSETS.items():
            shown = {self._number(vertical, doc) for doc in bits_of(self.other, name, self.other.size(vertical))}
            self._change(name, self.bits[name], shown)
            self.bits[name] = shown

    def _number(self, vertical: Vertical, doc: int) -> int:
        """The number of a document of the other index."""
        return self.numbers[vertical][int(self.other.ids(vertical)[doc])]

    def _change(self, name: str, before: set[int], now: set[int]) -> None:
        if now - before:
            self.arrays[f"{name}.set"] = u32(now - before)
        if before - now:
            self.arrays[f"{name}.clear"] = u32(before - now)

    def _order(self, vertical: Vertical, ranked: list[int], base: int) -> None:
        """Odd are the late ones, and base documents that would not stand in the order of their numbers."""
        regular = set(longest_rising([doc for doc in ranked if doc < base]))
        gone = [doc for doc in range(base, len(self.numbers[vertical])) if doc not in set(ranked)]
        odd, slots, slot = [], [], 0
        for doc in ranked:
            if doc in regular:
                slot = doc + 1
            else:
                odd.append(doc)
                slots.append(slot)
        if odd or gone:
            self.arrays[f"{vertical}.order"] = np.array(odd + gone, dtype=np.uint32)
            self.arrays[f"{vertical}.order.slot"] = np.array(slots + [base] * len(gone), dtype=np.uint32)

    # -- lists -----------------------------------------------------------------------------------------------------

    def _ids(self, vertical: Vertical) -> dict[int, int | None]:
        """All keys of lists that are keyed by documents, and the key in the other index."""
        there = {id_: doc for doc, id_ in enumerate(self.other.ids(vertical).tolist())}
        return {number: there.get(id_) for id_, number in self.numbers[vertical].items()}

    def _words(self, name: str) -> dict[int, int | None]:
        """All keys of lists that are keyed by terms, and the key in the other index. New terms go into the layer."""
        ours = self.base.terms(name)
        is_hashtag = name == layout.HASHTAG_DICTIONARY
        known = self.terms.setdefault(name, {})
        if not known:
            known |= {run.text(row): int(key) for run in ours.ranges("") for row, key in enumerate(run.keys)}
        theirs = {
            run.text(row): int(key) for run in self.other.terms(name).ranges("") for row, key in enumerate(run.keys)
        }
        new = [term for term in theirs if term not in known]
        self.rng.shuffle(new)
        for term in new:
            known[term] = self._number(Vertical.HASHTAG, theirs[term]) if is_hashtag else len(known)
        new.sort(key=str.encode)
        if new:
            self.arrays[f"{name}.terms.blob"] = np.frombuffer("".join(new).encode(), dtype=np.uint8)
            ends = np.cumsum([0, *(len(term.encode()) for term in new)])
            self.arrays[f"{name}.terms.offsets"] = ends.astype(np.uint32)
            self.arrays[f"{name}.terms.number"] = np.array([known[term] for term in new], dtype=np.uint32)
        return {key: theirs.get(term) for term, key in known.items()}

    def _lists(self, name: str, keys: dict[int, int | None], vertical: Vertical) -> None:
        size = self.other.size(vertical)
        wanted = {
            key: set()
            if there is None
            else {
                self._number(vertical, doc) for doc in self.other.lists(name).of(there).within(0, size).docs().tolist()
            }
            for key, there in keys.items()
        }
        self._rows(name, wanted, vertical, self._gone(vertical))

    def _gone(self, vertical: Vertical) -> set[int]:
        """Base documents whose facts wait. A hashtag has none: it is gone since nothing carries it any more."""
        return set() if vertical is Vertical.HASHTAG else set(range(self.base.size(vertical))) - self.alive[vertical]

    def _prefixes(self, name: str, vertical: Vertical) -> None:
        """The base's frequent prefixes, for ever: the union of what the other index has under them."""
        edge = name.removesuffix(".prefix")
        size, lists, terms = self.other.size(vertical), self.other.lists(edge), self.other.terms(edge)
        wanted = {}
        for run in self.base.terms(name).ranges(""):
            for row, key in enumerate(run.keys.tolist()):
                found = {
                    doc for of in terms.keys(run.text(row)) for doc in lists.of(int(of)).within(0, size).docs().tolist()
                }
                wanted[key] = {self._number(vertical, doc) for doc in found}
        self._rows(name, wanted, vertical, self._gone(vertical))

    def _raw_tags(self) -> None:
        name, known = layout.RAW_TAGS, self._words(layout.RAW_TAGS)
        here = {there: key for key, there in known.items() if there is not None}
        size = len(self.other.terms(name))
        wanted = {}
        for key, there in self._ids(Vertical.MEDIA).items():
            of = [] if there is None else self.other.lists(name).of(there).within(0, size).docs().tolist()
            wanted[key] = {here[tag] for tag in of}
        self._rows(name, wanted, Vertical.MEDIA, set())

    def _rows(self, name: str, wanted: dict[int, set[int]], vertical: Vertical, gone: set[int]) -> None:
        """Say of each key what differs from the base; what is gone may as well stay."""
        dice, size = self.rng, len(self.base.terms(name)) if name == layout.RAW_TAGS else self.base.size(vertical)
        held = {key: set(self.base.lists(name).of(key).within(0, size).docs().tolist()) for key in wanted}
        hidden = self.hidden.setdefault(name, set())
        if name.removesuffix(".prefix") in HIDING:
            differs = {doc for key in wanted for doc in held[key] ^ wanted[key] if doc < size}
            new = {doc for doc in differs - hidden if dice.random() < 0.5}
            if dice.random() < 0.2:
                new |= set(dice.sample(range(size), min(size, 2))) - hidden
            if new:
                self.arrays[f"{name}.hidden"] = u32(new)
                hidden |= new
        said = {}
        for key, docs in wanted.items():
            shown = held[key] - hidden
            waiting = {doc for doc in shown & gone if dice.random() < 0.7}
            row = docs - shown, shown - docs - waiting
            if row != self.rows.get((name, key), (set(), set())) or dice.random() < 0.02:
                said[key] = self.rows[name, key] = row
        if said:
            self.arrays[f"{name}.touched"] = u32(said)
            for place, kind in enumerate(("added", "removed")):
                full = {key: row[place] for key, row in sorted(said.items()) if row[place]}
                if full:
                    ends = np.cumsum([0, *map(len, full.values())])
                    values = np.array([doc for docs in full.values() for doc in sorted(docs)], dtype=np.uint32)
                    self.arrays |= arrays_of(f"{name}.{kind}", pack_rows(u32(full), ends, values, 10**6))

    # -- columns and texts -----------------------------------------------------------------------------------------

    def _columns(self) -> None:
        for name in (*COLUMNS, *REFERENCES):
            vertical = Vertical(name.partition(".")[0])
            ours, theirs = self.base.column(name), self.other.column(name)
            changed: dict[int, Any] = {}
            for doc, value in enumerate(theirs.tolist()):
                if name in REFERENCES and value != NONE:
                    value = self._number(REFERENCES[name], value)
                number = self._number(vertical, doc)
                default = ours[number] if number < len(ours) else NONE if name in REFERENCES else 0
                if value != self.values.get((name, number), default):
                    changed[number] = self.values[name, number] = value
            if name == "hashtag.public_media":
                for number in set(range(len(self.numbers[vertical]))) - self.alive[vertical]:
                    if self.values.get((name, number), ours[number] if number < len(ours) else 0):
                        changed[number] = self.values[name, number] = 0
            if changed:
                self.arrays[f"{name}.column.docs"] = u32(changed)
                self.arrays[f"{name}.column.values"] = np.array([changed[d] for d in sorted(changed)], dtype=ours.dtype)
        for vertical, texts in layout.TEXT_COLUMNS.items():
            for text in texts:
                self._texts(vertical, text)

    def _texts(self, vertical: Vertical, text: str) -> None:
        name = f"{vertical}.{text}.text"
        ours, theirs = self.base.text(vertical, text), self.other.text(vertical, text)
        changed: dict[int, str] = {}
        for doc in range(len(theirs)):
            number = self._number(vertical, doc)
            before = self.values.get((name, number), ours[number] if number < len(ours) else "")
            if theirs[doc] != before:
                changed[number] = self.values[name, number] = theirs[doc]
        if changed:
            encoded = [changed[number].encode() for number in sorted(changed)]
            self.arrays[f"{name}.docs"] = u32(changed)
            self.arrays[f"{name}.blob"] = np.frombuffer(b"".join(encoded), dtype=np.uint8)
            self.arrays[f"{name}.offsets"] = np.cumsum([0, *map(len, encoded)]).astype(np.uint32)


def longest_rising(numbers: list[int]) -> list[int]:
    """A longest rising subsequence, by trying what each number can follow."""
    best: list[tuple[int, int | None]] = []
    for i, number in enumerate(numbers):
        before = max((j for j in range(i) if numbers[j] < number), key=lambda j: best[j][0], default=None)
        best.append((1 + (0 if before is None else best[before][0]), before))
    at = max(range(len(best)), key=lambda i: best[i][0], default=None)
    found = []
    while at is not None:
        found.append(numbers[at])
        at = best[at][1]
    return found[::-1]
