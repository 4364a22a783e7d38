"""Where the front process and the workers of one crew meet: a socket to connect to, and a little memory that both see.

The socket stands in a directory that only its owner may enter, and what goes over it is between processes of one service. A frame
is four bytes of length and a pickle. A worker connects once for each of its seats and says which; then the front sends one piece of
work at a time, and gets what came of it.
"""

from __future__ import annotations

import os
import pickle
import shutil
import socket
import tempfile
import weakref
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, final

import numpy as np

from api.http.shared import SharedArray

SEATS = 2
"""Of a worker: one for any lane, and one for typeahead beside what the first is at."""
_LENGTH = 4
_BACKLOG = 256
_NAME = "workers"


@dataclass(frozen=True, slots=True)
class Seat:
    """A place at which one piece of work is done at a time."""

    worker: int
    is_typing: bool
    """Whether it is for typeahead alone."""

    @property
    def number(self) -> int:
        """Among all seats of the crew."""
        return self.worker * SEATS + self.is_typing


@final
class Exchange:
    """Made before the processes of a crew are forked, for so many workers; its socket goes with the process that made it."""

    def __init__(self, workers: int) -> None:
        directory = Path(tempfile.mkdtemp(prefix="monoceros-"))
        self._place = str(directory / _NAME)
        self.listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listening.bind(self._place)
        self.listening.listen(_BACKLOG)
        self._close = weakref.finalize(self, _remove, directory, self.listening, os.getpid())
        board: Any = SharedArray((1 + workers * SEATS,), np.int64).values
        self._board = memoryview(board)  # single numbers go faster through it

    def connect(self) -> socket.socket:
        """A connection to the front; `OSError` where it cannot be had."""
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(self._place)
        except OSError:
            connection.close()
            raise
        return connection

    def close(self) -> None:
        """Let nobody else in."""
        self._close()

    @property
    def waiting(self) -> int:
        """Requests that wait for a worker."""
        return self._board[0]

    @waiting.setter
    def waiting(self, count: int) -> None:
        self._board[0] = count

    def drop(self, seat: Seat, number: int) -> None:
        """Say that nobody wants this piece of work any more."""
        self._board[1 + seat.number] = number

    def watch(self, seat: Seat, number: int) -> Callable[[], bool]:
        """What says, as often as it is asked, whether nobody wants it any more."""
        board, place = self._board, 1 + seat.number
        return lambda: board[place] == number


def framed(content: Any) -> bytes:
    """One frame."""
    data = pickle.dumps(content, pickle.HIGHEST_PROTOCOL)
    return len(data).to_bytes(_LENGTH, "big") + data


def read_frame(stream: BinaryIO) -> Any:
    """What the next frame holds; `EOFError` where there is none any more."""
    data = stream.read(_whole(stream.read(_LENGTH)))
    return pickle.loads(data)


@final
class Frames:
    """Takes frames apart that come in pieces."""

    def __init__(self) -> None:
        self._read = bytearray()

    def feed(self, data: bytes) -> list[Any]:
        """What the frames hold that are whole now."""
        self._read += data
        found = []
        while (end := _LENGTH + int.from_bytes(self._read[:_LENGTH], "big")) <= len(self._read) >= _LENGTH:
            found.append(pickle.loads(self._read[_LENGTH:end]))
            del self._read[:end]
        return found


def _whole(head: bytes) -> int:
    if len(head) < _LENGTH:
        raise EOFError
    return int.from_bytes(head, "big")


def _remove(directory: Path, listening: socket.socket, owner: int) -> None:
    listening.close()
    if os.getpid() == owner:  # processes that were forked have let go of a copy
        shutil.rmtree(directory, ignore_errors=True)
