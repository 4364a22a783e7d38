"""From the outside world into the index: warehouse tables, importers of public data, generated worlds."""
