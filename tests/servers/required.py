"""Whether a server that cannot be had skips its tests or fails them."""

from __future__ import annotations

import os
import socket
from typing import NoReturn

import pytest


def unavailable(reason: str) -> NoReturn:
    """Skip what needs the server, loudly; fail instead where MONOCEROS_REQUIRE_SERVERS is 1."""
    if os.environ.get("MONOCEROS_REQUIRE_SERVERS") == "1":
        pytest.fail(f"a server is required and cannot be had: {reason}", pytrace=False)
    pytest.skip(f"NOT TESTED, for want of a server: {reason}")


def free_port() -> int:
    """A loopback port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
