"""Proved bounds: never false, as they are told neither, whatever the plan, the potential or the masses; and sharp."""

import re
from dataclasses import asdict, replace
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from support import brute
from support.measures import measures, threats
from support.screen import text

from motlp.frameworks.answer import Status
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import exact
from motlp.problem.threat import Ball, Quadratic
from motlp.proof.bounds import cover_cost
from motlp.proof.decimals import read_lower
from motlp.report import words as report
from motlp.solving.solution import Solution
from motlp.solving.solve import solve
from motlp.studies.rows import Study, make_row, parse_row

SMALL = measures(classes=(2, 4), points=(4, 7))
FLOATS = st.one_of(st.floats(), st.floats(0, 1), st.sampled_from([0.0, 0.1, 1.0, 1 / 3, 5e-324, 1e308, 1.8e308]))
WEIGHTS = st.one_of(st.floats(1e-300, 1), st.sampled_from([0.0, 5e-324, 1e-300, 1e-16, 1e-9, 0.1, 1 / 3, 1.0]))


@st.composite
def weighted(draw):
    """A small measure with masses of every size."""
    measure = draw(SMALL)
    weights = draw(npst.arrays(np.float64, measure.size, elements=WEIGHTS).filter(np.any))
    return replace(measure, mass=weights / weights.sum())


def proved(hypergraph: Hypergraph, plan: Any = None, potential: Any = None) -> Solution:
    """What a solver that answered so would have proved."""
    return Solution(hypergraph, "", "", "", "", Status.LIMIT, "", None, plan, potential, {})


def truth(measure: LabeledMeasure, cost: Any, eps: str | None, order: int) -> Fraction:
    """The truncated risk, exactly."""
    return brute.risk(measure, brute.interactions(measure, cost, None if eps is None else exact(eps), order))


def interval(solution: Solution) -> tuple[Fraction, Fraction]:
    """The ends of the proved interval, as the floats that are reported."""
    assert solution.gap is not None
    return Fraction(solution.risk_lower), Fraction(solution.risk_lower + solution.gap)


def told(solution: Solution) -> tuple[list[Fraction], list[Fraction]]:
    """Every lower and every upper end of the risk that is printed, as the numbers that are read there."""
    row = make_row(solution, Study(*[""] * 7))
    row = parse_row({name: "" if value is None else str(value) for name, value in asdict(row).items()})
    everything = "\n".join([report.answer(solution), text(report.table(solution, {})), report.row_line(row)])
    low = re.findall(r"(?:risk below|proved +at least|risk at least|proved) +([\d.e-]+) ", everything + " ")
    high = re.findall(r"at most ([\d.e-]+)\.$|≤ ([\d.e-]+)", everything, re.MULTILINE)
    (accuracy,) = re.findall(r"accuracy above ([\d.e-]+) %", everything)
    *_, cells = text(report.sweep_table([row])).strip().splitlines()
    _, _, _, lower, *gap, above = cells.split()[: 5 + (row.gap is not None)]
    assert row.gap is None or Fraction(*gap) >= Fraction(row.gap)
    lows = [*map(Fraction, [*low, lower]), 1 - Fraction(accuracy) / 100, 1 - Fraction(above)]
    return lows, [Fraction(a or b) for a, b in high]


@settings(max_examples=60)
@given(weighted(), threats(), st.integers(2, 4), st.data())
def test_no_plan_and_no_potential_proves_what_is_false(measure, threat, order, data):
    order = min(order, measure.classes)
    hypergraph, risk = interactions(measure, *threat, order), truth(measure, *threat, order)
    for _ in range(5):
        plan = data.draw(npst.arrays(np.float64, hypergraph.size, elements=FLOATS))
        potential = data.draw(npst.arrays(np.float64, measure.size, elements=FLOATS))
        solution = proved(hypergraph, plan, potential)
        best = max(Fraction(0), 1 - cover_cost(hypergraph, plan))
        lows, highs = told(solution)
        assert 0 <= Fraction(solution.risk_lower) <= read_lower(solution.risk_lower) <= best <= risk
        assert len(lows) == 6
        assert max(lows) <= best
        assert risk <= min(highs, default=1)
        assert 1 - Fraction(solution.accuracy_upper) <= Fraction(solution.risk_lower)
        if np.isfinite(potential).all():
            lower, upper = interval(solution)
            assert lower <= risk <= upper
        else:
            assert solution.gap is None


