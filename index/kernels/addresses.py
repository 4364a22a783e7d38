"""Arrays that a kernel is given by their address, so that it takes as many as there are in one table of numbers."""

from __future__ import annotations

from typing import Any

from llvmlite.ir import IRBuilder, Value
from numba.core import types
from numba.extending import intrinsic
from numba.np.arrayobj import make_array, populate_array


@intrinsic
def array_at(_context: Any, address: Any, length: Any, dtype: Any) -> Any:  # noqa: ARG001
    """The array of so many numbers of a type at an address. Nobody holds it: the caller keeps alive what the address means."""
    array = types.Array(dtype.dtype, 1, "C")

    def generate(context: Any, builder: IRBuilder, _signature: Any, arguments: tuple[Value, ...]) -> Value:
        found = make_array(array)(context, builder)  # type: ignore[no-untyped-call]
        data = builder.inttoptr(arguments[0], found.data.type)
        size = context.get_constant(types.intp, context.get_abi_sizeof(context.get_data_type(array.dtype)))
        populate_array(found, data, [arguments[1]], [size], size, None)  # type: ignore[no-untyped-call]
        return found._getvalue()

    return array(types.intp, types.intp, dtype), generate
