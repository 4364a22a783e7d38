"""The index: posting lists, columns and dictionaries of one generation, mapped, and how generations are made and kept."""

from index import layout, traits
from index.arrays import AnyArray
from index.compile import compile_kernels
from index.corpus import I64, NONE, PUBLIC, U8, U32, Corpus, PairFact, Pairs, Postings, Strings, TermFact
from index.docset import WINDOW, DocSet, new_words, part
from index.durable import changing, make_directories, sync_directory
from index.edge_lists import EdgeLists, Gate
from index.idmap import BulkIdMap
from index.idtable import IdTable
from index.kernels.addresses import array_at
from index.kernels.bits import Words, clear_bits, keep_set, set_bits, trailing_zeros
from index.kernels.codes import put_codes
from index.kernels.lists import search
from index.kernels.matching import BEGINS, COVERED, EDITS, MATCHED, POSITION, WHOLE, take_better
from index.kernels.ranks import rank_places
from index.kernels.shares import take_shares
from index.kernels.shown import show_media
from index.kernels.texts import copy_texts, hash_texts, same_texts
from index.kernels.walks import settle, weak_and_walk
from index.kernels.windows import AND, LESS, OR
from index.live.age import Age, forget_as_of, read_as_of, write_as_of
from index.live.changed import Changed, changed_between
from index.live.columns import LiveTexts
from index.live.first import best_of_two
from index.live.layer import Layer, layer_directory, make_durable, open_layer, write_layer
from index.live.lists import AnyList, LiveList, LiveLists, LivePart
from index.live.merge import merge_layers
from index.live.order import Order, joined
from index.live.pointer import LIVE, LayerName, Live, read_live, write_live
from index.live.rows import Rows, arrays_of, changed_rows, pack_rows, rows_of
from index.live.segment import AnySegment, LiveSegment
from index.manifest import Manifest, damaged, hash_of
from index.matching import Texts, name_matches, text_matches
from index.postings import PostingList, PostingLists
from index.segment import Segment, State
from index.sidecar import caption_marks, comment_marks, joined_marks, split_marks
from index.store import (
    Staged,
    current_generation,
    current_state,
    discard,
    generations,
    has_generation,
    has_index,
    manifest_of,
    open_base,
    open_index,
    open_kept,
    open_published,
    open_staged,
    promote,
    publish,
    reinstate,
    rollback,
    stage,
    verify_index,
    writing,
)
from index.tally import Counted, Tally, tally
from index.terms import TermDictionary, TermRun, Terms
from index.unions import distinct, union, union_below, union_through

__all__ = [
    "AND",
    "BEGINS",
    "COVERED",
    "EDITS",
    "I64",
    "LESS",
    "LIVE",
    "MATCHED",
    "NONE",
    "OR",
    "POSITION",
    "PUBLIC",
    "U8",
    "U32",
    "WHOLE",
    "WINDOW",
    "Age",
    "AnyArray",
    "AnyList",
    "AnySegment",
    "BulkIdMap",
    "Changed",
    "Corpus",
    "Counted",
    "DocSet",
    "EdgeLists",
    "Gate",
    "IdTable",
    "Layer",
    "LayerName",
    "Live",
    "LiveList",
    "LiveLists",
    "LivePart",
    "LiveSegment",
    "LiveTexts",
    "Manifest",
    "Order",
    "PairFact",
    "Pairs",
    "PostingList",
    "PostingLists",
    "Postings",
    "Rows",
    "Segment",
    "Staged",
    "State",
    "Strings",
    "Tally",
    "TermDictionary",
    "TermFact",
    "TermRun",
    "Terms",
    "Texts",
    "Words",
    "array_at",
    "arrays_of",
    "best_of_two",
    "caption_marks",
    "changed_between",
    "changed_rows",
    "changing",
    "clear_bits",
    "comment_marks",
    "compile_kernels",
    "copy_texts",
    "current_generation",
    "current_state",
    "damaged",
    "discard",
    "distinct",
    "forget_as_of",
    "generations",
    "has_generation",
    "has_index",
    "hash_of",
    "hash_texts",
    "joined",
    "joined_marks",
    "keep_set",
    "layer_directory",
    "layout",
    "make_directories",
    "make_durable",
    "manifest_of",
    "merge_layers",
    "name_matches",
    "new_words",
    "open_base",
    "open_index",
    "open_kept",
    "open_layer",
    "open_published",
    "open_staged",
    "pack_rows",
    "part",
    "promote",
    "publish",
    "put_codes",
    "rank_places",
    "read_as_of",
    "read_live",
    "reinstate",
    "rollback",
    "rows_of",
    "same_texts",
    "search",
    "set_bits",
    "settle",
    "show_media",
    "split_marks",
    "stage",
    "sync_directory",
    "take_better",
    "take_shares",
    "tally",
    "text_matches",
    "trailing_zeros",
    "traits",
    "union",
    "union_below",
    "union_through",
    "verify_index",
    "weak_and_walk",
    "write_as_of",
    "write_layer",
    "write_live",
    "writing",
]
