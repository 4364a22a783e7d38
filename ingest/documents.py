"""From the tables of a warehouse to a `Corpus`: documents numbered in static-rank order, facts on demand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import polars as pl

from index import BulkIdMap, Corpus, Postings, Strings, TermFact
from ingest.facts import Facts
from ingest.ledger import Ledger
from ingest.parquet import ParquetWarehouse
from ingest.ranks import given_counts
from ingest.sidecar import SidecarSource, text_column
from ingest.snapshot import snapshots
from ingest.terms import TextBatch, whole_postings, word_postings
from ingest.text_terms import TermsOf, whole
from ingest.traits import TraitsSource
from ingest.verticals import Documents, kept_rows, read_groups, read_hashtags, read_media, read_places, read_users
from ingest.warehouse import Warehouse
from schemas.catalogue import Vertical
from schemas.text import username_words, words


def read_corpus(
    warehouse: Path | Warehouse,
    *,
    as_of_ms: int | None = None,
    now_ms: int,
    progress: Callable[[str], None] | None = None,
) -> Corpus:
    """Read a warehouse (data-model.md §1, §3, §5); a path is that of a directory of Parquet tables.

    `now_ms` is the moment at which the build began to read; `as_of_ms` the snapshot time of all tables, if given.
    Documents are read at once, facts when their loader is called; a loader may be called again and gives the same.
    Raises `InputError`, here or from a loader: `no-warehouse`, `bad-table`, `missing-column`, `bad-column`,
    `bad-value`.
    """
    source = ParquetWarehouse(warehouse) if isinstance(warehouse, Path) else warehouse
    ledger = Ledger(source, progress or (lambda _: None))
    times = snapshots(source, ledger, as_of_ms, now_ms)
    given = given_counts(source, ledger)

    users = read_users(source, ledger, given)
    place_rows = kept_rows(source, ledger, "places")
    media = read_media(source, ledger, users, BulkIdMap(place_rows.ids))
    places, place, place_media = read_places(source, given, place_rows, media)
    hashtags = read_hashtags(source, ledger, given, media)
    groups = read_groups(source, ledger, given, users.numbers)
    facts = Facts(source, ledger, users.numbers, media.numbers, groups.numbers, media.rows)
    sidecar = SidecarSource(
        source,
        ledger.counts,
        {"users": users.numbers, "media": media.numbers, "places": places.numbers, "groups": groups.numbers},
        media_rows=media.rows,
    )

    return Corpus(
        ids={
            Vertical.USER: users.ids,
            Vertical.MEDIA: media.ids,
            Vertical.HASHTAG: hashtags.ids,
            Vertical.PLACE: places.ids,
            Vertical.GROUP: groups.ids,
        },
        rank_counts={
            Vertical.USER: users.counts,
            Vertical.HASHTAG: hashtags.counts,
            Vertical.PLACE: places.counts,
            Vertical.GROUP: groups.counts,
        },
        texts={
            **_texts(Vertical.USER, users, "username", "fullname", "country"),
            "hashtag.name": text_column(hashtags.names),
            **_texts(Vertical.PLACE, places, "name", "city", "country", "category"),
            **_texts(Vertical.GROUP, groups, "name", "description"),
        },
        private=users.frame["is_private"].to_numpy(),
        verified=users.frame["is_verified"].to_numpy(),
        owner=media.owner,
        place=place,
        level=media.level,
        content_type=media.content_type,
        group_public=groups.frame["is_public"].to_numpy(),
        columns={
            "user.created_at_ms": users.frame["created_at_ms"].to_numpy(),
            "media.created_at_ms": media.created_at_ms,
            "hashtag.public_media": hashtags.public_media,
            "place.public_media": place_media,
            "place.lat": places.frame["lat"].to_numpy(),
            "place.lon": places.frame["lon"].to_numpy(),
        },
        pairs={**facts.pair_loaders(), "hashtags": lambda: hashtags.carried},
        postings={
            **facts.media_term_loaders(),
            **_term_loaders(users.frame, places.frame, groups.frame),
            "hashtag.name": lambda: _whole(hashtags.names),
        },
        snapshot_ms=times,
        counts=ledger.counts,
        sidecar=sidecar.arrays,
        traits=TraitsSource(source, media.numbers, media.rows).columns,
    )


def _texts(vertical: Vertical, documents: Documents, *columns: str) -> dict[str, Strings]:
    return {f"{vertical}.{column}": text_column(documents.frame[column]) for column in columns}


def _term_loaders(
    users: pl.DataFrame, places: pl.DataFrame, groups: pl.DataFrame
) -> Mapping[TermFact, Callable[[], Postings]]:
    """The loaders of terms that are made from columns held in memory."""
    return {
        "user.name": lambda: _words((users["username"], username_words), (users["fullname"], words)),
        "user.username": lambda: _whole(users["username"]),
        "user.country": lambda: _whole(users["country"]),
        "place.name": lambda: _words((places["name"], words)),
        "place.city": lambda: _whole(places["city"]),
        "place.country": lambda: _whole(places["country"]),
        "place.category": lambda: _whole(places["category"]),
        "group.name": lambda: _words((groups["name"], words)),
    }


def _whole(texts: pl.Series) -> Postings:
    return whole_postings([_batch(texts)], whole)[0]


def _words(*columns: tuple[pl.Series, TermsOf]) -> Postings:
    return word_postings(*(([_batch(texts)], terms_of) for texts, terms_of in columns))


def _batch(texts: pl.Series) -> TextBatch:
    return TextBatch(np.arange(len(texts), dtype=np.uint32), texts)
