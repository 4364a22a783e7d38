"""The write side of the live index: mutations → last-writer-wins state → layers over a base, checkpoints, and new bases."""

from ingest.live.rebase import rebase
from ingest.live.writer import LiveWriter

__all__ = ["LiveWriter", "rebase"]
