"""Bits, columns and texts of documents that changed: their values are looked at when the next layer is written."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import cast, final

import numpy as np

from index import U32, AnyArray, Strings, layout
from ingest.live.base import Flags, distinct
from ingest.live.hashtags import Hashtags
from ingest.live.media import MediaShown
from ingest.live.state import LiveState
from schemas.catalogue import Vertical

_U, _M, _H, _P, _G = Vertical.USER, Vertical.MEDIA, Vertical.HASHTAG, Vertical.PLACE, Vertical.GROUP
_COLUMNS = {
    (_M, "owner_id"): layout.OWNER_COLUMN,
    (_M, "place_id"): layout.PLACE_COLUMN,
    (_M, "visibility"): "media.level",
    (_M, "content_type"): "media.type",
    (_M, "created_at_ms"): "media.created_at_ms",
    (_U, "created_at_ms"): "user.created_at_ms",
    (_P, "lat"): "place.lat",
    (_P, "lon"): "place.lon",
}
"""The forward columns, by the attribute that each holds."""
_HASHTAG_COLUMN = "hashtag.public_media"


@final
class Patches:
    """What changed since the last layer, by name of bitset, column or text."""

    def __init__(self, state: LiveState, media: MediaShown, hashtags: Hashtags) -> None:
        self._state = state
        self._hashtags = hashtags
        documents, scalars = state.documents, state.scalars
        self._flags: dict[str, Callable[[U32], Flags]] = {
            "user.alive": lambda docs: documents[_U].exists.data[docs],
            "place.alive": lambda docs: documents[_P].exists.data[docs],
            "group.alive": lambda docs: documents[_G].exists.data[docs],
            "media.alive": lambda docs: media.alive.data[docs],
            "hashtag.alive": lambda docs: hashtags.live.data[docs] > 0,
            layout.PUBLIC_MEDIA: lambda docs: media.public.data[docs],
            layout.PUBLIC_USERS: lambda docs: (
                documents[_U].exists.data[docs] & ~scalars[_U, "is_private"].values.data[docs]
            ),
            layout.PUBLIC_GROUPS: lambda docs: (
                documents[_G].exists.data[docs] & scalars[_G, "is_public"].values.data[docs]
            ),
        }
        self._bits: dict[str, list[U32]] = {}
        self._columns: dict[str, list[U32]] = {}
        self._texts: dict[tuple[Vertical, str], list[int]] = {}

    def bits(self, name: str, docs: U32) -> None:
        """The bits of documents may have changed."""
        if len(docs):
            self._bits.setdefault(name, []).append(docs)

    def column(self, vertical: Vertical, attribute: str, docs: U32) -> None:
        """An attribute of documents changed."""
        name = _COLUMNS.get((vertical, attribute))
        if name is not None:
            self._columns.setdefault(name, []).append(docs)

    def hashtags(self, docs: U32) -> None:
        """The counts of hashtags changed."""
        self._columns.setdefault(_HASHTAG_COLUMN, []).append(docs)
        self.bits("hashtag.alive", docs)

    def texts(self, vertical: Vertical, attribute: str, docs: Iterable[int]) -> None:
        """Texts that the base keeps changed."""
        self._texts.setdefault((vertical, attribute), []).extend(docs)

    def arrays(self) -> dict[str, AnyArray]:
        """The arrays for the next layer; then the changes begin anew."""
        arrays: dict[str, AnyArray] = {}
        for name, parts in self._bits.items():
            docs = distinct(np.concatenate(parts))
            is_set = self._flags[name](docs)
            arrays[f"{name}.set"], arrays[f"{name}.clear"] = docs[is_set], docs[~is_set]
        values = {_COLUMNS[key]: register.values for key, register in self._state.scalars.items() if key in _COLUMNS}
        values[_HASHTAG_COLUMN] = self._hashtags.public
        for name, parts in self._columns.items():
            docs = distinct(np.concatenate(parts))
            if len(docs):
                arrays[f"{name}.column.docs"], arrays[f"{name}.column.values"] = docs, values[name].data[docs]
        for (vertical, attribute), changed in self._texts.items():
            name = f"{vertical}.{attribute}.text"
            once = sorted(set(changed))
            texts = Strings.of(self._texts_of(vertical, attribute, once))
            arrays[f"{name}.docs"] = np.array(once, dtype=np.uint32)
            arrays[f"{name}.blob"], arrays[f"{name}.offsets"] = texts.blob, texts.offsets.astype(np.uint32)
        self._bits, self._columns, self._texts = {}, {}, {}
        return arrays

    def _texts_of(self, vertical: Vertical, attribute: str, docs: list[int]) -> list[str]:
        if vertical is _H:
            return [self._hashtags.names[doc - self._state.documents[_H].base] for doc in docs]
        texts = self._state.texts[vertical, attribute].all(np.array(docs, dtype=np.uint32))
        assert None not in texts
        return cast(list[str], texts)
