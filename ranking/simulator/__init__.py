"""People who search a generated world: what they want, where they look, what they choose. It knows nothing of rankers' features,
and they nothing of it, so that a log made here gives nothing away."""
