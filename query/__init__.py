"""The query engine: the language, the viewer's world, plans and their execution, answers and what explains them."""

from query.answer import Answer, Explanation, Lead, Request
from query.searcher import Searcher
from query.visibility import World
from query.vocabulary import LiveTerm, live_terms, peek

__all__ = ["Answer", "Explanation", "Lead", "LiveTerm", "Request", "Searcher", "World", "live_terms", "peek"]
