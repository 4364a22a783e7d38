"""Names of documents, many at once; those of the best documents, which answers hold over and over, are kept as objects."""

from __future__ import annotations

from typing import final

import numpy as np

from index.corpus import U32, Strings

_KEPT = 262_144
"""Documents of the best rank whose names are kept once they were asked for: some 20 MB, were all of them asked for."""


@final
class Names:
    """A text column that is read in answers. Shared between threads: what two of them fill in is equal."""

    def __init__(self, texts: Strings) -> None:
        self._texts = texts
        self._kept = np.empty(min(len(texts), _KEPT), dtype=object)

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, doc: int) -> str:
        return self._texts[doc]

    def of(self, docs: U32) -> list[str]:
        """The names of documents, in their order."""
        if len(docs) and int(docs.max()) < len(self._kept):
            kept: list[str | None] = self._kept[docs].tolist()
            if None not in kept:
                return kept  # type: ignore[return-value]  # just looked
            names = self._read(docs)
            self._kept[docs] = names
            return names
        return self._read(docs)

    def _read(self, docs: U32) -> list[str]:
        blob, offsets = self._texts.blob.data, self._texts.offsets
        places = zip(offsets[docs].tolist(), offsets[docs + 1].tolist(), strict=True)
        return [str(blob[start:end], "utf-8") for start, end in places]
