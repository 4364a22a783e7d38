"""The state of the service in one process: the index, who may call, the engine's threads, the cache, the counters."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import final

from api.http.armcounts import ArmCounts
from api.http.auth import Gate
from api.http.cache import Remembering
from api.http.engine import Engine, Lane
from api.http.epochs import Epochs
from api.http.eventlog import EventLog
from api.http.logqueue import LogQueue
from api.http.logs import JsonLog
from api.http.metrics import Metric, Metrics, seconds
from api.http.operations import Operations
from api.http.quotas import Quotas
from api.http.tracing import Tracing
from api.session import Session
from index import LiveSegment
from ranking import Box, Experiments, LoggedPast, Rankers, warm_box
from schemas.errors import MonocerosError

FOLLOW_S = 0.25
"""How often a worker looks for a new state of the index and new keys: well within the 2 s after which a change must hold."""
REMEMBER_S = 30.0
"""How often it looks for new choices in the search log."""
LAG_S = 0.02
_LAGS = 3
_STATUSES = ("200", "400", "401", "403", "404", "405", "409", "410", "413", "415", "429", "499", "500", "503", "504")
LOGS = ("served", "exposures")
STAGES = ("admit", "cache", "wait", "handle", "plan", "execute", "encode")
"""admit: who calls, and what for; handle: the answer, and in it plan (parsing, binding, planning) and execute (finding, names)."""
_LANES = tuple(lane.name.lower() for lane in Lane)


def service_metrics(endpoints: tuple[str, ...]) -> tuple[Metric, ...]:
    """Everything that is counted. Status 499: the client left before its answer."""
    by_endpoint = (("endpoint", endpoints),)
    return (
        Metric("monoceros_requests_total", "Requests by endpoint and status.", (*by_endpoint, ("status", _STATUSES))),
        seconds("monoceros_request_seconds", "Time from a request to its answer.", by_endpoint),
        seconds("monoceros_engine_seconds", "Time in the engine.", (("lane", _LANES),)),
        seconds("monoceros_stage_seconds", "Time of a stage of a request.", (("stage", STAGES),)),
        seconds("monoceros_wait_seconds", "Time waited for the engine.", (("lane", _LANES),)),
        Metric("monoceros_shed_total", "Requests refused for want of room.", (("lane", _LANES),)),
        Metric("monoceros_quota_total", "Requests refused by a quota."),
        Metric("monoceros_partial_total", "Answers that say they are not complete.", by_endpoint),
        Metric("monoceros_hidden_total", "Documents asked for by id that are there, and not for the viewer."),
        Metric("monoceros_cache_total", "Looks into the cache.", (("result", ("hit", "miss")),)),
        Metric("monoceros_log_lost_total", "Entries that could not be logged.", (("log", LOGS),)),
        Metric("monoceros_events_total", "Events that clients told of.", (("result", ("kept", "refused")),)),
        Metric("monoceros_index_opened_total", "States of the index that were opened."),
        Metric("monoceros_index_failed_total", "States of the index that could not be opened."),
    )


@final
@dataclass
class Service:
    """Everything that handlers and background tasks share."""

    session: Session
    gate: Gate
    engine: Engine
    cache: Remembering
    metrics: Metrics
    quotas: Quotas
    log: JsonLog = field(default_factory=JsonLog)
    now: Callable[[], float] = time.time
    rankers: Rankers = field(default_factory=Rankers)
    box: Box = field(default_factory=Box)
    served: LogQueue | None = None
    exposures: LogQueue | None = None
    experiments: Experiments = field(default_factory=Experiments)
    arm_counts: ArmCounts = field(default_factory=ArmCounts)
    tracing: Tracing | None = None
    epochs: Epochs = field(default_factory=Epochs)
    operations: Operations = field(default_factory=Operations)
    events: EventLog = field(default_factory=EventLog)
    is_started: bool = False

    @property
    def is_ready(self) -> bool:
        """Whether it answers, and from an index that is not behind its stream."""
        return self.is_started and self.session.age_ms() is None

    @property
    def queues(self) -> tuple[LogQueue, ...]:
        """The logs that are kept."""
        return tuple(queue for queue in (self.served, self.exposures) if queue is not None)

    async def follow(self) -> None:
        """Follow the index and the keys until cancelled. What cannot be opened is logged, and what is open goes on answering."""
        failed = ""
        while True:
            await asyncio.sleep(FOLLOW_S)
            try:
                if await asyncio.to_thread(self._refresh):
                    generation, sequence = self.session.searcher.segment.state
                    self.metrics.add("monoceros_index_opened_total")
                    if sequence == 0:
                        self.log.info("opened", generation=generation)
                if self.gate.keys is not None and self.gate.keys.refresh():
                    self.log.info("keys")
                failed = ""
            except (MonocerosError, OSError) as error:
                if str(error) != failed:
                    failed = str(error)
                    self.metrics.add("monoceros_index_failed_total")
                    self.log.error("refresh", error=failed)

    def _refresh(self) -> bool:
        before = self.session.searcher.segment  # held to the end: what is made of the next one follows from it
        is_new = self.session.refresh()
        segment = self.session.searcher.segment
        if segment is not before:
            warm_box(segment)
        self.box.follow(segment, int(self.now() * 1e3))
        self.epochs.of(segment)
        return is_new

    async def remember(self, past: LoggedPast) -> None:
        """Keep in mind what viewers chose in the box, as the search log has it, until cancelled."""
        while True:
            try:
                await asyncio.to_thread(past.refresh, int(self.now() * 1e3))
            except MonocerosError as error:
                self.log.error("past", error=str(error))
            await asyncio.sleep(REMEMBER_S)

    async def watch_lag(self) -> None:
        """Measure how late the event loop is, which is how long requests wait before we see them.

        What counts is the shortest of a few: one late moment is no overload.
        """
        late: deque[float] = deque(maxlen=_LAGS)
        while True:
            before = time.perf_counter()
            await asyncio.sleep(LAG_S)
            late.append((time.perf_counter() - before - LAG_S) * 1e3)
            self.engine.lag_ms = min(late)

    def gauges(self) -> dict[str, tuple[str, float]]:
        """What is measured when somebody looks."""
        segment = self.session.searcher.segment
        now_ms = self.now() * 1e3
        gauges = {
            "monoceros_generation": ("The generation in force.", float(segment.state[0])),
            "monoceros_sequence": ("Publications of the live index over it.", float(segment.state[1])),
            "monoceros_generation_age_seconds": (
                "Since the generation was built.",
                (now_ms - segment.manifest.created_ms) / 1e3,
            ),
            "monoceros_waiting": ("Requests that wait in the worker that answers.", float(self.engine.waiting)),
            "monoceros_loop_lag_seconds": ("Lag of the event loop of that worker.", self.engine.lag_ms / 1e3),
        }
        if isinstance(segment, LiveSegment):
            lag_s = max(0.0, (now_ms - segment.live.applied_ms) / 1e3)
            gauges["monoceros_live_lag_seconds"] = ("Since the newest event that shows.", lag_s)
        gauges["monoceros_age_seconds"] = (
            "How old answers are; 0 up to two seconds, or where nobody applies events.",
            (self.session.age_ms() or 0) / 1e3,
        )
        return gauges
