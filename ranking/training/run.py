"""From a directory of logs to a ranker of one task that was judged on later days, and to how good those in force are."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from ranking.box.intents import Intents
from ranking.log.searches import Searches
from ranking.log.served import read_served
from ranking.models.artefact import Model
from ranking.models.rankers import Learned, Rankers
from ranking.pipeline.scorer import Linear, Scorer
from ranking.training.balance import balance, worth_of
from ranking.training.examples import LEAST_JUDGED, Examples, checked, join, split, window
from ranking.training.guard import Verdict, choices
from ranking.training.intents import blended_under
from ranking.training.judging import ALL, AS_SHOWN, Figures, judge, shown_order
from ranking.training.learning import Correction, learn
from ranking.training.propensity import F64, Attention, attention, examination
from schemas.errors import InputError


@dataclass(frozen=True, slots=True)
class Judged:
    """How good rankers are on the searches of some days; `counts` says what of the log was left out."""

    task: str
    days: tuple[str, str]
    figures: Sequence[Figures]
    counts: Counter[str]


@dataclass(frozen=True, slots=True)
class Trained:
    """A ranker from early days, what it reaches on later ones, and whether it may be put in force. `version` is made from the last
    day and the model."""

    model: Model
    judged: Judged
    verdict: Verdict

    @property
    def version(self) -> str:
        """The same model of the same days has the same one."""
        digest = hashlib.sha256(self.model.booster.model_to_string().encode()).hexdigest()
        return f"{self.model.card.window[1]}-{digest[:8]}"


def train_task(
    fallback: Linear,
    searches: Searches,
    logs: Path,
    correction: Correction = Correction.POSITION,
    *,
    intents: Intents | None = None,
) -> Trained:
    """A ranker of the task `fallback.schema.name`, learnt from early days and judged on later ones beside both baselines.

    With `intents`, those in force, only lists of the box that were blended under chances like theirs count.

    InputError `empty-log` where nothing of the task was served, `lopsided-log` where it is too little or all of one kind.
    """
    examples, counts = _examples(fallback, searches, logs)
    if intents is not None:
        examples, others = blended_under(intents, fallback.schema, examples)
        counts["under other intents"] = others
    early, late = split(examples)
    checked(early, fallback.schema.name)
    checked(late, f"how good {fallback.schema.name} is", searches=LEAST_JUDGED, viewers=0)
    attended = attention(early, fallback.schema)
    model = _balanced(fallback, early, correction, attended)
    name = f"{fallback.schema.name}/new"
    learnt = Learned(name, fallback.schema, model)
    figures = _judge(late, (learnt, fallback), attended.seen)
    scores = learnt.score(late.matrix), fallback.score(late.matrix)
    verdict = Verdict(
        next(one.over[fallback.name].value for one in figures if one.part == ALL and one.ranker == name),
        choices(fallback.schema, late, *scores, attended.seen),
    )
    metrics = {
        f"{what} {one.ranker}": round(value, 6)
        for one in figures
        if one.part == ALL
        for what, value in (("ndcg@10", one.ndcg.value), ("mrr", one.mrr.value), ("success@1", one.success_1.value))
    }
    told = Model(model.booster, replace(model.card, metrics=metrics))
    return Trained(told, Judged(fallback.schema.name, window(late), figures, counts), verdict)


def _balanced(fallback: Linear, early: Examples, correction: Correction, attended: Attention) -> Model:
    """The model, in which searches weigh so that no vertical of its lists loses; the weights stand on its card."""
    schema = fallback.schema

    def some(kept: npt.NDArray[np.bool_], worth: F64) -> Model:
        told = Attention(attended.seen, attended.liked[np.repeat(kept, early.sizes)])
        return learn(schema, early.some(kept), correction, attended=told, worth=worth[kept])

    weights = balance(schema, early, fallback.score(early.matrix), attended.seen, some)
    if not weights:
        return learn(schema, early, correction, attended=attended)
    model = some(np.ones(len(early.sizes), dtype=np.bool_), worth_of(schema, early, weights))
    parameters = {f"worth of {vertical}": round(worth, 3) for vertical, worth in weights.items()}
    return Model(model.booster, replace(model.card, parameters=model.card.parameters | parameters))


def evaluate_task(fallback: Linear, rankers: Rankers, searches: Searches, logs: Path) -> Judged:
    """How good the ranker in force is, beside its fallback and the order as shown, on days that it was not trained on.

    InputError `empty-log` where nothing of the task was served, `lopsided-log` where no search of those days can tell.
    """
    examples, counts = _examples(fallback, searches, logs)
    scorer = rankers.scorer(fallback)
    name = fallback.schema.name
    if isinstance(scorer, Learned):
        last = scorer.model.card.window[1]
        later = examples.some(examples.days > _day(last))
        if len(later.sizes) == 0:
            raise InputError(
                "lopsided-log",
                f"no search of {name} is later than {last}, up to which {scorer.name} was trained",
                hint="give a log that goes on after the training window",
            )
        examples = later
    checked(examples, f"how good {name} is", searches=LEAST_JUDGED, viewers=0)
    rivals = (scorer, fallback) if scorer is not fallback else (fallback,)
    return Judged(name, window(examples), _judge(examples, rivals, examination(examples)), counts)


def _examples(fallback: Linear, searches: Searches, logs: Path) -> tuple[Examples, Counter[str]]:
    served = read_served(logs, fallback.schema)
    examples, counts = join(searches, served)
    counts += served.counts
    if len(examples.sizes) == 0:
        told = ", ".join(f"{count:,} {what.replace('_', ' ')}" for what, count in sorted(counts.items()) if count)
        raise InputError(
            "empty-log",
            f"{logs} holds no search of {fallback.schema.name} with its features as served ({told or 'no lines at all'})",
            hint="serve with a log of what was served, or make one with `monoceros simulate`",
        )
    return examples, counts


def _judge(examples: Examples, rivals: Sequence[Scorer], seen: F64) -> list[Figures]:
    scores: dict[str, F64] = {rival.name: rival.score(examples.matrix) for rival in rivals}
    return judge(examples, scores | {AS_SHOWN: shown_order(examples)}, seen)


def _day(text: str) -> int:
    return int(np.datetime64(text, "D").astype(np.int64))
