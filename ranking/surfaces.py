"""All ranked surfaces of one index together, as a service has them: for whoever uses them without one."""

from __future__ import annotations

from collections.abc import Sequence

from ranking.box.box import Box
from ranking.box.past import Choice
from ranking.explore.explorer import explore
from ranking.models.rankers import Rankers
from ranking.pipeline.context import Context
from ranking.pipeline.slate import Slate
from ranking.tops.tops import hashtag_top, place_top
from schemas.catalogue import Vertical
from schemas.ids import ExternalId


class RememberedPast:
    """What viewers chose in the box, kept in memory as they choose."""

    def __init__(self) -> None:
        self._choices: dict[ExternalId, tuple[Choice, ...]] = {}

    def of(self, viewer: ExternalId) -> Sequence[Choice]:
        """See `PastSearches`."""
        return self._choices.get(viewer, ())

    def add(self, viewer: ExternalId, vertical: Vertical, chosen: ExternalId, ts_ms: int) -> None:
        """One more choice."""
        own = self._choices.get(viewer, ())
        times = sum(one.times for one in own if (one.vertical, one.id) == (vertical, chosen))
        others = tuple(one for one in own if (one.vertical, one.id) != (vertical, chosen))
        self._choices[viewer] = (Choice(vertical, chosen, times + 1, ts_ms), *others)


class RankedSurfaces:
    """The box, Explore and the tops with one set of models."""

    def __init__(self, rankers: Rankers) -> None:
        self._rankers = rankers
        self._past = RememberedPast()
        self.box = Box(rankers, past=self._past)

    def typeahead(self, context: Context, typed: str, limit: int) -> Slate:
        """See `Box.typeahead`."""
        return self.box.typeahead(context, typed, limit)

    def explore(self, context: Context, limit: int) -> Slate:
        """See `explore`."""
        return explore(context, self._rankers, limit)

    def hashtag_top(self, context: Context, tag: str, limit: int) -> Slate:
        """See `hashtag_top`."""
        return hashtag_top(context, self._rankers, tag, limit)

    def place_top(self, context: Context, place: ExternalId, limit: int) -> Slate:
        """See `place_top`."""
        return place_top(context, self._rankers, place, limit)

    def chose(self, viewer: ExternalId, vertical: Vertical, chosen: ExternalId, ts_ms: int) -> None:
        """The box remembers a choice."""
        self._past.add(viewer, vertical, chosen, ts_ms)
