"""The entry point: the commands, and what every ending of one means for the person and for the exit code.

0    done                      2    the input, the index or the flags cannot be used as they are
1    damage, or a refusal      70   a bug of ours        130  interrupted
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from types import FrameType
from typing import Any, NoReturn

import click

from api.cli.build import build
from api.cli.curl import curl
from api.cli.demo import demo
from api.cli.doctor import doctor
from api.cli.evaluate import evaluate
from api.cli.events import events
from api.cli.experiment import experiment
from api.cli.failures import exit_code_of
from api.cli.generate import generate
from api.cli.import_ import import_
from api.cli.ingest import ingest
from api.cli.keys import keys
from api.cli.nightly import nightly
from api.cli.produce import produce
from api.cli.query import query
from api.cli.reconcile import reconcile
from api.cli.repl import repl
from api.cli.rollback import rollback
from api.cli.serve import serve
from api.cli.simulate import simulate
from api.cli.snapshot import snapshot
from api.cli.train import train
from api.cli.verify import verify


class Commands(click.Group):
    """The group of all commands; whatever a command raises ends in one message and one exit code."""

    def main(self, args: Sequence[str] | None = None, *rest: Any, **extra: Any) -> NoReturn:
        """Run one command line and leave the process with its exit code.

        The environment is read here and handed down as the context's object.
        """
        extra["standalone_mode"] = False
        extra.setdefault("obj", os.environ)
        _be_lenient()
        try:
            code = super().main(args, *rest, **extra)
            sys.stdout.flush()
        except BaseException as error:
            if _stopped_by:  # whatever a library made of the signal; half-done work was put back on the way here
                click.echo("interrupted", err=True)
                code = 128 + _stopped_by[-1]
            elif isinstance(error, SystemExit):
                raise
            else:
                code = exit_code_of(error, os.environ)
        sys.exit(code if isinstance(code, int) else 0)


def _be_lenient() -> None:
    """What the terminal's encoding cannot write is written as its escape, never an error."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


@click.group(
    "monoceros", cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(package_name="monoceros")
def commands() -> None:
    """Monoceros: a search engine over the social graph.

    A warehouse of tables is imported or generated, an index is built from it, and queries are answered from the index.
    """


for _command in (
    import_,
    generate,
    build,
    ingest,
    events,
    produce,
    snapshot,
    nightly,
    rollback,
    reconcile,
    verify,
    query,
    repl,
    serve,
    keys,
    curl,
    doctor,
    train,
    evaluate,
    simulate,
    experiment,
    demo,
):
    commands.add_command(_command)


_stopped_by: list[int] = []
"""The signals that told this process to stop."""


def _stop(number: int, _: FrameType | None) -> NoReturn:
    _stopped_by.append(number)
    raise KeyboardInterrupt


def main() -> NoReturn:
    """The console command `monoceros`."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    commands.main(prog_name="monoceros")


if __name__ == "__main__":
    main()
