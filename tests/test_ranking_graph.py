"""Proximity, two-hop and name matches against plain Python on small random graphs."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

pytest.importorskip("lightgbm", reason="the extra 'ranking' is not installed")

from scipy import sparse

from ranking import LINEAR, Names, Proximity, TwoHop, distinct_links, hide, mutual_graph
from schemas.text import words

SEEDS = range(8)


def world(seed, size=40):
    random = np.random.default_rng(seed)
    links = random.integers(0, size, (90, 2))
    graph = mutual_graph(links, size)
    follows = {a: set() for a in range(size)}
    for a, b in links.tolist():
        if a != b:
            follows[a].add(b)
            follows[b].add(a)
    return links, graph, follows


@pytest.mark.parametrize("seed", SEEDS)
def test_a_graph_is_its_links(seed):
    links, graph, follows = world(seed)
    assert [set(graph.followed(a).tolist()) for a in range(graph.size)] == list(follows.values())
    assert graph.degree.tolist() == [len(found) for found in follows.values()]
    one_by_one = sorted({tuple(sorted(link)) for link in links.tolist() if link[0] != link[1]})
    assert distinct_links(links).tolist() == [list(link) for link in one_by_one]


@pytest.mark.parametrize("seed", SEEDS)
def test_measures_are_those_of_plain_python(seed):
    _, graph, follows = world(seed)
    viewers = np.array([0, 7, 31])
    found = Proximity.of(graph).columns(viewers)
    for row, viewer in enumerate(viewers.tolist()):
        for other in range(graph.size):
            if other == viewer:
                continue
            middles = follows[viewer] & follows[other]
            pair = math.sqrt(max(1, len(follows[viewer]) * len(follows[other])))
            three = sum(
                1 / math.sqrt(len(follows[a]) * len(follows[b]))
                for a in follows[viewer]
                for b in follows[other]
                if b in follows[a]
            )
            expected = {
                "mutuals": len(middles),
                "adamic_adar": sum(1 / math.log(max(2, len(follows[m]))) for m in middles),
                "resource_allocation": sum(1 / len(follows[m]) for m in middles),
                "cosine": len(middles) / pair,
                "jaccard": len(middles) / max(1, len(follows[viewer] | follows[other])),
                "three_paths": three,
                "three_paths_normalised": three / pair,
            }
            got = {name: float(found[name][row, other]) for name in expected}
            assert got == pytest.approx(expected, abs=1e-5), f"seed {seed}, {viewer} to {other}"


def test_hidden_links_and_kept_ones_are_all_links():
    links = distinct_links(world(3)[0])
    kept, hidden = hide(links, 0.2, np.random.default_rng(1))
    assert len(hidden) == round(0.2 * len(links))
    assert sorted([*kept.tolist(), *hidden.tolist()]) == links.tolist()


def slow_two_hop(likes, liked, settings):
    dense = likes.toarray()
    liker, media = dense.sum(axis=1), dense.sum(axis=0)
    scores = np.zeros(dense.shape[1])
    for m in liked:
        for u in np.flatnonzero(dense[:, m]):
            for other in np.flatnonzero(dense[u]):
                if other != m:
                    scores[other] += (
                        liker[u] ** -settings.liker * media[m] ** -settings.near * media[other] ** -settings.far
                    )
    return scores


@pytest.mark.parametrize("seed", SEEDS)
def test_two_hops_are_the_paths_of_plain_python(seed):
    random = np.random.default_rng(seed)
    likes = sparse.csr_array((random.random((25, 30)) < 0.15).astype(np.float32))
    settings = replace(LINEAR, liker=0.6, near=0.4, far=0.3)
    model = TwoHop.of(likes, 30, settings, block=7)
    liked = np.flatnonzero(likes.toarray()[seed])
    slow = slow_two_hop(likes, liked, settings)
    assert model.scores(liked) == pytest.approx(slow, rel=1e-4), f"seed {seed}"
    best = model.best(liked, 5)
    assert not set(best.tolist()) & set(liked.tolist())
    slow[liked] = 0
    assert slow[best] == pytest.approx(np.sort(slow)[::-1][: len(best)], rel=1e-4)


@pytest.mark.parametrize("seed", SEEDS)
def test_sharpened_and_filtered_scores_are_those_of_dense_matrices(seed):
    random = np.random.default_rng(seed)
    likes = sparse.csr_array((random.random((25, 30)) < 0.15).astype(np.float32))
    sharp, smooth = 0.4, 0.6
    model = TwoHop.of(likes, 60, replace(LINEAR, sharp=sharp, smooth=smooth, factors=5), block=7)
    paths = np.array([slow_two_hop(likes, [m], LINEAR) for m in range(30)])
    dense = likes.toarray().astype(float)
    blur = sharp * (dense @ paths).sum() / (dense @ paths @ paths).sum()
    rows = np.maximum(paths - blur * paths @ paths, 0)
    np.fill_diagonal(rows, 0)
    half, root = np.sqrt(np.maximum(dense.sum(axis=1), 1)), np.sqrt(np.maximum(dense.sum(axis=0), 1))
    right = np.linalg.svd(dense / half[:, None] / root[None, :])[2][:5].T
    low = (right / root[:, None]) @ (right * root[:, None]).T @ (np.eye(30) - blur * paths)
    weight = smooth * (dense @ rows).mean() / np.abs(dense @ low).mean()
    liked = np.flatnonzero(dense[seed])
    expected = (rows + weight * low)[liked].sum(axis=0)
    assert model.scores(liked) == pytest.approx(expected, rel=1e-3, abs=1e-4), f"seed {seed}"


def test_two_hops_keep_their_bound_and_need_something_liked():
    random = np.random.default_rng(1)
    likes = sparse.csr_array((random.random((60, 30)) < 0.3).astype(np.float32))
    model = TwoHop.of(likes, 4)
    assert model.out.shape[1] > 0
    assert np.diff(model.nearest.indptr).max() == 4
    assert len(model.best(np.zeros(0, dtype=np.int64), 5)) == 0


NAMES = ["The Voice of China 中国好声音", "Ann-Lee Anna", "", "anna", "ÁNNA b", "...", "bob ann", "中国"]


@pytest.mark.parametrize("prefix", ["a", "an", "anna", "annab", "中", "中国好", "b", "v", "ž"])
def test_matches_are_those_of_plain_python(prefix):
    found = Names.of(NAMES).matching(prefix)
    expected = []
    for account, name in enumerate(NAMES):
        places = [place for place, word in enumerate(words(name)) if word.startswith(prefix)]
        if places:
            expected.append((account, places[0], len(words(name)[places[0]])))
    assert list(zip(found.accounts.tolist(), found.position.tolist(), found.letters.tolist(), strict=True)) == expected
