"""The door: requests for which there is no room are refused by their line and headers alone, before anything else is spent on them.

What is refused here is counted, neither timed nor logged: a line of log for each would be what an overload costs most.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import final

from api.http.endpoint import Endpoint
from api.http.engine import Engine
from api.http.lanes import overloaded
from api.http.metrics import Metrics

_STATUS = str(overloaded().status)


@final
class Door:
    """Knows the lane of each path; whoever asks for no endpoint that is the engine's work is let in."""

    def __init__(self, engine: Engine, metrics: Metrics, endpoints: Sequence[Endpoint]) -> None:
        self._engine = engine
        self._metrics = metrics
        read = [endpoint for endpoint in endpoints if endpoint.method == "GET"]
        self._plain = {endpoint.path.encode(): endpoint for endpoint in read}
        self._patterns = [(_pattern(endpoint.path), endpoint) for endpoint in read if "{" in endpoint.path]

    def shut(self, path: bytes) -> Endpoint | None:
        """The endpoint of a GET of this path (as it stands in the request, without its query) where there is no room for it now;
        None where there is."""
        endpoint = self._plain.get(path) or self._among_patterns(path)
        if endpoint is None or endpoint.lane is None or self._engine.has_room(endpoint.lane):
            return None
        return endpoint

    def count(self, endpoint: Endpoint) -> None:
        """Count a refusal."""
        assert endpoint.lane is not None
        self._metrics.add("monoceros_shed_total", endpoint.lane.name.lower())
        self._metrics.add("monoceros_requests_total", endpoint.name, _STATUS)

    def _among_patterns(self, path: bytes) -> Endpoint | None:
        return next((endpoint for pattern, endpoint in self._patterns if pattern.fullmatch(path)), None)


def _pattern(path: str) -> re.Pattern[bytes]:
    """Of paths as routes match them: a hashtag may hold a `/`."""
    return re.compile(
        re.sub(r"\{(\w+)\}", lambda found: ".+" if found[1] == "tag" else "[^/]+", path).encode(), re.DOTALL
    )
