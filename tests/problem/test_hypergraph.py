"""Hypergraphs: filters agree with fresh enumerations, and the shapes and orders of everything fit together."""

import pickle
from copy import deepcopy
from fractions import Fraction
from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.measures import BUDGETS, measures, threats

from motlp import Ball, Quadratic
from motlp.errors import InvalidBudget
from motlp.problem.hypergraph import Hypergraph, contains
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure

SOME = settings(max_examples=30)
ORDERS = st.integers(1, 5)


def sets(hypergraph):
    """The interactions as sets of points, in the order that plans and costs follow."""
    return [frozenset(row) for rows in hypergraph.members for row in rows.tolist()]


@SOME
@given(measures(), threats(norms=("l2", "linf", "l1")), ORDERS)
def test_everything_has_one_entry_an_interaction(measure, threat, order):
    hypergraph = interactions(measure, *threat, min(order, measure.classes))
    every = sets(hypergraph)
    assert hypergraph.size == len(every) == len(set(every)) == sum(hypergraph.counts.values())
    assert hypergraph.order == min(order, measure.classes)
    assert hypergraph.sizes.tolist() == [len(A) for A in every]
    assert hypergraph.incidence.shape == (measure.size, len(every))
    dense = hypergraph.incidence.toarray()
    assert [frozenset(np.flatnonzero(column)) for column in dense.T] == every
    assert hypergraph.incidence.has_sorted_indices
    assert hypergraph.cost.shape == (len(every),)
    if isinstance(threat[0], Ball):
        assert not hypergraph.cost.any()
    else:
        assert (hypergraph.cost[measure.size :] < hypergraph.sizes[measure.size :] - 1).all()


@SOME
@given(measures(), st.sampled_from(["l2", "linf", "l1"]), st.sampled_from(BUDGETS), ORDERS)
def test_those_that_bind_are_those_contained_in_no_other(measure, norm, eps, order):
    hypergraph = interactions(measure, Ball(norm), eps, min(order, measure.classes))
    every = sets(hypergraph)
    assert hypergraph.binding.tolist() == [not any(A < B for B in every) for A in every]
    assert sets(hypergraph.maximal()) == [A for A, binds in zip(every, hypergraph.binding, strict=True) if binds]
    assert hypergraph.maximal().binding.all()


def test_all_bind_under_the_quadratic_cost():
    measure = LabeledMeasure.from_arrays([[0.0], [0.1], [0.2]], [0, 1, 2])
    hypergraph = interactions(measure, Quadratic(1), order=3)
    assert hypergraph.counts == {1: 3, 2: 3, 3: 1}
    assert hypergraph.binding.all()
    assert hypergraph.maximal() is hypergraph


@SOME
@given(measures(), st.sampled_from(["l2", "linf", "l1"]), st.sampled_from(BUDGETS), st.sampled_from(BUDGETS), ORDERS)
def test_a_smaller_budget_is_a_filter(measure, norm, one, other, order):
    low, high = sorted((one, other), key=float)
    order = min(order, measure.classes)
    filtered = interactions(measure, Ball(norm), high, order).at(low)
    fresh = interactions(measure, Ball(norm), low, order)
    assert sets(filtered) == sets(fresh)
    assert filtered.eps == fresh.eps
    for kept, found in zip(filtered.births, fresh.births, strict=True):
        np.testing.assert_allclose(kept, found, rtol=1e-8)


@SOME
@given(measures(), threats(norms=("l2", "linf", "l1")), ORDERS)
def test_a_smaller_order_is_a_filter(measure, threat, order):
    order = min(order, measure.classes)
    full = interactions(measure, *threat, measure.classes)
    if isinstance(threat[0], Ball):
        assert sets(full.truncate(order)) == sets(interactions(measure, *threat, order))
    assert full.truncate(order).order == order
    assert sets(full.truncate(order)) == [A for A in sets(full) if len(A) <= order]


def test_three_points_or_what_there_is():
    measure = LabeledMeasure.from_arrays(np.zeros((4, 1)), [0, 1, 2, 3])
    for order in (1, 2, 3, 4):
        assert interactions(measure, Ball("l2"), 1, order).truncate(None).order == min(order, 3)


@SOME
@given(measures(), threats(), st.integers(2, 4))
def test_components_are_what_interactions_join(measure, threat, order):
    hypergraph = interactions(measure, *threat, min(order, measure.classes))
    parts = {v: {v} for v in range(measure.size)}
    for A in sets(hypergraph):
        joined = set().union(*(parts[v] for v in A))
        for v in joined:
            parts[v] = joined
    label = hypergraph.components()
    assert label.shape == (measure.size,)
    for u, v in combinations(range(measure.size), 2):
        assert (label[u] == label[v]) == (v in parts[u])


