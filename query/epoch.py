"""Whether anything went out of sight between two states of an index: what answers that are kept depend on.

What comes into sight (an upload, a like, an account that is new) makes no kept answer wrong, only older. What goes out of sight
must not be given again: a document that is deleted, an account, a media or a group whose privacy is another. What a viewer's own
follows, blocks and memberships are is `World.ties`.
"""

from __future__ import annotations

import numpy as np

from index import U32, AnySegment, LiveSegment, Words, changed_between, layout, new_words
from schemas.catalogue import Vertical

_PUBLIC = (
    (layout.PUBLIC_USERS, Vertical.USER),
    (layout.PUBLIC_MEDIA, Vertical.MEDIA),
    (layout.PUBLIC_GROUPS, Vertical.GROUP),
)


def is_narrower(before: AnySegment, after: AnySegment) -> bool:
    """Whether a document of `before` is gone in `after`, or its privacy is another. Both are over one base, `after` the later.

    The bits are compared as they are, so it does not matter which publications lie between, and what was compacted.
    """
    alive = {vertical: _alive(before, vertical) for vertical in Vertical}
    if any(_any_less(words, _alive(after, vertical)) for vertical, words in alive.items()):
        return True
    for name, vertical in _PUBLIC:
        old = before.bits(name)
        if bool(((old ^ after.bits(name)[: len(old)]) & alive[vertical]).any()):
            return True
    users = _restricting(before, after)
    return _any_less(_followers_media(before, users), _followers_media(after, users))


def _any_less(old: Words, new: Words) -> bool:
    return bool((old & ~new[: len(old)]).any())


def _alive(segment: AnySegment, vertical: Vertical) -> Words:
    """The documents that exist."""
    words = segment.alive(vertical)
    if words is not None:
        return words
    size = segment.size(vertical)
    words = ~new_words(size)
    if size % 64:
        words[-1] = np.uint64((1 << (size % 64)) - 1)
    return words


def _restricting(before: AnySegment, after: AnySegment) -> U32:
    """Those of whose media their followers may see others in one state than in the other."""
    changed = changed_between(before, after)
    users = None if changed is None else changed.keys(layout.RESTRICTED)
    return np.union1d(_touched(before), _touched(after)).astype(np.uint32) if users is None else users


def _touched(segment: AnySegment) -> U32:
    return segment.touched(layout.RESTRICTED) if isinstance(segment, LiveSegment) else np.empty(0, dtype=np.uint32)


def _followers_media(segment: AnySegment, users: U32) -> Words:
    """The media of some users that their followers see and strangers do not: each stands under its one owner."""
    words = new_words(segment.size(Vertical.MEDIA))
    segment.lists(layout.RESTRICTED).union_into(users, words)
    return words
