"""Small golden figures of quality, with tolerances; the full ones are those of `make quality`."""
