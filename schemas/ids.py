"""The two kinds of numbers that name a document, kept apart so that mypy notices a mix-up.

An `ExternalId` is what the outside world knows (64 bits, signed). A `DocNum` is a document's place in the static-rank
order of its vertical inside one segment: smaller is better, and nothing outside the engine ever sees one.
"""

from __future__ import annotations

from hashlib import blake2b
from typing import NewType

ExternalId = NewType("ExternalId", int)
DocNum = NewType("DocNum", int)

INT64_MIN = -(2**63)
INT64_MAX = 2**63 - 1


def hashtag_id(tag: str) -> ExternalId:
    """The stable 64-bit id of a normalised hashtag: BLAKE2b-64 of its UTF-8 bytes, as a positive integer."""
    return ExternalId(int.from_bytes(blake2b(tag.encode(), digest_size=8).digest(), "big") & INT64_MAX)
