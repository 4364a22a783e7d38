"""The index: posting lists, columns and dictionaries of one generation, mapped, and how generations are made and kept."""

from index import layout
from index.compile import compile_kernels
from index.corpus import I64, NONE, PUBLIC, U8, U32, Corpus, PairFact, Pairs, Postings, Strings, TermFact
from index.docset import WINDOW, DocSet, new_words, part
from index.idmap import BulkIdMap
from index.kernels.bits import Words, clear_bits, keep_set, set_bits
from index.kernels.gather import column_into
from index.kernels.walks import settle, weak_and_walk
from index.kernels.windows import AND, LESS, OR
from index.manifest import Manifest
from index.postings import Part, PostingList, PostingLists, first_of_two
from index.segment import Segment
from index.store import current_generation, open_index, publish, verify_index, writing
from index.tally import Tally, tally
from index.terms import TermDictionary
from index.unions import distinct, union

__all__ = [
    "AND",
    "I64",
    "LESS",
    "NONE",
    "OR",
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
    "Part",
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
    "distinct",
    "first_of_two",
    "keep_set",
    "layout",
    "new_words",
    "open_index",
    "part",
    "publish",
    "set_bits",
    "settle",
    "tally",
    "union",
    "verify_index",
    "weak_and_walk",
    "writing",
]
