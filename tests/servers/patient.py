"""`monoceros serve` that refuses nobody, however busy the machine is."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path

from api.cli.operations import operations
from api.http import ServiceOptions, run_service
from api.session import Session
from schemas.settings import Settings
from tests.service import PATIENT

if __name__ == "__main__":
    parser = ArgumentParser("python -m tests.servers.patient", description=__doc__)
    parser.add_argument("index", type=Path)
    parser.add_argument("--keys", type=Path)
    parser.add_argument("--experiments", type=Path)
    asked = parser.parse_args()
    options = ServiceOptions(
        port=0,
        keys=asked.keys,
        experiments=asked.experiments,
        limits=PATIENT,
        operations=operations(asked.index, None, None),
    )
    run_service(options, Session(asked.index, Settings(deadline_ms=60_000)))
