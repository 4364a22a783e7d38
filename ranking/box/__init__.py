"""The search box: one list of all verticals for what somebody typed."""
