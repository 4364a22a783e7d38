"""From the outside world into the index: warehouse tables, importers of public data, generated worlds."""

from ingest.documents import read_corpus
from ingest.firehose.sources import open_sink
from ingest.importers import IMPORTERS, Importer, import_world
from ingest.live import rebase
from ingest.opening import open_warehouse
from ingest.snapshots import take_snapshot
from ingest.spark import build_shards
from ingest.worlds import generate, generate_events

__all__ = [
    "IMPORTERS",
    "Importer",
    "build_shards",
    "generate",
    "generate_events",
    "import_world",
    "open_sink",
    "open_warehouse",
    "read_corpus",
    "rebase",
    "take_snapshot",
]
