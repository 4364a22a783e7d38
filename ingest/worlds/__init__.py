"""Synthetic social worlds of any size from a seed, and streams of what happens in them next."""

from ingest.worlds.events import generate_events
from ingest.worlds.generate import MAX_USERS, generate

__all__ = ["MAX_USERS", "generate", "generate_events"]
