"""`python -m bench.quality`: every measure whose data are there, into bench/quality/RESULTS.md.

Data are looked for beside the repository, in shared/data, or in the folder `data` of what MONOCEROS_SHARED names.
`--only` measures some parts; the others stay in the report as they were. What is wanted of the figures, and their golden values,
stand in expected.txt; exit code 1 where one is missed.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.quality import ltr, recsys, simulated, suggestions, typeahead
from bench.quality.expected import Expected, misses, read_expected
from bench.quality.table import lines
from bench.quality.tables import Say

HERE = Path(__file__).parent
KEPT = HERE / "results.json"
SHARED = Path(os.environ.get("MONOCEROS_SHARED", HERE.parent.parent.parent / "shared")) / "data"
PAGES, GITHUB = "names_facebook_pages", "names_github_users"
FOURSQUARE, GOWALLA, LTR = "checkins_foursquare_friends", "recsys_gowalla_lightgcn", "ltr_lightgbm_lambdarank"

EXPECTED = HERE / "expected.txt"


@dataclass(frozen=True, slots=True)
class Part:
    """One measure: the folders of data that it needs; `measure` says its lines and gives its figures."""

    title: str
    folders: tuple[str, ...]
    measure: Callable[[Path, Say], dict[str, float]]


PARTS = {
    "typeahead-pages": Part(
        "Typeahead: Facebook pages",
        (PAGES, GITHUB),
        lambda data, say: typeahead.figures(typeahead.report(data / PAGES, other=data / GITHUB, say=say)),
    ),
    "typeahead-github": Part(
        "Typeahead: GitHub users",
        (GITHUB, PAGES),
        lambda data, say: typeahead.figures(typeahead.report(data / GITHUB, other=data / PAGES, say=say)),
    ),
    "suggestions": Part(
        "Suggested accounts: Foursquare, each city tested with a model of the others",
        (FOURSQUARE,),
        lambda data, say: suggestions.figures(suggestions.report(data / FOURSQUARE, say=say)),
    ),
    "recsys": Part(
        "Media by likes: Gowalla", (GOWALLA,), lambda data, say: recsys.figures(recsys.report(data / GOWALLA, say))
    ),
    "ltr": Part("LightGBM's ranking example", (LTR,), lambda data, say: ltr.figures(ltr.report(data / LTR, say))),
    "simulated": Part("Simulated clicks", (), lambda _, say: simulated.report(say)),
    "simulated-again": Part("Simulated clicks of another world", (), lambda _, say: simulated.report(say, seed=2)),
}

HEAD = """\
# Quality on real data

Written by `make quality`. Figures in brackets are 95 % confidence intervals (bootstrap over links or users). What is measured,
and how, stands in the module of each part. Times depend on the machine and on what else it did.
"""


def main() -> None:
    """Measure, write, and hold the figures against what is expected."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.quality", description=(__doc__ or "").split("\n", maxsplit=1)[0]
    )
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--only", default=",".join(PARTS), help=f"some of {','.join(PARTS)}")
    options = parser.parse_args()
    wanted = options.only.split(",")
    if unknown := sorted(set(wanted) - set(PARTS)):
        parser.error(f"there is no part {unknown[0]!r}; there are {', '.join(PARTS)}")
    kept: dict[str, list[str]] = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    expected = read_expected(EXPECTED)
    missed: list[str] = []
    for name, part in PARTS.items():
        if name not in wanted:
            continue
        missing = [folder for folder in part.folders if not (options.data / folder).is_dir()]
        if missing:
            print(f"{part.title}: left out, {missing[0]} is not in {options.data}")
            continue
        print(f"\n## {part.title}\n")
        found: list[str] = []

        def say(line: str, found: list[str] = found) -> None:
            found.append(line)
            print(line, flush=True)

        started = time.perf_counter()
        figures = {f"{name}: {figure}": value for figure, value in part.measure(options.data, say).items()}
        say("")
        for line in beside(figures, expected):
            say(line)
        missed += misses(figures, expected, f"{name}: ")
        kept[name] = found
        print(f"({time.perf_counter() - started:.0f} s)")
        KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        (HERE / "RESULTS.md").write_text(as_text(kept), encoding="utf-8")
    for miss in missed:
        print(f"missed: {miss}", file=sys.stderr)
    sys.exit(1 if missed else 0)


def beside(figures: Mapping[str, float], expected: Mapping[str, Expected]) -> list[str]:
    """The figures of which something is wanted, and whether they are as wanted."""
    rows = [
        (figure.partition(": ")[2], expected[figure].wanted, f"{value:.4f}", expected[figure].shortfall(value) or "yes")
        for figure, value in figures.items()
        if figure in expected and expected[figure].wanted
    ]
    return lines(("figure", "wanted", "found", "met"), rows)


def as_text(kept: dict[str, list[str]]) -> str:
    """The report."""
    pieces = [HEAD]
    for name, part in PARTS.items():
        if name in kept:
            pieces.append(f"## {part.title}\n\n" + "\n".join(_spaced(kept[name])) + "\n")
    return "\n".join(pieces)


def _spaced(lines: list[str]) -> list[str]:
    """An empty line before and after each table."""
    found: list[str] = []
    for line in lines:
        for piece in line.split("\n"):
            if found and found[-1] and piece and piece.startswith("|") != found[-1].startswith("|"):
                found.append("")
            found.append(piece)
    return found


if __name__ == "__main__":
    main()
