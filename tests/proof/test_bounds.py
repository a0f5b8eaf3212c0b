"""Proved bounds: never false, whatever the plan, the potential or the masses; and sharp."""

from fractions import Fraction

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from support import brute
from support.bounds import FLOATS, SMALL, make_solution, proved_interval, true_risk, weighted
from support.measures import threats

from motlp.problem.hypergraph import Hypergraph
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball, Quadratic
from motlp.proof.bounds import cover_cost
from motlp.proof.decimals import read_lower
from motlp.solving.solve import solve


@settings(max_examples=60)
@given(weighted(), threats(), st.integers(2, 4), st.data())
def test_no_plan_and_no_potential_proves_what_is_false(measure, threat, order, data):
    order = min(order, measure.classes)
    hypergraph, risk = interactions(measure, *threat, order), true_risk(measure, *threat, order)
    for _ in range(5):
        plan = data.draw(npst.arrays(np.float64, hypergraph.size, elements=FLOATS))
        potential = data.draw(npst.arrays(np.float64, measure.size, elements=FLOATS))
        solution = make_solution(hypergraph, plan, potential)
        best = max(Fraction(0), 1 - cover_cost(hypergraph, plan))
        assert 0 <= Fraction(solution.risk_lower) <= read_lower(solution.risk_lower) <= best <= risk
        assert 1 - Fraction(solution.accuracy_upper) <= Fraction(solution.risk_lower)
        if np.isfinite(potential).all():
            lower, upper = proved_interval(solution)
            assert lower <= risk <= upper
        else:
            assert solution.gap is None


@settings(max_examples=40)
@given(SMALL, threats(), st.integers(2, 4), st.floats(0, 1e-3), st.integers(0, 1000))
def test_near_the_optimum_the_interval_is_narrow_and_true(measure, threat, order, noise, seed):
    order = min(order, measure.classes)
    hypergraph, risk = interactions(measure, *threat, order), true_risk(measure, *threat, order)
    best = solve(hypergraph, framework="matrix")
    lower, upper = proved_interval(best)
    assert lower <= risk <= upper
    assert upper - lower <= 1e-12
    rng = np.random.default_rng(seed)
    for scale in (1e-16, 1e-15, noise):
        plan = best.plan * (1 + scale * rng.normal(size=hypergraph.size))
        potential = best.potential * (1 + scale * rng.normal(size=measure.size))
        lower, upper = proved_interval(make_solution(hypergraph, plan, potential))
        assert lower <= risk <= upper
        assert upper - lower <= 1e-12 + 100 * scale


@given(st.lists(st.floats(1e-3, 1), min_size=3, max_size=40), st.floats(0, 1))
@example([0.1] * 10, 0.1)
def test_masses_and_coverings_that_do_not_sum_exactly(masses, share):
    """One class on a point, the other around it: every pair is an interaction, and the risk is the smaller mass."""
    n = len(masses)
    measure = LabeledMeasure.from_arrays(np.zeros((n + 1, 1)), [0] * n + [1], [*masses, share + 1e-6])
    hypergraph = interactions(measure, Ball("l2"), 1, 2)
    exactly = [Fraction(m) for m in measure.mass.tolist()]
    risk = min(sum(exactly[:-1]), exactly[-1]) / sum(exactly)
    plan = np.zeros(hypergraph.size)
    filled = np.minimum(np.cumsum(measure.mass[:-1]), measure.mass[-1])
    plan[n + 1 :] = np.diff(filled, prepend=0.0)
    plan[:n] = measure.mass[:-1] - plan[n + 1 :]
    plan[n] = max(0.0, measure.mass[-1] - filled[-1])
    potential = np.append(np.full(n, 1.0), 0.0) if sum(exactly[:-1]) > exactly[-1] else np.append(np.zeros(n), 1.0)
    lower, upper = proved_interval(make_solution(hypergraph, plan, potential))
    assert lower <= risk <= upper
    assert upper - lower < 1e-13


