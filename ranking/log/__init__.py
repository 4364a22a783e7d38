"""What the service writes down for ranking to learn from, and reading it back."""
