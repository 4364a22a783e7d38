"""The state on disk: runs of what was said, in order, each a file of columns by document number over one base.

Loading is saying all runs again, the oldest first. Runs are put together by writing them one behind the other and
leaving out what was said again later.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index import AnyArray
from ingest.firehose.mutations import FACT_KINDS
from ingest.live.attributes import ATTRIBUTES
from ingest.live.base import distinct
from ingest.live.columns import Texts
from ingest.live.derive import Derivation
from ingest.live.facts import CommentsWon, FactsWon
from ingest.live.registers import AS_BASE, OTHER, TextRegister, Won
from ingest.live.stamps import last_of_each
from ingest.live.state import LiveState, Log
from schemas.catalogue import Vertical

Arrays = Mapping[str, AnyArray]
_HASHTAG_COUNTS = "hashtag.public_media.column.docs"


def run_of(derivation: Derivation, log: Log, layer: Arrays) -> dict[str, AnyArray]:
    """The arrays of a run: what was said since the last, and what of it cannot be found again from the base."""
    run: dict[str, AnyArray] = {}
    for vertical in Vertical:
        late = layer.get(f"{vertical}.late")
        if late is not None:
            run[f"late.{vertical}"] = late
    late_hashtags = run.get(f"late.{Vertical.HASHTAG}")
    if late_hashtags is not None:
        names = Texts.of(derivation.hashtags.names[-len(late_hashtags) :]).packed()
        run["names.blob"], run["names.lengths"] = names.blob, names.lengths.astype(np.int32)
    counted = layer.get(_HASHTAG_COUNTS)
    if counted is not None:
        run["hashtags.docs"] = counted
        run["hashtags.live"] = derivation.hashtags.live.data[counted]
        run["hashtags.public"] = derivation.hashtags.public.data[counted]
    for vertical, said in log.documents.items():
        _put(run, f"documents.{vertical}", ("docs", "stamps"), said)
    for kind, facts in log.facts.items():
        _put(run, f"facts.{kind}", FactsWon._fields, facts)
    _put(run, "comments", CommentsWon._fields, log.comments)
    for (vertical, name), won in log.attributes.items():
        prefix = f"attributes.{vertical}.{name}"
        _put(run, prefix, ("docs", "stamps", "values"), [entry[:3] for entry in won])
        texts = [entry.texts for entry in won if entry.texts is not None]
        if texts:
            run[f"{prefix}.blob"] = np.concatenate([part.blob for part in texts])
            run[f"{prefix}.lengths"] = np.concatenate([part.lengths for part in texts]).astype(np.int32)
    return {name: array for name, array in run.items() if len(array)}


def load_facts(state: LiveState, runs: Sequence[Arrays]) -> None:
    """Say of all runs the facts and comments, which need no document, to a state that was told none later."""
    for kind in FACT_KINDS:
        state.facts[kind].load([FactsWon(*fields) for fields in _said(runs, f"facts.{kind}", FactsWon._fields)])
    state.comments.load([CommentsWon(*fields) for fields in _said(runs, "comments", CommentsWon._fields)])


def _said(runs: Sequence[Arrays], prefix: str, fields: Sequence[str]) -> list[list[AnyArray]]:
    return [[run[f"{prefix}.{field}"] for field in fields] for run in runs if f"{prefix}.{fields[0]}" in run]


def load_documents(derivation: Derivation, run: Arrays) -> None:
    """Say of a run the documents and what they have, to a state that was told nothing of them later."""
    state = derivation.state
    for vertical in Vertical:
        late = run.get(f"late.{vertical}")
        if late is not None:
            state.documents[vertical].numbers(late)
    names = run.get("names.lengths")
    known = len(derivation.hashtags.names)
    if names is not None:
        texts = _texts(run, "names")
        first = state.documents[Vertical.HASHTAG].base + known
        skipped = len(texts) - (len(state.documents[Vertical.HASHTAG]) - first)
        derivation.hashtags.names += texts.strings()[skipped:]
    if "hashtags.docs" in run:
        docs = run["hashtags.docs"]
        derivation.hashtags.live.data[docs] = run["hashtags.live"]
        derivation.hashtags.public.data[docs] = run["hashtags.public"]
    for vertical in Vertical:
        if f"documents.{vertical}.docs" in run:
            state.documents[vertical].load(run[f"documents.{vertical}.docs"], run[f"documents.{vertical}.stamps"])
    for key in ATTRIBUTES:
        vertical, name = key
        prefix = f"attributes.{vertical}.{name}"
        if f"{prefix}.docs" in run:
            docs, stamps, values = (run[f"{prefix}.{field}"] for field in ("docs", "stamps", "values"))
            register = state.texts.get(key)
            if isinstance(register, TextRegister):
                register.load(Won(docs, stamps, values, _texts(run, prefix)))
            else:
                state.scalars[key].load(Won(docs, stamps, values))


def merged_runs(runs: Sequence[Arrays]) -> dict[str, AnyArray]:
    """One run that says what several neighbouring ones do, the oldest first."""
    names = {name for run in runs for name in run}
    merged = {name: np.concatenate([run[name] for run in runs if name in run]) for name in sorted(names)}
    for prefix in sorted({name.removesuffix(".docs") for name in names if name.endswith(".docs")}):
        fields = [f"{prefix}.{field}" for field in ("docs", "stamps", "values", "live", "public")]
        fields = [name for name in fields if name in merged]
        docs = merged[f"{prefix}.docs"]
        kept = last_of_each(docs)
        if f"{prefix}.values" in merged and merged[f"{prefix}.values"].dtype == np.uint8 and _is_text(prefix):
            kept = _without_restated(merged, prefix, kept)
        for name in fields:
            merged[name] = merged[name][kept]
    return merged


def _without_restated(merged: dict[str, AnyArray], prefix: str, last: NDArray[np.intp]) -> NDArray[np.intp]:
    """Of texts the last entry stays, and the last one that has a text."""
    forms = merged[f"{prefix}.values"]
    has_text = (forms == OTHER) | (forms == AS_BASE)
    with_text = np.flatnonzero(has_text)
    texted = with_text[last_of_each(merged[f"{prefix}.docs"][with_text])]
    if len(with_text):
        texts = _texts(merged, prefix).take(np.searchsorted(with_text, texted)).packed()
        merged[f"{prefix}.blob"], merged[f"{prefix}.lengths"] = texts.blob, texts.lengths.astype(np.int32)
    return distinct(np.concatenate([last, texted]))


def _is_text(prefix: str) -> bool:
    kind, _, rest = prefix.partition(".")
    vertical, _, name = rest.partition(".")
    return kind == "attributes" and not ATTRIBUTES[Vertical(vertical), name].is_scalar


def _put(run: dict[str, AnyArray], prefix: str, fields: Sequence[str], entries: Sequence[Any]) -> None:
    if entries:
        for field, parts in zip(fields, zip(*entries, strict=True), strict=True):
            run[f"{prefix}.{field}"] = np.concatenate(parts)


def _texts(run: Arrays, prefix: str) -> Texts:
    lengths = run.get(f"{prefix}.lengths", np.empty(0, dtype=np.int32)).astype(np.int64)
    return Texts(run.get(f"{prefix}.blob", np.empty(0, dtype=np.uint8)), np.cumsum(lengths) - lengths, lengths)
