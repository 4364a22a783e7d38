"""The state of the service in one process, be it the front or a worker: the index, who may call, models, logs, counters."""

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
from api.http.costs import Costs
from api.http.engine import Engine
from api.http.epochs import Epochs
from api.http.eventlog import EventLog
from api.http.lanes import Lane
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
"""How often a process looks for a new state of the index and new keys: well within the 2 s after which a change must hold."""
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
    """Everything that handlers and background tasks share. Some is used by the front alone, some by workers alone; what is costly
    is made by those who use it."""

    session: Session
    gate: Gate
    engine: Engine
    costs: Costs
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
    ranked_by: str = ""
    """A digest of where models come from and which experiments run: services that share a cache may differ in these."""
    ranks: bool = True
    """Whether what ranks is made ready for each new state of the index; the front does not rank."""
    is_started: bool = False
    _failed: str = ""

    @property
    def is_ready(self) -> bool:
        """Whether it answers: there are workers, and the index is not behind its stream."""
        return self.is_started and self.engine.workers > 0 and self.session.age_ms() is None

    @property
    def queues(self) -> tuple[LogQueue, ...]:
        """The logs that are kept."""
        return tuple(queue for queue in (self.served, self.exposures) if queue is not None)

    async def follow(self) -> None:
        """Follow the index and the keys until cancelled."""
        while True:
            await asyncio.sleep(FOLLOW_S)
            await asyncio.to_thread(self.refresh)

    def refresh(self) -> None:
        """Go on to what is in force of the index and the keys. What cannot be opened is logged; what is open goes on answering."""
        try:
            if self._open():
                generation, sequence = self.session.searcher.segment.state
                self.metrics.add("monoceros_index_opened_total")
                if sequence == 0:
                    self.log.info("opened", generation=generation)
            if self.gate.keys is not None and self.gate.keys.refresh():
                self.log.info("keys")
            self._failed = ""
        except (MonocerosError, OSError) as error:
            if str(error) != self._failed:
                self._failed = str(error)
                self.metrics.add("monoceros_index_failed_total")
                self.log.error("refresh", error=self._failed)

    def _open(self) -> bool:
        before = self.session.searcher.segment  # held to the end: what is made of the next one follows from it
        is_new = self.session.refresh()
        segment = self.session.searcher.segment
        if self.ranks:
            if segment is not before:
                warm_box(segment)
            self.box.follow(segment, int(self.now() * 1e3))
        self.epochs.of(segment)
        return is_new

    def remember(self) -> None:
        """Keep in mind what viewers chose in the box, as the search log has it."""
        if isinstance(self.box.past, LoggedPast):
            try:
                self.box.past.refresh(int(self.now() * 1e3))
            except MonocerosError as error:
                self.log.error("past", error=str(error))

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
            self.engine.sweep()

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
            "monoceros_workers": ("Workers that are there to answer.", float(self.engine.workers)),
            "monoceros_waiting": ("Requests that wait for a worker.", float(self.engine.waiting)),
            "monoceros_loop_lag_seconds": ("Lag of the event loop of the front process.", self.engine.lag_ms / 1e3),
        }
        if isinstance(segment, LiveSegment):
            lag_s = max(0.0, (now_ms - segment.live.applied_ms) / 1e3)
            gauges["monoceros_live_lag_seconds"] = ("Since the newest event that shows.", lag_s)
        gauges["monoceros_age_seconds"] = (
            "How old answers are; 0 up to two seconds, or where nobody applies events.",
            (self.session.age_ms() or 0) / 1e3,
        )
        return gauges
