"""The log of the service: one JSON object a line, without query texts, paths of requests, viewers or anything of a document."""

from __future__ import annotations

import sys
import time
from typing import TextIO, final

import msgspec


@final
class JsonLog:
    """Writes lines; where nobody can read them any more, the service goes on."""

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream = stream

    def info(self, event: str, **fields: object) -> None:
        """Something happened."""
        self._write("info", event, fields)

    def error(self, event: str, **fields: object) -> None:
        """Something went wrong."""
        self._write("error", event, fields)

    def _write(self, level: str, event: str, fields: dict[str, object]) -> None:
        line = msgspec.json.encode({"ts": round(time.time(), 3), "level": level, "event": event, **fields})
        stream = self._stream or sys.stderr
        try:
            stream.write(line.decode() + "\n")
            stream.flush()
        except (OSError, ValueError):
            return  # a full disk or a closed pipe is no reason to stop answering
