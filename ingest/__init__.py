"""From the outside world into the index: warehouse tables, importers of public data, generated worlds."""

from ingest.documents import read_corpus
from ingest.importers import IMPORTERS, Importer, import_world
from ingest.opening import open_warehouse
from ingest.worlds import generate

__all__ = ["IMPORTERS", "Importer", "generate", "import_world", "open_warehouse", "read_corpus"]
