"""The query engine: the language, the viewer's world, plans and their execution, answers and what explains them."""

from query.affinity import AFFINITY_UNIT, Affinity, affinity_weights
from query.answer import Answer, Explanation, Lead, Request
from query.bind import bind
from query.deadline import StoppedError
from query.documents import external_ids, names
from query.epoch import is_narrower
from query.nodes import Form, Node, Option, Term
from query.operators import OPERATOR_BY_NAME, OPERATORS, OPTION_EXAMPLES, Op, Opt
from query.parse import check_text, parse
from query.printing import print_node, print_term
from query.searcher import Found, Searcher, Tier
from query.tree import Tree
from query.visibility import Cut, World
from query.vocabulary import LiveTerm, live_terms, peek

__all__ = [
    "AFFINITY_UNIT",
    "OPERATORS",
    "OPERATOR_BY_NAME",
    "OPTION_EXAMPLES",
    "Affinity",
    "Answer",
    "Cut",
    "Explanation",
    "Form",
    "Found",
    "Lead",
    "LiveTerm",
    "Node",
    "Op",
    "Opt",
    "Option",
    "Request",
    "Searcher",
    "StoppedError",
    "Term",
    "Tier",
    "Tree",
    "World",
    "affinity_weights",
    "bind",
    "check_text",
    "external_ids",
    "is_narrower",
    "live_terms",
    "names",
    "parse",
    "peek",
    "print_node",
    "print_term",
]
