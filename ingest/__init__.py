"""From the outside world into the index: warehouse tables, importers of public data, generated worlds, streams of events.

Its packages are imported one by one, each with what it needs: a consumer that starts again does not wait for what reads tables.
"""
