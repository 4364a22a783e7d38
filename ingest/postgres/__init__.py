"""Tables of a PostgreSQL database, as they stand at one moment."""

from ingest.postgres.tables import scrape

__all__ = ["scrape"]
