"""What an endpoint is: one value that says its path, parameters, answer and examples, and the function that answers.

Routes, reading of parameters and OpenAPI are all made from these values; the functions are thin and know nothing of HTTP.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import TYPE_CHECKING, Any

from api.http.auth import Caller
from api.http.choosing import Chosen
from api.http.cursor import Binding
from api.http.lanes import Lane
from api.http.params import Param
from api.http.problems import Refusal
from api.keys import Scope
from query import Answer, Request, Searcher, World
from ranking import Arms, Box, Context, Exposure, ExposureLog, Rankers, Slate
from schemas.catalogue import Vertical
from schemas.text import fold

if TYPE_CHECKING:
    from api.http.service import Service


@dataclass(frozen=True, slots=True)
class Call:
    """One request on its way through an endpoint. The searcher is one state of the index, for the whole call: what is in force, or
    the generation that the caller names."""

    service: Service
    searcher: Searcher
    caller: Caller
    values: Mapping[str, Any]
    body: Any
    latest: float
    """When the caller stops waiting, on the clock `perf_counter`; infinite where it has not said."""
    request_id: str = ""
    stopped: Callable[[], bool] = lambda: False
    chosen: Chosen | None = None
    """The ranking that the caller names."""
    arms: list[Arms] = field(default_factory=list)
    """The parameters of experiments that were asked for."""
    met: list[Exposure] = field(default_factory=list)
    """Arms that a client says were met."""
    drafts: dict[Exposure, str] = field(default_factory=dict)
    """The teams of a list that an arm had drafted in turn."""
    stages: list[tuple[str, float, float]] = field(default_factory=list)
    """What was done, from when to when, on the clock `perf_counter`."""
    hidden: list[int] = field(default_factory=list)
    """How many documents that are there were kept from the viewer."""

    @property
    def is_operator(self) -> bool:
        """Whether the caller asks for the whole world; `Refusal` 403 where its key may not."""
        if not self.values.get("operator", False):
            return False
        if Scope.OPERATOR not in self.caller.scopes:
            raise Refusal(403, "no-scope", "this needs a key with the scope operator")
        return True

    @property
    def rankers(self) -> Rankers:
        """The models that rank."""
        return self.service.rankers if self.chosen is None else self.chosen.rankers

    @property
    def box(self) -> Box:
        """The search box with these models."""
        return self.service.box if self.chosen is None else replace(self.service.box, rankers=self.chosen.rankers)

    def world(self) -> World:
        """What the caller sees."""
        return self.searcher.world(self.caller.viewer, is_operator=self.is_operator)

    def context(self) -> Context:
        """The request as ranked surfaces take it. The country is the parameter `country`, else that of the viewer's account."""
        viewer = self.caller.viewer
        country: str | None = self.values.get("country")
        if country is None:
            own = self.searcher.world(viewer, is_operator=False).viewer
            country = None if own is None else self.searcher.segment.text(Vertical.USER, "country")[own]
        if self.chosen is None:
            self.arms.append(self.service.experiments.arms(None if viewer is None else str(viewer)))
        return Context(
            searcher=self.searcher,
            viewer=viewer,
            now_ms=int(self.service.now() * 1e3),
            country=fold(country or ""),
            seed=int.from_bytes(blake2b(self.request_id.encode(), digest_size=7).digest()),
            deadline_ms=self.deadline_ms,
            stopped=self.stopped,
            arms=self.arms[-1] if self.chosen is None else self.chosen.arms,
        )

    def note_served(self, slate: Slate) -> None:
        """Have the features of a slate logged as they were served, where such a log is kept; never waits, never fails. Teams of a
        drafted slate go to the log of exposures. Of a ranking that the caller named nothing is logged."""
        if self.chosen is not None:
            return
        if slate.teams and self.arms and (drafting := self.arms[-1].owner(slate.drafted_by)) is not None:
            self.drafts[drafting] = slate.teams
        queue, served = self.service.served, slate.served
        if queue is not None and served:
            request_id, now_ms = self.request_id, int(self.service.now() * 1e3)
            queue.put(lambda log: log.write(request_id, now_ms, served))

    @property
    def exposures(self) -> tuple[Exposure, ...]:
        """The arms that the answer depended on."""
        return tuple(exposure for arms in self.arms for exposure in arms.exposures)

    def note_exposures(self) -> None:
        """Have the arms logged that the answer depended on, where such a log is kept; never waits, never fails."""
        queue, met = self.service.exposures, self.exposures
        if queue is not None and met:
            request_id, now_ms, unit = self.request_id, int(self.service.now() * 1e3), str(self.caller.viewer)

            def write(log: ExposureLog) -> None:
                for one in met:
                    log.write(now_ms, unit, request_id, (one,), self.drafts.get(one, ""))

            queue.put(write)

    def stage(self, name: str, begun: float) -> None:
        """Note that a stage of the work is over."""
        self.stages.append((name, begun, time.perf_counter()))

    def run(self, request: Request) -> Answer:
        """The engine's answer. Admission by estimate comes before it, and what it took teaches the next estimate."""
        costs = self.service.costs
        begun = time.perf_counter()
        postings = self.searcher.estimate(request)
        self.stage("plan", begun)
        plan_ms = (time.perf_counter() - begun) * 1e3
        costs.admit(postings)
        begun, busy = time.perf_counter(), time.thread_time()
        answer = self.searcher.run(request, self.stopped)
        self.stage("execute", begun)
        costs.learn(postings, (time.thread_time() - busy) * 1e3)
        return answer._replace(took_ms=plan_ms + answer.took_ms)  # the run finds the plan that the estimate has made

    @property
    def deadline_ms(self) -> int | None:
        """The ms that the caller will still wait."""
        if self.latest == float("inf"):
            return None
        return max(1, int((self.latest - time.perf_counter()) * 1e3))

    def binding(self, question: str) -> Binding:
        """What a cursor of this call is bound to."""
        return Binding(f"{self.caller.viewer} {question}", self.built, self.searcher.segment.state[1])

    @property
    def built(self) -> str:
        """What answers come from that is made now and then: the generation, and the affinities in force."""
        generation, affinity = self.searcher.segment.generation, self.searcher.affinity
        return generation if affinity is None else f"{generation}/{affinity.version}"


@dataclass(frozen=True, slots=True)
class Example:
    """A request that can be made as it stands: the values of its parameters, and its body."""

    values: Mapping[str, str]
    body: Any = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """One endpoint. `scope` None: anybody known may call. `lane` None: not the engine's work. `ttl_s`: answers are kept."""

    name: str
    method: str
    path: str
    summary: str
    description: str = ""
    scope: Scope | None
    lane: Lane | None
    params: tuple[Param, ...] = ()
    body: type | None = None
    answer: type
    handle: Callable[[Call], Any]
    examples: tuple[Example, ...] = (Example({}),)
    codes: tuple[str, ...] = ()
    """Codes of errors beside those that every endpoint may give."""
    ttl_s: int = 0
