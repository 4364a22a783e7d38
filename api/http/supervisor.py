"""Serving in processes: one parent opens the index and forks workers, which share its pages, and puts new ones in dead ones' place.

Each worker has a listening socket of its own on the one port, which the parent keeps open: what comes in while a worker is
replaced waits. SIGTERM and SIGINT end everything gracefully; SIGHUP replaces the workers one by one, over the state of the index
at that time.
"""

from __future__ import annotations

import ctypes
import gc
import os
import signal
import socket
import sys
import time
from base64 import urlsafe_b64encode
from contextlib import suppress
from types import FrameType
from typing import final

from api.http.app import create_app
from api.http.auth import CONSOLE
from api.http.door import Door
from api.http.endpoints import ENDPOINTS
from api.http.logs import JsonLog
from api.http.making import ServiceOptions, Shared, make_service
from api.http.static import PAGES, StaticFiles
from api.session import Session
from index import current_state
from ranking import warm_box
from schemas.errors import InputError, MonocerosError

_GRACE_S = 10
_START_S = 20
_SOON_S = 1.0
"""A worker that lived shorter than this is not replaced at once."""
_LOOK_S = 0.1
_FOLLOW_S = 5.0
_PARENT_DEATH_SIGNAL = 1
_BACKLOG = 2_048
_SWITCH_S = 0.0001
"""How long a thread of the engine keeps the interpreter while the event loop wants it, which is for each connection that says
something: whoever is refused is to be told so within 10 ms."""


def run_service(options: ServiceOptions, session: Session) -> None:
    """Serve until told to stop. `InputError` where the options must not be, or the port cannot be had."""
    options.check()
    make_service(options, session, Shared.make(1))  # what is wrong with keys or cache is said here, not by workers
    warm_box(session.searcher.segment)
    _Supervisor(options, session).run()


