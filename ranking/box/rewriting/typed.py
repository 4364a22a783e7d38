"""What somebody typed into the box, read once: a sign, words, and whether the last of them may go on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ranking.box.rewriting.signs import signed
from schemas.catalogue import Vertical
from schemas.text import MAX_CODE_POINTS, fold, hashtag, split_words

MOST_WORDS = 8
"""Words that are searched for; those behind them count as not typed yet."""


@dataclass(frozen=True, slots=True)
class Typed:
    """`text` is what was typed, cut to 256 code points and without its sign; `words` are its folded words, `tag` is it as a
    hashtag. `only` is the vertical that the sign asks for. `is_open`: the last word may be unfinished.
    `is_empty`: nothing was typed but a sign and white space.
    """

    text: str
    words: tuple[str, ...]
    tag: str
    only: Vertical | None
    is_open: bool
    is_empty: bool

    @staticmethod
    def of(text: str) -> Typed:
        """Read a text; any text is fine."""
        return _read(text[:MAX_CODE_POINTS])

    @property
    def key(self) -> str:
        """The form under which texts are counted: the sign, the words, and a space behind the last one where it is finished."""
        sign = {Vertical.HASHTAG: "#", Vertical.USER: "@", None: ""}.get(self.only, "")
        return sign + " ".join(self.words) + ("" if self.is_open else " ")


@lru_cache(4_096)
def _read(text: str) -> Typed:
    only, rest = signed(text)
    rest = rest.encode("utf-8", "replace").decode("utf-8")  # half a surrogate pair is in no name
    words = split_words(fold(rest))
    is_open = len(words) <= MOST_WORDS and not rest[-1:].isspace()
    return Typed(rest, tuple(words[:MOST_WORDS]), hashtag(rest), only, is_open, not rest.strip())
