"""Base builds whose tables are read and routed by Spark, and whose segments are made in its executors."""

from ingest.spark.build import build_shards

__all__ = ["build_shards"]
