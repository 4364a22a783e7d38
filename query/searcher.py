"""The searcher: a request in, an answer out, over one opened segment.

text ─parse→ Node ─bind→ Bound ─rewrite→ Bound ─plan→ Plan ─execute→ documents ─names→ Answer. Nodes are kept per text,
bound trees per text and viewer, places in dictionaries per value, what trees of terms find, worlds per viewer, and with them the
plans of his texts. A searcher is shared between threads.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache, partial
from typing import Any, NamedTuple, final

import numpy as np

from index import U32, AnySegment, DocSet, compile_kernels, joined
from query.affinity import Affinity
from query.answer import Answer, Request
from query.bind import bind
from query.bound import Bound
from query.deadline import deadline
from query.documents import external_ids, names
from query.execute import DeadlineError, Execution
from query.explain import explain
from query.first import first_of_lists
from query.lineage import lineage
from query.nodes import Node
from query.parse import parse
from query.plan import Plan, PlanApply, PlanExtract, PlanStrongOr, PlanWeakAnd, children
from query.plans import Plans
from query.printing import print_node
from query.resolve import Places
from query.rewrite import rewrite
from query.tiers import first_in_tiers
from query.tree import Tree
from query.trees import Trees
from query.visibility import World
from query.why_not import why_not
from schemas.catalogue import Vertical
from schemas.errors import QueryError
from schemas.ids import ExternalId
from schemas.settings import Settings

_DETAIL_FACTOR = 10
"""explain evaluates every operator as a whole, and may take so many times the deadline of the answer itself."""


_NO_DOCS = np.empty(0, dtype=np.uint32)


class Found(NamedTuple):
    """What an answer is made of: document numbers of one vertical, best first; the rest as in `Answer`."""

    vertical: Vertical
    docs: U32
    total: int
    total_is_exact: bool
    incomplete: tuple[dict[str, Any], ...]


class Tier(NamedTuple):
    """A form of its own that holds what comes first, and the share of an answer that is its, at least. With `is_bounded` what lies
    beyond the limits that it says is no part of it, and no cut."""

    text: str
    share: Decimal
    is_bounded: bool = False


@final
class Searcher:
    """Answers requests. `clock_ns` measures deadlines: by default the processor time of the calling thread, so that a busy
    machine does not make answers partial. `affinity` answers `:inner affinity`, which is an error without it."""

    def __init__(
        self,
        segment: AnySegment,
        settings: Settings,
        clock_ns: Callable[[], int] = time.thread_time_ns,
        affinity: Affinity | None = None,
    ) -> None:
        self.segment = segment
        self.affinity = affinity
        self.settings = settings
        self._clock_ns = clock_ns
        # what is kept holds no searcher: one ends with its last request, and with it the masks and files that it holds
        self._parse = lru_cache(settings.cached_texts)(partial(parse, settings=settings))
        self._bound = lru_cache(settings.cached_texts)(partial(_bind, self._parse))
        self._places = Places(segment, settings.cached_texts)
        self._trees = Trees(segment, self._places, settings)
        self._viewer_plans = lru_cache(settings.cached_viewers)(partial(_make_plans, segment, self._places, settings))

    def over(self, segment: AnySegment, affinity: Affinity | None = None) -> Searcher:
        """A searcher of another segment that shares what does not depend on the segment: parsed and bound texts."""
        other = Searcher(segment, self.settings, self._clock_ns, affinity)
        other._parse, other._bound = self._parse, self._bound
        return other

    def run(self, request: Request, stopped: Callable[[], bool] | None = None) -> Answer:
        """The answer; `QueryError` where the request cannot be answered as it is.

        `stopped` is asked between steps; once it says so, the run ends in `StoppedError`.
        """
        started = time.perf_counter()
        vertical, docs, total, is_exact, incomplete = self.find(request, stopped)
        ids = external_ids(self.segment, vertical, docs)
        labels = names(self.segment, vertical, docs)
        took_ms = (time.perf_counter() - started) * 1e3
        details: dict[str, Any] = {}
        if request.explains or request.gives_lineage or request.why_not is not None:
            details = self._details(request, docs, ids, stopped)
        return Answer(vertical, ids, labels, total, is_exact, incomplete, took_ms, **details)

    def find(self, request: Request, stopped: Callable[[], bool] | None = None) -> Found:
        """The documents of the answer by number, for whoever reads on in columns; the request's details are not looked at.

        Raises as `run` does.
        """
        limit = self._limit(request.limit)
        check = deadline(self.settings.deadline_ms, self._clock_ns, request.deadline_ms, stopped)
        bound = self._bound(request.text, request.vertical, request.viewer, self.affinity is not None)
        plans = self._viewer_plans(request.viewer, request.is_operator)
        execution = Execution(plans.world, check, self.affinity)
        try:
            planned = plans.of(request.text, request.vertical, bound, limit, check)
            docs, total, is_exact, is_late = _best(execution, planned, limit, exact=request.is_exact)
        except DeadlineError:
            docs, total, is_exact, is_late = _NO_DOCS, 0, False, True
        late_ms = self._deadline_ms(request) if is_late else None
        return Found(bound.vertical, docs, total, is_exact, _incomplete(execution, request.text, late_ms))

    def find_in_tiers(
        self, tree: Tree, tiers: Sequence[Tier], request: Request, stopped: Callable[[], bool] | None = None
    ) -> Found:
        """As `find` of `(strong-or (and TREE TIER :optional-weight SHARE) … TREE)`, of TREE alone without tiers, for programs.

        The documents of tiers are kept for the viewer. The text of the request says nothing, and its vertical is that of the tree.
        """
        limit = self._limit(request.limit)
        check = deadline(self.settings.deadline_ms, self._clock_ns, request.deadline_ms, stopped)
        vertical = tree.vertical
        plans = self._viewer_plans(request.viewer, request.is_operator)
        execution = Execution(plans.world, check, self.affinity)
        try:
            if tiers:
                kept = [self._tier(tier, vertical, request, plans, limit, execution) for tier in tiers]
                seen = self._trees.seen(tree, plans.world, kept, limit, check)
                order = self.segment.order(vertical)
                docs = first_in_tiers(seen.docs(), order, kept, [tier.share for tier in tiers], limit)
                total, is_exact, is_late = len(docs), True, False
            else:
                planned = plans.make(tree.bound, limit, check)
                docs, total, is_exact, is_late = _best(execution, planned, limit, exact=request.is_exact)
        except DeadlineError:
            docs, total, is_exact, is_late = _NO_DOCS, 0, False, True
        if execution.cuts:  # which say where in the text they were made
            return self.find(request._replace(text=_text_of(tree.node, tiers)), stopped)
        late_ms = self._deadline_ms(request) if is_late else None
        return Found(vertical, docs, total, is_exact, _incomplete(execution, "", late_ms))

    def _tier(
        self, tier: Tier, vertical: Vertical, request: Request, plans: Plans, limit: int, execution: Execution
    ) -> DocSet:
        found = plans.tier(tier.text, vertical, limit)
        if found is None:
            if tier.is_bounded:
                execution = Execution(plans.world, execution.check, self.affinity)
            bound = self._bound(tier.text, vertical, request.viewer, self.affinity is not None)
            found = execution.whole(plans.make(bound, limit, execution.check))
            if tier.is_bounded or not execution.cuts:
                plans.keep_tier(tier.text, vertical, limit, found)
        return found

    def estimate(self, request: Request) -> int:
        """How much work the request is thought to be, in postings: for admission only.

        It comes from the lengths of whole lists, so it is the operator's: nothing of it may show in what a viewer is told.
        """
        limit = self._limit(request.limit)
        check = deadline(self.settings.deadline_ms, self._clock_ns)
        bound = self._bound(request.text, request.vertical, request.viewer, self.affinity is not None)
        plans = self._viewer_plans(request.viewer, request.is_operator)
        try:
            todo = [plans.of(request.text, request.vertical, bound, limit, check)]
        except DeadlineError:
            return max(self.segment.sizes.values())
        work = 0
        while todo:
            node = todo.pop()
            work += node.estimate
            todo += children(node)
        return work

    def world(self, viewer: ExternalId | None, *, is_operator: bool) -> World:
        """What a viewer sees; kept for the viewers seen last."""
        return self._viewer_plans(viewer, is_operator).world

    def warm(self) -> None:
        """Load compiled code and the grammar, so that the first answer is as fast as the second and has its whole deadline."""
        compile_kernels()
        self._parse("name:a")

    def _details(
        self, request: Request, docs: U32, ids: list[int], stopped: Callable[[], bool] | None
    ) -> dict[str, Any]:
        limit = self._limit(request.limit)
        check = deadline(self.settings.deadline_ms * _DETAIL_FACTOR, self._clock_ns, None, stopped)
        bound = self._bound(request.text, request.vertical, request.viewer, self.affinity is not None)
        plans = self._viewer_plans(request.viewer, request.is_operator)
        details: dict[str, Any] = {}
        try:
            planned = plans.of(request.text, request.vertical, bound, limit, check)
            execution = Execution(plans.world, check, self.affinity)
            if request.gives_lineage:
                details["lineage"] = lineage(execution, planned, request.text, docs)
            if request.why_not is not None:
                details["why_not"] = why_not(execution, planned, request.text, request.why_not, ids)
            if request.explains:
                details["explain"] = explain(execution, planned, request.text)
        except DeadlineError:
            raise QueryError(
                "deadline",
                f"explain, lineage and why-not took more than {_DETAIL_FACTOR} times the deadline",
                hint="ask for less at once, or raise MONOCEROS_DEADLINE_MS",
            ) from None
        return details

    def _deadline_ms(self, request: Request) -> int:
        setting = self.settings.deadline_ms
        return setting if request.deadline_ms is None else min(setting, request.deadline_ms)

    def _limit(self, limit: int | None) -> int:
        if limit is None:
            return self.settings.default_limit
        if not 1 <= limit <= self.settings.max_limit:
            raise QueryError(
                "bad-limit",
                f"limit {limit} is out of range",
                hint=f"give a limit from 1 to {self.settings.max_limit}",
            )
        return limit


def _bind(
    parsed: Callable[[str], Node],
    text: str,
    vertical: Vertical | None,
    viewer: ExternalId | None,
    has_affinity: bool,
) -> Bound:
    return rewrite(bind(parsed(text), vertical=vertical, viewer=viewer, text=text, has_affinity=has_affinity))


def _make_plans(
    segment: AnySegment, places: Places, settings: Settings, viewer: ExternalId | None, is_operator: bool
) -> Plans:
    return Plans(World(segment, viewer, is_operator=is_operator), places, settings)


def _text_of(tree: Node, tiers: Sequence[Tier]) -> str:
    rest = print_node(tree)
    shares = [f"(and {rest} {tier.text} :optional-weight {tier.share})" for tier in tiers]
    return f"(strong-or {' '.join(shares)} {rest})" if tiers else rest


def _best(execution: Execution, plan: Plan, limit: int, *, exact: bool) -> tuple[U32, int, bool, bool]:
    """The best documents, the total, whether it is exact, and whether time ran out.

    Whether a total is exact depends on the form and on how much was found, never on how it was found.
    """
    found: list[U32] = []
    try:
        if exact or _is_counted(plan):
            docs = execution.whole(plan)
            if isinstance(plan, PlanApply) and plan.orders_by_hits:
                best = execution.by_hits(plan)[:limit]
            else:
                best = execution.order(plan.vertical).first(docs, limit)
            execution.note_cuts(plan)
            return best, docs.size(), True, False
        missing = limit + 1  # one more tells whether there are more
        first = first_of_lists(execution, plan, missing)
        if first is not None:
            return first[:limit], min(len(first), limit), len(first) <= limit, False
        for portion in execution.ranked(plan, missing):
            found.append(portion)
        execution.note_cuts(plan)
    except DeadlineError:
        docs_so_far = joined(found)[:limit]
        return docs_so_far, len(docs_so_far), False, True
    best = joined(found)
    return best[:limit], min(len(best), limit), len(best) <= limit, False


def _is_counted(plan: Plan) -> bool:
    """Whether a form is found whole, so that its total is known whatever the limit."""
    if isinstance(plan, PlanApply):
        return not plan.is_union
    return isinstance(plan, PlanExtract | PlanWeakAnd | PlanStrongOr)


def _incomplete(execution: Execution, text: str, late_ms: int | None) -> tuple[dict[str, Any], ...]:
    if late_ms is None and not execution.cuts:
        return ()
    reasons: list[dict[str, Any]] = [
        {
            "reason": "inner limit",
            "form": text[cut.node.span.start : cut.node.span.end],
            "found": cut.found,
            "kept": cut.kept,
            "order": cut.order,
        }
        for cut in sorted(execution.cuts.values(), key=lambda cut: cut.node.span.start)
    ]
    if late_ms is not None:
        reasons.append({"reason": "deadline", "deadline_ms": late_ms})
    return tuple(reasons)
