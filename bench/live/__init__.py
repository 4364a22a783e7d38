"""The live index under load: how fast events are taken, how soon they are found, and what readers pay for it."""
