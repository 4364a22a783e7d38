"""Loading ahead: what a build reads next is read in a thread of its own while what it has is grouped, packed and written."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, final

_AHEAD = 2
"""Results that wait, or are being made, at most: one large and one small one keep both threads busy."""


@final
class Ahead:
    """Makes results one after the other, each once, in the order of `calls`, in which they are to be taken.

    A context: it ends when the call that is under way has ended, and makes none of the others.
    """

    def __init__(self, calls: Mapping[str, Callable[[], Any]]) -> None:
        self._todo = deque(calls.items())
        self._made: deque[tuple[str, Future[Any]]] = deque()
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="ahead")

    def __enter__(self) -> Ahead:
        self._fill()
        return self

    def __exit__(self, *_: object) -> None:
        self._thread.shutdown(cancel_futures=True)

    def take(self, name: str) -> Any:
        """The next result, which is that of `name`. Raises what its call raised."""
        made, future = self._made.popleft()
        assert made == name, f"{name} is taken, and {made} comes next"
        self._fill()
        return future.result()

    def _fill(self) -> None:
        while self._todo and len(self._made) < _AHEAD:
            name, call = self._todo.popleft()
            self._made.append((name, self._thread.submit(call)))
