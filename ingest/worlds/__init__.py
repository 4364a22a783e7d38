"""Synthetic social worlds of any size from a seed: `generate` is the whole façade."""

from ingest.worlds.generate import MAX_USERS, generate

__all__ = ["MAX_USERS", "generate"]
