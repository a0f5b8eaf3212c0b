"""Sinkhorn: agreement with linear programming and with a generic convex solver, and what it does when it cannot."""

import inspect
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import cvxpy as cp
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.clouds import hypergraphs, linear
from support.hearing import Heard
from support.process import run_python

from motlp.datasets import load
from motlp.errors import InvalidBudget
from motlp.frameworks.answer import Status
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball, Quadratic
from motlp.solving.sinkhorn import COARSEST, NotConverged, schedule, sinkhorn
from motlp.solving.sinkhorn_lp import sinkhorn_lp
from motlp.solving.solution import Solution
from motlp.solving.solve import solve

ROUNDING = 1e-9  # of the sums that the two ends of an interval are


@pytest.mark.filterwarnings("ignore::motlp.NotConverged")
@settings(max_examples=25, deadline=None)
@given(hypergraphs(), st.sampled_from([1.0, 1e-1, 1e-2, 1e-3, 1e-4, 1e-5]), st.integers(1, 200))
def test_the_interval_holds_the_linear_program(hypergraph: Hypergraph, eta: float, sweeps: int) -> None:
    solution = sinkhorn(hypergraph, eta, max_sweeps=sweeps)
    exact = solve(hypergraph, framework="matrix", solver="simplex")
    assert solution.gap is not None
    assert exact.gap is not None
    # Two proved intervals around one number meet, with no tolerance.
    assert solution.risk_lower <= exact.risk_lower + exact.gap
    assert exact.risk_lower <= solution.risk_lower + solution.gap
    assert solution.sweeps <= sweeps
    assert np.isfinite(solution.regularised_objective)
    assert np.isfinite(solution.regularised_plan).all()
    assert not np.isnan(solution.regularised_potential).any()


@pytest.mark.parametrize("eta", [1.0, 0.1, 0.03])
@pytest.mark.parametrize("threat", [Ball("l2"), Quadratic("0.5")])
def test_a_generic_convex_solver_agrees(threat: Ball | Quadratic, eta: float) -> None:
    rng = np.random.default_rng(7)
    measure = LabeledMeasure.from_arrays(rng.normal(size=(9, 2)), np.repeat([0, 1, 2], 3), rng.random(9))
    hypergraph = interactions(measure, threat, "0.8" if isinstance(threat, Ball) else None, 3)
    g = cp.Variable(9)
    plan = cp.exp((hypergraph.incidence.T @ g - 1 - hypergraph.cost) / eta)
    problem = cp.Problem(cp.Maximize(hypergraph.mass @ g - eta * cp.sum(plan)))
    problem.solve(solver="CLARABEL", tol_gap_abs=1e-12, tol_gap_rel=1e-12, tol_feas=1e-12)
    solution = sinkhorn(hypergraph, eta, marginal=1e-11)
    assert solution.status is Status.CONVERGED
    np.testing.assert_allclose(solution.regularised_potential, g.value, atol=1e-6)
    np.testing.assert_allclose(solution.regularised_plan, plan.value, atol=1e-6)
    assert solution.regularised_objective == pytest.approx(problem.value, abs=1e-6)


@pytest.mark.filterwarnings("ignore::motlp.NotConverged")
def test_the_interval_shrinks_with_eta(digits: Hypergraph) -> None:
    gaps = []
    for eta in (1e-2, 1e-3, 1e-4):
        gap = sinkhorn(digits, eta, marginal=1e-6, max_sweeps=5000).gap
        assert gap is not None
        gaps.append(gap)
    assert gaps[0] > gaps[1] > gaps[2]
    assert gaps[1] < 2e-3


@pytest.mark.skipif("MOTLP_DATA" not in os.environ, reason="MOTLP_DATA does not say where the data sets are")
def test_mnist_interval_is_narrow() -> None:
    raw = Path(os.environ["MOTLP_DATA"]) / "MNIST" / "raw"
    images = np.frombuffer((raw / "train-images-idx3-ubyte").read_bytes(), np.uint8, offset=16).reshape(-1, 784)
    labels = np.frombuffer((raw / "train-labels-idx1-ubyte").read_bytes(), np.uint8, offset=8)
    hypergraph = interactions(LabeledMeasure.from_arrays(images, labels).select(per_class=200), Ball("l2"), "3.5", 3)
    solution = sinkhorn(hypergraph, 1e-3)
    assert solution.gap is not None
    assert solution.gap < 2e-3
    assert solution.risk_lower - ROUNDING <= linear(hypergraph) <= solution.risk_lower + solution.gap + ROUNDING


def test_leaps_save_sweeps() -> None:
    hypergraph = interactions(load("digits", per_class=100), Ball("l2"), "1.05", 3)
    leaping = sinkhorn(hypergraph, 1e-3)
    walking = sinkhorn(hypergraph, 1e-3, max_sweeps=5000, leap=10**9)
    assert leaping.sweeps < 0.5 * walking.sweeps


def test_tol_is_reached_and_reported(digits: Hypergraph) -> None:
    heard = Heard()
    solution = sinkhorn(digits, 1e-4, tol=3e-3, progress=heard)
    assert solution.status is Status.CONVERGED
    assert solution.gap is not None
    assert solution.gap <= 3e-3 + ROUNDING
    sweeps, last = [look["sweep"] for look in heard.intervals], heard.intervals[-1]
    assert sweeps == sorted(sweeps)
    assert last["lower"] <= linear(digits) + ROUNDING
    assert 0 <= last["upper"] - last["lower"] <= 3e-3


