"""The shell's own commands: one table, from which `:help`, completion and did-you-mean are made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches

from rich.table import Table
from rich.text import Text

from api.ids import read_id
from api.repl.looking_up import show_peek, show_stats, show_terms
from api.repl.shell import Shell
from schemas.catalogue import Vertical
from schemas.errors import InputError


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `run` gets what stands behind the name."""

    name: str
    argument: str
    meaning: str
    run: Callable[[Shell, str], None]
    is_operators: bool = False


def run_command(shell: Shell, text: str) -> bool:
    """Run one command line; False where it ends the shell. Errors are `InputError`."""
    name, _, argument = text.partition(" ")
    if name in (":quit", ":q", ":exit"):
        return False
    command = COMMAND_BY_NAME.get(name)
    if command is None:
        close = get_close_matches(name, COMMAND_BY_NAME, n=1, cutoff=0.4)
        hint = f"did you mean `{close[0]}`?" if close else "`:help` lists the commands"
        raise InputError("unknown-command", f"unknown command `{name[:40]}`", hint=hint)
    if command.is_operators and not shell.is_operator:
        raise InputError(
            "not-operator", f"`{name}` needs the operator role", hint="start with monoceros repl --operator"
        )
    command.run(shell, argument.strip())
    return True


def _help(shell: Shell, _: str) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    for command in COMMANDS:
        table.add_row(Text(f"{command.name} {command.argument}".rstrip(), "bold"), command.meaning)
    shell.out.print(table)
    shell.say("anything else is a query, such as (apply followed_by: followed_by:me); it ends where it is balanced")


def _me(shell: Shell, argument: str) -> None:
    shell.viewer = None if argument in ("", "none") else read_id(argument)
    shell.say("viewer: a stranger" if shell.viewer is None else f"viewer: {shell.viewer}")


def _limit(shell: Shell, argument: str) -> None:
    if argument:
        highest = shell.session.settings.max_limit
        value = int(argument) if argument.isascii() and argument.isdecimal() and len(argument) < 19 else 0
        if not 1 <= value <= highest:
            raise InputError("bad-limit", f"`{argument[:40]}` is no limit", hint=f"give a number from 1 to {highest}")
        shell.limit = value
    shell.say(f"limit: {shell.limit}")


def _vertical(shell: Shell, argument: str) -> None:
    shell.vertical = None if argument in ("", "any") else vertical_named(argument)
    shell.say("vertical: what the query allows" if shell.vertical is None else f"vertical: {shell.vertical}")


def vertical_named(name: str) -> Vertical:
    """The vertical of that name."""
    try:
        return Vertical(name)
    except ValueError:
        known = ", ".join(Vertical)
        raise InputError("bad-vertical", f"`{name[:40]}` is no vertical", hint=f"one of {known}, any") from None


def _toggle(name: str) -> Callable[[Shell, str], None]:
    def toggle(shell: Shell, argument: str) -> None:
        if argument not in ("", "on", "off"):
            raise InputError(
                "bad-argument", f"`:{name}` is on or off", hint=f"write :{name}, :{name} on or :{name} off"
            )
        value = not getattr(shell.toggles, name) if argument == "" else argument == "on"
        setattr(shell.toggles, name, value)
        shell.say(f"{name}: {'on' if value else 'off'}")

    return toggle


def _why_not(shell: Shell, argument: str) -> None:
    id_ = read_id(argument)
    if shell.last_query is None:
        raise InputError("no-query", "there is no query yet to ask about", hint="ask one, then :why-not ID")
    shell.ask(shell.last_query, id_)


def _peek(shell: Shell, argument: str) -> None:
    id_, _, vertical = argument.partition(" ")
    chosen = vertical_named(vertical.strip()) if vertical else shell.vertical or Vertical.USER
    show_peek(shell, chosen, read_id(id_))


def _terms(shell: Shell, argument: str) -> None:
    show_terms(shell, argument)


COMMANDS: tuple[Command, ...] = (
    Command(":help", "", "this list", _help),
    Command(":me", "ID", "see as this user; without an id, or with none, as a stranger", _me),
    Command(":limit", "N", "how many results", _limit),
    Command(":vertical", "V", "what to find where a query allows several kinds; any", _vertical),
    Command(":explain", "", "show each operator with its size in the viewer's world, on or off", _toggle("explain")),
    Command(":profile", "", "the same with estimates and times (operator)", _toggle("profile"), True),
    Command(":lineage", "", "show who leads to each result, on or off", _toggle("lineage")),
    Command(":why-not", "ID", "what kept this document out of the last answer", _why_not),
    Command(":peek", "ID [V]", "one document's fields, of the vertical set or named", _peek),
    Command(":terms", "PREFIX", "the most frequent terms that begin so: name:mel, hashtag:#t, or a bare word", _terms),
    Command(
        ":stats", "", "documents, postings and sizes of the generation (operator)", lambda s, _: show_stats(s), True
    ),
    Command(":timing", "", "show how long a query took, on or off", _toggle("timing")),
    Command(":quit", "", "leave; so does the end of input", lambda _shell, _: None),
)
COMMAND_BY_NAME: dict[str, Command] = {command.name: command for command in COMMANDS}
