"""Tables of a Hive database, read through HiveServer2."""

from ingest.hive.reader import HiveWarehouse
from ingest.hive.url import HiveUrl

__all__ = ["HiveUrl", "HiveWarehouse"]
