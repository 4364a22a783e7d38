"""Lists that a media has: its hashtags, tags, tagged and mentioned users, as numbers, now and in the base."""

from __future__ import annotations

from typing import final

import numpy as np
from numpy.typing import NDArray

from index import I64, U32, layout
from ingest.live.attributes import Attribute, split_all
from ingest.live.base import Base, distinct, in_sorted
from ingest.live.documents import Documents
from ingest.live.hashtags import NO_HASHTAG as NO_NUMBER
from ingest.live.hashtags import Hashtags
from ingest.live.registers import TextRegister
from ingest.live.terms import TermKeys
from schemas.catalogue import Vertical

OF_MEDIA = {
    "hashtags": layout.HASHTAGS_OF_MEDIA,
    "tagged": "user.tagged_in",
    "mentions": "user.mentioned_in",
    "tags": layout.RAW_TAGS,
}
"""The base's lists, keyed by media, behind each attribute that is a list."""
_SHIFT = np.uint64(32)


@final
class ListNumbers:
    """What stands in lists, by document number; of tags by their keys in the dictionary of raw tags."""

    def __init__(self, base: Base, users: Documents, hashtags: Hashtags, terms: TermKeys) -> None:
        self._base = base
        self._users = users
        self._hashtags = hashtags
        self._terms = terms

    def parsed(self, attribute: Attribute, texts: list[str]) -> tuple[U32, NDArray[np.intp]]:
        """The numbers in encoded lists end to end, repeated ones included, and beside each the place of its list."""
        match attribute.name:
            case "hashtags" | "tags":
                items, sizes = split_all(texts)
                found = self._hashtags.numbers(items) if attribute.name == "hashtags" else list(map(self._tag, items))
                numbers = np.array(found, dtype=np.int64)
            case _:
                parts = [text.split(",") if text else () for text in texts]
                sizes = [len(part) for part in parts]
                ids = np.array([int(item) for part in parts for item in part], dtype=np.int64)
                numbers = self._users.numbers(ids).astype(np.int64)
        rows = np.repeat(np.arange(len(texts)), sizes)
        is_one = numbers != NO_NUMBER
        return numbers[is_one].astype(np.uint32), rows[is_one]

    def _tag(self, raw: str) -> int:
        return self._terms[layout.RAW_TAGS].key(raw) if raw else NO_NUMBER

    def in_base(self, attribute: Attribute, docs: U32) -> tuple[I64, U32]:
        """The base's lists of media end to end, and where each begins; none of late media."""
        known = np.flatnonzero(docs < self._base.size(Vertical.MEDIA))
        offsets, numbers = self._base.lists(OF_MEDIA[attribute.name], docs[known])
        sizes = np.zeros(len(docs) + 1, dtype=np.int64)
        sizes[known + 1] = np.diff(offsets)
        return np.cumsum(sizes), numbers

    def now(self, register: TextRegister, docs: U32) -> tuple[U32, NDArray[np.intp]]:
        """What the lists of media hold now, and beside it the place of its media in `docs`; each once."""
        differs = register.differs.data[docs]
        as_base = np.flatnonzero(~differs)
        offsets, numbers = self.in_base(register.attribute, docs[as_base])
        rows = np.repeat(as_base, np.diff(offsets))
        changed = np.flatnonzero(differs)
        more, more_rows = self.parsed(register.attribute, register.heap.of(docs[changed]).strings())
        codes = distinct(more_rows.astype(np.uint64) << _SHIFT | more)
        return (
            np.concatenate([numbers, codes.astype(np.uint32)]),
            np.concatenate([rows, changed[(codes >> _SHIFT).astype(np.intp)]]),
        )

    def same(self, attribute: Attribute, docs: U32, texts: list[str]) -> NDArray[np.bool_]:
        """Whether encoded lists hold what the base's lists of their media do."""
        if attribute.name == "autotags":  # what the base has of them is not known by media
            empty = np.fromiter((not text for text in texts), dtype=np.bool_, count=len(texts))
            return empty & (docs >= self._base.size(Vertical.MEDIA))
        flat, places = self.parsed(attribute, texts)
        said = distinct(places.astype(np.uint64) << _SHIFT | flat)
        rows = np.arange(len(docs), dtype=np.uint64)
        offsets, numbers = self.in_base(attribute, docs)
        held = np.repeat(rows, np.diff(offsets)) << _SHIFT | numbers
        same: NDArray[np.bool_] = np.bincount((said >> _SHIFT).astype(np.int64), minlength=len(docs)) == np.diff(
            offsets
        )
        same[(said[~in_sorted(held, said)] >> _SHIFT).astype(np.int64)] = False
        return same
