"""Progress of long commands on stderr: a bar on a terminal, one plain line a step otherwise."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from api.console.output import console


@contextmanager
def steps(title: str) -> Iterator[Callable[[str], None]]:
    """Gives a function to call with the name of each step as it begins; how many there will be is not known."""
    with counted(title) as tell:
        done = 0

        def begin(step: str) -> None:
            nonlocal done
            tell(step, done, None)
            done += 1

        yield begin


@contextmanager
def counted(title: str) -> Iterator[Callable[[str, int, int | None], None]]:
    """Gives a function to call with the name of a step, how many are done and how many there are (None: unknown)."""
    output = console(sys.stderr)
    if not output.is_terminal:
        started = time.monotonic()

        def line(step: str, done: int, total: int | None) -> None:
            if done != total:
                output.print(f"{title}: {step} ({time.monotonic() - started:.1f} s)")

        yield line
        return
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.fields[step]}"), TimeElapsedColumn())
    with Progress(*columns, console=output, transient=True) as bar:
        task = bar.add_task(title, total=None, step="")
        yield lambda step, done, total: bar.update(task, completed=done, total=total, step=step)
