"""Serving in processes: one parent opens the index and forks a front and workers, which share its pages, and puts new ones in dead
ones' place.

The front alone hears clients; the workers do what it hands to them. Together they are a crew, which meets at an exchange of its
own. SIGTERM and SIGINT end everything gracefully; SIGHUP puts a new crew in the place of the old one, over the state of the index
at that time. The parent keeps the listening socket open: what comes in while a front is replaced waits.
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
from collections.abc import Callable
from contextlib import suppress
from types import FrameType
from typing import NoReturn, final

from api.http.app import create_app
from api.http.auth import CONSOLE
from api.http.door import Door
from api.http.endpoints import ENDPOINTS
from api.http.exchange import Exchange
from api.http.logs import JsonLog
from api.http.making import ServiceOptions, Shared, make_service
from api.http.service import Service
from api.http.static import PAGES, StaticFiles
from api.http.worker import Worker
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
_PARENT_DEATH_SIGNAL, _SET_NAME = 1, 15
_BACKLOG = 2_048
_SWITCH_S = 0.0001
"""How long another thread of the front keeps the interpreter while the event loop wants it: whoever is refused is to be told so
within 10 ms."""
_COLLECTS = (20_000, 20, 50)
"""How often a worker's collector runs: a request makes thousands of containers that end with it, and hardly any that hold each
other. With the usual thresholds it took 4 % of a typeahead and 8 % of the slowest hundredth."""
_NICE = 5
"""How far workers stand back for the front when both want a core."""


def run_service(options: ServiceOptions, session: Session) -> None:
    """Serve until told to stop. `InputError` where the options must not be, or the port cannot be had."""
    options.check()
    make_service(options, session, Exchange(1))  # what is wrong with keys or cache is said here, not by workers
    warm_box(session.searcher.segment)
    _Supervisor(options, session).run()


@final
class _Crew:
    """A front and its workers, by their process ids; 0 is the number of the front, workers count from 1."""

    def __init__(self, workers: int, first_row: int) -> None:
        self.exchange = Exchange(workers)
        self.first_row = first_row
        """Of metrics: each process has one, and those who follow it in its place."""
        self.numbers = range(workers + 1)
        self.members: dict[int, tuple[int, float]] = {}
        """By process id: its number, and when it was begun."""
        self.is_leaving = False

    def pids(self, *, fronts: bool) -> list[int]:
        """Of the front, or of the workers."""
        return [pid for pid, (number, _) in self.members.items() if (number == 0) == fronts]


@final
class _Supervisor:
    def __init__(self, options: ServiceOptions, session: Session) -> None:
        self._options = options
        self._session = session
        self._shared = Shared.make(
            2 * (1 + options.workers)
        )  # a crew and the one that follows it run side by side for a while
        self._listening = bind(options)
        self._log = JsonLog()
        self._crews = [_Crew(options.workers, 0)]
        self._must_stop = False
        self._must_reload = False

    def run(self) -> None:
        """Serve until SIGTERM or SIGINT."""
        signal.signal(signal.SIGTERM, self._stop)
        signal.signal(signal.SIGINT, self._stop)
        signal.signal(signal.SIGHUP, self._reload)
        gc.collect()
        gc.freeze()  # the collector does not write to pages that the processes share
        for number in self._crews[0].numbers:
            self._begin(self._crews[0], number)
        host, port = self._listening.getsockname()[:2]
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
            self._bury()
            if self._must_reload:
                self._must_reload = False
                self._replace()
            if time.monotonic() - looked > _FOLLOW_S:
                looked = time.monotonic()
                self._follow()
        for crew in self._crews:
            self._end(crew)
        self._listening.close()

    def _begin(self, crew: _Crew, number: int) -> None:
        pid = os.fork()
        if pid == 0:
            if number == 0:
                _child("monoceros-front", lambda: self._front(crew))
            _child("monoceros-work", lambda: self._worker(crew, number))
        crew.members[pid] = (number, time.monotonic())

    def _bury(self) -> None:
        """Take note of processes that ended, and put others in the place of those that were not told to."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            crew = next(crew for crew in self._crews if pid in crew.members)
            number, begun = crew.members.pop(pid)
            if crew.is_leaving:
                continue
            what = "worker died" if number else "front died"
            self._log.error(what, pid=pid, code=os.waitstatus_to_exitcode(status))
            if not self._must_stop:
                if time.monotonic() - begun < _SOON_S:
                    time.sleep(_SOON_S)
                self._begin(crew, number)

    def _replace(self) -> None:
        """A new crew beside the old one, then the old one leaves: at every moment somebody answers."""
        self._follow()
        old = self._crews[-1]
        new = _Crew(self._options.workers, len(old.numbers) - old.first_row)
        self._crews.append(new)
        before = [self._shared.metrics.starts(new.first_row + number) for number in new.numbers]
        for number in reversed(new.numbers):
            self._begin(new, number)  # the front last: who comes to it finds workers
        until = time.monotonic() + _START_S
        while time.monotonic() < until and not self._must_stop:
            starts = [self._shared.metrics.starts(new.first_row + number) for number in new.numbers]
            if all(now > then for now, then in zip(starts, before, strict=True)):
                break
            time.sleep(0.01)
        self._end(old)
        self._log.info("reloaded", workers=self._options.workers)

    def _follow(self) -> None:
        """Open a new generation here too, so that new processes share it and files of older ones are let go."""
        with suppress(MonocerosError, OSError):
            if current_state(self._session.index)[0] != self._session.generation or self._must_reload:
                self._session.refresh()
                warm_box(self._session.searcher.segment)
                gc.collect()
                gc.freeze()

    def _end(self, crew: _Crew) -> None:
        """Have a crew answer what it has begun, and leave, the front first, which needs the workers for that; kill those that do
        not."""
        crew.is_leaving = True
        for fronts in (True, False):
            pids = crew.pids(fronts=fronts)
            for pid in pids:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGTERM)
            until = time.monotonic() + _GRACE_S + 2
            while time.monotonic() < until and any(pid in crew.members for pid in pids):
                self._bury()
                time.sleep(0.02)
            for pid in pids:
                if pid in crew.members:
                    os.kill(pid, signal.SIGKILL)
                    os.waitpid(pid, 0)  # nobody is left behind, not even for a moment
                    crew.members.pop(pid)
        crew.exchange.close()
        self._crews.remove(crew)

    def _stop(self, _: int, __: FrameType | None) -> None:
        self._must_stop = True

    def _reload(self, _: int, __: FrameType | None) -> None:
        self._must_reload = True

    # -- in the processes ------------------------------------------------------------------------------------------

    def _service(self, crew: _Crew, number: int, *, ranks: bool) -> Service:
        """What a process has for itself."""
        self._shared.metrics.worker = crew.first_row + number
        service = make_service(self._options, self._session, crew.exchange, self._shared, ranks=ranks)
        service.refresh()  # the parent may have opened the index long ago
        return service

    def _front(self, crew: _Crew) -> None:
        """The process that hears clients."""
        sys.setswitchinterval(_SWITCH_S)
        import uvicorn

        from api.http.protocol import Protocol

        options = self._options
        service = self._service(crew, 0, ranks=False)
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
        uvicorn.Server(config).run(sockets=[self._listening])

    def _worker(self, crew: _Crew, number: int) -> None:
        """A process that answers. What ends it is the parent's word, also where a terminal tells all processes to stop."""
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        self._listening.close()
        gc.set_threshold(*_COLLECTS)
        with suppress(OSError):
            os.nice(_NICE)
        worker = Worker(self._service(crew, number, ranks=True), crew.exchange, number - 1)
        signal.signal(signal.SIGTERM, lambda _, __: worker.stop())
        worker.run()


def bind(options: ServiceOptions) -> socket.socket:
    """A listening socket (port 0: any that is free)."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((options.host, options.port))
        listening.listen(_BACKLOG)
    except OSError as error:
        listening.close()
        raise InputError(
            "bad-address",
            f"{options.host}:{options.port} cannot be served: {error.strerror or error}",
            hint="choose another --host or --port",
        ) from None
    return listening


def _child(name: str, run: Callable[[], None]) -> NoReturn:
    """One process, from the fork to its end; `name` is what a list of processes shows, of up to 15 letters."""
    code = 1
    try:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        _tell_system(_SET_NAME, name.encode())
        _tell_system(_PARENT_DEATH_SIGNAL, signal.SIGTERM)  # nobody outlives the parent
        run()
        code = 0
    except KeyboardInterrupt:
        code = 0
    except BaseException as error:
        JsonLog().error("process", name=name, error=f"{type(error).__name__}: {error}")
    finally:
        sys.stderr.flush()
        os._exit(code)


def _text(secret: bytes) -> str:
    return urlsafe_b64encode(secret).decode().rstrip("=")


def _tell_system(option: int, value: int | bytes) -> None:
    """Something about this process (prctl), where the system has that."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).prctl(option, value)
