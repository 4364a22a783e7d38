"""The firehose: bytes on the wire → events → mutations, the sources that carry them, and the consumer that applies them."""

from ingest.firehose.consumer import Consumer
from ingest.firehose.dead_letters import DeadLetter, DeadLetters
from ingest.firehose.drive_again import drive_again
from ingest.firehose.json_lines import event_from_json, event_to_json
from ingest.firehose.limits import Limits
from ingest.firehose.metrics import Metrics, read_metrics
from ingest.firehose.produce import produce
from ingest.firehose.sources import Batch, Sink, Source, open_sink, open_source
from ingest.firehose.watch import Watch
from ingest.firehose.wire import DecodeError, Event, decode, encode, read_frames
from ingest.firehose.writer import Writer

__all__ = [
    "Batch",
    "Consumer",
    "DeadLetter",
    "DeadLetters",
    "DecodeError",
    "Event",
    "Limits",
    "Metrics",
    "Sink",
    "Source",
    "Watch",
    "Writer",
    "decode",
    "drive_again",
    "encode",
    "event_from_json",
    "event_to_json",
    "open_sink",
    "open_source",
    "produce",
    "read_frames",
    "read_metrics",
]
