"""The smallest history that still fails: `python -m tests.live_shrink SEED` prints it as the owner of a bug needs it.

Builds, events, rows of tables and fields of events are left out as long as the answer to the request stays wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from tests.histories import Build, random_history
from tests.live_law import LiveIndex, Report, check, compare, oracle_base, scratch
from tests.oracle.events import Event
from tests.oracle.live import Live
from tests.oracle.random_cases import Case

T = TypeVar("T")
TRIES = 20
"""With how many other batches and restarts the failure is looked for."""


@dataclass(frozen=True)
class Trial:
    """Builds and deliveries, which alternate, and a request at their end."""

    builds: list[Build]
    deliveries: list[list[Event]]
    case: Case
    way: str
    seed: int
    """Of the batches and restarts."""

    def wrong(self) -> str:
        """What is wrong with the answer, "" for nothing."""
        with TemporaryDirectory(dir=scratch()) as directory:
            try:
                return self._replay(Path(directory)) or ""
            except Exception as error:
                return f"{type(error).__name__}: {error}"

    def _replay(self, directory: Path) -> str | None:
        engine = LiveIndex(directory, Random(self.seed), (self.way,))
        live = Live(oracle_base(self.builds[0]))
        for number, build in enumerate(self.builds):
            engine.build(build)
            if number:
                live.rebase(oracle_base(build))
            if number < len(self.deliveries):
                engine.deliver(self.deliveries[number])
                for event in self.deliveries[number]:
                    live.apply(event)
        return compare(engine.segment(), live.world(), self.case, Report())


def is_alike(one: str, other: str) -> bool:
    """Whether two answers are wrong in the same way: the same crash, or the same part of the answer."""
    return one.split(maxsplit=1)[:1] == other.split(maxsplit=1)[:1]


def fewest(items: list[T], still: Callable[[list[T]], bool]) -> list[T]:
    """As few of the items as still do it: runs are left out, ever shorter ones."""
    size = max(1, len(items) // 2)
    while items:
        place = 0
        while place < len(items):
            fewer = items[:place] + items[place + size :]
            if still(fewer):
                items = fewer
            else:
                place += size
        if size == 1:
            break
        size //= 2
    return items


def shrunk(trial: Trial) -> Trial:
    """The trial with all that can be left out left out."""
    wrong = trial.wrong()
    changed = True
    while changed:
        before = trial
        for number in range(len(trial.deliveries)):
            trial = _with_fewer_events(trial, number, wrong)
        for number in range(len(trial.builds)):
            trial = _with_fewer_rows(trial, number, wrong)
        for number in range(len(trial.deliveries)):
            trial = _with_fewer_fields(trial, number, wrong)
        changed = trial != before
    return trial


def _set(items: list[T], number: int, item: T) -> list[T]:
    return [*items[:number], item, *items[number + 1 :]]


def _with_fewer_events(trial: Trial, number: int, wrong: str) -> Trial:
    def of(events: list[Event]) -> Trial:
        return replace(trial, deliveries=_set(trial.deliveries, number, events))

    return of(fewest(trial.deliveries[number], lambda events: is_alike(of(events).wrong(), wrong)))


def _with_fewer_rows(trial: Trial, number: int, wrong: str) -> Trial:
    build = trial.builds[number]
    for name in build.tables:
        if name == "snapshot":
            continue

        def of(rows: list[Any], name: str = name, build: Build = build, trial: Trial = trial) -> Trial:
            fewer = replace(build, tables=build.tables | {name: rows})
            return replace(trial, builds=_set(trial.builds, number, fewer))

        trial = of(fewest(build.tables[name], lambda rows, of=of: is_alike(of(rows).wrong(), wrong)))  # type: ignore[misc]
        build = trial.builds[number]
    return trial


def _with_fewer_fields(trial: Trial, number: int, wrong: str) -> Trial:
    for place, event in enumerate(trial.deliveries[number]):

        def of(fields: Any, place: int = place, event: Event = event, trial: Trial = trial) -> Trial:
            events = _set(trial.deliveries[number], place, replace(event, fields=fields))
            return replace(trial, deliveries=_set(trial.deliveries, number, events))

        fields = dict(event.fields)
        for name in list(fields):
            for smaller in _smaller(fields, name):
                if is_alike(of(smaller).wrong(), wrong):
                    fields = smaller
        trial = of(fields)
    return trial


def _smaller(fields: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = fields[name]
    if isinstance(value, dict):
        inner = [{key: v for key, v in value.items() if key != gone} for gone in value if gone not in _NEEDED]
        return [{key: v for key, v in fields.items() if key != name}, *(fields | {name: less} for less in inner)]
    return [] if name in _NEEDED else [{key: v for key, v in fields.items() if key != name}]


_NEEDED = {
    "id", "owner_id", "content_type", "liker_id", "media_id", "media_owner_id", "comment_id", "commenter_id", "follower_id",
    "followee_id", "blocker_id", "blocked_id", "is_blocked", "group_id", "user_id", "is_member", "added_by", "is_added",
    "label", "confidence", "viewer_id",
}  # fmt: skip


def show(trial: Trial) -> None:
    """Print a trial."""
    for number, build in enumerate(trial.builds):
        print(f"build {number}, as of {build.as_of_ms}:")
        for name, rows in build.tables.items():
            for row in rows:
                print(f"    {name}: { {k: v for k, v in row.items() if v not in ('', None, 0.0)} }")
        print(f"    empty: {[name for name, rows in build.tables.items() if not rows]}")
        for event in trial.deliveries[number] if number < len(trial.deliveries) else ():
            print(f"event {event.time_ms} {event.kind}: {event.fields}")
    print(f"by {trial.way}, seed {trial.seed}: {trial.case}\n{trial.wrong()}")


def main() -> None:
    """Look for the failure of a seed, and shrink it."""
    history = random_history(int(sys.argv[1]))
    report = Report()
    check(history, int(sys.argv[2]) if len(sys.argv) > 2 else 12, report)
    if report.first is None:
        print("agrees")
        return
    print("\n".join(report.failures))
    builds, deliveries, case = report.first
    for seed in range(TRIES):
        for way in ("writer", "consumer", "command"):
            trial = Trial([*history.builds, history.now][:builds], history.deliveries[:deliveries], case, way, seed)
            if trial.wrong():
                show(shrunk(trial))
                return
    print("replayed with other batches and restarts it does not fail")


if __name__ == "__main__":
    main()
