"""The thread beside a consumer: it writes the metrics every second, and says aloud when the consumer makes no progress."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event as Flag
from threading import Thread

from index import forget_as_of, write_as_of
from ingest.firehose.consumer import Consumer
from ingest.firehose.metrics import Metrics, write_metrics

EVERY_S = 1.0
_AS_OF_S = 0.25
"""Between two words of how old the index is."""
STALLED_S = 30.0
"""So long without a round of its loop, or without an event though there is lag, a consumer counts as stalled."""


class Watch:
    """A context: within it the consumer is watched; behind it the metrics say `ended`, or `failed` and why.

    `warn` is called with a line for people each time that a problem begins or changes.
    """

    def __init__(
        self, consumer: Consumer, index: Path, warn: Callable[[str], None], *, stalled_s: float = STALLED_S
    ) -> None:
        self._consumer = consumer
        self._index = index
        self._directory = index / "live"
        self._warn = warn
        self._stalled_s = stalled_s
        self._ended = Flag()
        self._told = ""
        self._thread = Thread(target=self._watch, name="watch", daemon=True)

    def __enter__(self) -> Watch:
        self._thread.start()
        return self

    def __exit__(self, _: object, error: BaseException | None, __: object) -> None:
        self._ended.set()
        self._thread.join()
        metrics = self._consumer.metrics()
        metrics.state = "ended" if error is None else "failed"
        metrics.problem = "" if error is None else str(error) or type(error).__name__
        self._write(metrics)
        if error is None:
            with suppress(OSError):
                forget_as_of(self._index)

    def _watch(self) -> None:
        while True:
            self._write(self.look())
            for _ in range(round(EVERY_S / _AS_OF_S)):
                with suppress(OSError):  # where it cannot be written the age grows, as it should
                    write_as_of(self._index, self._consumer.as_of_ms)
                if self._ended.wait(_AS_OF_S):
                    return

    def look(self) -> Metrics:
        """The metrics of now, with the state that the consumer itself cannot know."""
        metrics = self._consumer.metrics()
        quiet_s = self._consumer.quiet_s()
        if quiet_s > self._stalled_s:
            metrics.state = "stalled"
            metrics.problem = metrics.problem or f"no progress for {quiet_s:.0f} s"
        self._tell(f"{metrics.state}: {metrics.problem}" if metrics.problem else "", metrics.state)
        return metrics

    def _tell(self, problem: str, state: str) -> None:
        topic = problem if state != "stalled" else "stalled"
        if topic != self._told:
            self._told = topic
            self._warn(problem or "goes on as it should")

    def _write(self, metrics: Metrics) -> None:
        try:
            write_metrics(self._directory, metrics)
        except OSError as cause:
            self._tell(f"cannot write {self._directory}: {cause.strerror}", metrics.state)
