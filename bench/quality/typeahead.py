"""`python -m bench.quality.typeahead DIR`: find an account by the first letters of its name, over real links and names.

DIR holds nodes.parquet (id, name; type if there is one) and edges.parquet (src, dst; undirected). For each seed a
fifth of the links is hidden. Of 1,500 of them one end searches, and types the first 1 to 8 letters of the first word
of the other's name, as far as the word goes. Candidates are the accounts with a word of that prefix whom the searcher
does not follow yet. The model learns from links that are not hidden. The baseline orders by mutual links, then
popularity, then place in the table.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.quality.command import run
from bench.quality.table import lines
from bench.quality.tables import filled, integers, read
from bench.quality.tantivy_prefix import TantivyPrefix, tantivy_prefix
from ranking import (
    LETTERS,
    Accounts,
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


def load_folder(folder: Path) -> Folder:
    """Read, map ids to places, check that both ends of every link are there."""
    nodes, edges = (
        filled(read(folder, name, columns), folder / f"{name}.parquet")
        for name, columns in (("nodes", ("id", "name")), ("edges", ("src", "dst")))
    )
    ids = integers(nodes, "id", f"{folder}/nodes.parquet", low=np.iinfo(np.int64).min)
    order = np.argsort(ids, kind="stable")
    if (np.diff(ids[order]) == 0).any():
        raise InputError("bad-column", f"{folder}/nodes.parquet: ids are not unique")
    ends = np.column_stack(
        [integers(edges, end, f"{folder}/edges.parquet", np.iinfo(np.int64).min) for end in ("src", "dst")]
    )
    place = np.minimum(np.searchsorted(ids[order], ends), len(ids) - 1)
    if (ids[order][place] != ends).any():
        lost = ends[ids[order][place] != ends][0]
        raise InputError("unknown-node", f"{folder}/edges.parquet names node {lost}, which nodes.parquet lacks")
    links = distinct_links(order[place].astype(np.int64))
    if len(links) < 50:
        raise InputError(
            "too-few-links",
            f"{folder} has {len(links)} links; at least 50 are needed to hide some and learn from others",
        )
    names = [str(name) for name in nodes["name"].to_list()]
    types = [str(kind) for kind in nodes["type"].to_list()] if "type" in nodes.columns else None
    return Folder(Accounts.of(names, types), links, tuple(names))


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
    folder: Path, seeds: int = 3, links: int = 1_500, other: Path | None = None, say: Callable[[str], None] = print
) -> Ranks:
    """Measure and print; gives the ranks of all seeds together."""
    found = load_folder(folder)
    models: dict[str, Model] = {}
    if other is not None:
        theirs = load_folder(other)
        models[OTHER] = learn_typeahead(theirs.accounts, theirs.links, 0)
    say(
        f"{len(found.titles):,} accounts, {len(found.links):,} links; {HIDDEN:.0%} hidden, {links:,} of them asked, {seeds} seeds"
    )
    every = []
    for seed in range(seeds):
        random = np.random.default_rng([seed, 1])
        kept, hidden = hide(found.links, HIDDEN, random)
        one, two = asked(hidden[random.permutation(len(hidden))], random)
        named = np.array([bool(found.accounts.names.firsts[end]) for end in two])
        chosen = np.column_stack([one, two])[named][:links]
        if len(chosen) == 0:
            raise InputError("no-names", f"{folder}: no name holds a letter or a digit")
        mine = {MODEL: learn_typeahead(found.accounts, kept, seed)} | models
        popularity = mutual_graph(kept, len(found.titles)).degree
        every.append(measure(found, kept, chosen, mine, tantivy_prefix(found.accounts.names, popularity)))
    say("")
    heads = [
        "MRR",
        "queries",
        POPULARITY,
        MUTUAL,
        *every[0].by.keys() - {POPULARITY, MUTUAL, TANTIVY},
        "model over mutual links",
    ]
    heads[4:-1] = [MODEL, *models]
    pooled = _together(every)
    for line in lines(
        heads, [_row(f"seed {seed}", one, models) for seed, one in enumerate(every)] + [_row("all", pooled, models)]
    ):
        say(line)
    for name in models:
        ratio = bootstrap_ratio(reciprocal_ranks(pooled.by[name]), reciprocal_ranks(pooled.by[MUTUAL]), pooled.link)
        say(f"\n{name} ({other.name if other else ''}) over mutual links: {ratio}")
    by_length(pooled, say)
    return pooled


def _row(name: str, one: Ranks, models: dict[str, Model]) -> list[str]:
    found = {key: reciprocal_ranks(ranks) for key, ranks in one.by.items()}
    means = [str(bootstrap_mean(found[key], one.link)) for key in (POPULARITY, MUTUAL, MODEL, *models)]
    return [name, f"{len(one.link):,}", *means, str(bootstrap_ratio(found[MODEL], found[MUTUAL], one.link))]


def _together(every: list[Ranks]) -> Ranks:
    """All seeds as one; a link of one seed is not a link of another."""
    link = np.concatenate([one.link + seed * 10_000_000 for seed, one in enumerate(every)])
    by = {name: np.concatenate([one.by[name] for one in every]) for name in every[0].by}
    return Ranks(link, np.concatenate([one.typed for one in every]), np.concatenate([one.word for one in every]), by)


def by_length(ranks: Ranks, say: Callable[[str], None]) -> None:
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


if __name__ == "__main__":
    run(__doc__, lambda options: report(options.folder, options.seeds, options.links, options.other), more)
