"""Makes what a run needs, each in a process of its own, and remembers what making it took: worlds, indexes, facts."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from index import open_index
from schemas.errors import MonocerosError

HERE = Path(__file__).parent
SOURCES = {
    "gowalla": "checkins_gowalla_nyc",
    "lastfm": "tags_lastfm_hetrec2011",
    "pages": "names_facebook_pages",
    "github": "names_github_users",
}


class FailedError(Exception):
    """A process of the run failed; its last line says why."""


class World:
    """One world in a directory: `world/` (a warehouse), `index/` and `facts/`, and `made.json`, what making them took."""

    def __init__(self, directory: Path, world: Path | None = None, index: Path | None = None) -> None:
        self.directory = directory
        self.warehouse = world or directory / "world"
        self.index = index or directory / "index"
        self.facts = directory / "facts"
        self._made = directory / "made.json"

    def make(self, users: int, seed: int, *, has_facts: bool = True) -> None:
        """A generated world, as far as it is not there; facts are for peers and for questions about known documents."""
        self._once("generate", self.warehouse, ["generate", "--users", str(users), "--seed", str(seed), "--warehouse"])
        self._finish(has_facts=has_facts)

    def bring_in(self, name: str) -> None:
        """An imported data set; `FileNotFoundError` where it is not on this machine."""
        source = shared() / "data" / SOURCES[name]
        if not source.is_dir():
            raise FileNotFoundError(f"no data set {SOURCES[name]}")
        self._once("import", self.warehouse, ["import", name, str(source), "--warehouse"])
        self._finish(has_facts=True)

    @property
    def figures(self) -> dict[str, Any]:
        """What making took, by step: seconds and peak memory."""
        return json.loads(self._made.read_text(encoding="utf-8")) if self._made.exists() else {}

    def _finish(self, *, has_facts: bool) -> None:
        if not _opens(self.index):
            self.index = self.directory / "index"
            shutil.rmtree(self.index, ignore_errors=True)
            self._once("build", self.index, ["build", "--warehouse", str(self.warehouse), "--index"])
        if has_facts and not (self.facts / "texts.json").exists():
            print("  facts for the peers", flush=True)
            run("bench.facts", str(self.warehouse), str(self.facts))

    def _once(self, step: str, path: Path, command: Sequence[str]) -> None:
        if path.exists():
            return
        self.directory.mkdir(parents=True, exist_ok=True)
        print(f"  {step}", flush=True)
        started = time.perf_counter()
        peak = run("bench.peak", *command, str(path), quiet=True)
        figures = {"seconds": time.perf_counter() - started} | json.loads(peak.strip().splitlines()[-1])
        self._made.write_text(json.dumps(self.figures | {step: figures}, indent=1), encoding="utf-8")


def _opens(index: Path) -> bool:
    try:
        open_index(index, is_verified=True)
    except (MonocerosError, OSError):
        return False
    return True


def found_before(place: Path, names: Sequence[str], parts: Sequence[str]) -> dict[str, Any]:
    """What stands in a file of results for a run of these of all parts: of a whole run nothing that was there before is true."""
    if not place.exists() or set(names) == set(parts):
        return {}
    found: dict[str, Any] = json.loads(place.read_text(encoding="utf-8"))
    return found


def shared() -> Path:
    """Where the data sets are found."""
    told = os.environ.get("MONOCEROS_SHARED")
    return Path(told) if told else HERE.parent.parent / "shared"


def run(module: str, *arguments: str, quiet: bool = False) -> str:
    """Run a module of the bench; what it printed, where it is to be quiet. `FailedError` where it fails."""
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        stdout=subprocess.PIPE if quiet else None,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        cwd=HERE.parent,
    )
    if done.returncode:
        lines = (done.stderr or "").strip().splitlines()
        raise FailedError(lines[-1] if lines else f"ended with {done.returncode}")
    return done.stdout or ""