def test_nothing_is_proved_by_nothing(pair):
    assert make_solution(pair).risk_lower == 0.0
    assert make_solution(pair).accuracy_upper == 1.0
    assert make_solution(pair).gap is None
    zero = make_solution(pair, np.zeros(pair.size), np.zeros(2))
    assert (zero.risk_lower, zero.gap) == (0.0, pytest.approx(1.0))


@pytest.mark.parametrize("huge", [2.0, 1e300, 1.7e308, 5e-324])
def test_size_does_not_matter_to_a_potential_nor_excess_to_a_plan(pair, huge):
    """Every potential is scaled by its worst violation, and no interaction carries more than the largest mass.

    Singletons cover what is left, whatever the plan has for them.
    """
    solution = make_solution(pair, np.full(pair.size, huge), np.array([huge, 0.0]))
    assert solution.risk_lower == (huge if huge < 1 else 0.5)
    assert solution.risk_lower + solution.gap == pytest.approx(0.5)


def test_a_potential_that_leaves_room_is_scaled_up(pair):
    assert make_solution(pair, None, np.array([0.25, 0.25])).gap == pytest.approx(0.5)


@pytest.fixture
def pair() -> Hypergraph:
    """Two points of two classes in one place: the risk is one half."""
    return interactions(LabeledMeasure.from_arrays([[0.0], [0.0]], [0, 1]), Ball("l2"), 1, 2)


def test_a_plan_of_single_precision_proves_no_more():
    x = np.random.default_rng(0).random((12, 2))
    hypergraph = interactions(LabeledMeasure.from_arrays(x, np.arange(12) % 3), Quadratic("1.7"), None, 3)
    plan = solve(hypergraph, framework="matrix", solver="simplex").plan
    assert plan is not None
    single = plan.astype(np.float32)
    assert cover_cost(hypergraph, single) == cover_cost(hypergraph, single.astype(np.float64))


@pytest.mark.parametrize("parts", [2, 3, 7, 16])
def test_noise_of_a_solver_does_not_cost_the_last_digit(parts):
    """Many points around one, their masses the same: of that one's mass, each pair has a part that is no float."""
    x = np.zeros((10, 1))
    hypergraph = interactions(LabeledMeasure.from_arrays(x, [0] * 9 + [1]), Ball("l2"), 1, 2)
    rng = np.random.default_rng(parts)
    shares = np.zeros(9)
    np.add.at(shares, np.arange(parts) % 9, 1 / parts)
    plan = np.concatenate([1 - shares, [0.0], shares]) / 10
    for noise in (0.0, 1e-16, 1e-9, 1e-7):
        noisy = plan * (1 + noise * rng.uniform(-1, 1, len(plan)))
        assert cover_cost(hypergraph, noisy) == Fraction(9, 10)
        assert read_lower(make_solution(hypergraph, noisy).risk_lower) == Fraction(1, 10)


@settings(max_examples=30)
@given(weighted(), threats(quadratic=False), st.integers(2, 4), st.data())
def test_a_cover_costs_what_it_costs(measure, threat, order, data):
    """Exactly, unless the plan in simple fractions of one mass costs less."""
    hypergraph = interactions(measure, *threat, min(order, measure.classes))
    plan = measure.mass.max() * data.draw(npst.arrays(np.float64, hypergraph.size, elements=st.floats(0, 1)))
    alone = plan[hypergraph.sizes == 1].copy()
    plan[hypergraph.sizes == 1] = 0.0
    short = brute.shortfall(hypergraph, plan.tolist(), measure.mass.tolist())
    cost = (sum(map(Fraction, plan.tolist())) + short) / sum(map(Fraction, measure.mass.tolist()))
    assert cover_cost(hypergraph, plan) <= cost + Fraction(1, 10**30)
    if len(set(measure.mass[measure.mass > 0])) > 1:
        assert cost <= cover_cost(hypergraph, plan)
    said = cover_cost(hypergraph, plan)
    plan[hypergraph.sizes == 1] = alone  # which change nothing, as singletons cover just what the others leave
    assert cover_cost(hypergraph, plan) == said
