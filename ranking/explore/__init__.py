"""Explore: media for a viewer who asked for nothing, from sources that a file names, ranked and mixed."""
