"""Servers for caches: those of the system, and ones that are slow, deaf or talk nonsense."""

from __future__ import annotations

import shutil
import socket
import socketserver
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def server(kind: str, directory: Path) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """The address of a real Redis or memcached, and its process; the test is skipped where there is none."""
    port = free_port()
    if kind == "redis":
        program, flags = "redis-server", ["--port", str(port), "--save", "", "--dir", str(directory)]
        url = f"redis://127.0.0.1:{port}/0"
    else:
        program, flags = "memcached", ["-p", str(port), "-l", "127.0.0.1", "-u", "nobody"]
        url = f"memcached://127.0.0.1:{port}"
    path = shutil.which(program)
    if path is None:
        pytest.skip(f"no {program} here")
    process = subprocess.Popen([path, *flags], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 10
        while time.monotonic() < until:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.02)
        yield url, process
    finally:
        process.kill()
        process.wait()


class _Odd(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        server = self.server
        assert isinstance(server, _OddServer)
        while self.request.recv(4096):
            if server.answer is None:
                server.is_over.wait(5)
                return
            time.sleep(server.delay_s)
            self.request.sendall(server.answer)


class _OddServer(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, answer: bytes | None, delay_s: float) -> None:
        super().__init__(("127.0.0.1", 0), _Odd)
        self.answer, self.delay_s = answer, delay_s
        self.is_over = threading.Event()


@contextmanager
def odd_server(answer: bytes | None, delay_s: float = 0.0) -> Iterator[int]:
    """The port of a server that says the same to everything, after a while, or (None) nothing ever."""
    odd = _OddServer(answer, delay_s)
    thread = threading.Thread(target=odd.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield odd.server_address[1]
    finally:
        odd.is_over.set()
        odd.shutdown()
        odd.server_close()
        thread.join()
