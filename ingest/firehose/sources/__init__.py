"""Where messages come from and go to, by URL: `file:///PATH`, `sqlite:///PATH`, `kafka://HOST:PORT/TOPIC`.

A path is whole, or begins with `./`.
"""

from __future__ import annotations

from pathlib import Path

from ingest.firehose.sources.base import Batch, Place, Position, Sink, Source
from ingest.firehose.sources.file import FileSink, FileSource
from ingest.firehose.sources.sqlite import SqliteSink, SqliteSource
from schemas.errors import InputError

__all__ = ["Batch", "Place", "Position", "Sink", "Source", "open_sink", "open_source"]

FORMS = "file:///PATH, sqlite:///PATH or kafka://HOST:PORT/TOPIC"


def open_source(url: str, *, group: str | None = "monoceros") -> Source:
    """The source that a URL names; of a Kafka topic as a member of a consumer group, or alone where `group` is None.

    `InputError` `bad-url`, `no-source` or `unreachable`.
    """
    scheme, rest = _split(url)
    match scheme:
        case "file":
            return FileSource(_path(url, rest))
        case "sqlite":
            return SqliteSource(_path(url, rest))
        case _:
            servers, topic = _topic(url, rest)
            from ingest.firehose.sources.kafka import KafkaSource

            return KafkaSource(servers, topic, group=group)


def open_sink(url: str) -> Sink:
    """The sink that a URL names; files and databases are made where they are missing."""
    scheme, rest = _split(url)
    match scheme:
        case "file":
            return FileSink(_path(url, rest))
        case "sqlite":
            return SqliteSink(_path(url, rest))
        case _:
            servers, topic = _topic(url, rest)
            from ingest.firehose.sources.kafka import KafkaSink

            return KafkaSink(servers, topic)


def _split(url: str) -> tuple[str, str]:
    scheme, separator, rest = url.partition("://")
    if not separator or scheme not in ("file", "sqlite", "kafka"):
        raise InputError("bad-url", f"{url!r} names no stream of events", hint=f"write {FORMS}")
    return scheme, rest


def _path(url: str, rest: str) -> Path:
    if not rest.startswith(("/", "./")) or rest.endswith("/"):
        hint = "write three slashes and the whole path, as in file:///PATH, or file://./PATH"
        raise InputError("bad-url", f"{url!r} names no file", hint=hint)
    return Path(rest)


def _topic(url: str, rest: str) -> tuple[str, str]:
    servers, _, topic = rest.partition("/")
    ports = [server.rpartition(":")[2] for server in servers.split(",")]
    if not topic or "/" in topic or not all(port.isdecimal() and 0 < int(port) < 65_536 for port in ports):
        raise InputError("bad-url", f"{url!r} names no topic", hint="write kafka://HOST:PORT/TOPIC")
    return servers, topic
