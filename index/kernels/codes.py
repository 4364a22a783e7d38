"""Kernel of numbers that are kept in 4 bytes: by how much each is more than an origin."""

from __future__ import annotations

from index.corpus import I64, U32
from index.kernels.compiled import lean

_END = 1 << 32


@lean
def put_codes(codes: U32, rows: U32, values: I64, origin: int, plain: int, far: int) -> int:
    """Write `value - origin` of rows, of one that comes twice the last; and how many do not fit.

    Law: rows are inside `codes`, and there is a value for each. Values up to `plain` are written as they are; `far` in the place of
    one whose code would not be above that, or not fit.
    """
    misfits = 0
    for i in range(len(rows)):
        code = values[i]
        if code > plain:
            code -= origin
            if code <= plain or code >= _END:
                code = far
                misfits += 1
        codes[rows[i]] = code
    return misfits