@final
class _Supervisor:
    def __init__(self, options: ServiceOptions, session: Session) -> None:
        self._options = options
        self._session = session
        self._shared = Shared.make(options.workers)
        self._sockets = bind(options)
        self._log = JsonLog()
        self._workers: dict[int, tuple[int, int, float]] = {}
        """By process id: the socket's number, the row of metrics, and when it was begun."""
        self._leaving: set[int] = set()
        self._must_stop = False
        self._must_reload = False

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGHUP, self._reload)
        gc.collect()
        gc.freeze()  # the collector does not write to pages that the workers share
        for number in range(self._options.workers):
            self._begin(number, number)
        host, port = self._sockets[0].getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{port}"
        if self._options.pages and self._options.keys is None:
            # for whoever started it, whom nothing else tells from others at this machine; never in the log. Whoever reads it beside
            # them may look as any viewer anyhow, as there are no keys (docs/pages.md)
            print(f"console: {url}/console#key={CONSOLE}:{_text(self._shared.console_secret)}", flush=True)
        self._log.info("serving", url=url, workers=self._options.workers, pid=os.getpid())
        looked = time.monotonic()
        while not self._must_stop:
            time.sleep(_LOOK_S)
            self._bury(replaces=True)
            if self._must_reload:
                self._must_reload = False
                self._replace_all()
            if time.monotonic() - looked > _FOLLOW_S:
                looked = time.monotonic()
                self._follow()
        self._end(list(self._workers))
        for listening in self._sockets:
            listening.close()

    def _begin(self, number: int, row: int) -> int:
        pid = os.fork()
        if pid == 0:
            _work(self._options, self._session, self._shared, self._sockets[number], row)
        self._workers[pid] = (number, row, time.monotonic())
        return pid

    def _bury(self, *, replaces: bool) -> None:
        """Take note of workers that ended, and put others in the place of those that were not told to."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            number, row, begun = self._workers.pop(pid)
            if pid in self._leaving:
                self._leaving.discard(pid)
                continue
            self._log.error("worker died", pid=pid, code=os.waitstatus_to_exitcode(status))
            if replaces and not self._must_stop:
                if time.monotonic() - begun < _SOON_S:
                    time.sleep(_SOON_S)
                self._begin(number, row)

    def _replace_all(self) -> None:
        """A new worker beside each old one, then the old one leaves: at every moment somebody answers."""
        self._follow()
        for pid, (number, row, _) in list(self._workers.items()):
            other = (row + self._options.workers) % (2 * self._options.workers)
            new = self._begin(number, other)
            self._await_start(new)
            self._end([pid])
        self._log.info("reloaded", workers=len(self._workers))

    def _await_start(self, pid: int) -> None:
        """Wait until a worker answers for itself, as far as its row of metrics says, or it is taking too long."""
        row = self._workers[pid][1]
        before = self._shared.metrics.starts(row)
        until = time.monotonic() + _START_S
        while time.monotonic() < until and not self._must_stop:
            if self._shared.metrics.starts(row) > before:
                return
            time.sleep(0.01)

    def _follow(self) -> None:
        """Open a new generation here too, so that new workers share it and files of older ones are let go."""
        with suppress(MonocerosError, OSError):
            if current_state(self._session.index)[0] != self._session.generation or self._must_reload:
                self._session.refresh()
                warm_box(self._session.searcher.segment)
                gc.collect()
                gc.freeze()

    def _end(self, pids: list[int]) -> None:
        """Have workers answer what they have begun, and leave; kill those that do not."""
        for pid in pids:
            self._leaving.add(pid)
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
        until = time.monotonic() + _GRACE_S + 2
        while time.monotonic() < until and any(pid in self._workers for pid in pids):
            self._bury(replaces=True)
            time.sleep(0.02)
        for pid in pids:
            if pid in self._workers:
                os.kill(pid, signal.SIGKILL)
                os.waitpid(pid, 0)  # nobody is left behind, not even for a moment
                self._workers.pop(pid)
                self._leaving.discard(pid)

    def _stop(self, _: int, __: FrameType | None) -> None:
        self._must_stop = True

    def _reload(self, _: int, __: FrameType | None) -> None:
        self._must_reload = True


def bind(options: ServiceOptions) -> list[socket.socket]:
    """A listening socket for each worker, all on one port (0: any that is free)."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    sockets: list[socket.socket] = []
    port = options.port
    for _ in range(options.workers):
        listening = socket.socket(family, socket.SOCK_STREAM)
        try:
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if not sockets and port:
                _check_free(family, options.host, port)
            listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            listening.bind((options.host, port))
            listening.listen(_BACKLOG)
        except OSError as error:
            raise InputError(
                "bad-address",
                f"{options.host}:{port} cannot be served: {error.strerror or error}",
                hint="choose another --host or --port",
            ) from None
        port = listening.getsockname()[1]
        sockets.append(listening)
    return sockets


def _check_free(family: int, host: str, port: int) -> None:
    """SO_REUSEPORT would let a second service share the port in silence."""
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        probe.bind((host, port))


def _work(options: ServiceOptions, session: Session, shared: Shared, listening: socket.socket, row: int) -> None:
    """One worker, from the fork to the end of its process."""
    code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        _die_with_parent()
        sys.setswitchinterval(_SWITCH_S)
        import uvicorn

        from api.http.protocol import Protocol

        shared.metrics.worker = row
        service = make_service(options, session, shared)
        try:
            session.refresh()  # the parent may have opened the index long ago
        except (MonocerosError, OSError) as error:
            service.log.error("refresh", error=str(error))
        app = create_app(service, scrapers=options.scrapers, static=StaticFiles(PAGES if options.pages else None))
        config = uvicorn.Config(
            app,
            http=Protocol.before(Door(service.engine, service.metrics, ENDPOINTS)),
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=False,
            lifespan="on",
            timeout_keep_alive=75,
            timeout_graceful_shutdown=_GRACE_S,
            limit_concurrency=4_096,
        )
        uvicorn.Server(config).run(sockets=[listening])
        code = 0
    except KeyboardInterrupt:
        code = 0
    except BaseException as error:
        JsonLog().error("worker", error=f"{type(error).__name__}: {error}")
    finally:
        sys.stderr.flush()
        os._exit(code)


def _text(secret: bytes) -> str:
    return urlsafe_b64encode(secret).decode().rstrip("=")


def _die_with_parent() -> None:
    """Where the system can, have the worker told to stop when its parent is gone."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(_PARENT_DEATH_SIGNAL, signal.SIGTERM)
