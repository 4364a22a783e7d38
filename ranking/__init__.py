"""Nothing is due here yet."""
