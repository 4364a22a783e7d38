"""The shell's state and what it does with one input: a command changes or shows something, a query is answered.

Input comes from a terminal or a pipe; this module does not know which. Errors are printed and nothing is lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import final

from rich.console import Console
from rich.text import Text

from api.console.answers import answer_parts
from api.console.errors import error_text
from api.repl.sources import Source
from query import Request
from schemas.catalogue import Vertical
from schemas.errors import MonocerosError
from schemas.ids import ExternalId


@dataclass(slots=True)
class Toggles:
    """What is shown beside the results."""

    explain: bool = False
    profile: bool = False
    lineage: bool = False
    timing: bool = True


@final
class Shell:
    """One person at one index, here or behind a service."""

    def __init__(self, session: Source, out: Console, viewer: ExternalId | None, *, is_operator: bool) -> None:
        self.session = session
        self.out = out
        self.viewer = viewer
        self.is_operator = is_operator
        self.vertical: Vertical | None = None
        self.limit = session.settings.default_limit
        self.toggles = Toggles()
        self.last_query: str | None = None

    def handle(self, text: str) -> bool:
        """Do what one whole input says; False where it ends the shell."""
        from api.repl.commands import run_command

        self.refresh()
        try:
            if text.lstrip().startswith(":"):
                return run_command(self, text.strip())
            self.ask(text)
        except MonocerosError as error:
            self.out.print(error_text(error, text), soft_wrap=True)
        return True

    def refresh(self) -> None:
        """Go over to a newly published generation, and say so; where it cannot be opened, keep the one at hand."""
        try:
            if self.session.refresh():
                self.say(f"a new generation is in force: {self.session.generation}")
        except MonocerosError as error:
            self.out.print(error_text(error), soft_wrap=True)
            self.say(f"generation {self.session.generation} goes on answering")

    def ask(self, text: str, why_not: ExternalId | None = None) -> None:
        """Answer one query and print what the toggles say."""
        toggles = self.toggles
        self.last_query = text
        answer = self.session.run(
            Request(
                text=text,
                viewer=self.viewer,
                vertical=self.vertical,
                limit=self.limit,
                is_operator=self.is_operator,
                explains=toggles.explain or toggles.profile,
                gives_lineage=toggles.lineage,
                why_not=why_not,
            )
        )
        for part in answer_parts(answer, shows_time=toggles.timing, shows_costs=toggles.profile):
            self.out.print(part)

    def say(self, line: str) -> None:
        """Print one line about the shell itself."""
        self.out.print(Text(line, "dim"))
