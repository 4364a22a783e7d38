"""Completion for prompt_toolkit: commands and their arguments, and the candidates of the language."""

from __future__ import annotations

from collections.abc import Iterator
from typing import final

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from api.repl.candidates import Candidate, candidates
from api.repl.commands import COMMANDS
from api.repl.shell import Shell
from query import LiveTerm
from schemas.catalogue import Edge, Vertical
from schemas.errors import MonocerosError


@final
class ShellCompleter(Completer):
    """Completes for the viewer, vertical and role that the shell has at the moment."""

    def __init__(self, shell: Shell) -> None:
        self._shell = shell

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterator[Completion]:
        """What may stand in place of the piece before the cursor."""
        text = document.text_before_cursor
        partial, offered = self.offers(text)
        if complete_event.text_inserted and not partial and not text.endswith("("):
            return  # behind white space almost everything may stand: only on request
        for candidate in offered:
            yield Completion(candidate.text, -len(partial), display_meta=candidate.meaning)

    def offers(self, text: str) -> tuple[str, list[Candidate]]:
        """The piece at the end of the text, and what may stand in its place."""
        begun = text.lstrip()
        if not begun.startswith(":"):
            return self._of_query(text)
        name, space, argument = begun.partition(" ")
        if not space:
            return name, [
                Candidate(command.name, command.meaning) for command in COMMANDS if command.name.startswith(name)
            ]
        if name == ":terms":
            return self._of_query(argument)
        words = {":vertical": (*Vertical, "any"), ":me": ("none",)}.get(name, ())
        return argument, [Candidate(str(word), "") for word in words if word.startswith(argument)]

    def _of_query(self, text: str) -> tuple[str, list[Candidate]]:
        shell = self._shell

        def terms(edge: Edge, beginning: str, limit: int) -> list[LiveTerm]:
            try:
                return shell.session.terms(shell.viewer, edge, beginning, limit, is_operator=shell.is_operator)
            except MonocerosError:
                return []  # a service that cannot be asked now offers no terms; a query says why

        return candidates(text, terms, shell.vertical)
