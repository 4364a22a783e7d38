"""`monoceros ingest`: a stream of events into a live index, until it is stopped or the stream ends."""

from __future__ import annotations

import gc
import json
import signal
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from threading import Event
from types import FrameType
from typing import TYPE_CHECKING

import click

from api.cli.flags import index_flag

if TYPE_CHECKING:
    from ingest.firehose import Metrics

NOT_WELL = 1
"""The exit code of `--status` where the consumer does not do its work."""
LIVE = "live"
LETTERS = "dead_letters.db"


@click.command()
@index_flag
@click.option("--from", "url", metavar="URL", help="file:///PATH, sqlite:///PATH or kafka://HOST:PORT/TOPIC.")
@click.option("--group", default="monoceros", show_default=True, metavar="G", help="The consumer group, for Kafka.")
@click.option("--once", is_flag=True, help="Stop at the end of what is there now.")
@click.option("--status", is_flag=True, help="Show how the consumer of this index is doing; exit code 1 if not well.")
@click.option("--json", "is_json", is_flag=True, help="With --status: JSON.")
@click.pass_context
def ingest(
    context: click.Context, index: Path, url: str | None, group: str, once: bool, status: bool, is_json: bool
) -> None:
    """Take a stream of events into an index.

    Answers change within a second of an event. Stopped by SIGTERM or Ctrl-C, it saves all that it read; whenever and however
    it ends, it goes on from where it was.
    """
    if status == (url is not None):
        raise click.UsageError("give either --from URL or --status")
    if status:
        context.exit(show_status(index, is_json=is_json))
    assert url is not None
    run_consumer(index, url, group=group, once=once)


def run_consumer(
    index: Path, url: str, *, group: str = "monoceros", once: bool = False, at: dict[str, object] | None = None
) -> None:
    """Consume until SIGTERM, SIGINT, or with `once` the end; from the position `at` where there is one."""
    with collecting_rarely(), ExitStack() as open_things:
        from index import read_as_of
        from ingest.firehose import Consumer, DeadLetters, Watch, open_source
        from ingest.live import LiveWriter

        source = open_things.enter_context(closing(open_source(url, group=group)))
        writer = open_things.enter_context(closing(LiveWriter.open(index, now_ms=now_ms())))
        letters = open_things.enter_context(closing(DeadLetters(index / LIVE / LETTERS)))
        gc.freeze()  # all of this stays
        consumer = Consumer(source, writer, letters, at=at, as_of_ms=read_as_of(index))
        if consumer.begins_anew:
            click.echo(f"ingest: {source.name} is another stream than before, and read from its beginning", err=True)
        if once:
            source.stop_at_end()
        stop = open_things.enter_context(stopping())
        open_things.enter_context(Watch(consumer, index, lambda line: click.echo(f"ingest: {line}", err=True)))
        consumer.run(stop)
        metrics = consumer.metrics()
    letters_text = f", {metrics.dead_letters:,} dead letters" if metrics.dead_letters else ""
    click.echo(f"{metrics.events:,} events{letters_text}", err=True)


@contextmanager
def collecting_rarely() -> Iterator[None]:
    """Events hold no cycles: looking for garbage as often as usual would only cost a sixth of the speed, and a tenth of a start."""
    before = gc.get_threshold()
    gc.set_threshold(100_000, 50, 100)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()


@contextmanager
def stopping() -> Iterator[Event]:
    """A flag that SIGTERM and SIGINT set; a second signal interrupts."""
    stop = Event()

    def ask(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def now_ms() -> int:
    """The server time of now."""
    return time.time_ns() // 1_000_000


def show_status(index: Path, *, is_json: bool) -> int:
    """Print the metrics of the consumer of an index; the exit code that says whether it is well."""
    from ingest.firehose import read_metrics

    metrics = read_metrics(index / LIVE, now_ms())
    if is_json:
        click.echo(json.dumps(metrics.as_json()))
    else:
        _print_status(metrics)
    return 0 if metrics.state in ("running", "ended") and not metrics.problem else NOT_WELL


def _print_status(metrics: Metrics) -> None:
    from api.console.text import printable

    kinds = ", ".join(f"{count:,} {kind}" for kind, count in metrics.by_kind.items())
    seconds = f"{metrics.lag_ms / 1000:,.1f} s"
    lag = "unknown" if metrics.lag_events is None else f"{metrics.lag_events:,} events, {seconds}"
    lines = {
        "state": metrics.state + (f": {metrics.problem}" if metrics.problem else ""),
        "source": metrics.source,
        "events": f"{metrics.events:,}" + (f" ({kinds})" if kinds else ""),
        "speed": f"{metrics.events_per_s:,.0f} events/s",
        "lag": lag,
        "freshness": f"half within {metrics.freshness_p50_ms:,} ms, 99 % within {metrics.freshness_p99_ms:,} ms",
        "unsaved": f"{metrics.unsaved_events:,} events",
        "dead letters": f"{metrics.dead_letters:,}",
        "last flush": f"{metrics.flush_ms:,.1f} ms, of {metrics.flushes:,}",
        "last checkpoint": f"{metrics.checkpoint_ms:,.1f} ms, of {metrics.checkpoints:,}",
    }
    for name, text in lines.items():
        click.echo(f"{name:<16} {printable(text)}")
