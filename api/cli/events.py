"""`monoceros events`: streams of events by hand, and the letters that no consumer could read."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from contextlib import closing
from io import BufferedReader, RawIOBase
from itertools import chain, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, cast

import click

from api.cli.flags import index_flag
from api.cli.ingest import LETTERS, LIVE, now_ms, run_consumer, stopping
from schemas.errors import BusyError, InputError

if TYPE_CHECKING:
    from ingest.firehose import Batch, DeadLetters, Source

_AT_ONCE = 1_000
_LONGEST_LINE = 32 << 20

from_flag = click.option("--from", "url", required=True, metavar="URL", help="Where the events are.")
at_flag = click.option("--at", metavar="POSITION", help="Begin there: an offset, or a position as JSON.")
count_flag = click.option("-n", "count", type=click.IntRange(0), default=10, show_default=True, help="How many.")


@click.group()
def events() -> None:
    """Append, look at and replay events, and handle dead letters."""


@events.command()
@click.option(
    "--to", "url", required=True, metavar="URL", help="file:///PATH, sqlite:///PATH or kafka://HOST:PORT/TOPIC."
)
@click.argument("file", type=click.File("rb"))
def append(url: str, file: BinaryIO) -> None:
    """Append the events of FILE: JSON lines, or messages each behind its length (4 bytes, big-endian)."""
    from ingest.firehose import open_sink

    count = 0
    with closing(open_sink(url)) as sink:
        try:
            for some in _in_batches(_messages(file)):
                sink.append(some)
                count += len(some)
        finally:
            click.echo(f"{count:,} events appended to {url}", err=True)


def _in_batches(messages: Iterator[bytes]) -> Iterator[list[bytes]]:
    """The messages, some at once; what stands before one that cannot be read comes before its error."""
    some: list[bytes] = []
    try:
        for message in messages:
            some.append(message)
            if len(some) == _AT_ONCE:
                yield some
                some = []
    except InputError:
        if some:
            yield some
        raise
    if some:
        yield some


def _messages(file: BinaryIO) -> Iterator[bytes]:
    from api.lines import bounded_lines
    from ingest.firehose import encode, event_from_json, read_frames

    reader = cast(BufferedReader, file if hasattr(file, "peek") else BufferedReader(cast(RawIOBase, file)))
    if reader.peek(1)[:1] not in (b"{", b"\n", b"\r", b" "):  # a length that began so would be too large
        yield from (message for _, message in read_frames(reader, to_end=True))
        return
    for number, (line, is_whole) in enumerate(bounded_lines(reader, _LONGEST_LINE), 1):
        if not line.strip():
            continue
        try:
            if not is_whole:
                raise ValueError("the line is too long")
            yield encode(event_from_json(json.loads(line)))
        except (InputError, ValueError, RecursionError) as cause:
            where = f"{getattr(file, 'name', 'input')}, line {number}"
            raise InputError("bad-event", f"{where}: {cause}", hint="what stands before it was appended") from None


@events.command()
@from_flag
@at_flag
@count_flag
def peek(url: str, at: str | None, count: int) -> None:
    """Print events as JSON lines, without consuming them."""
    with closing(_open(url, at)) as source:
        source.stop_at_end()
        for line in islice(chain.from_iterable(map(_lines, _batches(source))), count):
            click.echo(line, nl=False)


@events.command()
@from_flag
@count_flag
@click.option("-f", "--follow", is_flag=True, help="Go on with what comes, until interrupted.")
def tail(url: str, count: int, follow: bool) -> None:
    """Print the last events as JSON lines."""
    with closing(_open(url, None)) as source, stopping() as stop:
        last: deque[bytes] = deque(maxlen=count)
        if not follow:
            source.stop_at_end()
        try:
            while not stop.is_set() and (batch := source.poll(_AT_ONCE, 0.2)) is not None:
                last.extend(_lines(batch))
                while last and follow and source.lag() == 0:
                    click.echo(last.popleft(), nl=False)
        finally:  # also where the source cannot be read to its end
            for line in last:
                click.echo(line, nl=False)


@events.command()
@from_flag
@at_flag
@index_flag
def replay(url: str, at: str | None, index: Path) -> None:
    """Take events into an index once more, from the beginning or from a position, to the end.

    This changes nothing where nothing was lost: of all that was ever said the newest stands.
    """
    run_consumer(index, url, once=True, at=_position(at))


def _open(url: str, at: str | None) -> Source:
    from ingest.firehose import open_source

    source = open_source(url, group=None)
    source.seek(_position(at))
    return source


def _position(at: str | None) -> dict[str, Any]:
    try:
        found = json.loads(at or "{}")
    except (ValueError, RecursionError):
        found = None
    match found:
        case dict():
            return found
        case int() if not isinstance(found, bool):
            return {"offset": found}
        case _:
            raise InputError(
                "bad-position", f"{at!r} is no position", hint='write an offset, or {"offsets": {"0": 12}}'
            )


def _batches(source: Source) -> Iterator[Batch]:
    while (batch := source.poll(_AT_ONCE, 0.2)) is not None:
        yield batch


def _lines(batch: Batch) -> Iterator[bytes]:
    from api.console.text import json_line
    from ingest.firehose import DecodeError, decode, event_to_json

    for message, place in zip(batch.messages, batch.places, strict=True):
        try:
            yield json_line({"at": list(place), **event_to_json(decode(message))})
        except DecodeError as cause:
            yield json_line({"at": list(place), "error": cause.message, "bytes": message[:64].hex()})


@events.group()
def dead() -> None:
    """Messages that were no events: list them, show one, drive them again, drop them."""


@dead.command("list")
@index_flag
@count_flag
def list_(index: Path, count: int) -> None:
    """List dead letters, oldest first."""
    from api.cli.counts import print_table
    from api.console.text import instant

    with closing(_letters(index)) as letters:
        found = letters.letters(limit=count)
        rows = [(str(x.number), instant(x.time_ms), f"{x.source} {x.place[0]}:{x.place[1]}", x.reason) for x in found]
        if rows:
            print_table(("number", "found", "at", "reason"), rows)
        click.echo(f"{len(rows):,} of {len(letters):,} dead letters")


@dead.command()
@index_flag
@click.argument("number", type=int)
def show(index: Path, number: int) -> None:
    """Show all of one dead letter, its bytes in hexadecimal."""
    from api.console.text import instant, printable

    with closing(_letters(index)) as letters:
        letter = letters.letter(number)
        if letter is None:
            raise _no_letter(number)
    click.echo(f"found   {instant(letter.time_ms)}")
    click.echo(f"at      {printable(letter.source)} {letter.place[0]}:{letter.place[1]}")
    click.echo(f"reason  {printable(letter.reason)}")
    click.echo(f"bytes   {len(letter.message):,}")
    for start in range(0, len(letter.message), 16):
        part = letter.message[start : start + 16]
        text = "".join(chr(byte) if 32 <= byte < 127 else "." for byte in part)
        click.echo(f"{start:08x}  {part.hex(' '):<47}  {text}")


@dead.command()
@index_flag
@click.argument("number", type=int, required=False)
def redrive(index: Path, number: int | None) -> None:
    """Drive one dead letter again, or all of them."""
    from ingest.firehose import drive_again
    from ingest.live import LiveWriter

    with closing(_letters(index)) as letters:
        marked = letters.mark_due(number)
        if number is not None and not marked:
            raise _no_letter(number)
        try:
            writer = LiveWriter.open(index, now_ms=now_ms())
        except BusyError:
            click.echo(f"{marked:,} dead letters: the consumer that runs on {index} takes them within a second")
            return
        with closing(writer):
            driven = drive_again(writer, letters, writer.position)
    click.echo(f"{driven:,} of {marked:,} were events this time")


@dead.command()
@index_flag
@click.argument("number", type=int, required=False)
@click.option("--all", "is_all", is_flag=True, help="Drop all dead letters.")
def drop(index: Path, number: int | None, is_all: bool) -> None:
    """Drop one dead letter, or all of them, for good. What reads the stream again finds them again."""
    if is_all == (number is not None):
        raise click.UsageError("give either a NUMBER or --all")
    with closing(_letters(index)) as letters:
        dropped = letters.drop(number)
    if number is not None and not dropped:
        raise _no_letter(number)
    click.echo(f"{dropped:,} dead letters dropped")


def _letters(index: Path) -> DeadLetters:
    from ingest.firehose import DeadLetters

    if not (index / LIVE / LETTERS).exists():
        raise InputError("no-letters", f"{index} has no dead letters", hint="nothing was ever ingested into it")
    return DeadLetters(index / LIVE / LETTERS)


def _no_letter(number: int) -> InputError:
    return InputError("no-letter", f"there is no dead letter {number}", hint="monoceros events dead list shows all")
