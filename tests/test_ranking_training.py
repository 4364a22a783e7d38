"""Training from logs: joining, days, position bias against a known truth, figures against known values, and bad logs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

pytest.importorskip("lightgbm", reason="the extra 'ranking' is not installed")

from ranking import Feature, FeatureSchema, Linear, Rankers, ServedLog, ServedRows, Source, keep
from ranking.evaluate import Interval
from ranking.log.searches import COLUMNS, DAY_MS, Searches
from ranking.log.served import read_served
from ranking.training.balance import balance, worth_of
from ranking.training.examples import Examples, checked, join, split
from ranking.training.guard import Verdict, choices, ranks
from ranking.training.judging import ALL, AS_SHOWN, judge, kind_of, saved_letters, shown_order
from ranking.training.learning import Correction, learn, training_set
from ranking.training.propensity import Attention, attention, examination, falling
from ranking.training.run import evaluate_task, train_task
from schemas.catalogue import Vertical
from schemas.errors import InputError
from tests.learning_world import ROWS, SCHEMA, truth

HAND = Linear("hand", SCHEMA, {"fame": 1.0})


def gain(scores, liked):
    """NDCG@10 with how much each result is truly liked as its gain."""
    n = len(liked) // ROWS
    order, known = np.argsort(-scores.reshape(n, ROWS), axis=1), liked.reshape(n, ROWS)
    discount = 1 / np.log2(2 + np.arange(10))
    best = (np.sort(known, axis=1)[:, ::-1][:, :10] * discount).sum(axis=1)
    return float(((np.take_along_axis(known, order, axis=1)[:, :10] * discount).sum(axis=1) / best).mean())


def log_of(truth_, logs, schema=SCHEMA):
    """The same examples as a search log and a log of features as served."""
    examples = truth_.examples
    ends = np.cumsum(examples.sizes)
    with ServedLog(logs, "one") as log:
        for search, end in enumerate(ends):
            rows = slice(end - ROWS, end)
            positions = tuple(examples.positions[rows].tolist())
            log.write(f"r{search:05d}", 0, [ServedRows("toy", "hand", schema.hash, positions, examples.matrix[rows])])
    search = examples.searches
    frame = pl.DataFrame(
        {
            "ts_ms": examples.days[search] * DAY_MS + 1,
            "request_id": [f"r{one:05d}" for one in search],
            "session_id": examples.sessions[search],
            "viewer_id": examples.viewers[search],
            "country": "",
            "surface": "typeahead",
            "query": examples.texts[search],
            "position": examples.positions,
            "vertical": "user",
            "result_id": examples.ids,
            "clicked": examples.grades > 0,
            "followed": examples.grades > 1,
        }
    )
    return Searches.of([frame[::2], frame[1::2]])


@pytest.fixture(scope="module")
def known():
    return truth(1, 1_500)


@pytest.fixture(scope="module")
def fresh():
    return truth(2, 600)


def test_a_log_gives_back_the_examples(known, tmp_path):
    searches = log_of(known, tmp_path)
    found, counts = join(searches, read_served(tmp_path, SCHEMA))
    want = known.examples
    assert counts["not_logged"] == 0
    assert found.matrix.tobytes() == want.matrix.tobytes()
    for name in ("grades", "positions", "ids", "sizes", "days", "viewers", "texts", "sessions"):
        assert getattr(found, name).tolist() == getattr(want, name).tolist(), name


def test_the_later_row_of_a_slot_stands_and_a_follow_is_worth_more_than_a_click(tmp_path):
    base = dict.fromkeys(COLUMNS, "") | {"viewer_id": 7, "result_id": 8, "request_id": "r"}
    rows = [
        {"ts_ms": 10, "position": 0, "clicked": False, "followed": False},
        {"ts_ms": 10, "position": 1, "clicked": False, "followed": False},
        {"ts_ms": 10, "position": 2, "clicked": False, "followed": False},
        {"ts_ms": DAY_MS + 5, "position": 1, "clicked": True, "followed": False},
        {"ts_ms": DAY_MS + 9, "position": 2, "clicked": True, "followed": True},
        {"ts_ms": 10, "position": 3, "clicked": True, "followed": False},
    ]
    searches = Searches.of([pl.DataFrame([base | row for row in rows]).sample(fraction=1, shuffle=True, seed=3)])
    assert searches.repeated == 2
    assert searches.frame["day"].to_list() == [0, 0, 0, 0], "a request is of the day on which it was made"
    with ServedLog(tmp_path, "one") as log:
        log.write("r", 10, [ServedRows("toy", "hand", SCHEMA.hash, (0, 1, 2), np.zeros((3, 4), np.float32))])
        log.write("lost", 10, [ServedRows("toy", "hand", SCHEMA.hash, (0,), np.zeros((1, 4), np.float32))])
    found, counts = join(searches, read_served(tmp_path, SCHEMA))
    assert found.grades.tolist() == [0, 1, 2]
    assert counts["not_logged"] == 1


def test_no_day_is_in_both_parts(known):
    early, late = split(known.examples)
    assert set(early.days) | set(late.days) == set(known.examples.days)
    assert max(early.days) < min(late.days)
    assert len(set(late.days)) == 2
    with pytest.raises(InputError, match="searches of 1 days") as error:
        split(known.examples.some(known.examples.days == 20_001))
    assert error.value.code == "lopsided-log"


@pytest.mark.parametrize("eta", [0.7, 1.0, 1.5])
def test_examination_is_learnt_from_clicks(eta):
    examples = truth(3, 3_000, eta=eta, fame_worth=1.0).examples
    seen = examination(examples, rounds=6)
    true = (1.0 + np.arange(ROWS)) ** -eta
    assert seen[0] == 1
    assert (np.diff(seen) <= 0).all()
    rates = examples.grades.reshape(-1, ROWS).mean(axis=0)
    wrong = np.abs(np.log(seen[:6] / true[:6])).mean()
    naive = np.abs(np.log(rates[:6] / rates[0] / true[:6])).mean()
    assert wrong < 0.6 * naive, (seen, true, rates / rates[0])


def test_falling_is_the_nearest_falling_sequence():
    random = np.random.default_rng(4)
    for _ in range(50):
        values, weights = random.random(6), random.random(6) + 0.1
        found = falling(values, weights)
        assert (np.diff(found) <= 1e-12).all()
        cost = (weights * (found - values) ** 2).sum()
        for _ in range(200):
            other = np.sort(found + 0.1 * random.normal(size=6))[::-1]
            assert (weights * (other - values) ** 2).sum() >= cost - 1e-9


def test_all_corrections_close_most_of_the_gap_to_full_information(fresh):
    random = np.random.default_rng(5)
    many = truth(1, 4_000)
    attended = attention(many.examples, rounds=6)
    found = {
        one: gain(learn(SCHEMA, many.examples, one, attended=attended).score(fresh.examples.matrix), fresh.liked)
        for one in Correction
    }
    told = replace(many.examples, grades=(random.random(len(many.liked)) < many.liked).astype(np.int64))
    full = gain(learn(SCHEMA, told, Correction.NONE).score(fresh.examples.matrix), fresh.liked)
    gap = full - found[Correction.NONE]
    assert gap > 0.03, found
    for one in (Correction.POSITION, Correction.INVERSE, Correction.IMPUTED):
        assert (found[one] - found[Correction.NONE]) / gap >= 0.6, (found, full)


LISTS = FeatureSchema(
    "lists", tuple(Feature(name, Source.DOCUMENT, name) for name in ("is_user", "is_hashtag", "fit", "tie"))
)


def mixed_lists(seed, searches):
    """Lists of people and hashtags by turns. Most look for a hashtag, and what they look for fits, or is near to them."""
    random = np.random.default_rng([seed, 5])
    rows = 8
    user = np.tile(np.arange(rows) % 2 == 0, (searches, 1))
    fit, tie = random.random((2, searches, rows))
    wants_user = random.random(searches) < 0.4
    meant = np.where(user == wants_user[:, None], fit + tie, -1).argmax(axis=1)
    liked = np.full((searches, rows), 0.02)
    liked[np.arange(searches), meant] = 0.9
    chance = random.random((searches, rows)) < liked / (1.0 + np.arange(rows))
    clicked = chance & (np.cumsum(chance, axis=1) == 1)
    matrix = np.stack([user, ~user, fit, tie], axis=-1).reshape(-1, 4).astype(np.float32)
    day = np.sort(random.integers(20_000, 20_010, searches))
    text = np.full(searches, "x")
    return Examples(
        matrix,
        clicked.ravel().astype(np.int64),
        np.tile(np.arange(rows), searches),
        np.arange(searches * rows),
        np.full(searches, rows),
        day,
        random.integers(0, 150, searches),
        text,
        text,
        text,
    )


def test_a_vertical_that_loses_its_choices_weighs_more_until_it_does_not():
    known, later = mixed_lists(1, 4_000), mixed_lists(2, 4_000)
    by_hand = Linear("by hand", LISTS, {"is_user": 0.4, "fit": 1.0})
    attended = attention(known, LISTS, rounds=4)

    def some(kept, worth):
        return learn(LISTS, known.some(kept), Correction.POSITION, worth=worth[kept])

    weights = balance(LISTS, known, by_hand.score(known.matrix), attended.seen, some)
    assert weights[Vertical.USER] > 1.1
    assert weights[Vertical.HASHTAG] == 1
    everything = np.ones(len(known.sizes), dtype=bool)
    plain = some(everything, np.ones(len(known.sizes)))
    balanced = some(everything, worth_of(LISTS, known, weights))
    scores = by_hand.score(later.matrix)
    before, after = (
        choices(LISTS, later, model.score(later.matrix), scores, attended.seen) for model in (plain, balanced)
    )
    assert before[Vertical.USER].value < 0.95
    assert after[Vertical.USER].value > 0.98
    assert after[Vertical.HASHTAG].value > 1.05, "what is left is still better than by hand"


def test_what_a_search_is_worth_is_that_of_its_best_choice():
    examples = mixed_lists(3, 300)
    worth = worth_of(LISTS, examples, {Vertical.USER: 3.0, Vertical.HASHTAG: 2.0})
    grades, users = examples.grades.reshape(-1, 8), examples.matrix[:, 0].reshape(-1, 8) > 0
    chosen, user = grades.any(axis=1), (grades * users).any(axis=1)
    assert worth.tolist() == np.where(user, 3.0, np.where(chosen, 2.0, 1.0)).tolist()
    one_vertical = truth(4, 60).examples
    assert balance(SCHEMA, one_vertical, one_vertical.matrix[:, 0], np.ones(12), lambda *_: None) == {}


@pytest.mark.parametrize("correction", Correction)
def test_a_weight_for_a_search_is_that_of_each_of_its_rows(correction):
    examples = truth(6, 300).examples
    worth = 1 + np.arange(len(examples.sizes)) / 100
    attended = Attention(np.linspace(1, 0.3, ROWS), np.full(len(examples.grades), 0.2))
    plain = training_set(examples, correction, attended)
    found = training_set(examples, correction, attended, worth=worth)
    assert found.matrix.tobytes() == plain.matrix.tobytes()
    asked = examples if correction is Correction.IMPUTED else examples.some(examples.can_teach)
    own = worth if correction is Correction.IMPUTED else worth[examples.can_teach]
    if correction is Correction.INVERSE:
        search = asked.searches[np.flatnonzero(asked.grades)]
        assert np.allclose(found.weights / plain.weights, np.repeat(own[search], found.sizes))
    else:
        assert plain.weights is None
        assert np.allclose(found.weights, np.repeat(own, asked.sizes))


def test_with_inverse_weights_each_click_is_a_query_of_its_own():
    examples = truth(6, 300).examples
    grades = examples.grades.copy()
    grades[np.flatnonzero(grades)[::3]] = 2
    examples = replace(examples, grades=grades)
    seen = np.linspace(1, 0.3, ROWS)
    data = training_set(examples, Correction.INVERSE, Attention(seen, seen))
    useful = examples.some(examples.can_teach)
    clicks = np.flatnonzero(useful.grades)
    assert len(data.sizes) == len(clicks)
    assert data.labels.sum() == len(clicks)
    worth = (2.0 ** useful.grades[clicks] - 1) / seen[useful.positions[clicks]]
    assert np.allclose(data.weights[data.labels == 1], worth / worth.mean())
    start = 0
    for click, size in zip(clicks, data.sizes, strict=True):
        own = useful.searches == useful.searches[click]
        assert size == 1 + (useful.grades[own] == 0).sum()
        assert (data.weights[start : start + size] == data.weights[start]).all()
        start += size


def test_imputed_grades_are_those_of_clicks_and_of_what_may_have_been_missed():
    examples = truth(11, 1_500).examples
    grades = examples.grades.copy()
    grades[np.flatnonzero(grades)[:5]] = 2
    examples = replace(examples, grades=grades)
    found = attention(examples, rounds=4)
    data = training_set(examples, Correction.IMPUTED, found)
    assert len(data.labels) == len(examples.grades)
    assert (data.labels[grades == 1] == 10).all()
    assert (data.labels[grades == 2] == 30).all()
    left = grades == 0
    assert data.labels[left].max() < 10
    first, last = (found.liked[left & (examples.positions == one)].mean() for one in (0, ROWS - 1))
    assert last > 2 * first, "what was left at the top was seen and not wanted"


@pytest.mark.parametrize("correction", Correction)
def test_only_imputed_grades_are_learnt_without_normalising_each_search(correction):
    parameters = learn(SCHEMA, truth(6, 300).examples, correction, trees=2).card.parameters
    assert parameters.get("lambdarank_norm", True) is (correction is not Correction.IMPUTED)


def test_categories_and_missing_values_are_learnt_and_constraints_held():
    random = np.random.default_rng(7)
    good = np.array([0, 1, 0, 1, 1, 0, 0, 1])
    queries, rows = 300, 10
    kind = random.integers(0, 8, queries * rows)
    amount = random.random(queries * rows).astype(np.float32)
    amount[random.random(len(amount)) < 0.3] = np.nan
    liked = 2.0 * good[kind] + np.where(np.isnan(amount), 1.5, 0) + 0.2 * random.normal(size=len(kind))
    labels = (liked.reshape(queries, rows) >= np.sort(liked.reshape(queries, rows))[:, -3:-2]).astype(np.int64).ravel()
    schema = FeatureSchema(
        "kinds",
        (
            Feature("kind", Source.DOCUMENT, "", dtype="category"),
            Feature("amount", Source.DOCUMENT, ""),
            Feature("up", Source.DOCUMENT, "", monotone=1),
        ),
    )
    up = -liked + random.normal(size=len(kind))  # seems to harm, and may not
    base = truth(8, queries).examples
    examples = replace(
        base,
        matrix=np.stack([kind, amount, up], axis=1).astype(np.float32),
        grades=labels,
        positions=np.tile(np.arange(rows), queries),
        ids=np.arange(queries * rows),
        sizes=np.full(queries, rows),
    )
    model = learn(schema, examples, Correction.NONE)
    grid = np.array([[k, a, u] for k in range(8) for a in (0.3, np.nan) for u in np.linspace(-3, 3, 20)], np.float32)
    scores = model.score(grid).reshape(8, 2, 20)
    assert (np.diff(scores, axis=2) >= -1e-12).all()
    assert scores[good == 1].min(axis=0).mean() > scores[good == 0].max(axis=0).mean()
    assert (scores[:, 1].mean(axis=1) > scores[:, 0].mean(axis=1)).all()
    with pytest.raises(InputError, match="cannot be monotone"):
        FeatureSchema("bad", (Feature("kind", Source.DOCUMENT, "", dtype="category", monotone=1),))


def test_figures_are_those_of_known_ranks():
    base = truth(9, 4).examples
    grades = np.zeros((4, ROWS), np.int64)
    grades[0, 2] = grades[1, 0] = grades[2, 6] = 1  # the fourth search has no click
    examples = replace(base, grades=grades.ravel(), texts=np.array(["an", "#sun", "ann lee", "an"]))
    figures = {(one.part, one.ranker): one for one in judge(examples, {AS_SHOWN: shown_order(examples)})}
    whole = figures[ALL, AS_SHOWN]
    assert whole.searches == 3
    assert whole.mrr.value == pytest.approx((1 / 3 + 1 + 1 / 7) / 3)
    assert whole.success_1.value == pytest.approx(1 / 3)
    assert whole.success_5.value == pytest.approx(2 / 3)
    assert whole.ndcg.value == pytest.approx((1 / np.log2(4) + 1 + 1 / np.log2(8)) / 3)
    assert {part for part, _ in figures} == {ALL, "begins with #", "several words", "one word", "2 letters"}
    assert figures["2 letters", AS_SHOWN].mrr.value == pytest.approx(1 / 3)
    seen = 1 / (1.0 + np.arange(ROWS))
    weighted = {(one.part, one.ranker): one for one in judge(examples, {AS_SHOWN: shown_order(examples)}, seen)}
    assert weighted[ALL, AS_SHOWN].mrr.value == pytest.approx(3 / (3 + 1 + 7)), "each search counts 1 / seen"


def test_letters_are_saved_where_the_result_was_there_before():
    base = truth(10, 5).examples
    ids = np.arange(5 * ROWS).reshape(5, ROWS) + 100
    grades = np.zeros((5, ROWS), np.int64)
    ids[1, 9], ids[2, 3], ids[3, 0] = 7, 7, 7
    grades[3, 0] = 1
    examples = replace(
        base,
        ids=ids.ravel(),
        grades=grades.ravel(),
        texts=np.array(["a", "an", "ann", "anna", "anna"]),
        sessions=np.array(["s", "s", "s", "s", "other"]),
    )
    saved, viewers = saved_letters(examples, shown_order(examples))
    assert saved.tolist() == [1], "among the first five after three letters of four"
    assert viewers.tolist() == [base.viewers[3]]
    better = -shown_order(examples)
    assert saved_letters(examples, better)[0].tolist() == [2]


def test_kinds_of_queries():
    assert [kind_of(text) for text in ("", "  ", "#sun", "@ann", "ann", "ann lee", "مر")] == [
        "nothing typed",
        "nothing typed",
        "begins with #",
        "begins with @",
        "one word",
        "several words",
        "one word",
    ]


def test_a_trained_ranker_is_kept_used_and_judged_on_later_days_only(known, tmp_path):
    searches = log_of(known, tmp_path)
    trained = train_task(HAND, searches, tmp_path)
    whole = {one.ranker: one for one in trained.judged.figures if one.part == ALL}
    assert set(whole) == {"toy/new", "hand", AS_SHOWN}
    assert whole["toy/new"].over["hand"].low > 1.05
    card = trained.model.card
    assert card.window[1] < trained.judged.days[0]
    assert card.metrics["ndcg@10 toy/new"] == pytest.approx(whole["toy/new"].ndcg.value, abs=1e-6)
    assert card.parameters["position_bias"] == "position"
    assert trained.verdict.ndcg == whole["toy/new"].over["hand"].value
    assert not trained.verdict.objections
    assert train_task(HAND, searches, tmp_path).version == trained.version
    rankers = Rankers(tmp_path / "models")
    before = evaluate_task(HAND, rankers, searches, tmp_path)
    assert {one.ranker for one in before.figures} == {"hand", AS_SHOWN}
    keep(tmp_path / "models", trained.model, trained.version, is_in_force=False)
    assert rankers.version("toy") is None
    keep(tmp_path / "models", trained.model, trained.version)
    judged = evaluate_task(HAND, rankers, searches, tmp_path)
    assert judged.days == trained.judged.days
    found = {one.ranker: one for one in judged.figures if one.part == ALL}
    assert found[f"toy/{trained.version}"].ndcg.value > found["hand"].ndcg.value
    last = int(known.examples.days.max())
    early = Searches(searches.frame.filter(pl.col("day") < last - 1), 0)
    with pytest.raises(InputError, match="later than"):
        evaluate_task(HAND, rankers, early, tmp_path)


def test_ranks_are_those_of_each_search_by_itself():
    examples = truth(4, 50).examples
    scores = np.random.default_rng(4).integers(0, 4, len(examples.grades)).astype(np.float64)
    want = [sorted(range(ROWS), key=lambda row, own=own: -own[row]) for own in scores.reshape(-1, ROWS)]
    assert (np.argsort(ranks(examples, scores).reshape(-1, ROWS), axis=1) == want).all()


def test_choices_that_another_order_would_be_given():
    """Against a known truth: the order as shown by fame, and the one by ties, which people like."""
    known_ = truth(5, 40_000, fame_worth=0.0)
    examples, kinds = known_.examples, FeatureSchema("two", tuple(_flag(name) for name in ("is_user", "is_hashtag")))
    is_user = examples.matrix[:, 1] > 0
    mixed = replace(examples, matrix=np.stack([is_user, ~is_user], axis=1).astype(np.float32))
    seen = 1 / (1.0 + np.arange(ROWS))
    by_tie = examples.matrix[:, 1].astype(np.float64)
    found = choices(kinds, mixed, by_tie, shown_order(examples), seen)
    for vertical, own in ((Vertical.USER, is_user), (Vertical.HASHTAG, ~is_user)):
        chance = [
            (seen[ranks(examples, scores)] * known_.liked)[own].sum() for scores in (by_tie, shown_order(examples))
        ]
        assert found[vertical].value == pytest.approx(chance[0] / chance[1], rel=0.05)
    assert found[Vertical.USER].low > 1.3
    assert found[Vertical.HASHTAG].high < 0.8
    assert not choices(SCHEMA, examples, by_tie, by_tie, seen), "a task of one vertical"


def _flag(name):
    return Feature(name, Source.DOCUMENT, name)


@pytest.mark.parametrize(
    ("ndcg", "people", "says"),
    [
        (1.02, 0.995, ()),
        (1.02, 0.98, ("choices of the vertical user may fall by 2.0%",)),
        (0.97, 1.2, ("its NDCG is 0.970 of that by hand",)),
        (float("nan"), 1.0, ("its NDCG is nan of that by hand",)),
    ],
)
def test_what_is_better_at_the_price_of_one_vertical_is_not_put_in_force(ndcg, people, says):
    told = {Vertical.HASHTAG: Interval(1.4, 1.2, 1.6), Vertical.USER: Interval(1.01, people, 1.3)}
    assert Verdict(ndcg, told).objections == says


@pytest.mark.parametrize("kind", ["none", "all", "first", "few", "one viewer"])
def test_lopsided_logs_are_refused(kind, known, tmp_path):
    examples = known.examples
    grades = {"none": np.zeros, "all": np.ones}.get(kind, lambda n: examples.grades)(len(examples.grades))
    examples = replace(examples, grades=np.asarray(grades, np.int64))
    if kind == "first":  # one slot a search: nothing was left
        rows = examples.positions == 0
        examples = replace(examples, grades=np.where(rows, 1, 0))
        examples = replace(examples, matrix=examples.matrix[rows], grades=examples.grades[rows], ids=examples.ids[rows])
        examples = replace(examples, positions=examples.positions[rows], sizes=np.ones(len(examples.sizes), np.int64))
    if kind == "few":
        examples = examples.some(np.arange(len(examples.sizes)) % 60 == 0)
    if kind == "one viewer":
        examples = replace(examples, viewers=np.full(len(examples.viewers), 5))
    with pytest.raises(InputError, match="nothing to learn toy from") as error:
        checked(examples, "toy")
    assert error.value.code == "lopsided-log"


def test_a_log_of_another_schema_is_empty_and_says_so(known, tmp_path):
    other = FeatureSchema("toy", (*SCHEMA.features[:3], Feature("noise", Source.GRAPH, "")))
    searches = log_of(known, tmp_path, other)
    with pytest.raises(InputError, match="other schema") as error:
        train_task(HAND, searches, tmp_path)
    assert error.value.code == "empty-log"
    with pytest.raises(InputError, match="no lines at all"):
        train_task(HAND, searches, tmp_path / "nowhere")
