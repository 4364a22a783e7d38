"""Figures held against those on record: a golden value with a tolerance, and what is wanted of it.

A file of them has a line for each figure: its name, the golden value, the tolerance and what is wanted (`>= 1.2`, `<= 20`), two
spaces or more between; `-` stands where there is none. `#` begins a remark. A golden is changed by hand, as a reviewed change.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from schemas.errors import InputError

NONE = "-"
_WANTED = re.compile(r"(>=|<=) (\S+)")


@dataclass(frozen=True, slots=True)
class Expected:
    """One line. `low` and `high` bound what is wanted."""

    figure: str
    golden: float | None
    tolerance: float
    low: float | None
    high: float | None

    @staticmethod
    def of(line: str) -> Expected:
        """Read a line; ValueError where it is of another form."""
        figure, golden, tolerance, wanted = re.split(r"\s{2,}", line.strip())
        bound = _WANTED.fullmatch(wanted)
        if bound is None and wanted != NONE:
            raise ValueError
        low, high = (float(bound[2]) if bound and bound[1] == sign else None for sign in (">=", "<="))
        if golden == NONE:
            return Expected(figure, None, 0.0, low, high)
        return Expected(figure, float(golden), float(tolerance), low, high)

    def shortfall(self, value: float) -> str:
        """How a value falls short of what is wanted, '' where it does not."""
        if self.low is not None and not value >= self.low:
            return f"less than the {self.low:g} wanted"
        if self.high is not None and not value <= self.high:
            return f"more than the {self.high:g} wanted"
        return ""

    def miss(self, value: float) -> str:
        """What is wrong with a value, '' if nothing."""
        if self.golden is not None and not abs(value - self.golden) <= self.tolerance:
            return self.shortfall(value) or f"golden {self.golden:g}, {self.tolerance:g} either way"
        return self.shortfall(value)

    @property
    def wanted(self) -> str:
        """The bound in words."""
        return f">= {self.low:g}" if self.low is not None else f"<= {self.high:g}" if self.high is not None else ""


def read_expected(path: Path) -> dict[str, Expected]:
    """The lines of a file by figure. InputError names one that cannot be read."""
    found: dict[str, Expected] = {}
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        try:
            one = Expected.of(line)
        except ValueError:
            raise InputError("bad-golden", f"{path}, line {number} is no figure: {line!r}") from None
        found[one.figure] = one
    return found


def misses(found: Mapping[str, float], expected: Mapping[str, Expected], part: str = "") -> list[str]:
    """What of the expected figures of a part (whose names begin with it) is missed, or was not measured."""
    said: list[str] = []
    for name, one in expected.items():
        if not name.startswith(part):
            continue
        wrong = one.miss(found[name]) if name in found else "not measured"
        if wrong:
            said.append(f"{name}: {found[name]:.4f}, {wrong}" if name in found else f"{name}: {wrong}")
    return said
