"""What an experiment may change: parameters, typed and bounded. A surface reads them from `Context.arms`."""

from __future__ import annotations

from dataclasses import dataclass

from ranking.features.catalogue import BLEND

Value = float | str | bool


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number from `low` to `high`, or one of `choices`, or a flag where there is neither."""

    name: str
    meaning: str
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()

    def problem(self, value: object) -> str:
        """Why this value cannot be taken; '' if it can."""
        if self.choices:
            return "" if value in self.choices else f"is none of {', '.join(map(repr, self.choices))}"
        if self.low is None or self.high is None:
            return "" if isinstance(value, bool) else "is neither true nor false"
        if isinstance(value, bool) or not isinstance(value, int | float):
            return "is no number"
        return "" if self.low <= value <= self.high else f"is not from {self.low:g} to {self.high:g}"


HAND, LEARNED = "hand", "learned"
SCORERS = (HAND, LEARNED)
INTERLEAVINGS = (
    "user,hashtag,place",
    "user,user,hashtag,place",
    "user,user,user,hashtag,place",
    "user,hashtag,place,group,media",
)
PARAMETERS: tuple[Parameter, ...] = (
    Parameter("hashtag_top.scorer", "what orders the top of a hashtag", choices=SCORERS),
    Parameter("place_top.scorer", "what orders the top of a place", choices=SCORERS),
    Parameter("interleave", "verticals in turn, in place of the blend of the box", choices=INTERLEAVINGS),
    Parameter(
        "draft", "team a of a list of the box, drafted in turn with the blend as the arm has it", choices=SCORERS
    ),
    Parameter("explore.scorer", "what orders Explore", choices=SCORERS),
    Parameter(
        "explore.draft",
        "team a of a slate of Explore, drafted in turn with the slate as the arm has it",
        choices=SCORERS,
    ),
    *(Parameter(f"blend.{name}", f"weight of {name} in the hand-tuned blend", -10, 10) for name in BLEND.names),
)
