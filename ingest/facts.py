"""The facts of a corpus, each kind read from its table when it is asked for, and its counts noted then."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from index import NONE, U32, BulkIdMap, PairFact, Pairs, Postings, TermFact
from ingest.cleaning import End, Kept, keep, kept_batches, load, pairs
from ingest.ledger import Ledger
from ingest.terms import TextBatch, whole_postings, word_postings
from ingest.text_terms import TermsOf, cleaned_tag, machine_tag_term, raw_text, whole
from ingest.warehouse import Warehouse
from schemas.text import words


@dataclass(frozen=True, slots=True)
class MediaRows:
    """Where the media stand in their table: the document number of each row that stands."""

    kept: Kept
    numbers: U32


@dataclass(frozen=True, slots=True)
class Facts:
    """Loads facts by document number. The maps give the document number of an id."""

    warehouse: Warehouse
    ledger: Ledger
    users: BulkIdMap
    media: BulkIdMap
    groups: BulkIdMap
    media_rows: MediaRows

    def pair_loaders(self) -> Mapping[PairFact, Callable[[], Pairs]]:
        """A loader for every kind of pair but `hashtags`."""
        users, media, groups = self.users, self.media, self.groups

        def loader(table: str, left: End, right: End) -> Callable[[], Pairs]:
            return lambda: read_pairs(self.warehouse, self.ledger, table, left, right)

        return {
            "follows": loader("follows", End("follower_id", users), End("followee_id", users)),
            "blocks": loader("blocks", End("blocker_id", users), End("blocked_id", users)),
            "likes": loader("likes", End("liker_id", users), End("media_id", media)),
            "comments": self._comments,
            "tagged": loader("media_tagged_users", End("user_id", users), End("media_id", media)),
            "mentions": loader("media_mentions", End("user_id", users), End("media_id", media)),
            "members": loader("group_members", End("user_id", users), End("group_id", groups)),
            "group_media": loader("group_media", End("group_id", groups), End("media_id", media)),
        }

    def media_term_loaders(self) -> Mapping[TermFact, Callable[[], Postings]]:
        """A loader for every kind of term of media."""
        return {
            "media.caption": lambda: word_postings((self._captions(), words)),
            "media.autotag": lambda: self._labels("media_autotags", "label", whole),
            "media.tag": lambda: self._labels("media_tags", "tag", cleaned_tag),
            "media.raw_tag": lambda: whole_postings(self._texts("media_tags", "tag", Counter()), raw_text)[0],
            "media.mt": lambda: whole_postings(self._texts("media_tags", "tag", Counter()), machine_tag_term)[0],
        }

    def _comments(self) -> Pairs:
        tally = Counter[str]()
        kept = keep(self.warehouse, "comments", tally, {"users": self.users, "media": self.media})
        self.ledger.note("comments", tally)
        ends = load(self.warehouse, "comments", ["commenter_id", "media_id"], kept.rows)
        return Pairs(
            self.users.numbers(ends["commenter_id"].to_numpy()), self.media.numbers(ends["media_id"].to_numpy())
        )

    def _captions(self) -> Iterator[TextBatch]:
        start = 0
        for batch in kept_batches(self.warehouse, "media", ["caption"], self.media_rows.kept.rows):
            yield TextBatch(self.media_rows.numbers[start : start + batch.height], batch["caption"])
            start += batch.height

    def _labels(self, table: str, column: str, terms_of: TermsOf) -> Postings:
        tally = Counter[str]()
        postings, tally["empty"] = whole_postings(self._texts(table, column, tally), terms_of)
        self.ledger.note(table, tally)
        return postings

    def _texts(self, table: str, column: str, tally: Counter[str]) -> Iterator[TextBatch]:
        return media_texts(self.warehouse, table, column, self.media, tally)


def read_pairs(warehouse: Warehouse, ledger: Ledger, table: str, left: End, right: End) -> Pairs:
    """The facts of a pair table, its counts noted."""
    tally = Counter[str]()
    facts = pairs(warehouse, table, left, right, tally)
    ledger.note(table, tally)
    return facts


def media_texts(
    warehouse: Warehouse, table: str, column: str, media: BulkIdMap, tally: Counter[str]
) -> Iterator[TextBatch]:
    """The texts that a table lays beside media that exist."""
    for batch in warehouse.read(table, ["media_id", column], tally):
        docs = media.numbers(batch["media_id"].to_numpy())
        at = np.flatnonzero(docs != NONE)
        tally["dangling"] += batch.height - len(at)
        whole_batch = len(at) == batch.height
        yield TextBatch(docs, batch[column]) if whole_batch else TextBatch(docs[at], batch[column].gather(at))
