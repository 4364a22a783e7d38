"""Adapters that turn real public data sets into warehouses."""

from ingest.importers.registry import IMPORTERS, Importer, import_world

__all__ = ["IMPORTERS", "Importer", "import_world"]
