"""The index: posting lists, columns and dictionaries of one generation, mapped, and how generations are made and kept."""

from index import layout
from index.compile import compile_kernels
from index.corpus import I64, NONE, PUBLIC, U8, U32, Corpus, PairFact, Pairs, Postings, Strings, TermFact
from index.docset import WINDOW, DocSet, new_words, part
from index.idmap import BulkIdMap
from index.kernels.bits import Words, clear_bits, keep_set, set_bits
from index.kernels.gather import column_into, sort_distinct
from index.kernels.walks import settle, weak_and_walk
from index.manifest import Manifest
from index.postings import PostingList, PostingLists
from index.segment import Segment
from index.store import current_generation, open_index, publish, verify_index, writing
from index.tally import Tally, tally
from index.terms import TermDictionary

__all__ = [
    "I64",
    "NONE",
    "PUBLIC",
    "U8",
    "U32",
    "WINDOW",
    "BulkIdMap",
    "Corpus",
    "DocSet",
    "Manifest",
    "PairFact",
    "Pairs",
    "PostingList",
    "PostingLists",
    "Postings",
    "Segment",
    "Strings",
    "Tally",
    "TermDictionary",
    "TermFact",
    "Words",
    "clear_bits",
    "column_into",
    "compile_kernels",
    "current_generation",
    "keep_set",
    "layout",
    "new_words",
    "open_index",
    "part",
    "publish",
    "set_bits",
    "settle",
    "sort_distinct",
    "tally",
    "verify_index",
    "weak_and_walk",
    "writing",
]
