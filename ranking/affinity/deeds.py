"""What people did to those whom they follow, from the tables of a warehouse: only deeds that the follower himself may see.

Between a follower and an account that he follows stands no block, and what the account shows to followers he sees. So of its media
those count that are not private, and of his own all, with whatever it did to them (data-model.md §4).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

import polars as pl

from schemas.tables import TABLES

Read = Callable[[str, Sequence[str]], Iterable[pl.DataFrame]]
"""These columns of a table, batch by batch, as `ingest.open_warehouse` reads them; no batches where there is no such table."""

KINDS: Mapping[str, str] = {
    "liked": "media of the account that the follower likes",
    "commented": "comments of the follower on its media",
    "viewed": "views of its media by the follower",
    "tagged": "media of the follower in which it is tagged",
    "mentioned": "media of the follower that mention it",
    "liked_back": "media of the follower that it likes",
    "commented_back": "its comments on media of the follower",
    "tagged_back": "media of the account in which the follower is tagged",
    "found": "searches of the follower in which he chose it",
    "followed_found": "of these, those after which he followed it",
}
"""Every kind of deed, and what its number means."""

_PAIR = ("who", "whom")
_TYPES = {"text": pl.String(), "bool": pl.Boolean()}


@dataclass(frozen=True, slots=True)
class Deeds:
    """`follows` (who, whom, ms), each pair once; `done` by kind (who, whom, ms), one row a deed, of these pairs only; `posts`
    (whom, ms), the media that followers see. Times are milliseconds since 1970."""

    follows: pl.DataFrame
    done: Mapping[str, pl.DataFrame]
    posts: pl.DataFrame

    @property
    def last_ms(self) -> int:
        """The time of the last deed, 0 without any."""
        times = (frame["ms"].max() for frame in (self.posts, *self.done.values()))
        return max((int(ms) for ms in times if isinstance(ms, int)), default=0)


def read_deeds(read: Read) -> Deeds:
    """All deeds of a warehouse. Rows that refer to nothing, or to what a block hides, are left out."""
    users = _read(read, "users", "id", "username").select("id")
    follows = _read(read, "follows", "follower_id", "followee_id", "created_at_ms").rename(
        {"follower_id": "who", "followee_id": "whom", "created_at_ms": "ms"}
    )
    follows = follows.filter(pl.col("who") != pl.col("whom"))
    blocks = _read(read, "blocks", "blocker_id", "blocked_id")
    for one, other in (_PAIR, _PAIR[::-1]):
        follows = follows.join(users, left_on=one, right_on="id", how="semi")
        follows = follows.join(blocks, left_on=[one, other], right_on=["blocker_id", "blocked_id"], how="anti")
    follows = follows.sort(_PAIR)
    media = _read(read, "media", "id", "owner_id", "visibility", "created_at_ms").rename({"created_at_ms": "posted_ms"})
    shown = media.filter(pl.col("visibility") != "private")

    def done(table: str, actor: str, ms: str | None, *, back: bool = False) -> pl.DataFrame:
        """The deeds of a table that names a media; `back`: of the account to the follower's media."""
        rows = _read(read, table, actor, "media_id", *([] if ms is None else [ms])).rename({"id": "key"}, strict=False)
        rows = rows.join(media if back else shown, left_on="media_id", right_on="id")
        who, whom = ("owner_id", actor) if back else (actor, "owner_id")
        return _of(rows.select(who=who, whom=whom, ms=ms or "posted_ms"), follows)

    searches = _read(read, "search_log", "viewer_id", "result_id", "ts_ms", "clicked", "followed", "vertical")
    searches = searches.filter(pl.col("vertical") == "user").rename(
        {"viewer_id": "who", "result_id": "whom", "ts_ms": "ms"}
    )
    found = searches.filter(pl.col("clicked") | pl.col("followed")).select(*_PAIR, "ms")
    followed = searches.filter(pl.col("followed")).select(*_PAIR, "ms")
    kinds = {
        "liked": done("likes", "liker_id", "created_at_ms"),
        "commented": done("comments", "commenter_id", "created_at_ms"),
        "viewed": done("views", "viewer_id", "viewed_at_ms"),
        "tagged": done("media_tagged_users", "user_id", None, back=True),
        "mentioned": done("media_mentions", "user_id", None, back=True),
        "liked_back": done("likes", "liker_id", "created_at_ms", back=True),
        "commented_back": done("comments", "commenter_id", "created_at_ms", back=True),
        "tagged_back": done("media_tagged_users", "user_id", None),
        "found": _of(found, follows),
        "followed_found": _of(followed, follows),
    }
    return Deeds(follows, kinds, shown.select(whom="owner_id", ms="posted_ms"))


def _read(read: Read, table: str, *columns: str) -> pl.DataFrame:
    """These columns and the key; each key once, with the later time, then the larger values, as data-model.md §1 says."""
    known = TABLES[table]
    names = list(dict.fromkeys((*known.key, *columns)))
    batches = [batch.select(names) for batch in read(table, names)]
    if not batches:
        return pl.DataFrame(schema={name: _TYPES.get(known.column(name).kind, pl.Int64()) for name in names})
    rows = pl.concat(batches)
    return rows.sort(sorted(names, key=lambda name: name != known.time)).unique(known.key, keep="last")


def _of(deeds: pl.DataFrame, follows: pl.DataFrame) -> pl.DataFrame:
    return deeds.drop_nulls().join(follows, on=_PAIR, how="semi")
