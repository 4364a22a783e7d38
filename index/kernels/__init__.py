"""Compiled loops (numba): no Python object goes in or out, none of them holds the interpreter's lock.

Conventions shared by all of them. A *posting list* is a slice of uint32 words: either sorted, distinct document numbers,
or, where its first word is `ROARING`, a cardinality and then a Roaring bitmap in the portable format
(https://github.com/RoaringBitmap/RoaringFormatSpec, without run containers). A *bitset* is an array of uint64 words whose
bit 0 is document `base`, a multiple of 65,536. Arrays are one-dimensional, contiguous and writable (mapped copy-on-write),
so that each kernel is compiled once.
"""
