"""Tables of a Hive database, read and written through HiveServer2."""

from ingest.hive.reader import HiveWarehouse
from ingest.hive.url import SCHEME, HiveUrl
from ingest.hive.writer import load_snapshot

__all__ = ["SCHEME", "HiveUrl", "HiveWarehouse", "load_snapshot"]