@settings(max_examples=40)
@given(SMALL, threats(), st.integers(2, 4), st.floats(0, 1e-3), st.integers(0, 1000))
def test_near_the_optimum_the_interval_is_narrow_and_true(measure, threat, order, noise, seed):
    order = min(order, measure.classes)
    hypergraph, risk = interactions(measure, *threat, order), truth(measure, *threat, order)
    best = solve(hypergraph, framework="matrix")
    lower, upper = interval(best)
    assert lower <= risk <= upper
    assert upper - lower <= 1e-12
    lows, highs = told(best)
    assert max(lows) <= risk <= min(highs)
    rng = np.random.default_rng(seed)
    for scale in (1e-16, 1e-15, noise):
        plan = best.plan * (1 + scale * rng.normal(size=hypergraph.size))
        potential = best.potential * (1 + scale * rng.normal(size=measure.size))
        lower, upper = interval(proved(hypergraph, plan, potential))
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
    lower, upper = interval(proved(hypergraph, plan, potential))
    assert lower <= risk <= upper
    assert upper - lower < 1e-13


def test_nothing_is_proved_by_nothing(pair):
    assert proved(pair).risk_lower == 0.0
    assert proved(pair).accuracy_upper == 1.0
    assert proved(pair).gap is None
    zero = proved(pair, np.zeros(pair.size), np.zeros(2))
    assert (zero.risk_lower, zero.gap) == (0.0, pytest.approx(1.0))


@pytest.mark.parametrize("huge", [2.0, 1e300, 1.7e308, 5e-324])
def test_size_does_not_matter_to_a_potential_nor_excess_to_a_plan(pair, huge):
    """Every potential is scaled by its worst violation, and covering more than the mass costs at most all of it."""
    solution = proved(pair, np.full(pair.size, huge), np.array([huge, 0.0]))
    assert solution.risk_lower == (huge if huge < 1 else 0)
    assert solution.risk_lower + solution.gap == pytest.approx(0.5)


def test_a_potential_that_leaves_room_is_scaled_up(pair):
    assert proved(pair, None, np.array([0.25, 0.25])).gap == pytest.approx(0.5)


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


@pytest.mark.parametrize("missing", [0.0, 6e-17, 1e-15, 5e-14])
def test_a_decimal_is_told_where_it_is_proved_and_not_a_hair_below(missing):
    """0.2655 is no float: the risk is the float above it, and a plan that misses a little proves less than 0.2655."""
    mass = np.array([0.2655, 0.5, 0.5 - 0.2655])
    hypergraph = interactions(LabeledMeasure.from_arrays([[0], [0], [9]], [0, 1, 0], mass, unit=1), Ball("l2"), 1, 2)
    together = mass[0] - missing
    solution = proved(hypergraph, np.array([0.0, 0.0, 0.0, together]))
    assert 1 - cover_cost(hypergraph, solution.plan) == Fraction(together)
    lows, _ = told(solution)
    assert max(lows) <= Fraction(together)
    whole = missing == 0.0
    assert (Fraction(together) >= Fraction("0.2655")) == whole
    assert ("risk below 0.2655 on" in report.answer(solution)) == whole
    assert ("above 73.45 %" in report.answer(solution)) == whole


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
        assert report.cut(proved(hypergraph, noisy).risk_lower) == Fraction("0.1")


@settings(max_examples=30)
@given(weighted(), threats(quadratic=False), st.integers(2, 4), st.data())
def test_a_cover_costs_what_it_costs(measure, threat, order, data):
    """Exactly, unless the plan in simple fractions of one mass costs less."""
    hypergraph = interactions(measure, *threat, min(order, measure.classes))
    plan = measure.mass.max() * data.draw(npst.arrays(np.float64, hypergraph.size, elements=st.floats(0, 1)))
    short = brute.shortfall(hypergraph, plan.tolist(), measure.mass.tolist())
    cost = (sum(map(Fraction, plan.tolist())) + short) / sum(map(Fraction, measure.mass.tolist()))
    assert cover_cost(hypergraph, plan) <= cost + Fraction(1, 10**30)
    if len(set(measure.mass[measure.mass > 0])) > 1:
        assert cost <= cover_cost(hypergraph, plan)
