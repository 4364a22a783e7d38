"""The live index: layers over a base, what names them, and how they are read together (docs/decisions/0007-live-layers.md)."""
