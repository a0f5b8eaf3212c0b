"""Heaviest independent sets: what HiGHS finds is the best there is, however much is settled before."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support import brute, chain
from support.measures import BUDGETS, measures

from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball
from motlp.proof.independent import hard_risk, make_independent
from motlp.solving import independent_set
from motlp.solving.clique_cover import cover_by_cliques
from motlp.solving.independent_set import GREEDY, HALF, OPTIMAL, find_independent
from motlp.solving.maxflow import maxflow


@settings(max_examples=30)
@given(measures(classes=(2, 4), points=(4, 9)), st.sampled_from(BUDGETS), st.integers(2, 4), st.booleans())
def test_the_heaviest_of_all_sets(measure, eps, order, settle):
    hypergraph = interactions(measure, Ball("l2"), eps, min(order, measure.classes))
    pairs = hypergraph.truncate(2)
    halves = maxflow(pairs).potential if settle else np.full(measure.size, HALF)
    found = find_independent(hypergraph, halves, make_independent(pairs), 10.0)
    every = [A for A in brute.interactions(measure, Ball("l2"), Fraction(eps), 2) if len(A) == 2]
    least = chain.hard_risk(measure, every)
    # Sets whose sums of masses differ by their rounding alone are equally good to a solver in floating point.
    assert 0 <= hard_risk(pairs, make_independent(pairs, found.robust)) - least < 1e-15
    assert (found.status, 1 - found.most) == (OPTIMAL, pytest.approx(float(least), abs=1e-9))


def test_too_many_pairs_are_left_to_the_greedy(monkeypatch):
    measure = LabeledMeasure.from_arrays(np.zeros((4, 1)), [0, 0, 1, 1])
    hypergraph, start = interactions(measure, Ball("l2"), 9, 2), np.array([True, False, False, False])
    monkeypatch.setattr(independent_set, "MOST_PAIRS", 1)
    found = find_independent(hypergraph, np.full(4, HALF), start, 10.0)
    assert (found.robust.tolist(), found.most, found.status) == (start.tolist(), None, GREEDY)


@given(st.integers(2, 8), st.data())
def test_a_cover_holds_every_pair_in_cliques_that_cannot_grow(points, data):
    every = [(u, v) for v in range(points) for u in range(v)]
    edges = data.draw(st.lists(st.sampled_from(every), unique=True))
    pairs = np.array(edges, np.int32).reshape(-1, 2)
    cliques = [np.flatnonzero(row).tolist() for row in cover_by_cliques(pairs, [], points).toarray()]
    held = {(u, v) for clique in cliques for u in clique for v in clique if u < v}
    assert held == set(edges)
    for clique in cliques:
        others = set(range(points)) - set(clique)
        assert not any(all((min(u, v), max(u, v)) in held for u in clique) for v in others)
