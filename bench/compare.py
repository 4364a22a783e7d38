"""`python -m bench.compare OLD NEW`: the change of every shape between two results.json."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NOISE = 0.10
"""Changes below are not marked."""


def changes(old: dict[str, Any], new: dict[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Shape, p50 and p99 of a known viewer before and after, and how the ratio to Tantivy changed."""
    before, after = old["alone"]["shapes"], new["alone"]["shapes"]
    for key in dict.fromkeys([*before, *after]):
        if key not in before or key not in after:
            yield key, "gone" if key in before else "new", "", ""
            continue
        cells = []
        for at in ("p50", "p99"):
            was, is_ = (shapes[key]["roles"]["viewer"][at] for shapes in (before, after))
            change = is_ / was - 1
            mark = "" if abs(change) < NOISE else " slower" if change > 0 else " faster"
            cells.append(f"{was:.3f} → {is_:.3f} ({change:+.0%}){mark}")
        yield key, *cells, " → ".join(_ratio(results, key) for results in (old, new))


def _ratio(results: dict[str, Any], key: str) -> str:
    figures = results["peers"].get("tantivy", {}).get("shapes", {}).get(key)
    return "—" if figures is None else f"{figures['peer']['p50'] / figures['viewer']['p50']:.1f}×"


def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    options = parser.parse_args()
    old, new = (json.loads(path.read_text(encoding="utf-8")) for path in (options.old, options.new))
    rows = [("shape", "p50, ms", "p99, ms", "times faster than Tantivy"), *changes(old, new)]
    widths = [max(len(row[place]) for row in rows) for place in range(4)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main()
