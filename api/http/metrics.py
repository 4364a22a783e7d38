"""Counters and histograms in memory that all workers share, and their text for Prometheus.

Each worker adds to a row of its own, so nobody waits; a scrape of any worker gives the sums. A worker that dies leaves its
row to the one that takes its place, so no counter ever falls. All labels have few values, known beforehand.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any, final

import numpy as np

from api.http.shared import SharedArray

_SECONDS = (0.0005, 0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


@dataclass(frozen=True, slots=True)
class Metric:
    """A counter, or with `buckets` a histogram. `labels` are the label names with all their values."""

    name: str
    help: str
    labels: tuple[tuple[str, tuple[str, ...]], ...] = ()
    buckets: tuple[float, ...] = ()

    def series(self) -> Iterable[tuple[str, ...]]:
        """Every combination of label values."""
        return product(*(values for _, values in self.labels))

    @property
    def width(self) -> int:
        """Numbers of one series: the buckets, the sum and the count; or the count alone."""
        return len(self.buckets) + 2 if self.buckets else 1


def seconds(name: str, help: str, labels: tuple[tuple[str, tuple[str, ...]], ...] = ()) -> Metric:
    """A histogram of times."""
    return Metric(name, help, labels, _SECONDS)


@final
class Metrics:
    """The numbers of all workers. `worker` is set in each of them after the fork."""

    def __init__(self, metrics: tuple[Metric, ...], workers: int) -> None:
        self._metrics = metrics
        self._places: dict[tuple[str, tuple[str, ...]], int] = {}
        size = 0
        for metric in metrics:
            for series in metric.series():
                self._places[metric.name, series] = size
                size += metric.width
        self._buckets = {metric.name: metric.buckets for metric in metrics}
        shared = SharedArray((workers, size + 1), np.float64)
        self._values = shared.values
        self._rows: list[Any] = [memoryview(row) for row in shared.values]  # single numbers go faster through these
        self.worker = 0

    def add(self, name: str, *labels: str, amount: float = 1.0) -> None:
        """Count up."""
        self._rows[self.worker][self._places[name, labels]] += amount

    def observe(self, name: str, *labels: str, value: float) -> None:
        """Add a value to a histogram."""
        buckets = self._buckets[name]
        place = self._places[name, labels]
        row = self._rows[self.worker]
        bucket = bisect_left(buckets, value)
        if bucket < len(buckets):
            row[place + bucket] += 1
        row[place + len(buckets)] += value
        row[place + len(buckets) + 1] += 1

    def started(self) -> None:
        """Say that this worker answers now."""
        self._values[self.worker, -1] += 1

    def starts(self, worker: int) -> float:
        """How often a worker of this row has begun to answer."""
        return float(self._values[worker, -1])

    def total(self, name: str, *labels: str) -> float:
        """The sum of a counter over all workers."""
        return float(self._values[:, self._places[name, labels]].sum())

    def text(self, gauges: Mapping[str, tuple[str, float]]) -> bytes:
        """Everything in the text format of Prometheus; `gauges` are names with help and value."""
        sums = self._values.sum(axis=0)
        lines: list[str] = []
        for metric in self._metrics:
            lines += [f"# HELP {metric.name} {metric.help}"]
            lines += [f"# TYPE {metric.name} {'histogram' if metric.buckets else 'counter'}"]
            names = [name for name, _ in metric.labels]
            for series in metric.series():
                place = self._places[metric.name, series]
                labels = [f'{name}="{value}"' for name, value in zip(names, series, strict=True)]
                if not metric.buckets and (sums[place] or not names):
                    lines.append(f"{metric.name}{_braces(labels)} {sums[place]:.16g}")
                count = sums[place + metric.width - 1] if metric.buckets else 0
                if count == 0:
                    continue  # a hundred series of zeroes help nobody
                reached = np.cumsum(sums[place : place + len(metric.buckets)])
                for bound, below in zip(metric.buckets, reached, strict=True):
                    lines.append(f"{metric.name}_bucket{_braces([*labels, _le(f'{bound:g}')])} {below:.16g}")
                lines.append(f"{metric.name}_bucket{_braces([*labels, _le('+Inf')])} {count:.16g}")
                lines.append(f"{metric.name}_sum{_braces(labels)} {sums[place + metric.width - 2]:.16g}")
                lines.append(f"{metric.name}_count{_braces(labels)} {count:.16g}")
        for name, (help_, value) in gauges.items():
            lines += [f"# HELP {name} {help_}", f"# TYPE {name} gauge", f"{name} {value:.16g}"]
        return ("\n".join(lines) + "\n").encode()


def _braces(labels: list[str]) -> str:
    return f"{{{','.join(labels)}}}" if labels else ""


def _le(bound: str) -> str:
    return f'le="{bound}"'
