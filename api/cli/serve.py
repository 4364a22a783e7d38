"""`monoceros serve`: the HTTP API over an index, in one or more processes."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import click

from api.cli.flags import DIRECTORY, index_flag, settings_of

FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@index_flag
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to serve on.")
@click.option("--port", type=click.IntRange(0, 65_535), default=8000, show_default=True, help="The port; 0 for any.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Processes that answer, beside the one that hears clients.",
)
@click.option("--keys", type=FILE, metavar="FILE", help="The keys of clients; without, this machine alone is served.")
@click.option("--cache", metavar="URL", help="redis://… or memcached://…; one in the service itself if not said.")
@click.option("--events", metavar="URL", help="Where events of clients go: a firehose as of monoceros ingest --from.")
@click.option(
    "--log", type=DIRECTORY, metavar="DIR", help="Where what was searched and served is written down, to learn from."
)
@click.option("--experiments", type=FILE, metavar="FILE", help="The experiments that run, as TOML.")
@click.option("--models", type=DIRECTORY, metavar="DIR", help="Trained models; INDEX/models if not said.")
@click.option(
    "--trace-to", metavar="URL", help="An OpenTelemetry collector: OTLP over HTTP, such as http://otel:4318/v1/traces."
)
@click.option(
    "--trace-share",
    type=click.FloatRange(0, 1),
    default=0.01,
    show_default=True,
    metavar="SHARE",
    help="Of the requests that no caller traces, how many are traced.",
)
@click.option("--pages/--no-pages", default=True, show_default=True, help="Serve the search page and the console.")
@click.option(
    "--metrics-for", multiple=True, metavar="CIDR", help="Networks that may read /metrics, beside this machine."
)
@click.pass_context
def serve(
    context: click.Context,
    index: Path,
    host: str,
    port: int,
    workers: int,
    keys: Path | None,
    cache: str | None,
    events: str | None,
    log: Path | None,
    experiments: Path | None,
    models: Path | None,
    trace_to: str | None,
    trace_share: float,
    pages: bool,
    metrics_for: tuple[str, ...],
) -> None:
    """Serve an index over HTTP.

    SIGTERM ends it gracefully; SIGHUP puts new processes in the place of the old ones.
    """
    from api.cli.operations import operations
    from api.http import LOOPBACK, ServiceOptions, run_service
    from api.session import Session

    try:
        scrapers = tuple(ip_network(network) for network in metrics_for)
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint="--metrics-for") from None
    options = ServiceOptions(
        host=host,
        port=port,
        workers=workers,
        keys=keys,
        cache=cache,
        operations=operations(index, events, log),
        models=models,
        trace_to=trace_to,
        trace_share=trace_share,
        logs=log,
        experiments=experiments,
        pages=pages,
        scrapers=LOOPBACK + scrapers,
    )
    options.check()
    run_service(options, Session(index, settings_of(context), models))