@SOME
@given(measures(), threats(), st.integers(2, 4), st.randoms(use_true_random=False))
def test_a_selection_keeps_order_cost_and_births(measure, threat, order, random):
    hypergraph = interactions(measure, *threat, min(order, measure.classes))
    kept = np.array([random.random() < 0.5 for _ in range(hypergraph.size)])
    chosen = hypergraph.select(kept)
    assert sets(chosen) == [A for A, keep in zip(sets(hypergraph), kept, strict=True) if keep]
    assert chosen.order == hypergraph.order
    np.testing.assert_array_equal(chosen.cost, hypergraph.cost[kept])
    np.testing.assert_array_equal(np.concatenate(chosen.births), np.concatenate(hypergraph.births)[kept])
    np.testing.assert_array_equal(chosen.incidence.toarray(), hypergraph.incidence.toarray()[:, kept])


@given(st.sets(st.tuples(*[st.integers(0, 3)] * 3)), st.lists(st.tuples(*[st.integers(0, 3)] * 3)))
def test_contains(rows, wanted):
    as_rows = [np.array(list(some), dtype=np.int32).reshape(-1, 3) for some in (rows, wanted)]
    assert contains(*as_rows, 4).tolist() == [row in rows for row in wanted]


def test_what_is_not_known_is_refused():
    measure = LabeledMeasure.from_arrays([[0.0], [1.0], [2.0]], [0, 1, 2])
    ball, priced = interactions(measure, Ball("l2"), 1, 2), interactions(measure, Quadratic("0.1"), order=2)
    with pytest.raises(InvalidBudget, match=r"eps is 1\.5, larger than 1"):
        ball.at("1.5")
    with pytest.raises(InvalidBudget, match=r"eps is 1\.0000002, larger than 1\.0000001, up to which"):
        interactions(measure, Ball("l2"), "1.0000001", 2).at("1.0000002")
    with pytest.raises(InvalidBudget, match="eps is -1; it must be at least 0"):
        ball.at(-1)
    with pytest.raises(InvalidBudget, match="the quadratic cost has no budget"):
        priced.at(1)
    for order in (0, 3):
        with pytest.raises(InvalidBudget, match=f"order is {order}; it must be a whole number between 1 and 2"):
            ball.truncate(order)


def test_nobody_writes_to_what_a_bound_rests_on():
    measure = LabeledMeasure.from_arrays([[0.0], [1.0], [10.0], [11.0]], [0, 1, 0, 1])
    for hypergraph in (interactions(measure, Ball("l2"), 1, 2), interactions(measure, Quadratic(1), order=2)):
        kept = hypergraph.select(np.ones(hypergraph.size, bool))
        for one in (hypergraph, kept, hypergraph.truncate(2), pickle.loads(pickle.dumps(hypergraph))):
            for array in (*one.members, *one.births, one.cost, one.sizes, one.binding):
                with pytest.raises(ValueError, match="cannot set WRITEABLE"):
                    array.flags.writeable = True
    births = [np.zeros(4), np.array([0.5, 0.5])]
    by_hand = Hypergraph(measure, Ball("l2"), Fraction(1), hypergraph.members, tuple(births))
    births[1][:] = 0
    assert by_hand.births[1].tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    "copied", [*(lambda h, k=k: pickle.loads(pickle.dumps(h, k)) for k in range(pickle.HIGHEST_PROTOCOL + 1)), deepcopy]
)
@pytest.mark.parametrize("threat", [Ball("l2"), Quadratic("1/10")])
def test_nothing_that_a_bound_rests_on_can_be_written_to_in_a_copy(copied, threat):
    measure = LabeledMeasure.from_arrays(np.random.default_rng(0).normal(size=(400, 2)), np.arange(400) % 3, unit=1)
    hypergraph = interactions(measure, threat, "0.2" if threat.has_budget else None, 2)
    derived = ("sizes", "cost", "price", "binding")
    for name in derived:
        getattr(hypergraph, name)  # worked out before
    again = copied(hypergraph)
    arrays = [*again.members, *again.births, again.mass, *(getattr(again, name) for name in derived)]
    for array in arrays:
        assert not array.flags.writeable
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.flags.writeable = True
    assert np.array_equal(again.price, hypergraph.price)
