"""`python -m bench.quality.typeahead DIR`: find an account by the first letters of its name, over real links and names.

DIR holds nodes.parquet (id, name; type if there is one) and edges.parquet (src, dst; undirected). Ids are whole numbers or texts;
links to nobody are left out and counted. For each seed a fifth of the links is hidden. Of 1,500 of them one end searches, and types
the first 1 to 8 letters of the first word of the other's name, as far as the word goes. Candidates are the accounts with a word of
that prefix whom the searcher does not follow yet. The model learns from links that are not hidden. The baseline orders by mutual
links, then popularity, then place in the table.

Settings are tuned with `--validate`, which hides a fifth of what a seed leaves, and asks about that instead.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.quality.command import run
from bench.quality.table import lines
from bench.quality.tables import Say, numbered, read
from bench.quality.tantivy_prefix import TantivyPrefix, tantivy_prefix
from ranking import (
    LETTERS,
    Accounts,
    Interval,
    Model,
    Proximity,
    asked,
    blocks,
    bootstrap_mean,
    bootstrap_ratio,
    distinct_links,
    hide,
    keystrokes_saved,
    learn_typeahead,
    mutual_graph,
    rank_of,
    reciprocal_ranks,
    successes,
)
from schemas.errors import InputError

HIDDEN = 0.2
LEAST_LINKS = 50
POPULARITY, MUTUAL, MODEL, OTHER, TANTIVY = "popularity", "mutual links", "model", "model of the other graph", "Tantivy"
TOP = 5


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, read: links between places in the table of nodes."""

    accounts: Accounts
    links: np.ndarray
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ranks:
    """One row for each prefix of each link: which link, letters typed, letters of the word (8 at most), rank by ranking."""

    link: np.ndarray
    typed: np.ndarray
    word: np.ndarray
    by: dict[str, np.ndarray]


def load_folder(folder: Path, say: Say = print) -> Folder:
    """Read, and map ids to places in the table of nodes; links to ids that it lacks are left out, which is said."""
    nodes = read(folder, "nodes", ("id", "name"), ("type",), texts=("name", "type"), say=say)
    edges = read(folder, "edges", ("src", "dst"), say=say)
    (ids, *ends), known = numbered((nodes["id"], edges["src"], edges["dst"]), str(folder))
    place = np.full(len(known), -1, dtype=np.int64)
    place[ids] = np.arange(len(ids))
    if (place >= 0).sum() < len(ids):
        raise InputError("bad-column", f"{folder}/nodes.parquet: ids are not unique")
    found = place[np.column_stack(ends)]
    there = (found >= 0).all(axis=1)
    if not there.all():
        lost = known[int(np.column_stack(ends)[found < 0][0])]
        say(
            f"{int((~there).sum()):,} of {len(there):,} links name a node that nodes.parquet lacks, such as {lost}: left out"
        )
    links = distinct_links(found[there])
    if len(links) < LEAST_LINKS:
        raise InputError(
            "too-few-links",
            f"{folder} has {len(links)} links between two different nodes of nodes.parquet; "
            f"at least {LEAST_LINKS} are needed to hide some and learn from others",
        )
    types = nodes["type"].to_list() if "type" in nodes.columns else None
    return Folder(Accounts.of(nodes["name"].to_list(), types), links, tuple(nodes["name"].to_list()))


