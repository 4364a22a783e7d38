"""Experiments: who is in which arm, who was exposed to it, and what it changed."""
