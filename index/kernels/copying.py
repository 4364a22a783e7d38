"""Bytes copied as the machine copies them: names are short, and a loop over their bytes takes three times as long."""

from __future__ import annotations

from typing import Any

from llvmlite.ir import IRBuilder, Value
from numba.core import cgutils, types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array


@intrinsic
def copy_bytes(_context: Any, source: Any, start: Any, count: Any, out: Any, at: Any) -> Any:  # noqa: ARG001
    """Copy `count` bytes of one array, from `start` on, into another one, from `at` on; where they end there. Neither bound is
    checked."""

    def generate(context: Any, builder: IRBuilder, signature: Any, arguments: tuple[Value, ...]) -> Value:
        one, first, size, other, place = arguments
        read = make_array(signature.args[0])(context, builder, one)  # type: ignore[no-untyped-call]
        written = make_array(signature.args[3])(context, builder, other)  # type: ignore[no-untyped-call]
        goal, origin = builder.gep(written.data, [place]), builder.gep(read.data, [first])
        cgutils.raw_memcpy(builder, goal, origin, size, 1)  # type: ignore[no-untyped-call]
        return builder.add(place, size)

    return types.intp(source, types.intp, types.intp, out, types.intp), generate
