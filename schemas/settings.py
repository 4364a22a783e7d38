"""Every knob of the engine: typed, bounded, documented here, read once at the edge into a frozen object."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from schemas.errors import InputError


@dataclass(frozen=True, slots=True)
class Param:
    """A whole-number knob; the environment variable is `MONOCEROS_` and the name in upper case."""

    name: str
    default: int
    low: int
    high: int
    meaning: str


PARAMS: tuple[Param, ...] = (
    Param("max_text_bytes", 16_384, 64, 1 << 20, "longest query text, in UTF-8 bytes"),
    Param("max_depth", 64, 1, 256, "deepest nesting of lists in a query"),
    Param("max_nodes", 1_024, 1, 65_536, "most terms and lists in a query"),
    Param(
        "inner_limit",
        10_000,
        1,
        10_000_000,
        "inner results that apply and extract take unless :limit says more or less",
    ),
    Param("default_limit", 20, 1, 10_000, "results of a request that names no limit"),
    Param("max_limit", 10_000, 1, 1_000_000, "largest limit of a request"),
    Param(
        "deadline_ms",
        200,
        1,
        600_000,
        "processor time of a query, in milliseconds, after which the answer is partial",
    ),
    Param("cached_texts", 4_096, 0, 1_000_000, "parsed query texts that are kept"),
    Param("cached_viewers", 96, 0, 100_000, "viewers whose visible world is kept"),
    Param("cached_plans", 32, 0, 10_000, "plans that are kept of each of these viewers"),
)


@dataclass(frozen=True, slots=True)
class Settings:
    """The values of all knobs, in force for one process."""

    max_text_bytes: int = 16_384
    max_depth: int = 64
    max_nodes: int = 1_024
    inner_limit: int = 10_000
    default_limit: int = 20
    max_limit: int = 10_000
    deadline_ms: int = 200
    cached_texts: int = 4_096
    cached_viewers: int = 96
    cached_plans: int = 32

    @staticmethod
    def from_environment(environment: Mapping[str, str]) -> Settings:
        """The defaults, overridden by `MONOCEROS_…` variables; an unusable value is an error that names it."""
        values: dict[str, int] = {}
        for param in PARAMS:
            variable = f"MONOCEROS_{param.name.upper()}"
            text = environment.get(variable)
            if text is None:
                continue
            hint = f"give a whole number from {param.low} to {param.high}: {param.meaning}"
            try:
                value = int(text)
            except ValueError:
                raise InputError("bad-setting", f"{variable}={text!r} is no whole number", hint=hint) from None
            if not param.low <= value <= param.high:
                raise InputError("bad-setting", f"{variable}={value} is out of range", hint=hint)
            values[param.name] = value
        return Settings(**values)
