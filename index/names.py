"""Names of documents, many at once."""

from __future__ import annotations

from typing import final

from index.corpus import U32, Strings
from index.kernels.terms import join

_SEPARATOR = "\0"


@final
class Names:
    """A text column that is read in answers."""

    def __init__(self, texts: Strings) -> None:
        self._texts = texts

    def __len__(self) -> int:
        return len(self._texts)

    def __getitem__(self, doc: int) -> str:
        return self._texts[doc]

    def of(self, docs: U32) -> list[str]:
        """The names of documents, in their order."""
        if len(docs) == 0:
            return []
        joined = join(self._texts.blob, self._texts.offsets, docs, ord(_SEPARATOR))
        names = str(joined.data, "utf-8").split(_SEPARATOR)
        if len(names) == len(docs):
            return names
        return [self._texts[doc] for doc in docs.tolist()]  # a name holds a separator
