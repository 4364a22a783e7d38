"""The shell: queries and commands from a person at a terminal, or from a pipe."""

from api.repl.run import run_repl

__all__ = ["run_repl"]
