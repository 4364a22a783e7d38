"""Names of documents, many at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import final

from index.corpus import U8, U32, Strings
from index.kernels.terms import join

SEPARATOR = 0
"""The byte that stands between two texts that are read together."""


@final
class Names:
    """A text column that is read in answers."""

    def __init__(self, texts: Strings) -> None:
        self.texts = texts

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, doc: int) -> str:
        return self.texts[doc]

    def of(self, docs: U32) -> list[str]:
        """The names of documents, in their order."""
        return separated(self.joined, docs)

    def joined(self, docs: U32) -> U8:
        """The names of documents end to end in UTF-8, a separator between two."""
        joined: U8 = join(self.texts.blob, self.texts.offsets, docs, SEPARATOR)
        return joined


def separated(joined: Callable[[U32], U8], docs: U32) -> list[str]:
    """The texts of documents, in their order; `joined` has them end to end, a separator between two."""
    if len(docs) == 0:
        return []
    texts = str(joined(docs).data, "utf-8").split(chr(SEPARATOR))
    if len(texts) == len(docs):
        return texts
    return [str(joined(docs[row : row + 1]).data, "utf-8") for row in range(len(docs))]  # a text holds a separator
