"""A request to a ranked surface: one state of the index, who asks, and all else that its answer may depend on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from query import Searcher, World
from schemas.ids import ExternalId


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """Who asks, of which state of the index, when. The same context and question give the same slate.

    `country` is that of the request (folded, '' unknown), `place` where the viewer is (degrees of latitude and longitude; None
    unknown). `now_ms` is the clock, `seed` all chance. `arms` are the parameters of experiments in force for the viewer.
    `deadline_ms` is processor time, None for the setting; `stopped` is asked between steps.
    """

    searcher: Searcher
    viewer: ExternalId | None
    now_ms: int
    country: str = ""
    place: tuple[float, float] | None = None
    seed: int = 0
    deadline_ms: int | None = None
    stopped: Callable[[], bool] | None = None
    arms: Mapping[str, float | str | bool] = field(default_factory=dict)

    @property
    def world(self) -> World:
        """What the viewer sees: every figure that is not public by definition is computed in it."""
        return self.searcher.world(self.viewer, is_operator=False)
