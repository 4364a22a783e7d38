"""`monoceros serve` that refuses nobody, however busy the machine is: `python -m tests.servers.patient INDEX [KEYS]`."""

from __future__ import annotations

import sys
from pathlib import Path

from api.cli.operations import operations
from api.http import ServiceOptions, run_service
from api.session import Session
from schemas.settings import Settings
from tests.service import PATIENT

if __name__ == "__main__":
    index, *keys = map(Path, sys.argv[1:])
    options = ServiceOptions(
        port=0, keys=keys[0] if keys else None, limits=PATIENT, operations=operations(index, None, None)
    )
    run_service(options, Session(index, Settings(deadline_ms=60_000)))
