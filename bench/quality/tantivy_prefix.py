"""Tantivy's prefix search by popularity: words of names as terms, a regular expression `prefix.*`, ordered by a fast field."""

from __future__ import annotations

import numpy as np

from ranking import Names

try:
    import tantivy
except ImportError:  # the peer is optional
    tantivy = None


class TantivyPrefix:
    """An index in memory of one table of names."""

    def __init__(self, names: Names, popularity: np.ndarray) -> None:
        builder = tantivy.SchemaBuilder()
        builder.add_text_field("word", tokenizer_name="raw", index_option="basic")
        builder.add_unsigned_field("popularity", fast=True)
        builder.add_unsigned_field("account", fast=True)
        self._schema = builder.build()
        index = tantivy.Index(self._schema)
        writer = index.writer(50_000_000, 1)
        owned: list[list[str]] = [[] for _ in popularity]
        for number, word in enumerate(names.vocabulary):
            for account in names.accounts[names.starts[number] : names.starts[number + 1]].tolist():
                owned[account].append(word)
        for account, mine in enumerate(owned):
            fields = {"word": mine, "popularity": [int(popularity[account])], "account": [account]}
            writer.add_document(tantivy.Document.from_dict(fields, self._schema))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        self._searcher = index.searcher()

    def rank(self, prefix: str, wanted: int, known: np.ndarray, top: int) -> int:
        """The rank of an account if it is among the first `top` that are not known; else 0."""
        query = tantivy.Query.regex_query(self._schema, "word", f"{prefix}.*")
        limit = top + len(known)
        hits = self._searcher.search(query, limit, count=False, order_by_field="popularity").hits
        found = np.array(self._searcher.fast_field_values("account", [address for _, address in hits]), dtype=np.int64)
        places = np.flatnonzero(found[~np.isin(found, known)][:top] == wanted)
        return int(places[0]) + 1 if len(places) else 0


def tantivy_prefix(names: Names, popularity: np.ndarray) -> TantivyPrefix | None:
    """The peer, where it is installed."""
    return None if tantivy is None else TantivyPrefix(names, popularity)
