"""From logs to rankers: examples of features as served, position bias, learning, and how good what was learnt is."""
