"""Measurements: `make bench` writes RESULTS.md. Nothing here is shipped, and nothing here is a test."""
