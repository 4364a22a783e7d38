"""Compiled loops (numba): no Python object goes in or out, none of them holds the interpreter's lock.

Conventions shared by all of them. A *posting list* is a slice of uint32 words in one of three forms, told by the first word:

- *packed*: sorted, distinct document numbers, all below `GAPS`;
- *gaps*, from `GAPS` on: the lower half of the word is the number of documents; then, in uint16, each document's distance from
  the one before it (the first one's from 0), or, where that is `WIDE` or more, `WIDE` and the distance in two halves;
- *Roaring*, `ROARING`: a cardinality and then a Roaring bitmap in the portable format
  (https://github.com/RoaringBitmap/RoaringFormatSpec, without run containers).

A *bitset* is an array of uint64 words whose
bit 0 is document `base`, a multiple of 65,536. Arrays are one-dimensional, contiguous and writable (mapped copy-on-write),
so that each kernel is compiled once.
"""

from index.kernels.loading import load_numba

load_numba()
