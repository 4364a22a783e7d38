"""From what changed in the state to what changes in the arrays that are read: the arrays of the next layer.

`apply` says what follows from a batch; `arrays` takes all that followed since the last layer. What holds is told in
absolute terms (`changes.py`), so the order in which families are derived does not matter, but for the media that show,
which depend on owners.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import final

import numpy as np
from numpy.typing import NDArray

from index import I64, NONE, U32, AnyArray, Layer, layout
from ingest.live.attributes import ATTRIBUTES, Attribute
from ingest.live.base import FORWARD, Base, distinct, in_sorted
from ingest.live.batch import Batch
from ingest.live.changes import Changes, Codes
from ingest.live.hashtags import Hashtags
from ingest.live.lists import ListNumbers
from ingest.live.media import MediaShown
from ingest.live.order import HashtagOrder, OddOrder
from ingest.live.patches import Patches
from ingest.live.state import Changed, LiveState
from ingest.live.terms import TermKeys
from ingest.live.words import WordChanges
from schemas.catalogue import Vertical
from schemas.tables import CONTENT_TYPES

_U, _M, _H, _P, _G = Vertical.USER, Vertical.MEDIA, Vertical.HASHTAG, Vertical.PLACE, Vertical.GROUP
BACKWARD = {
    "follows": "user.follower",
    "likes": "user.liked",
    "members": "user.member_of",
    "group_media": "group.contains",
}
"""The lists, keyed by the right end, of each kind of fact but blocks."""
_TYPE_KEYS = np.array([sorted(CONTENT_TYPES).index(name) for name in CONTENT_TYPES], dtype=np.uint32)
_BY_USER = {"tagged": "media.tagged", "mentions": "media.mention"}
_NO_DOCS = np.empty(0, dtype=np.uint32)


@final
class Derivation:
    """The state of a live index and what follows from it. `layers` are those that say it already, the oldest first.

    Before anything is applied, `follow` is called once: a state that is loaded is whole first.
    """

    def __init__(self, base: Base) -> None:
        self.base = base
        self.state = LiveState(base, self._same_lists)
        self.hashtags = Hashtags(base, self.state.documents[_H])
        self._sizes = {v: base.size(v) for v in Vertical}
        self._know(())

    def _know(self, layers: Sequence[Layer]) -> None:
        """Take up terms that layers have, by which lists are told apart."""
        self.layers = tuple(layers)
        self._terms = TermKeys(self.base.segment, layers)
        self._lists = ListNumbers(self.base, self.state.documents[_U], self.hashtags, self._terms)

    def follow(self, layers: Sequence[Layer] = ()) -> None:
        """Make all that follows from the state as it is now, and that layers say already."""
        self._know(layers)
        segment = self.base.segment
        self._told = {v: len(documents) for v, documents in self.state.documents.items()}
        self._placed = dict(self._told)
        self._changes = Changes(self.base)
        for edge in ("media.caption", "media.autotag"):
            self._changes[edge].restore_hidden(layers)
        self._media = MediaShown(self.state)
        created = self.state.scalars[_M, "created_at_ms"].values
        firsts_of = {_M: lambda docs: created.data[docs]}
        self._orders = {
            v: OddOrder(v, segment, layers, firsts_of.get(v, _no_counts), self.state.documents[v].ids)
            for v in (_U, _M, _P, _G)
        }
        self._hashtag_order = HashtagOrder(segment, layers, self.hashtags.names)
        self._patches = Patches(self.state, self._media, self.hashtags)
        self._words = WordChanges(self.state, self._terms, self._changes, self._patches)

    def _same_lists(self, attribute: Attribute, docs: U32, texts: list[str]) -> NDArray[np.bool_]:
        return self._lists.same(attribute, docs, texts)

    # -- changes ---------------------------------------------------------------------------------------------------

    def apply(self, batch: Batch, *, is_seed: bool = False) -> None:
        """Say a batch, and what follows from it."""
        changed = self.state.apply(batch, is_seed=is_seed)
        self._facts(changed)
        dirty = [self._documents(changed), self._users(changed), self._media_columns(changed)]
        owners = self._owners(changed)
        list_docs = self._media_lists(changed)
        self._words.apply(changed)
        self._fresh()
        self._refresh(distinct(np.concatenate(dirty)), list_docs, owners)

    def _facts(self, changed: Changed) -> None:
        for kind, facts in changed.facts.items():
            if kind == "blocks":
                register = self.state.facts[kind]
                either = register.holds(facts.left, facts.right) | register.holds(facts.right, facts.left)
                self._changes[layout.BLOCKED].hold(facts.left, facts.right, either)
                self._changes[layout.BLOCKED].hold(facts.right, facts.left, either)
            else:
                self._changes[FORWARD[kind]].hold(facts.left, facts.right, facts.holds)
                self._changes[BACKWARD[kind]].hold(facts.right, facts.left, facts.holds)
        if changed.comments is not None:
            self._changes["media.commenter"].hold(*changed.comments)

    def _documents(self, changed: Changed) -> U32:
        """Existence; media whose owner came or went, and media that did."""
        media = [changed.documents.get(_M, _NO_DOCS)]
        for vertical, docs in changed.documents.items():
            if vertical is not _M:
                self._patches.bits(f"{vertical}.alive", docs)
        users = changed.documents.get(_U, _NO_DOCS)
        if len(users):
            self._patches.bits(layout.PUBLIC_USERS, users)
            media.append(self._media.owned(users))
        self._patches.bits(layout.PUBLIC_GROUPS, changed.documents.get(_G, _NO_DOCS))
        return np.concatenate(media)

    def _users(self, changed: Changed) -> U32:
        """Flags of users and groups; media of owners whose flags changed."""
        media = [_NO_DOCS]
        for name in ("is_private", "is_verified"):
            docs, _ = changed.scalars.get((_U, name), (_NO_DOCS, None))
            if len(docs):
                self._hold_flag(f"user.{name.removeprefix('is_')}", docs)
                media.append(self._media.owned(docs))
        self._patches.bits(layout.PUBLIC_USERS, changed.scalars.get((_U, "is_private"), (_NO_DOCS, None))[0])
        self._patches.bits(layout.PUBLIC_GROUPS, changed.scalars.get((_G, "is_public"), (_NO_DOCS, None))[0])
        return np.concatenate(media)

    def _hold_flag(self, edge: str, docs: U32) -> None:
        flags = self.state.scalars[_U, f"is_{edge.partition('.')[2]}"].values.data[docs]
        self._changes[edge].hold(np.zeros(len(docs), dtype=np.uint32), docs, flags)

    def _media_columns(self, changed: Changed) -> U32:
        """Scalars of documents as columns and lists; media that may show otherwise by it."""
        dirty = [_NO_DOCS]
        for (vertical, name), (docs, old) in changed.scalars.items():
            if not len(docs):
                continue
            self._patches.column(vertical, name, docs)
            if vertical is not _M:
                continue
            now = self.state.scalars[vertical, name].values.data[docs]
            match name:
                case "owner_id":
                    self._move("media.owner", docs, old, now)
                    self._media.give(docs)
                    dirty.append(docs)
                case "visibility":
                    dirty.append(docs)
                case "place_id":
                    self._move("media.location", docs, old, now)
                case "content_type":
                    self._move("media.type", docs, _TYPE_KEYS[old], _TYPE_KEYS[now])
                case "created_at_ms":
                    self._orders[_M].place(docs)
        return np.concatenate(dirty)

    def _move(self, edge: str, docs: U32, old: AnyArray, now: AnyArray) -> None:
        for keys, holds in ((old, False), (now, True)):
            at = keys != NONE
            self._changes[edge].hold(keys[at], docs[at], holds)

    def _owners(self, changed: Changed) -> dict[str, U32]:
        """By edge, owners whose media lead to something else: who gave media away, who own media of other kinds now."""
        owner = self.state.scalars[_M, "owner_id"].values.data
        of_all = [_NO_DOCS]
        moved, givers = changed.scalars.get((_M, "owner_id"), (_NO_DOCS, _NO_DOCS))
        levelled, _ = changed.scalars.get((_M, "visibility"), (_NO_DOCS, None))
        of_all += [givers, owner[moved], owner[levelled]]
        placed, _ = changed.scalars.get((_M, "place_id"), (_NO_DOCS, None))
        both = np.concatenate(of_all)
        return {"hashtag.used_by": both, "place.visited_by": np.concatenate([both, owner[placed]])}

    def _media_lists(self, changed: Changed) -> U32:
        """Lists of media; those whose hashtags changed."""
        hashtagged = _NO_DOCS
        for (vertical, name), (docs, old) in changed.texts.items():
            attribute = ATTRIBUTES[vertical, name]
            if attribute.kind == "text" or name == "autotags" or not len(docs):
                continue
            register = self.state.texts[vertical, name]
            had = self._codes(attribute, docs, old)
            has = self._codes(attribute, docs, register.heap.of(docs).strings())
            for codes, holds in ((had[~in_sorted(has, had)], False), (has[~in_sorted(had, has)], True)):
                if len(codes):
                    rows = (codes >> np.uint64(32)).astype(np.intp)
                    self._hold_list(name, codes.astype(np.uint32), docs[rows], holds)
            if name == "hashtags":
                hashtagged = docs
        return hashtagged

    def _codes(self, attribute: Attribute, docs: U32, texts: Sequence[str | None]) -> Codes:
        """What lists hold, as sorted (place of the media << 32 | number); None is what the base holds."""
        as_base = np.array([row for row, text in enumerate(texts) if text is None], dtype=np.intp)
        offsets, numbers = self._lists.in_base(attribute, docs[as_base])
        more, more_rows = self._lists.parsed(attribute, [text or "" for text in texts])
        rows = np.concatenate([np.repeat(as_base, np.diff(offsets)), more_rows])
        codes: Codes = distinct(rows.astype(np.uint64) << np.uint64(32) | np.concatenate([numbers, more]))
        return codes

    def _hold_list(self, name: str, numbers: U32, docs: U32, holds: bool) -> None:
        match name:
            case "hashtags":
                self._changes["media.hashtag"].hold(numbers, docs, holds)
                self._changes[layout.HASHTAGS_OF_MEDIA].hold(docs, numbers, holds)
                sign = 1 if holds else -1
                alive, public = self._media.alive.data[docs], self._media.public.data[docs]
                self.hashtags.count(numbers, sign * alive.astype(np.int64), sign * public.astype(np.int64))
                self._patches.hashtags(numbers)
            case "tags":
                self._changes[layout.RAW_TAGS].hold(docs, numbers, holds)
            case _:
                self._changes[_BY_USER[name]].hold(numbers, docs, holds)
                edge = "user.tagged_in" if name == "tagged" else "user.mentioned_in"
                self._changes[edge].hold(docs, numbers, holds)

    def _refresh(self, docs: U32, hashtagged: U32, owners: dict[str, U32]) -> None:
        """Media that may show otherwise, the counts of their hashtags, and what their owners use and visit."""
        old = self._media.refresh(docs, self._changes)
        owner = self.state.scalars[_M, "owner_id"].values.data
        alive, public = self._media.alive.data[docs], self._media.public.data[docs]
        counted = (alive != old.alive) | (public != old.public)
        flipped = docs[counted]
        if len(flipped):
            self._patches.bits("media.alive", docs[alive != old.alive])
            self._patches.bits(layout.PUBLIC_MEDIA, docs[public != old.public])
            carried, rows = self._lists.now(self.state.texts[_M, "hashtags"], flipped)
            live = alive[counted].astype(np.int64) - old.alive[counted]
            shown = public[counted].astype(np.int64) - old.public[counted]
            self.hashtags.count(carried, live[rows], shown[rows])
            self._patches.hashtags(carried)
        came = owner[docs[alive != old.alive]]
        for edge, told in (("hashtag.used_by", self._carried), ("place.visited_by", self._visited)):
            more = [came, owner[hashtagged]] if edge == "hashtag.used_by" else [came]
            who = distinct(np.concatenate([owners[edge], *more]))
            who = who[who != NONE]
            if len(who):
                self._media.retell(who, edge, told, self._changes)
        self._fresh()

    def _carried(self, media: U32) -> tuple[U32, AnyArray]:
        return self._lists.now(self.state.texts[_M, "hashtags"], media)

    def _visited(self, media: U32) -> tuple[U32, AnyArray]:
        place = self.state.scalars[_M, "place_id"].values.data[media]
        rows = np.flatnonzero(place != NONE)
        return place[rows], rows

    # -- new documents ---------------------------------------------------------------------------------------------

    def _fresh(self) -> None:
        """What holds of documents that are new, whatever is said of them."""
        for vertical, documents in self.state.documents.items():
            first, last = self._placed[vertical], len(documents)
            if first == last:
                continue
            self._placed[vertical] = last
            docs = np.arange(first, last, dtype=np.uint32)
            match vertical:
                case Vertical.HASHTAG:
                    for doc in docs.tolist():
                        name = self.hashtags.names[doc - self._sizes[_H]]
                        self._hashtag_order.place(doc, name)
                        self._words.hashtag(doc, name)
                    continue
                case Vertical.MEDIA:
                    types = self.state.scalars[_M, "content_type"].values.data[docs]
                    self._changes["media.type"].hold(_TYPE_KEYS[types], docs, True)
                case Vertical.USER:
                    self._hold_flag("user.private", docs)
                case _:
                    pass
            self._orders[vertical].place(docs)

    # -- layers ----------------------------------------------------------------------------------------------------

    def arrays(self) -> dict[str, AnyArray]:
        """The arrays of the next layer over `layers`: all that followed since the last call. The caller adds the layer."""
        sizes: dict[str, int] = {str(v): len(documents) for v, documents in self.state.documents.items()}
        sizes[layout.RAW_TAGS] = len(self._terms[layout.RAW_TAGS])
        arrays = self._changes.arrays(self.layers, sizes)
        arrays |= self._terms.arrays()
        for vertical, documents in self.state.documents.items():
            if len(documents) > self._told[vertical]:
                arrays[f"{vertical}.late"] = documents.late_ids(self._told[vertical] - documents.base).copy()
                self._told[vertical] = len(documents)
        for order in self._orders.values():
            arrays |= order.arrays()
        arrays |= self._hashtag_order.arrays()
        return arrays | self._patches.arrays()


def _no_counts(docs: U32) -> I64:
    """The counts of documents that came after the base (data-model.md §3)."""
    return np.zeros(len(docs), dtype=np.int64)
