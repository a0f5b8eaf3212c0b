"""The flow is the linear program of order 2, in whole numbers."""

from contextlib import suppress
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from support import brute
from support.clouds import linear
from support.command import run
from support.measures import BUDGETS, measures

from motlp import Ball, LabeledMeasure, Quadratic, Status, interactions, solve, sweep
from motlp.datasets import load
from motlp.errors import InvalidConfig, InvalidMeasure
from motlp.solving.maxflow import flow_on_pairs, list_pairs
from motlp.solving.weights import whole_weights

TINY = 1e-12
PUBLISHED = [
    (100, 133, Fraction(19, 200)),
    (1000, 20_938, Fraction(13, 80)),
    (2000, 77_078, Fraction(701, 4000)),
    (5000, 487_863, Fraction(477, 2500)),
]


def line(points, labels, mass=None):
    return interactions(LabeledMeasure.from_arrays(np.array(points)[:, None], labels, mass), Ball("l2"), 1, 2)


@given(measures(classes=(2, 4), points=(4, 9)), st.sampled_from(BUDGETS), st.sampled_from(["given", "equal", "some"]))
def test_it_is_the_linear_program(measure, eps, masses):
    weights = np.rint(measure.mass / measure.mass.min() * 60).astype(int)  # with many ties
    if masses != "given":
        weights[:] = 1
    if masses == "some":
        weights[1::3] = 0
    names = measure.class_names
    measure = LabeledMeasure.from_arrays(measure.points, measure.labels, weights, unit=1, class_names=names)
    hypergraph = interactions(measure, Ball("l2"), eps, 2)
    solution = solve(hypergraph, solver="maxflow")
    assert solution.status is Status.OPTIMAL
    assert solution.gap <= TINY
    assert solution.risk_lower == pytest.approx(linear(hypergraph), abs=1e-9)
    assert set(solution.potential) <= {0.0, 0.5, 1.0}
    assert hypergraph.incidence @ solution.plan == pytest.approx(measure.mass, abs=1e-15)
    indptr, indices, _ = list_pairs(hypergraph)
    exactly = flow_on_pairs(indptr, indices, measure.mass, measure.labels).risk
    truth = brute.risk(measure, brute.interactions(measure, Ball("l2"), hypergraph.eps, 2))
    assert float(abs(exactly - truth)) <= 1e-14  # whose masses are the rounded ones
    assert f"is {exactly} exactly" in solution.message


def test_three_points_that_meet_lose_half():
    solution = solve(line([0.0, 0.0, 0.0], [0, 1, 2]), solver="maxflow")
    assert (solution.risk, solution.risk_lower) == (0.5, 0.5)
    assert solution.potential.tolist() == [0.5, 0.5, 0.5]


@pytest.mark.parametrize(("centre", "risk"), [(2, "2/7"), (5, "1/2"), (9, "5/14")])
def test_a_star_loses_its_centre_or_its_leaves(centre, risk):
    solution = solve(line([0.0] * 6, [0, 1, 1, 1, 1, 1], [centre, 1, 1, 1, 1, 1]), solver="maxflow")
    assert f"the risk is {risk} exactly" in solution.message
    assert solution.gap <= TINY


@given(st.lists(st.integers(0, 10**6), min_size=2, max_size=8).filter(any))
def test_weights_are_read_from_the_masses(weights):
    weights = np.array(weights)
    assert whole_weights(weights / weights.sum()).tolist() == (weights // np.gcd.reduce(weights)).tolist()


def test_masses_next_to_whole_multiples_end_as_well():
    """A multiple of the smaller one that is as far from a whole number as rounding may bring it."""
    assert whole_weights(np.array([0.9475600976114779, 0.05243990238852217])).min() > 0
    for weights in np.random.default_rng(0).random((300, 2)):
        with suppress(InvalidMeasure):
            assert whole_weights(weights / weights.sum()).min() > 0


@pytest.mark.parametrize("mass", [[1, np.sqrt(2)], [1e-12, 1.0], [2**31 - 1, 1]])
def test_masses_that_are_no_whole_numbers_are_refused(mass):
    with pytest.raises(InvalidMeasure, match=r"whole multiples .* give whole weights, or take another solver"):
        solve(line([0.0, 0.0], [0, 1], mass), solver="maxflow")


def test_larger_interactions_and_prices_are_refused():
    measure = line([0.0, 0.0, 0.0], [0, 1, 2]).measure
    with pytest.raises(InvalidConfig, match=r"there is 1 interaction of more than 2 points.* set order to 2"):
        solve(interactions(measure, Ball("l2"), 1, 3), solver="maxflow")
    with pytest.raises(InvalidConfig, match="under the quadratic cost"):
        solve(interactions(measure, Quadratic(1), None, 2), solver="maxflow")


def test_in_a_sweep_and_on_the_command_line():
    measure = load("digits", per_class=20)
    rows = sweep(measure, ["1", "1.2"], orders=[2], solver="maxflow")
    risks = [linear(interactions(measure, Ball("l2"), eps, 2)) for eps in ("1", "1.2")]
    assert [row.risk_lower for row in rows] == pytest.approx(risks, abs=1e-9)
    words = "bound digits --per-class 20 --norm l2 --eps 1.2 --solver maxflow"
    code, said, _ = run(*words.split(), "--order", "2")
    assert code == 0
    assert "No classifier can have risk below" in said
    code, _, refused = run(*words.split(), "--order", "3")
    assert code == 2
    assert "--order to 2" in refused


@pytest.mark.parametrize(("each", "pairs", "risk"), PUBLISHED)
def test_published_values_of_two_classes(mnist_root, each, pairs, risk):
    """A. N. Bhagoji, D. Cullina, P. Mittal (2019)."""
    measure = load("mnist", root=mnist_root, split="train", classes=["3", "7"], per_class=each)
    hypergraph = interactions(measure, Ball("l2"), 4, 2)
    solution = solve(hypergraph, solver="maxflow")
    assert hypergraph.counts[2] == pairs
    assert f"the risk is {risk} exactly" in solution.message
    assert solution.gap <= TINY
