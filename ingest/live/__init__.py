"""The write side of the live index: mutations → last-writer-wins state → layers over a base, checkpoints, and new bases."""
