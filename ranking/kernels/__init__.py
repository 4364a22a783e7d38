"""Compiled loops of ranking (numba), under the conventions of `index/kernels`: no Python object goes in or out, and none of them
holds the interpreter's lock.
"""
