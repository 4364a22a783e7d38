"""The operators of language.md §4 on plain sets, in a world where all is visible. No short circuits."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from math import ceil, floor

from .check import is_not, is_optional, number, option, value_vertical, weight
from .edges import FIELDS, verticals_of
from .parse import Form, Node, Term
from .terms import term_documents
from .view import NONE, Documents, View
from .world import Document

INNER_LIMIT = 10_000
"""The setting behind `:limit` of apply and extract (§4)."""


@dataclass(frozen=True)
class Cut:
    """§4: which form, how many inner ids there were, how many were kept, in which order."""

    op: str
    at: int
    found: int
    kept: int
    order: str


@dataclass
class Result:
    """The documents of a form; `hits` where it is an apply with `:order hits`."""

    documents: Documents
    hits: Mapping[Document, Fraction] | None = None


@dataclass
class Evaluator:
    """One query in one view. Without `cutting` inner limits keep everything (what they mean stays). `affinity` holds the affinity
    of the viewer to the users about whom something is known."""

    view: View
    viewer: int | None
    cutting: bool = True
    affinity: Mapping[Document, Fraction] | None = None
    cuts: list[Cut] = field(default_factory=list)

    def ranked(self, vertical: str, documents: Documents) -> list[Document]:
        """Static rank, best first (§3)."""
        return sorted(documents, key=self.view.rank(vertical).__getitem__)

    def ordered(self, vertical: str, result: Result) -> list[Document]:
        """A form's own order: `:order hits`, then static rank; else static rank (§3, §4)."""
        ranked = self.ranked(vertical, result.documents)
        if result.hits is not None:
            hits = result.hits
            ranked.sort(key=lambda document: -hits[document])
        return ranked

    def documents(self, node: Node, vertical: str, limit: int) -> Documents:
        return self.result(node, vertical, limit).documents

    def result(self, node: Node, vertical: str, limit: int) -> Result:
        """`[node]`, a form of the vertical; `limit` is `L` (§4)."""
        if isinstance(node, Term):
            return Result(term_documents(self.view, vertical, node, self.viewer))
        match node.op:
            case "apply":
                return self.apply(node)
            case "extract":
                return Result(self.extract(node))
        sets = [self.documents(operand, vertical, limit) for operand in node.operands]
        match node.op:
            case "term" | "not":
                return Result(sets[0])
            case "and":
                return Result(self.intersection(node, sets))
            case "or":
                return Result(NONE.union(*sets))
            case "difference":
                return Result(sets[0].difference(*sets[1:]))
            case "weak-and":
                return Result(self.weak_and(node, vertical, sets, limit))
            case "strong-or":
                return Result(self.strong_or(node, vertical, sets, limit))
        raise AssertionError(node.op)

    def intersection(self, form: Form, sets: list[Documents]) -> Documents:
        """`and`: what all hold, less every `(not e)`."""
        holding = [s for operand, s in zip(form.operands, sets, strict=True) if not is_not(operand)]
        removing = [s for operand, s in zip(form.operands, sets, strict=True) if is_not(operand)]
        return frozenset.intersection(*holding).difference(*removing)

    def inner_ids(self, form: Form, vertical: str) -> list[Document]:
        """The first `:limit` ids of the inner form, in its own order; a cut is put on record."""
        limit = number(form, "limit") or INNER_LIMIT
        inner = self.result(form.operands[0], vertical, limit)
        ids = self.ordered(vertical, inner)
        order = "static rank" if inner.hits is None else "hits"
        if option(form, "inner") is not None:
            ids = sorted(self.ranked(vertical, inner.documents), key=lambda user: -self.counts(user))
            order = "affinity"
        if self.cutting and len(ids) > limit:
            self.cuts.append(Cut(form.op, form.at, len(ids), limit, order))
            ids = ids[:limit]
        return ids

    def counts(self, user: Document) -> Fraction:
        """What an inner id counts by affinity: in parts of 1,024, at least one part."""
        assert self.affinity is not None
        return max(Fraction(round(self.affinity.get(user, Fraction(0)) * 1_024), 1_024), Fraction(1, 1_024))

    def apply(self, form: Form) -> Result:
        """The union of `p:x` over the inner ids; `:min-hits k`, from 2: those of them that lead there count k together."""
        assert form.head is not None
        value = value_vertical(form)
        (vertical,) = verticals_of(form.head)
        postings = self.view.postings(vertical, form.head)
        hits: defaultdict[Document, Fraction] = defaultdict(Fraction)
        for x in self.inner_ids(form, value):
            amount = self.counts(x) if option(form, "inner") is not None else Fraction(1)
            for document in postings.get(x, NONE):
                hits[document] += amount
        least = number(form, "min-hits") or 1
        documents = frozenset(document for document, count in hits.items() if count >= least or least == 1)
        return Result(documents, hits if option(form, "order") == "hits" else None)

    def extract(self, form: Form) -> Documents:
        """The ids that the field holds in the inner documents."""
        assert form.head in FIELDS
        held = self.view.field(form.head)
        return NONE.union(*(held.get(media, NONE) for media in self.inner_ids(form, "media")))

    def weak_and(self, form: Form, vertical: str, sets: list[Documents], limit: int) -> Documents:
        """§4.1: the walk over the required documents with budgets of misses, then the removals."""
        required = [s for o, s in zip(form.operands, sets, strict=True) if not is_optional(o)]
        optional = [(o, s) for o, s in zip(form.operands, sets, strict=True) if is_optional(o)]
        budgets = [miss_budget(o, limit) for o, _ in optional]
        admitted: list[Document] = []
        for document in self.ranked(vertical, frozenset.intersection(*required)):
            if len(admitted) == limit:
                break
            missing = [i for i, (_, s) in enumerate(optional) if document not in s]
            if all(budgets[i] > 0 for i in missing):
                admitted.append(document)
                for i in missing:
                    budgets[i] -= 1
        while (removed := first_removal(optional, admitted)) is not None:
            admitted.remove(removed)
        return frozenset(admitted)

    def strong_or(self, form: Form, vertical: str, sets: list[Documents], limit: int) -> Documents:
        """§4.2: each quota operand's best, then the best of the union, up to the limit."""
        taken: set[Document] = set()
        for operand, documents in zip(form.operands, sets, strict=True):
            share = weight(operand)
            if share is None:
                continue
            quota = min(ceil(share * limit), len(documents))
            for document in self.ranked(vertical, documents - taken):
                if len(taken & documents) >= quota or len(taken) >= limit:
                    break
                taken.add(document)
        for document in self.ranked(vertical, NONE.union(*sets) - taken):
            if len(taken) >= limit:
                break
            taken.add(document)
        return frozenset(taken)


def miss_budget(operand: Node, limit: int) -> int:
    """§4.1: `n`, or `⌊(1 − w)·L⌋`."""
    share = weight(operand)
    if share is None:
        return number(operand, "optional-hits") or 0
    return floor((1 - share) * limit)


def first_removal(optional: list[tuple[Node, Documents]], admitted: list[Document]) -> Document | None:
    """§4.1: the last admitted document that the first weighted operand with too many misses does not hold."""
    for operand, documents in optional:
        share: Fraction | None = weight(operand)
        missing = [document for document in admitted if document not in documents]
        if share is not None and len(missing) > (1 - share) * len(admitted):
            return missing[-1]
    return None