def measure(
    found: Folder, kept: np.ndarray, hidden: np.ndarray, models: dict[str, Model], tantivy: TantivyPrefix | None
) -> Ranks:
    """Ranks of the hidden ends. Features and baselines see `kept` only."""
    accounts = found.accounts
    proximity = Proximity.of(mutual_graph(kept, len(accounts.types)))
    degree = proximity.graph.degree
    searchers, wanted = hidden[:, 0], hidden[:, 1]
    order = np.argsort(searchers, kind="stable")
    rows: list[tuple[int, int, int]] = []
    ranks: dict[str, list[int]] = {name: [] for name in (POPULARITY, MUTUAL, *models, *((TANTIVY,) if tantivy else ()))}
    for places, block in blocks(accounts, proximity, searchers[order]):
        for row, link in enumerate(order[places]):
            target = int(wanted[link])
            word = accounts.names.firsts[target][:LETTERS]
            for typed in range(1, len(word) + 1):
                match = block.matching(row, word[:typed])
                who = match.accounts
                own = int(np.searchsorted(who, target))
                rows.append((int(link), typed, len(word)))
                mutual = block.column(row, "mutuals")[who].astype(np.float64)
                ranks[POPULARITY].append(rank_of(degree[who].astype(np.float64), own))
                ranks[MUTUAL].append(rank_of(mutual * (len(degree) + 1) + degree[who], own))
                if models:
                    matrix = block.matrix(row, word[:typed], match)
                    for name, model in models.items():
                        ranks[name].append(rank_of(model.score(matrix), own))
                if tantivy:
                    known = np.append(proximity.graph.followed(int(searchers[link])), searchers[link])
                    ranks[TANTIVY].append(tantivy.rank(word[:typed], target, known, TOP))
    link, typed, word = np.array(rows, dtype=np.int64).reshape(-1, 3).T
    return Ranks(link, typed, word, {name: np.array(one, dtype=np.int64) for name, one in ranks.items()})


def report(
    folder: Path,
    seeds: int = 3,
    links: int = 1_500,
    other: Path | None = None,
    say: Say = print,
    *,
    validate: bool = False,
) -> Ranks:
    """Measure and print; gives the ranks of all seeds together."""
    if seeds < 1 or links < 1:
        raise InputError("bad-option", f"{seeds} seeds and {links} links: at least one of each is needed")
    found = load_folder(folder, say)
    models: dict[str, Model] = {}
    if other is not None:
        theirs = load_folder(other, say)
        models[OTHER] = learn_typeahead(theirs.accounts, theirs.links, 0)
    say(
        f"{len(found.titles):,} accounts, {len(found.links):,} links, of which {HIDDEN:.0%} are hidden for each of {seeds} seeds"
    )
    every = []
    for seed in range(seeds):
        random = np.random.default_rng([seed, 1])
        kept, hidden = hide(found.links, HIDDEN, random)
        if validate:
            kept, hidden = hide(kept, HIDDEN, random)
        one, two = asked(hidden[random.permutation(len(hidden))], random)
        named = np.array([bool(found.accounts.names.firsts[end]) for end in two], dtype=bool)
        chosen = np.column_stack([one, two])[named][:links]
        if len(chosen) == 0:
            raise InputError("no-names", f"{folder}: no name at the end of a hidden link holds a letter or a digit")
        mine = {MODEL: learn_typeahead(found.accounts, kept, seed)} | models
        popularity = mutual_graph(kept, len(found.titles)).degree
        every.append(measure(found, kept, chosen, mine, tantivy_prefix(found.accounts.names, popularity)))
        say(f"seed {seed}: {len(kept):,} links known, {len(hidden):,} hidden, {len(chosen):,} of these asked about")
    what = "links to tune on" if validate else "links asked about"
    say(f"\nMRR over all prefixes of the {what}, and what the model has over mutual links")
    heads = ["MRR", "queries", POPULARITY, MUTUAL, MODEL, *models, "model over mutual links"]
    pooled = _together(every)
    for line in lines(
        heads, [_row(f"seed {seed}", one, models) for seed, one in enumerate(every)] + [_row("all", pooled, models)]
    ):
        say(line)
    for name in models:
        say(f"\n{name} ({other.name if other else ''}) over mutual links: {over_mutual_links(pooled, name)}")
    by_length(pooled, say)
    if TANTIVY not in pooled.by:
        say(f"\n{TANTIVY} is not installed (the extra 'bench'): it is not beside them")
    return pooled


