"""The query engine: the language, the viewer's world, plans and their execution, answers and what explains them."""

from query.answer import Answer, Explanation, Lead, Request
from query.deadline import StoppedError
from query.nodes import Term
from query.operators import OPERATOR_BY_NAME, OPERATORS, OPTION_EXAMPLES, Op, Opt
from query.printing import print_term
from query.searcher import Searcher
from query.visibility import World
from query.vocabulary import LiveTerm, live_terms, peek

__all__ = [
    "OPERATORS",
    "OPERATOR_BY_NAME",
    "OPTION_EXAMPLES",
    "Answer",
    "Explanation",
    "Lead",
    "LiveTerm",
    "Op",
    "Opt",
    "Request",
    "Searcher",
    "StoppedError",
    "Term",
    "World",
    "live_terms",
    "peek",
    "print_term",
]
