"""`python -m bench.quality`: every measure whose data are there, into bench/quality/RESULTS.md.

Data are looked for beside the repository, in shared/data, or in the folder `data` of what MONOCEROS_SHARED names.
`--only` measures some parts; the others stay in the report as they were.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable
from pathlib import Path

from bench.quality import ltr, recsys, simulated, suggestions, typeahead

HERE = Path(__file__).parent
KEPT = HERE / "results.json"
SHARED = Path(os.environ.get("MONOCEROS_SHARED", HERE.parent.parent.parent / "shared")) / "data"
PAGES, GITHUB = "names_facebook_pages", "names_github_users"
FOURSQUARE, GOWALLA, LTR = "checkins_foursquare_friends", "recsys_gowalla_lightgcn", "ltr_lightgbm_lambdarank"

Say = Callable[[str], None]


def _all(lines: list[str], say: Say) -> None:
    for line in lines:
        say(line)


PARTS: dict[str, tuple[str, tuple[str, ...], Callable[[Path, Say], object]]] = {
    "typeahead-pages": (
        "Typeahead: Facebook pages",
        (PAGES, GITHUB),
        lambda data, say: typeahead.report(data / PAGES, other=data / GITHUB, say=say),
    ),
    "typeahead-github": (
        "Typeahead: GitHub users",
        (GITHUB, PAGES),
        lambda data, say: typeahead.report(data / GITHUB, other=data / PAGES, say=say),
    ),
    "suggestions": (
        "Suggested accounts: Foursquare, each city tested with a model of the others",
        (FOURSQUARE,),
        lambda data, say: suggestions.report(data / FOURSQUARE, say=say),
    ),
    "recsys": ("Media by likes: Gowalla", (GOWALLA,), lambda data, say: _all(recsys.report(data / GOWALLA), say)),
    "ltr": ("LightGBM's ranking example", (LTR,), lambda data, say: _all(ltr.report(data / LTR), say)),
    "simulated": ("Simulated clicks", (), lambda _, say: simulated.report(say)),
}

HEAD = """\
# Quality on real data

Written by `make quality`. Figures in brackets are 95 % confidence intervals (bootstrap over links or users). What is measured,
and how, stands in the module of each part. Times depend on the machine and on what else it did.
"""


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(
        prog="python -m bench.quality", description=(__doc__ or "").split("\n", maxsplit=1)[0]
    )
    parser.add_argument("--data", type=Path, default=SHARED)
    parser.add_argument("--only", default=",".join(PARTS), help=f"some of {','.join(PARTS)}")
    options = parser.parse_args()
    kept: dict[str, list[str]] = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    wanted = options.only.split(",")
    for name, (title, folders, measure) in PARTS.items():
        if name not in wanted:
            continue
        missing = [folder for folder in folders if not (options.data / folder).is_dir()]
        if missing:
            print(f"{title}: left out, {missing[0]} is not in {options.data}")
            continue
        print(f"\n## {title}\n")
        found: list[str] = []

        def say(line: str, found: list[str] = found) -> None:
            found.append(line)
            print(line, flush=True)

        started = time.perf_counter()
        measure(options.data, say)
        kept[name] = found
        print(f"({time.perf_counter() - started:.0f} s)")
        KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        (HERE / "RESULTS.md").write_text(as_text(kept), encoding="utf-8")


def as_text(kept: dict[str, list[str]]) -> str:
    """The report."""
    pieces = [HEAD]
    for name, (title, _, _) in PARTS.items():
        if name in kept:
            pieces.append(f"## {title}\n\n" + "\n".join(_spaced(kept[name])) + "\n")
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