def over_mutual_links(ranks: Ranks, name: str = MODEL) -> Interval:
    """The MRR of a ranking over that by mutual links."""
    found = (reciprocal_ranks(ranks.by[one]) for one in (name, MUTUAL))
    return bootstrap_ratio(*found, ranks.link)


def figures(ranks: Ranks) -> dict[str, float]:
    """What is held against `expected.txt`."""
    found = {"model over mutual links": over_mutual_links(ranks).value}
    if OTHER in ranks.by:
        found[f"{OTHER} over mutual links"] = over_mutual_links(ranks, OTHER).value
    found |= {f"MRR of {name}": float(reciprocal_ranks(ranks.by[name]).mean()) for name in (POPULARITY, MUTUAL, MODEL)}
    return found | {f"success@{TOP} of {MODEL}": float(successes(ranks.by[MODEL], TOP).mean())}


def _row(name: str, one: Ranks, models: dict[str, Model]) -> list[str]:
    found = {key: reciprocal_ranks(ranks) for key, ranks in one.by.items()}
    means = [str(bootstrap_mean(found[key], one.link)) for key in (POPULARITY, MUTUAL, MODEL, *models)]
    return [name, f"{len(one.link):,}", *means, str(over_mutual_links(one))]


def _together(every: list[Ranks]) -> Ranks:
    """All seeds as one; a link of one seed is not a link of another."""
    link = np.concatenate([one.link + seed * 10_000_000 for seed, one in enumerate(every)])
    by = {name: np.concatenate([one.by[name] for one in every]) for name in every[0].by}
    return Ranks(link, np.concatenate([one.typed for one in every]), np.concatenate([one.word for one in every]), by)


def by_length(ranks: Ranks, say: Say) -> None:
    """success@5 by letters typed, and keystrokes saved by letters of the word."""
    names = list(ranks.by)
    say(f"\nsuccess@{TOP} by letters typed")
    rows = []
    for typed in range(1, LETTERS + 1):
        here = ranks.typed == typed
        if here.any():
            rows.append(
                [
                    str(typed),
                    f"{int(here.sum()):,}",
                    *(f"{successes(ranks.by[n][here], TOP).mean():.4f}" for n in names),
                ]
            )
    rows.append(["all", f"{len(ranks.typed):,}", *(f"{successes(ranks.by[n], TOP).mean():.4f}" for n in names)])
    for line in lines(["typed", "queries", *names], rows):
        say(line)
    say(
        f"\nletters that need not be typed to see the account among the first {TOP}, by letters of the word (8: 8 and more)"
    )
    starts = np.flatnonzero(ranks.typed == 1)
    ends = np.append(starts[1:], len(ranks.typed))
    word = ranks.word[starts]
    saved = {
        n: np.array([keystrokes_saved(ranks.by[n][a:b], TOP, b - a) for a, b in zip(starts, ends, strict=True)])
        for n in names
    }
    rows = [
        [str(size), f"{int((word == size).sum()):,}", *(f"{saved[n][word == size].mean():.3f}" for n in names)]
        for size in range(1, LETTERS + 1)
        if (word == size).any()
    ]
    rows.append(["all", f"{len(word):,}", *(f"{saved[n].mean():.3f}" for n in names)])
    for line in lines(["letters", "links", *names], rows):
        say(line)


def more(parser: argparse.ArgumentParser) -> None:
    """The options of this module."""
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--links", type=int, default=1_500, help="hidden links that are asked about, for each seed")
    parser.add_argument(
        "--other", type=Path, help="a second folder: the model that learns from it is reported here too"
    )
    parser.add_argument("--validate", action="store_true", help="ask about links to tune on instead")


if __name__ == "__main__":
    run(
        __doc__,
        lambda options: report(options.folder, options.seeds, options.links, options.other, validate=options.validate),
        more,
    )
