"""The shell on a terminal: colours, completion, matching parentheses, lines until balanced, history, a toolbar."""

from __future__ import annotations

import os
from pathlib import Path

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app
from prompt_toolkit.completion import ThreadedCompleter
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import has_focus
from prompt_toolkit.history import FileHistory, History, InMemoryHistory
from prompt_toolkit.input import Input
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.layout.processors import Processor, Transformation, TransformationInput
from prompt_toolkit.layout.utils import explode_text_fragments
from prompt_toolkit.lexers import PygmentsLexer
from prompt_toolkit.output import Output

from api.repl.balance import balance, matching
from api.repl.completer import ShellCompleter
from api.repl.lexer import STYLE, QueryLexer
from api.repl.shell import Shell

PROMPT = "monoceros> "


def run_interactive(shell: Shell, history: Path, *, source: Input | None = None, screen: Output | None = None) -> None:
    """Read and answer until Ctrl-D or `:quit`. `source` and `screen` stand for the terminal's own."""
    prompt: PromptSession[str] = PromptSession(
        PROMPT,
        multiline=True,
        lexer=PygmentsLexer(QueryLexer),
        style=STYLE,
        completer=ThreadedCompleter(ShellCompleter(shell)),
        complete_while_typing=True,
        history=_history(history),
        key_bindings=_keys(),
        input_processors=[MatchingParenthesis()],
        bottom_toolbar=lambda: toolbar(shell),
        prompt_continuation=lambda width, _line, _wraps: "... ".rjust(width),
        input=source,
        output=screen,
    )
    shell.say(":help lists the commands, Tab completes, Ctrl-D leaves")
    while True:
        try:
            text = prompt.prompt()
            if text.strip() and not shell.handle(text):
                return
        except KeyboardInterrupt:
            shell.say("interrupted")  # the line or the query; the shell goes on
        except EOFError:
            return


def toolbar(shell: Shell) -> str:
    """Whose world is seen, and how."""
    role = "operator" if shell.is_operator else "viewer"
    viewer = "a stranger" if shell.viewer is None else str(shell.viewer)
    shown = [name for name in ("explain", "profile", "lineage") if getattr(shell.toggles, name)]
    parts = [f"me {viewer}", f"vertical {shell.vertical or 'any'}", f"limit {shell.limit}", f"role {role}", *shown]
    return " " + "   ".join(parts)


class MatchingParenthesis(Processor):
    """Marks the parenthesis at the cursor and the one that belongs to it; strings and comments do not count."""

    def apply_transformation(self, transformation_input: TransformationInput) -> Transformation:
        """Restyle the pair where it lies in this line."""
        document = transformation_input.document
        pair = None if get_app().is_done else matching(document.text, document.cursor_position)
        if pair is None:
            return Transformation(transformation_input.fragments)
        fragments = explode_text_fragments(transformation_input.fragments)
        for place in pair:
            row, column = document.translate_index_to_position(place)
            if row == transformation_input.lineno:
                column = transformation_input.source_to_display(column)
                style, char, *_ = fragments[column]
                fragments[column] = (f"{style} class:matching-parenthesis", char)
        return Transformation(fragments)


def _keys() -> KeyBindings:
    """Enter ends the input where it is balanced, and else begins a new, indented line; Alt-Enter ends it as it is."""
    keys = KeyBindings()

    @keys.add("enter", filter=has_focus(DEFAULT_BUFFER))
    def enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        if buffer.complete_state is not None and buffer.complete_state.current_completion is not None:
            buffer.complete_state = None
            return
        is_command = buffer.text.lstrip().startswith(":")
        if is_command or not balance(buffer.text).is_open:
            buffer.validate_and_handle()
        else:
            before = balance(buffer.document.text_before_cursor)
            buffer.insert_text("\n" + ("" if before.in_string else "  " * max(0, before.depth)))

    @keys.add("escape", "enter", filter=has_focus(DEFAULT_BUFFER))
    def alt_enter(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    return keys


class _PrivateHistory(FileHistory):
    """A history file that only its owner reads; what cannot be written is not kept, and is no error."""

    def store_string(self, string: str) -> None:
        try:
            os.close(os.open(self.filename, os.O_CREAT | os.O_WRONLY, 0o600))
            super().store_string(string.encode("utf-8", "replace").decode())
        except OSError:
            return


def _history(path: Path) -> History:
    """The history at `path`; in memory where no file can be kept there."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600)
    except OSError:
        return InMemoryHistory()
    return _PrivateHistory(str(path))
