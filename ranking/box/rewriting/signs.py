"""`#` in front asks for hashtags alone, `@` for people alone."""

from __future__ import annotations

import unicodedata

from schemas.catalogue import Vertical

SIGNS = {"#": Vertical.HASHTAG, "@": Vertical.USER}


def signed(text: str) -> tuple[Vertical | None, str]:
    """The vertical that the sign of a text asks for, wide forms of it included, and the text behind it."""
    text = text.lstrip()
    only = SIGNS.get(unicodedata.normalize("NFKC", text[:1]))
    return (only, text[1:]) if only is not None else (None, text)
