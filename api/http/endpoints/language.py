"""The language for editors: its operators, edges and options, and what may stand at the cursor of an unfinished query."""

from __future__ import annotations

from functools import partial

from api.http.endpoint import Call, Endpoint, Example
from api.http.endpoints.common import OPERATOR
from api.http.lanes import Lane
from api.http.params import Kind, Param
from api.keys import Scope
from api.repl.candidates import candidates
from api.wire import CandidateOut, Completions, EdgeOut, Language, OperatorOut
from query import OPERATORS, OPTION_EXAMPLES, check_text, live_terms
from schemas.catalogue import CATALOGUE, Vertical


def language(call: Call) -> Language:  # noqa: ARG001  (it is the same for everybody)
    """The tables that the binder itself is made from."""
    return Language(
        operators=[OperatorOut(name=op.op.value, meaning=op.meaning, example=op.example) for op in OPERATORS],
        options=[
            OperatorOut(name=option.value, meaning=meaning, example=example)
            for option, (example, meaning) in OPTION_EXAMPLES.items()
        ],
        edges=[
            EdgeOut(
                name=edge.name,
                vertical=edge.vertical.value,
                kind=edge.kind.value,
                value_vertical=None if edge.value_vertical is None else edge.value_vertical.value,
                is_field=edge.is_field,
                meaning=edge.meaning,
                example=edge.example,
            )
            for edge in CATALOGUE
        ],
    )


def completions(call: Call) -> Completions:
    """What may stand in place of the piece that the text ends with; terms are those of the viewer's world."""
    vertical, text = call.values["vertical"], call.values["q"]
    check_text(text, call.searcher.settings)
    piece, found = candidates(text, partial(live_terms, call.world()), None if vertical is None else Vertical(vertical))
    return Completions(partial=piece, candidates=[CandidateOut(text=text, meaning=meaning) for text, meaning in found])


LANGUAGE = Endpoint(
    name="language",
    method="GET",
    path="/v1/language",
    summary="Operators, options and edges of the query language",
    scope=Scope.RAW,
    lane=None,
    answer=Language,
    handle=language,
)
COMPLETIONS = Endpoint(
    name="completions",
    method="GET",
    path="/v1/completions",
    summary="What may stand at the cursor of an unfinished query",
    description="`q` is the text before the cursor; `partial` the piece at its end that a candidate's `text` replaces.",
    scope=Scope.RAW,
    lane=Lane.TYPEAHEAD,
    params=(
        Param("q", Kind.QUERY, "the query before the cursor", "(and name:mel", default=""),
        Param("vertical", Kind.CHOICE, "what the query finds", "user", choices=tuple(v.value for v in Vertical)),
        OPERATOR,
    ),
    answer=Completions,
    handle=completions,
    examples=(Example({"q": "(and na"}), Example({"q": "(apply followed_by: followed_by:m", "vertical": "user"})),
)
