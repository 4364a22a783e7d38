"""The command line of every module here: a folder, perhaps flags, lines on standard output; errors in one line, exit code 2."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from pathlib import Path

from schemas.errors import MonocerosError


def run(
    doc: str | None,
    act: Callable[[argparse.Namespace], object],
    more: Callable[[argparse.ArgumentParser], object] | None = None,
    **flags: str,
) -> None:
    """Parse and act; `act` prints. `flags` are switches and what they mean."""
    parser = argparse.ArgumentParser(
        description=(doc or "").strip(), formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, metavar="DIR")
    for flag, meaning in flags.items():
        parser.add_argument(f"--{flag}", action="store_true", help=meaning)
    if more:
        more(parser)
    try:
        act(parser.parse_args())
    except MonocerosError as error:
        hint = f"\n  {error.hint}" if error.hint else ""
        print(f"error: {error.message} ({error.code}){hint}", file=sys.stderr)
        sys.exit(2)
