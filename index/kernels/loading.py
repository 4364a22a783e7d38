"""Numba, without the linear algebra that no kernel calls.

To know whether there is BLAS, numba imports SciPy's linear algebra: a quarter of what it takes to start. A kernel that calls
`dot` or `numpy.linalg` is refused by the compiler.
"""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

_LINEAR_ALGEBRA = "scipy.linalg"


def load_numba() -> None:
    """Import what asks for BLAS, before the first kernel does. Others may import SciPy's afterwards."""
    modules: dict[str, Any] = sys.modules
    if _LINEAR_ALGEBRA in modules:
        return
    modules[_LINEAR_ALGEBRA] = None  # so that importing it is an error, as where it is not installed
    try:
        import_module("numba.np.arraymath")
    finally:
        del modules[_LINEAR_ALGEBRA]
