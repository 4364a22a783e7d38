"""The viewer's world (data-model.md §4): which documents exist for one viewer, and which part of each posting list.

Every posting list that a query reads passes through `World.cut`; there is no other way to one. A mask is a bitset over all
documents of a vertical; None lets everything through. No mask holds a document that is not alive, and the lists of keys that
are not alive hold nothing; that is all that masks the operator's world.
"""

from __future__ import annotations

from functools import cached_property
from hashlib import blake2b
from typing import NamedTuple, assert_never, final

import numpy as np
from numpy.typing import NDArray

from index import (
    U32,
    AnyList,
    AnySegment,
    Counted,
    DocSet,
    EdgeLists,
    Gate,
    LiveSegment,
    Words,
    clear_bits,
    layout,
    new_words,
    part,
    set_bits,
    tally,
)
from schemas.catalogue import Edge, Rule, Vertical
from schemas.ids import DocNum, ExternalId

_NO_DOCS = np.empty(0, dtype=np.uint32)
_ALL = np.empty(0, dtype=np.uint64)


class Cut(NamedTuple):
    """Some keys of an edge whose lists are cut by the same mask."""

    lists: EdgeLists
    keys: U32
    mask: Words | None


@final
class World:
    """What one viewer may see of one segment. Immutable but for parts that are made when first asked for."""

    def __init__(self, segment: AnySegment, viewer: ExternalId | None, *, is_operator: bool) -> None:
        self.segment = segment
        self.is_operator = is_operator
        found = None if viewer is None else segment.idmap(Vertical.USER).find(viewer)
        if found is not None and not _lets_through(segment.alive(Vertical.USER), found):
            found = None
        self.viewer: DocNum | None = found
        """The viewer's document; None for a stranger, and for an unknown viewer, who sees what a stranger sees."""
        self._users = segment.size(Vertical.USER)
        if found is None:
            self._followees = self._blocked = _NO_DOCS
        else:
            followees = segment.lists("user.followed_by").of(found).within(0, self._users).docs()
            blocked = segment.lists(layout.BLOCKED).of(found).within(0, self._users).docs()
            self._followees = self._living(Vertical.USER, followees)
            self._blocked = self._living(Vertical.USER, blocked)

    @property
    def followees(self) -> U32:
        """Those whom the viewer follows and who are in W_v, sorted."""
        if len(self._blocked) == 0:
            return self._followees
        return DocSet(0, self._users, self._blocked).keep(self._followees, wanted=False)

    @property
    def blocked(self) -> U32:
        """Those between whom and the viewer a block stands, sorted. They are not in W_v: only to take them out of what is public
        by definition."""
        return self._blocked

    @cached_property
    def _me(self) -> U32:
        return _NO_DOCS if self.viewer is None else np.array([self.viewer], dtype=np.uint32)

    @cached_property
    def ties(self) -> bytes:
        """A digest of the viewer's own part in W_v: whom he follows, who stands blocked, his groups, and whom those follow whom he
        follows, as far as live changes touch it. Two states of one base with the same ties and nothing gone out of sight between
        them (`is_narrower`) show nothing that the later one hides, but for likes and the like of others."""
        digest = blake2b(digest_size=16)
        me = -1 if self.viewer is None else self.viewer
        groups = _NO_DOCS
        if self.viewer is not None:
            size = self.segment.size(Vertical.GROUP)
            groups = self.segment.lists("group.member").of(self.viewer).within(0, size).docs()
        for docs in (np.array([me]), self._followees, self._blocked, groups):
            digest.update(len(docs).to_bytes(8) + docs.tobytes())
        if isinstance(self.segment, LiveSegment):
            follows = self.segment.lists("user.followed_by")
            for user in self.segment.touched_of("user.followed_by", self._followees).tolist():
                docs = follows.of(user).within(0, self._users).docs()
                digest.update(user.to_bytes(8) + len(docs).to_bytes(8) + docs.tobytes())
        return digest.digest()

    # -- documents -------------------------------------------------------------------------------------------------

    def mask(self, vertical: Vertical) -> Words | None:
        """The documents of a vertical that are in W_v."""
        if self.is_operator:
            return self.segment.alive(vertical)
        match vertical:
            case Vertical.USER:
                return self._unblocked
            case Vertical.MEDIA:
                return self._media
            case Vertical.GROUP:
                return self._groups
            case Vertical.HASHTAG:
                return self._hashtags
            case Vertical.PLACE:
                return self.segment.alive(vertical)
            case _:
                assert_never(vertical)

    def shows(self, vertical: Vertical, doc: DocNum) -> bool:
        """Whether a document is in W_v."""
        return _lets_through(self.mask(vertical), doc)

    def seen(self, vertical: Vertical, docs: U32) -> U32:
        """Those of the (sorted) documents that are in W_v."""
        mask = self.mask(vertical)
        return docs if mask is None else DocSet(0, self.segment.size(vertical), None, mask).keep(docs)

    @cached_property
    def _unblocked(self) -> Words | None:
        alive = self.segment.alive(Vertical.USER)
        if len(self._blocked) == 0:
            return alive
        if alive is not None:
            words = alive.copy()
        else:
            words = ~new_words(self._users)
            if self._users % 64:
                words[-1] = np.uint64((1 << (self._users % 64)) - 1)
        clear_bits(words, 0, self._blocked)
        return words

    @cached_property
    def _open(self) -> Words | None:
        """open(x) for every user x, and x in W_v."""
        if self.is_operator:
            return self.segment.alive(Vertical.USER)
        public = self.segment.bits(layout.PUBLIC_USERS)
        if self.viewer is None:
            return public
        words = public.copy()
        set_bits(words, 0, self._followees)
        set_bits(words, 0, self._me)
        clear_bits(words, 0, self._blocked)
        return words

    @cached_property
    def _media(self) -> Words:
        segment = self.segment
        public = segment.bits(layout.PUBLIC_MEDIA)
        if self.viewer is None:
            return public
        words = public.copy()
        segment.lists(layout.RESTRICTED).union_into(self._followees, words)
        owner = segment.lists("media.owner")
        media = segment.size(Vertical.MEDIA)
        for user in self._blocked:
            clear_bits(words, 0, owner.of(int(user)).within(0, media).docs())
        set_bits(words, 0, self._own_media)
        return self._only_living(Vertical.MEDIA, words)

    @cached_property
    def _own_media(self) -> U32:
        if self.viewer is None:
            return _NO_DOCS
        own = self.segment.lists("media.owner").of(self.viewer).within(0, self.segment.size(Vertical.MEDIA)).docs()
        return self._living(Vertical.MEDIA, own)

    @cached_property
    def _groups(self) -> Words:
        words = self.segment.bits(layout.PUBLIC_GROUPS).copy()
        if self.viewer is not None:
            self.segment.lists("group.member").union_into(self._me, words)
        return self._only_living(Vertical.GROUP, words)

    @cached_property
    def _hashtags(self) -> Words:
        """Hashtags that at least one media of W_v carries."""
        segment = self.segment
        public_media = segment.column("hashtag.public_media")
        left = public_media
        if len(self._blocked):
            size = segment.size(Vertical.MEDIA)
            lost = new_words(size)
            segment.lists("media.owner").union_into(self._blocked, lost)
            lost &= segment.bits(layout.PUBLIC_MEDIA)
            media = DocSet(0, size, None, lost).docs()
            carried = segment.lists(layout.HASHTAGS_OF_MEDIA)
            hidden = tally([Counted(carried, media, None)], carried.total(media), len(public_media))
            left = public_media.copy()
            left[hidden.docs] -= hidden.hits
        words = _as_words(left > 0)
        if self.viewer is not None:
            edge = "hashtag.used_by"
            for level, users in enumerate((self.followees, self.followees, _NO_DOCS)):
                lists = segment.lists(f"{edge}.{level}")
                lists.union_into(users, words)
                lists.union_into(self._me, words)
        return self._only_living(Vertical.HASHTAG, words)

    def _living(self, vertical: Vertical | None, docs: U32) -> U32:
        """Those of the (sorted) documents that exist; values that are no documents all do."""
        alive = None if vertical is None else self.segment.alive(vertical)
        if vertical is None or alive is None:
            return docs
        return DocSet(0, self.segment.size(vertical), None, alive).keep(docs)

    def _only_living(self, vertical: Vertical, words: Words) -> Words:
        """Clear the bits of documents that do not exist."""
        alive = self.segment.alive(vertical)
        if alive is not None:
            words &= alive
        return words

    def _lives(self, vertical: Vertical | None, doc: int) -> bool:
        return vertical is None or _lets_through(self.segment.alive(vertical), doc)

    # -- facts -----------------------------------------------------------------------------------------------------

    def cut(self, edge: Edge, keys: U32) -> list[Cut]:
        """The lists of an edge under these keys (sorted; document numbers or places in the edge's dictionary), cut to W_v.

        A key may stand in several cuts; no document stands in two cuts of one key.
        """
        lists = self.segment.lists
        if edge.rule is Rule.OWNER_OF:
            return self._cut_by_level(edge, keys)
        if self.is_operator or edge.rule is Rule.DOCUMENT:
            return [Cut(lists(edge.key), self._living(edge.value_vertical, keys), self.mask(edge.vertical))]
        match edge.rule:
            case Rule.FOLLOW:
                return self._cut_follows(edge, keys)
            case Rule.ENGAGED_BY:
                users, closed = self._opened(keys)
                cuts = [Cut(lists(edge.key), users, self.mask(Vertical.MEDIA))]
                if len(closed) and len(self._own_media):
                    cuts.append(Cut(lists(edge.key), closed, self._own_media_mask))
                return cuts
            case Rule.ENGAGED_WITH:
                media = self.seen(Vertical.MEDIA, keys)
                own = DocSet(0, self.segment.size(Vertical.MEDIA), self._own_media)
                mine = own.keep(media)
                if len(mine) == 0:
                    return [Cut(lists(edge.key), media, self._open)]
                others = own.keep(media, wanted=False)
                return [Cut(lists(edge.key), others, self._open), Cut(lists(edge.key), mine, self._unblocked)]
            case Rule.MEMBER_OF:
                return [Cut(lists(edge.key), self.seen(Vertical.GROUP, keys), self._open)]
            case Rule.MEMBER:
                return [Cut(lists(edge.key), self._opened(keys)[0], self.mask(Vertical.GROUP))]
            case Rule.IN_GROUP:
                return [Cut(lists(edge.key), self.seen(Vertical.GROUP, keys), self.mask(Vertical.MEDIA))]
            case Rule.CONTAINS:
                return [Cut(lists(edge.key), self.seen(Vertical.MEDIA, keys), self.mask(Vertical.GROUP))]
            case _:
                assert_never(edge.rule)

    def cut_one(self, edge: Edge, key: int) -> tuple[AnyList, Words | None] | None:
        """As `cut`, for one key in the common case that one mask cuts its list; None where it takes `cut` to say."""
        lists = self.segment.lists
        match edge.rule:
            case Rule.DOCUMENT if self._lives(edge.value_vertical, key):
                return lists(edge.key).of(key), self.mask(edge.vertical)
            case Rule.FOLLOW if key == self.viewer and not self.is_operator:
                return lists(edge.key).of(key), self._unblocked
            case Rule.FOLLOW if _lets_through(self._open, key):
                return lists(edge.key).of(key), self._open
            case Rule.ENGAGED_BY if _lets_through(self._open, key):
                return lists(edge.key).of(key), self.mask(Vertical.MEDIA)
            case Rule.MEMBER if _lets_through(self._open, key):
                return lists(edge.key).of(key), self.mask(Vertical.GROUP)
            case _:
                return None

    def gate(self, edge: Edge) -> Gate | None:
        """As `cut`, for whatever keys, of edges whose keys are users; None for other edges."""
        if self.is_operator:
            return None
        match edge.rule:
            case Rule.FOLLOW:
                return self._follows_gate
            case Rule.ENGAGED_BY:
                return self._engaged_gate
            case _:
                return None

    @cached_property
    def _follows_gate(self) -> Gate:
        me = -1 if self.viewer is None else self.viewer
        unblocked, opened = _or_all(self._unblocked), _or_all(self._open)
        return Gate(unblocked, opened, opened, self._me, me, unblocked)

    @cached_property
    def _engaged_gate(self) -> Gate:
        shown = _or_all(self.mask(Vertical.MEDIA))
        return Gate(_or_all(self._unblocked), _or_all(self._open), shown, self._own_media, -1, shown)

    def _opened(self, users: U32) -> tuple[U32, U32]:
        """Users of W_v, apart: those who are open and those who are not."""
        mask = self._open
        return (users, _NO_DOCS) if mask is None else part(self.seen(Vertical.USER, users), mask)

    def _cut_follows(self, edge: Edge, keys: U32) -> list[Cut]:
        lists = self.segment.lists(edge.key)
        users, closed = self._opened(keys)
        if self.viewer is None:
            return [Cut(lists, users, self._open)]
        cuts = []
        at = int(users.searchsorted(self._me[0]))
        if at < len(users) and users[at] == self.viewer:
            cuts.append(Cut(lists, self._me, self._unblocked))
            users = np.delete(users, at)
        cuts.append(Cut(lists, users, self._open))
        if len(closed):
            cuts.append(Cut(lists, closed, self._only_me))
        return cuts

    def _cut_by_level(self, edge: Edge, keys: U32) -> list[Cut]:
        """used_by and visited_by: what shows at each level of visibility of the owner's media."""
        lists = [self.segment.lists(layout.levelled(edge, level)) for level in range(layout.LEVELS)]
        alive = self.segment.alive(edge.vertical)
        users, _ = self._opened(keys)
        if self.is_operator:
            return [Cut(level, users, alive) for level in lists]
        if self.viewer is None:
            return [Cut(lists[0], users, alive)]
        me = users[users == self.viewer]
        near = self._near.keep(users)
        return [Cut(lists[0], users, alive), Cut(lists[1], near, alive), Cut(lists[2], me, alive)]

    @cached_property
    def _near(self) -> DocSet:
        """The viewer and those whom he follows."""
        return DocSet(0, self._users, self._followees) | DocSet(0, self._users, self._me)

    @cached_property
    def _own_media_mask(self) -> Words:
        words = new_words(self.segment.size(Vertical.MEDIA))
        set_bits(words, 0, self._own_media)
        return words

    @cached_property
    def _only_me(self) -> Words:
        words = new_words(self._users)
        set_bits(words, 0, self._me)
        return words


def _as_words(flags: NDArray[np.bool_]) -> Words:
    """A bitset of flags by document number."""
    words = new_words(len(flags))
    packed = np.packbits(flags, bitorder="little")
    words.view(np.uint8)[: len(packed)] = packed
    return words


def _or_all(mask: Words | None) -> Words:
    """A mask as a gate has it."""
    return _ALL if mask is None else mask


def _lets_through(mask: Words | None, doc: int) -> bool:
    return mask is None or bool((int(mask[doc >> 6]) >> (doc & 63)) & 1)
