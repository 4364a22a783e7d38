"""Our engine in the roles in which it is measured."""

from __future__ import annotations

from pathlib import Path

from bench.clock import Result, Run
from bench.questions import Question
from index import Segment, open_index
from query import Answer, Request, Searcher
from schemas.settings import Settings


class Ours:
    """One opened index; each role is a function from a question to ids and names."""

    def __init__(self, index: Path) -> None:
        self.segment: Segment = open_index(index)
        self.searcher = Searcher(self.segment, Settings())
        self.searcher.warm()
        self._unparsed = Searcher(self.segment, Settings(cached_texts=0, cached_plans=0))
        self._unplanned = Searcher(self.segment, Settings(cached_plans=0))
        self._strange = Searcher(self.segment, Settings(cached_viewers=0))

    def answer(self, question: Question, *, is_operator: bool = False) -> Answer:
        """The whole answer."""
        return self.searcher.run(
            Request(text=question.text, viewer=question.viewer, limit=question.limit, is_operator=is_operator)
        )

    def roles(self) -> dict[str, Run]:
        """Viewer: a known one who asked the same before, so that text and plan are kept: the figure that counts. Operator:
        reads the whole world, as peers do. Unplanned: the text is kept, its plan is not. Unparsed: neither is. Stranger: a
        viewer who asks for the first time."""
        return {
            "viewer": self.run_as(self.searcher),
            "operator": self.run_as(self.searcher, is_operator=True),
            "unplanned": self.run_as(self._unplanned),
            "unparsed": self.run_as(self._unparsed),
            "new viewer": self.run_as(self._strange),
        }

    def run_as(self, searcher: Searcher, *, is_operator: bool = False) -> Run:
        """A role of one searcher."""

        def run(question: Question) -> Result:
            answer = searcher.run(
                Request(text=question.text, viewer=question.viewer, limit=question.limit, is_operator=is_operator)
            )
            return answer.ids, answer.names

        return run

    def without_viewer(self, question: Question) -> Result:
        """The same text of nobody, where it does not say `me`."""
        answer = self.searcher.run(Request(text=question.text, limit=question.limit))
        return answer.ids, answer.names
