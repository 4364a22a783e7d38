"""`monoceros produce`: a recorded or generated stream, played into another place at a rate."""

from __future__ import annotations

import time
from contextlib import closing

import click


@click.command()
@click.option("--from", "source_url", required=True, metavar="URL", help="The stream to play.")
@click.option("--to", "sink_url", required=True, metavar="URL", help="Where to: Kafka, SQLite or a file, by URL.")
@click.option(
    "--rate", type=click.FloatRange(0, min_open=True), metavar="N", help="Events a second; all at once without."
)
@click.option("--limit", type=click.IntRange(0), metavar="N", help="At most so many events.")
def produce(source_url: str, sink_url: str, rate: float | None, limit: int | None) -> None:
    """Play a stream of events into another place, at a chosen rate."""
    from ingest.firehose import open_sink, open_source
    from ingest.firehose import produce as play

    started = time.monotonic()
    with closing(open_source(source_url, group=None)) as source, closing(open_sink(sink_url)) as sink:
        count = play(source, sink, rate=rate, limit=limit)
    seconds = time.monotonic() - started
    click.echo(f"{count:,} events in {seconds:.1f} s, {count / max(seconds, 1e-9):,.0f} a second", err=True)
