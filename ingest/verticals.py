"""The documents of each vertical: cleaned, ranked, and everything about them by document number.

The order of work follows what needs what: users are ranked by their followers; media know their owners; places and
hashtags are ranked by their public media; groups by their members.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from index import I64, NONE, PUBLIC, U8, U32, BulkIdMap, Pairs
from ingest.cleaning import NO_DOCUMENTS, End, Kept, keep, load
from ingest.facts import MediaRows, media_texts, read_pairs
from ingest.ledger import Ledger
from ingest.ranks import GivenCounts, Order, distinct_counts, most_first, newest_first, numbers_of
from ingest.terms import TermTable
from ingest.warehouse import Warehouse
from schemas.catalogue import Vertical
from schemas.ids import hashtag_id
from schemas.tables import CONTENT_TYPES, VISIBILITIES
from schemas.text import hashtag

Given = Mapping[Vertical, GivenCounts]


@dataclass(frozen=True, slots=True)
class Documents:
    """The documents of a vertical by document number; `counts` are those of data-model.md §3."""

    ids: I64
    numbers: BulkIdMap
    counts: I64
    frame: pl.DataFrame


@dataclass(frozen=True, slots=True)
class Media:
    """Media by document number; `place` still numbers places as their table does, NONE where there is none."""

    ids: I64
    numbers: BulkIdMap
    created_at_ms: I64
    owner: U32
    level: U8
    content_type: U8
    place: U32
    public: NDArray[np.bool_]
    """Public media of public owners: what the counts of §3 are made from."""
    rows: MediaRows


@dataclass(frozen=True, slots=True)
class Hashtags:
    """Hashtags by document number, and which media carry them."""

    names: pl.Series
    ids: I64
    counts: I64
    public_media: I64
    carried: Pairs


def kept_rows(
    warehouse: Warehouse,
    ledger: Ledger,
    table: str,
    known: Mapping[str, BulkIdMap] = NO_DOCUMENTS,
    places: BulkIdMap | None = None,
) -> Kept:
    """The rows of a table of documents that stand (`ingest.cleaning.keep`), their counts noted."""
    tally = Counter[str]()
    kept = keep(warehouse, table, tally, known, places)
    ledger.note(table, tally)
    return kept


def read_users(warehouse: Warehouse, ledger: Ledger, given: Given) -> Documents:
    """Users, more followers first, then the smaller id."""
    kept = kept_rows(warehouse, ledger, "users")
    if Vertical.USER in given:
        followers = given[Vertical.USER].of(kept.ids)
    else:
        at = BulkIdMap(kept.ids)
        facts = read_pairs(warehouse, ledger, "follows", End("follower_id", at), End("followee_id", at))
        followers = distinct_counts(facts.right, facts.left, len(kept.ids))
    columns = ["username", "fullname", "country", "is_private", "is_verified", "created_at_ms"]
    return _documents(warehouse, "users", columns, kept, followers, most_first(followers, kept.ids))


def read_groups(warehouse: Warehouse, ledger: Ledger, given: Given, users: BulkIdMap) -> Documents:
    """Groups, more members first, then the smaller id."""
    kept = kept_rows(warehouse, ledger, "groups")
    if Vertical.GROUP in given:
        members = given[Vertical.GROUP].of(kept.ids)
    else:
        at = End("group_id", BulkIdMap(kept.ids))
        facts = read_pairs(warehouse, ledger, "group_members", End("user_id", users), at)
        members = distinct_counts(facts.right, facts.left, len(kept.ids))
    order = most_first(members, kept.ids)
    return _documents(warehouse, "groups", ["name", "description", "is_public"], kept, members, order)


def read_media(warehouse: Warehouse, ledger: Ledger, users: Documents, places: BulkIdMap) -> Media:
    """Media, the newest first, then the larger id; `places` numbers the places that exist."""
    kept = kept_rows(warehouse, ledger, "media", {"users": users.numbers}, places)
    columns = ["owner_id", "content_type", "visibility", "place_id", "created_at_ms"]
    frame = load(warehouse, "media", columns, kept.rows)
    order = newest_first(frame["created_at_ms"].to_numpy(), kept.ids)
    owner = users.numbers.numbers(frame["owner_id"].to_numpy())[order]
    place = places.numbers(frame["place_id"].fill_null(0).to_numpy())
    place[frame["place_id"].is_null().to_numpy()] = NONE
    level = _physical(frame["visibility"], VISIBILITIES)[order]
    ids = kept.ids[order]
    return Media(
        ids=ids,
        numbers=BulkIdMap(ids),
        created_at_ms=frame["created_at_ms"].to_numpy()[order],
        owner=owner,
        level=level,
        content_type=_physical(frame["content_type"], CONTENT_TYPES)[order],
        place=place[order],
        public=(level == PUBLIC) & ~users.frame["is_private"].to_numpy()[owner],
        rows=MediaRows(kept, numbers_of(order)),
    )


def read_places(warehouse: Warehouse, given: Given, kept: Kept, media: Media) -> tuple[Documents, U32, I64]:
    """Places, more public media first, then the smaller id; the place of each media; the public media of each place."""
    placed = media.place[media.public & (media.place != NONE)]
    public = np.bincount(placed, minlength=len(kept.ids)).astype(np.int64, copy=False)
    counts = given[Vertical.PLACE].of(kept.ids) if Vertical.PLACE in given else public
    columns = ["name", "city", "country", "category", "lat", "lon"]
    order = most_first(counts, kept.ids)
    places = _documents(warehouse, "places", columns, kept, counts, order)
    numbers = np.append(numbers_of(order), np.uint32(NONE))
    place = numbers[np.minimum(media.place, np.uint32(len(order)))]
    return places, place, public[order]


def read_hashtags(warehouse: Warehouse, ledger: Ledger, given: Given, media: Media) -> Hashtags:
    """Hashtags that a media carries, more public media first, then by name."""
    table = TermTable(lambda raw: filter(None, (hashtag(raw),)))
    codes = [np.empty(0, dtype=np.uint32)]
    docs = [np.empty(0, dtype=np.uint32)]
    tally = Counter[str]()
    for batch in media_texts(warehouse, "media_hashtags", "hashtag", media.numbers, tally):
        coded = table.add(batch.texts)
        tally["empty"] += len(batch.texts) - len(coded.rows)
        codes.append(coded.codes)
        docs.append(batch.docs[coded.rows])
    ledger.note("media_hashtags", tally)
    code, doc = np.concatenate(codes), np.concatenate(docs)
    names = pl.Series("name", table.terms, dtype=pl.String)
    ids = np.array([hashtag_id(name) for name in names], dtype=np.int64)
    shown = media.public[doc]
    public = distinct_counts(code[shown], doc[shown], len(ids))
    counts = given[Vertical.HASHTAG].of(ids) if Vertical.HASHTAG in given else public
    order = most_first(counts, numbers_of(names.arg_sort().to_numpy()).astype(np.int64))
    return Hashtags(
        names=names.gather(order),
        ids=ids[order],
        counts=counts[order],
        public_media=public[order],
        carried=Pairs(numbers_of(order)[code], doc),
    )


def _documents(
    warehouse: Warehouse, table: str, columns: Sequence[str], kept: Kept, counts: I64, order: Order
) -> Documents:
    ids = kept.ids[order]
    frame = load(warehouse, table, columns, kept.rows)[order]
    return Documents(ids, BulkIdMap(ids), counts[order], frame)


def _physical(texts: pl.Series, values: Sequence[str]) -> U8:
    """The place of each text in `values`."""
    return texts.cast(pl.Enum(values)).to_physical().to_numpy().astype(np.uint8)
