"""What a new base repaired: where what is in force over it differs from what was in force over the old one, counted by kind.

Facts are counted as they are told, whether or not both ends are there, and so are tags as written and labels as folded; of
documents that are there before and after, those are `changed` of which an attribute differs.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index import NONE, U32, Layer, caption_marks, changing, hash_texts, layout
from ingest.live.attributes import ATTRIBUTES, OF_VERTICAL, TABLE_OF
from ingest.live.base import FORWARD, Base, Flags, in_sorted
from ingest.live.batch import AttributeKey
from ingest.live.changes import Codes, codes_in_force, codes_of
from ingest.live.columns import Texts, equal
from ingest.live.derive import Derivation
from ingest.live.documents import Documents
from ingest.live.told import Told
from schemas.catalogue import Vertical

REPORT = "reconcile.json"
Counts = dict[str, int]
_CHUNK = 1 << 16
_SHIFT = np.uint64(32)
_U, _M, _H, _P, _G = Vertical.USER, Vertical.MEDIA, Vertical.HASHTAG, Vertical.PLACE, Vertical.GROUP
Domain = Vertical | str
"""What numbers stand for: documents, or the terms of a dictionary, by its name."""
_AUTOTAG = "media.autotag"
_KINDS: tuple[tuple[str, str, Domain, Domain], ...] = (
    ("follows", FORWARD["follows"], _U, _U),
    ("blocks", layout.BLOCKED, _U, _U),
    ("likes", FORWARD["likes"], _U, _M),
    ("comments", "media.commenter", _U, _M),
    ("group_members", FORWARD["members"], _U, _G),
    ("group_media", FORWARD["group_media"], _G, _M),
    ("media_hashtags", "media.hashtag", _H, _M),
    ("media_tagged_users", "media.tagged", _U, _M),
    ("media_mentions", "media.mention", _U, _M),
    ("media_tags", layout.RAW_TAGS, _M, layout.RAW_TAGS),
    ("media_autotags", _AUTOTAG, _AUTOTAG, _M),
)
"""Kinds of facts: the lists that tell them, and what keys and members are. Blocks are told in either direction."""


@dataclass(frozen=True, slots=True)
class View:
    """What is in force at one moment: a base, its layers, and how many documents are numbered. Whatever comes later, it stays."""

    base: Base
    layers: tuple[Layer, ...]
    sizes: dict[Vertical, int]

    @staticmethod
    def of(derivation: Derivation) -> View:
        """What is in force, and was pushed into layers."""
        sizes = {v: len(documents) for v, documents in derivation.state.documents.items()}
        return View(derivation.base, derivation.layers, sizes)

    def codes(self, edge: str, keys: U32, members: int) -> Codes:
        """What an edge holds under keys (sorted), as sorted codes; there are so many numbers that it may hold."""
        added, removed = codes_in_force(self.layers, edge, keys, members)
        held = codes_of(self.base.segment.lists(edge), keys)
        hidden = [docs for layer in self.layers if (docs := layer.get(f"{edge}.hidden")) is not None]
        if hidden:
            held = held[~np.isin(held.astype(np.uint32), np.concatenate(hidden))]
        codes = np.concatenate([held[~in_sorted(removed, held)], added])
        codes.sort(kind="stable")
        return codes

    def terms(self, name: str) -> Codes:
        """The terms of a dictionary by their numbers, each as the hash of its text."""
        base = self.base.segment.dictionary(name).terms
        hashes = hash_texts(base.blob, base.offsets.astype(np.int64))
        for layer in self.layers:
            numbers = layer.get(f"{name}.terms.number")
            if numbers is not None:
                late = hash_texts(
                    layer.arrays[f"{name}.terms.blob"], layer.arrays[f"{name}.terms.offsets"].astype(np.int64)
                )
                hashes = np.append(hashes, np.zeros(max(0, int(numbers.max()) + 1 - len(hashes)), dtype=np.uint64))
                hashes[numbers] = late
        return hashes


def renumbered(old: Derivation, new: Derivation) -> dict[Vertical, U32]:
    """By the old numbers of documents the new ones, NONE where there is none."""
    documents = new.state.documents
    return {v: documents[v].find(before.ids(_all(before))) for v, before in old.state.documents.items()}


def _matched(old: Codes, new: Codes) -> U32:
    """By the old numbers of terms the new ones, NONE where there is none."""
    order = np.argsort(new, kind="stable")
    at = np.searchsorted(new, old, sorter=order)
    found = np.append(order, 0)[at].astype(np.uint32)
    found[np.append(new, 0)[found] != old] = NONE
    return found


def repaired_facts(old: View, new: View, numbers: dict[Vertical, U32]) -> dict[str, Counts]:
    """By kind, facts that hold now and did not before, and the other way round. It takes seconds for millions."""
    counts = {}
    of: dict[Domain, U32] = {v: numbers[v] for v in numbers}
    sizes: dict[Domain, tuple[int, int]] = {v: (old.sizes[v], new.sizes[v]) for v in numbers}
    for name in (layout.RAW_TAGS, _AUTOTAG):
        before_terms, after_terms = old.terms(name), new.terms(name)
        of[name], sizes[name] = _matched(before_terms, after_terms), (len(before_terms), len(after_terms))
    for kind, edge, of_keys, of_docs in _KINDS:
        added = removed = 0
        _, size = sizes[of_keys]
        members_before, members = sizes[of_docs]
        back = np.full(size, NONE, dtype=np.uint32)
        known = of[of_keys] != NONE
        back[of[of_keys][known]] = np.flatnonzero(known)
        unknown = np.flatnonzero(~known).astype(np.uint32)
        if len(unknown):
            removed += len(old.codes(edge, unknown, members_before))
        for start in range(0, size, _CHUNK):
            keys = np.arange(start, min(start + _CHUNK, size), dtype=np.uint32)
            before = back[keys]
            held = old.codes(edge, np.sort(before[before != NONE]), members_before)
            docs = of[of_docs][held.astype(np.uint32)]
            removed += int(np.count_nonzero(docs == NONE))
            mapped = (of[of_keys][held >> _SHIFT].astype(np.uint64) << _SHIFT | docs)[docs != NONE]
            mapped.sort()
            holds = new.codes(edge, keys, members)
            added += int(np.count_nonzero(~in_sorted(mapped, holds)))
            removed += int(np.count_nonzero(~in_sorted(holds, mapped)))
        share = 2 if kind == "blocks" else 1
        counts[kind] = {"added": added // share, "removed": removed // share, "changed": 0}
    return counts


def repaired_documents(old: Told, new: Told, numbers: dict[Vertical, U32]) -> dict[str, Counts]:
    """By table, documents that came and went, and those of which an attribute is another."""
    counts = {}
    for vertical, table in TABLE_OF.items():
        before, after = old.exists[vertical], new.exists[vertical]
        now = numbers[vertical]
        docs = np.arange(len(now), dtype=np.uint32)
        known = now != NONE
        stayed = known.copy()
        stayed[known] = before[known] & after[now[known]]
        gone = int(before.sum()) - int(stayed.sum())
        come = int(after.sum()) - int(stayed.sum())
        differs = np.zeros(int(stayed.sum()), dtype=np.bool_)
        for attribute in OF_VERTICAL[vertical]:
            key = vertical, attribute.name
            differs |= _differs(key, old, new, docs[stayed], now[stayed], numbers)
        counts[table] = {"added": come, "removed": gone, "changed": int(differs.sum())}
    return counts


def _differs(key: AttributeKey, old: Told, new: Told, before: U32, after: U32, numbers: dict[Vertical, U32]) -> Flags:
    attribute = ATTRIBUTES[key]
    nothing = np.zeros(len(before), dtype=np.bool_)
    if attribute.is_scalar:
        one, other = old.scalars[key][before], new.scalars[key][after]
        if attribute.of is None:
            other_than: Flags = one != other
            return other_than
        found: Flags = np.append(numbers[attribute.of], NONE)[np.minimum(one, len(numbers[attribute.of]))] != other
        return found
    if attribute.kind != "text":
        return nothing  # lists are counted as facts
    if attribute.name == "caption":
        both = (before < old.base.size(attribute.vertical)) & (after < new.base.size(attribute.vertical))
        differs = nothing.copy()
        differs[both] = old.base.captions(before[both]) != new.base.captions(after[both])
    else:
        differs = ~equal(old.base.texts(attribute, before), new.base.texts(attribute, after))
    told = old.texts[key].has(before) | new.texts[key].has(after)
    for row in np.flatnonzero(told).tolist():
        one_text, other_text = old.text(attribute, int(before[row])), new.text(attribute, int(after[row]))
        if one_text is None:
            differs[row] = _mark(other_text) != old.base.captions(before[row : row + 1])[0]
        elif other_text is None:
            differs[row] = _mark(one_text) != new.base.captions(after[row : row + 1])[0]
        else:
            differs[row] = one_text != other_text
    return differs


def _mark(caption: str | None) -> np.uint64:
    """The mark of one caption, as the base keeps it."""
    texts = Texts.of([caption or ""])
    mark: np.uint64 = caption_marks(hash_texts(texts.blob, texts.offsets()))[0]
    return mark


def write_report(index: Path, counts: dict[str, Counts]) -> None:
    """Keep a report until the next one: INDEX/live/reconcile.json."""
    path = index / "live" / REPORT
    with changing(path):
        new = path.with_name(f"{path.name}.new")
        new.write_text(json.dumps(counts, indent=1))
        new.replace(path)


def _all(documents: Documents) -> U32:
    return np.arange(len(documents), dtype=np.uint32)