@pytest.mark.parametrize("max_sweeps", [1, 2, 3])
def test_coarse_stages_that_settle_are_not_the_end(max_sweeps: int) -> None:
    apart = LabeledMeasure.from_arrays([[0.0], [9.0]], [0, 1])  # alone, each point settles in a sweep
    with pytest.warns(NotConverged):
        solution = sinkhorn(interactions(apart, Ball("l2"), "1", 2), 1e-3, max_sweeps=max_sweeps)
    assert solution.status is Status.LIMIT


def test_a_limit_is_told_and_the_interval_still_holds(digits: Hypergraph) -> None:
    with pytest.warns(NotConverged, match="max_sweeps = 30"):
        solution = sinkhorn(digits, 1e-4, tol=1e-9, max_sweeps=30)
    assert solution.status is Status.LIMIT
    assert "max_sweeps = 30" in solution.message
    assert solution.gap is not None
    assert solution.risk_lower - ROUNDING <= linear(digits) <= solution.risk_lower + solution.gap + ROUNDING


def test_tol_is_pursued_beyond_the_usual_marginal_error(digits: Hypergraph) -> None:
    usual = sinkhorn(digits, 1e-3)
    assert usual.gap is not None
    narrower = sinkhorn(digits, 1e-3, tol=0.9 * usual.gap, max_sweeps=5000)
    assert narrower.status is Status.CONVERGED
    assert narrower.marginal_error < usual.marginal_error <= 1e-3


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("eps", ["0.7", "1", "1.2"])
def test_it_converges_unasked(eps: str) -> None:
    solution = sinkhorn(interactions(load("digits", per_class=100), Ball("l2"), eps, 3))
    assert solution.status is Status.CONVERGED


def test_a_warm_start_saves_sweeps(digits: Hypergraph) -> None:
    cold = sinkhorn(digits, 1e-3)
    warm = sinkhorn(digits, 1e-3, start=cold.regularised_potential)
    assert warm.status is cold.status is Status.CONVERGED
    assert warm.sweeps < cold.sweeps / 2


@pytest.mark.parametrize(
    "asked",
    [
        {"eta": 0.0},
        {"eta": -1e-3},
        {"eta": float("nan")},
        {"tol": 0.0},
        {"tol": -1.0},
        {"marginal": 0.0},
        {"max_sweeps": 0},
        {"eta": 1e-310},
        {"start": np.zeros(3)},
    ],
)
def test_what_is_out_of_range_is_refused(digits: Hypergraph, asked: dict) -> None:
    name, value = next(iter(asked.items()))
    with pytest.raises(InvalidBudget) as error:
        sinkhorn(digits, **asked)
    assert name in str(error.value)
    assert "\n" not in str(error.value)
    assert str(value) in str(error.value) or name == "start"


@pytest.mark.parametrize("solver", [sinkhorn, sinkhorn_lp])
@pytest.mark.parametrize(
    "asked",
    [
        {"eta": None},
        {"eta": "1e-3"},
        {"eta": True},
        {"eta": 10**400},
        {"eta": np.zeros((40, 2))},
        {"tol": "narrow"},
        {"tol": False},
        {"tol": float("nan")},
        {"tol": 1j},
        {"max_sweeps": None},
        {"max_sweeps": "10"},
        {"max_sweeps": True},
        {"max_sweeps": 10.0},
        {"max_sweeps": float("nan")},
        {"start": "a potential"},
        {"start": np.zeros(1000, complex)},
        {"start": np.zeros(1000, bool)},
        {"start": np.full(1000, None)},
        {"start": [[0.0], [0.0, 1.0]]},
        {"start": 0.0},
        {"start": np.zeros((1000, 1))},
    ],
)
def test_what_is_no_number_is_refused(digits: Hypergraph, solver: Callable[..., Solution], asked: dict) -> None:
    bare = inspect.unwrap(solver)  # as it runs where no test checks the types
    with pytest.raises(InvalidBudget) as error:
        bare(digits, **asked)
    assert str(error.value).startswith(f"{next(iter(asked))} ")
    assert "\n" not in str(error.value)
    assert len(str(error.value)) < 200


def test_numbers_of_any_type_are_numbers(digits: Hypergraph) -> None:
    usual = sinkhorn(digits, 0.125, tol=0.5, max_sweeps=3, start=np.zeros(1000))
    for number, whole, start in (
        (Fraction, np.int64, np.zeros(1000, int)),
        (np.float32, np.uint8, np.zeros(1000, np.float32)),
        (float, int, [0.0] * 1000),
    ):
        asked = {"eta": number(0.125), "tol": number(0.5), "max_sweeps": whole(3), "start": start}
        same = inspect.unwrap(sinkhorn)(digits, **asked)
        assert np.array_equal(same.regularised_potential, usual.regularised_potential)


def test_eta_comes_down_in_stages() -> None:
    stages = schedule(1e-5)
    assert stages[-1] == 1e-5
    assert stages == sorted(stages, reverse=True)
    assert COARSEST / 3 <= stages[0] <= COARSEST
    assert schedule(1.0) == [1.0]


LINES = """
import warnings
import motlp
measure = motlp.datasets.load("digits", per_class=10)
hypergraph = motlp.interactions(measure, motlp.Ball("l2"), "1.2", 3)
asked = {"tol": 1e-9, "max_sweeps": 2}
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    motlp.sinkhorn(hypergraph, **asked)
    motlp.solve(hypergraph, solver="sinkhorn", options=asked)
    motlp.sweep(hypergraph, ["1.2"], solver="sinkhorn", options=asked)
print([(warning.filename, warning.lineno) for warning in caught])
"""


def test_a_warning_names_the_line_that_asked() -> None:
    """In a process of its own, without the checks of types between the callers."""
    done = run_python(LINES)
    assert done.stdout == f"{[('<string>', line) for line in (9, 10, 11)]}\n"
