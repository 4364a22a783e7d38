"""Facts and comments: the last word on each, and which hold now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, final

import numpy as np

from index import I64, NONE, U32, IdTable
from ingest.firehose.mutations import FactKind
from ingest.live.base import Base, Flags, distinct
from ingest.live.columns import Column
from ingest.live.documents import Documents
from ingest.live.stamp_column import StampColumn
from ingest.live.stamps import NEVER, is_cleared, last_of_each, last_rows
from schemas.catalogue import Vertical

_SHIFT = np.uint64(32)


class FactsWon(NamedTuple):
    """Facts of which this is the last word so far."""

    left: U32
    right: U32
    stamps: I64


class FactsChanged(NamedTuple):
    """Facts that hold now and did not before, or the other way round."""

    left: U32
    right: U32
    holds: Flags


@final
class FactRegister:
    """The facts of one kind that events spoke of, by document numbers."""

    def __init__(self, kind: FactKind, base: Base) -> None:
        self._kind = kind
        self._base = base
        self._table = IdTable()
        self._stamps = StampColumn(0)

    def __len__(self) -> int:
        return len(self._table)

    def apply(self, left: U32, right: U32, stamps: I64) -> tuple[FactsWon, FactsChanged]:
        """What is said of facts. The last words, and the facts that changed."""
        rows = self._rows(left, right)
        last = last_rows(rows, stamps)
        rows, left, right, stamps = rows[last], left[last], right[last], stamps[last]
        before = self._stamps.of(rows)
        wins = stamps > before
        rows, left, right, stamps = rows[wins], left[wins], right[wins], stamps[wins]
        before = before[wins]
        held = ~is_cleared(before)
        fresh = np.flatnonzero(before == NEVER)
        held[fresh] = self._base.holds(self._kind, left[fresh], right[fresh])
        self._stamps.put(rows, stamps)
        holds = ~is_cleared(stamps)
        changed = holds != held
        return FactsWon(left, right, stamps), FactsChanged(left[changed], right[changed], holds[changed])

    def load(self, said: Sequence[FactsWon]) -> None:
        """Set what is known to be the last word, in order."""
        self._table.reserve(sum(len(won.left) for won in said))
        for won in said:
            rows = self._rows(won.left, won.right)
            self._stamps.put(rows, won.stamps)

    def holds(self, left: U32, right: U32) -> Flags:
        """Whether facts hold, wherever that is known from."""
        codes = _codes(left, right)
        rows = self._table.rows(codes)
        known = rows < len(self._table)
        stamps = np.zeros(len(rows), dtype=np.int64)
        stamps[known] = self._stamps.of(rows[known])
        holds = ~is_cleared(stamps)
        silent = np.flatnonzero(stamps == NEVER)
        holds[silent] = self._base.holds(self._kind, left[silent], right[silent])
        return holds

    def everything(self) -> FactsWon:
        """All that was said."""
        codes = self._table.later_keys().view(np.uint64)
        return FactsWon((codes >> _SHIFT).astype(np.uint32), codes.astype(np.uint32), self._stamps.all())

    def _rows(self, left: U32, right: U32) -> U32:
        rows = self._table.put(_codes(left, right))
        self._stamps.grow(len(self._table))
        return rows


class CommentsWon(NamedTuple):
    """Comments of which this is the last word so far."""

    ids: I64
    users: U32
    media: U32
    stamps: I64


@final
class CommentRegister:
    """Comments by id, and for each (user, media) that events spoke of, how many there are more than the base has.

    What an event says of a comment stands in the place of what the base says, also of who wrote it, and under what.
    """

    def __init__(self, base: Base, documents: Mapping[Vertical, Documents]) -> None:
        self._base = base
        self._documents = documents
        self._table = IdTable()
        self._stamps, self._users, self._media = StampColumn(0), *_two_u32()
        self._pairs = IdTable()
        self._more = Column.zeros(0, np.int64)

    def apply(self, ids: I64, users: U32, media: U32, stamps: I64) -> tuple[CommentsWon, FactsChanged]:
        """What is said of comments. The last words, and the facts comment(user, media) that changed."""
        rows = self._rows(ids)
        last = last_rows(rows, stamps, *self._ids(users, media))
        rows, ids, users, media, stamps = rows[last], ids[last], users[last], media[last], stamps[last]
        before = self._stamps.of(rows)
        wins = stamps > before
        ties = (stamps == before) & ~is_cleared(stamps)
        by_user, by_media = self._ids(users, media)
        held_user, held_media = self._ids(*self._who(rows))
        wins |= ties & ((by_user > held_user) | ((by_user == held_user) & (by_media > held_media)))
        rows, ids, users, media, stamps = rows[wins], ids[wins], users[wins], media[wins], stamps[wins]
        was, now = self._held(ids, rows), _codes(users, media)[~is_cleared(stamps)]
        touched = distinct(np.concatenate([was, now]).view(np.uint64)).view(np.int64)
        pair_users, pair_media = _ends(touched)
        held = self._holds(touched, pair_users, pair_media)
        self._put(rows, users, media, stamps)
        self._count(was, -1)
        self._count(now, 1)
        holds = self._holds(touched, pair_users, pair_media)
        changed = held != holds
        return (
            CommentsWon(ids, users, media, stamps),
            FactsChanged(pair_users[changed], pair_media[changed], holds[changed]),
        )

    def load(self, said: Sequence[CommentsWon]) -> None:
        """Set what is known to be the last word, in order."""
        for table in (self._table, self._pairs):
            table.reserve(sum(len(won.ids) for won in said))
        for won in said:
            rows = self._rows(won.ids)
            last = last_of_each(rows)
            rows, ids, stamps = rows[last], won.ids[last], won.stamps[last]
            users, media = won.users[last], won.media[last]
            self._count(self._held(ids, rows), -1)
            self._count(_codes(users, media)[~is_cleared(stamps)], 1)
            self._put(rows, users, media, stamps)

    def everything(self) -> CommentsWon:
        """All that was said."""
        return CommentsWon(
            self._table.later_keys().copy(), self._users.data.copy(), self._media.data.copy(), self._stamps.all()
        )

    def _rows(self, ids: I64) -> U32:
        rows = self._table.put(ids)
        for grow in (self._stamps.grow, self._users.grow, self._media.grow):
            grow(len(self._table))
        return rows

    def _put(self, rows: U32, users: U32, media: U32, stamps: I64) -> None:
        self._stamps.put(rows, stamps)
        self._users.data[rows], self._media.data[rows] = users, media

    def _held(self, ids: I64, rows: U32) -> I64:
        """The pairs that these comments stand for until now, wherever that is known from."""
        before = self._stamps.of(rows)
        said = _codes(*self._who(rows))[(before != NEVER) & ~is_cleared(before)]
        users, media = self._base.comment_ends(ids[before == NEVER])
        in_base = users != NONE
        return np.concatenate([said, _codes(users[in_base], media[in_base])])

    def _ids(self, users: U32, media: U32) -> tuple[I64, I64]:
        return self._documents[Vertical.USER].ids(users), self._documents[Vertical.MEDIA].ids(media)

    def _who(self, rows: U32) -> tuple[U32, U32]:
        return self._users.data[rows], self._media.data[rows]

    def _count(self, codes: I64, more: int) -> None:
        pairs = self._pairs.put(codes)
        self._more.grow(len(self._pairs))
        np.add.at(self._more.data, pairs, more)

    def _holds(self, codes: I64, users: U32, media: U32) -> Flags:
        rows = self._pairs.rows(codes)
        known = rows < len(self._pairs)
        counts = self._base.comment_counts(users, media)
        counts[known] += self._more.data[rows[known]]
        holds: Flags = counts > 0
        return holds


def _two_u32() -> tuple[Column, Column]:
    return Column.zeros(0, np.uint32), Column.zeros(0, np.uint32)


def _codes(left: U32, right: U32) -> I64:
    return (left.astype(np.uint64) << _SHIFT | right).view(np.int64)


def _ends(codes: I64) -> tuple[U32, U32]:
    words = codes.view(np.uint64)
    return (words >> _SHIFT).astype(np.uint32), words.astype(np.uint32)
