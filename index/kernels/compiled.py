"""How a kernel is compiled that makes no array."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import numba

_Kernel = TypeVar("_Kernel", bound=Callable[..., Any])


def lean(kernel: _Kernel) -> _Kernel:
    """Compiled without counts of references, which are atomic operations wherever a view is cut or an array handed on: more than
    half the time of a walk over two lists.

    Law: such a kernel makes no array, which numba refuses, and returns none, nor calls one that does; views of its arguments are
    fine as long as they stay inside.
    """
    compiled: _Kernel = numba.njit(cache=True, nogil=True, _nrt=False)(kernel)
    return compiled
