"""From options to a service: what all workers share, made once, and what each makes for itself."""

from __future__ import annotations

import os
import secrets
import time
from dataclasses import dataclass, field
from hashlib import blake2b
from ipaddress import ip_address
from pathlib import Path

from api.http.app import LOOPBACK, Network
from api.http.armcounts import ArmCounts
from api.http.auth import LOCAL, Gate
from api.http.cache import Remembering, open_cache
from api.http.costs import Costs
from api.http.endpoints import ENDPOINTS
from api.http.engine import Engine
from api.http.eventlog import EventLog
from api.http.exchange import Exchange
from api.http.lanes import Limits
from api.http.logqueue import LogQueue
from api.http.metrics import Metrics
from api.http.nonces import Nonces
from api.http.operations import Operations
from api.http.quotas import Quotas
from api.http.service import Service, service_metrics
from api.http.tracing import Tracing
from api.keys import Keys
from api.session import Session
from ranking import Box, Experiments, ExposureLog, LoggedPast, Rankers, ServedLog, read_experiments
from schemas.errors import InputError


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """How to serve. `keys` None: this machine only. `cache` None: one in each process. `pages`: for people too.
    `models` None: those of the index. `logs` None: nothing is logged to learn from. `experiments` None: none run.
    `trace_to` None: nothing is traced."""

    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    keys: Path | None = None
    cache: str | None = None
    scrapers: tuple[Network, ...] = LOOPBACK
    pages: bool = True
    models: Path | None = None
    logs: Path | None = None
    experiments: Path | None = None
    trace_to: str | None = None
    trace_share: float = 0.0
    operations: Operations = field(default_factory=Operations)
    limits: Limits = field(default_factory=Limits)

    def check(self) -> None:
        """`InputError` where this must not be: anything but this machine without keys."""
        if self.keys is None and not _is_loopback(self.host):
            raise InputError(
                "no-keys",
                f"without keys, {self.host} is not served",
                hint="give --keys FILE, or --host 127.0.0.1",
            )


@dataclass(frozen=True, slots=True)
class Shared:
    """What the processes of one service share; made before the first of them."""

    nonces: Nonces
    quotas: Quotas
    metrics: Metrics
    arm_counts: ArmCounts
    local_secret: bytes
    console_secret: bytes

    @staticmethod
    def make(processes: int) -> Shared:
        """With a row of metrics for each process."""
        names = tuple(endpoint.name for endpoint in ENDPOINTS)
        metrics = Metrics(service_metrics(names), processes)
        return Shared(Nonces(), Quotas(), metrics, ArmCounts(), secrets.token_bytes(32), secrets.token_bytes(32))


def make_service(
    options: ServiceOptions, session: Session, exchange: Exchange, shared: Shared | None = None, *, ranks: bool = True
) -> Service:
    """The service of one process; the front does not rank."""
    shared = shared or Shared.make(1)
    keys = None if options.keys is None else Keys(options.keys)
    if keys is not None and keys.get(LOCAL) is not None:
        raise InputError("bad-keys", f"{options.keys}: no key may be called {LOCAL}")
    models = options.models or session.index / "models"
    rankers = Rankers(models)
    experiments = Experiments() if options.experiments is None else read_experiments(options.experiments)
    return Service(
        session=session,
        gate=Gate(keys, shared.nonces, shared.local_secret, time.time, shared.console_secret),
        engine=Engine(options.limits, exchange),
        costs=Costs(options.limits, exchange),
        cache=Remembering(open_cache(options.cache)),
        metrics=shared.metrics,
        quotas=shared.quotas,
        arm_counts=shared.arm_counts,
        operations=options.operations,
        events=EventLog(options.operations.open_sinks),
        rankers=rankers,
        box=Box(rankers) if options.logs is None else Box(rankers, past=LoggedPast(options.logs)),
        served=_queue(options.logs, "served", ServedLog, shared.metrics),
        tracing=None if options.trace_to is None else Tracing.to(options.trace_to, options.trace_share),
        exposures=_queue(options.logs, "exposures", ExposureLog, shared.metrics),
        experiments=experiments,
        ranked_by=blake2b(repr((models.resolve(), experiments)).encode(), digest_size=8).hexdigest(),
        ranks=ranks,
    )


def _queue(
    logs: Path | None, kind: str, open_log: type[ServedLog] | type[ExposureLog], metrics: Metrics
) -> LogQueue | None:
    """A file for each process, which its thread opens."""
    if logs is None:
        return None
    return LogQueue(
        lambda: open_log(logs, f"service-{os.getpid()}"),
        lambda count: metrics.add("monoceros_log_lost_total", kind, amount=count),
    )


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
