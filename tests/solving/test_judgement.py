"""The status follows the proof, and so does the objective."""

import cvxpy as cp
import pytest

from motlp import Status, solve
from motlp.frameworks import cvxpy as in_cvxpy
from motlp.report.records import bound_record
from motlp.solving.aim import PROVED_OPTIMAL

NEAR = 1e-9


def holds(solution):
    """Whether the risk that is told lies within what is proved."""
    upper = 1.0 if solution.gap is None else solution.risk_lower + solution.gap
    return solution.risk is None or solution.risk_lower - 1e-6 <= solution.risk <= upper + 1e-6


STOPPED = {"ipm_iteration_limit": 1, "presolve": "off"}


def test_a_solver_that_stops_early_is_corrected_by_the_proof(apart):
    solution = solve(apart, framework="matrix", solver="ipm", options=STOPPED)
    assert solution.gap <= PROVED_OPTIMAL
    assert solution.status is Status.OPTIMAL
    assert solution.risk == pytest.approx(0, abs=NEAR)
    assert solution.message.startswith("Iteration limit reached; optimal all the same, as the proved interval shows; ")
    assert "the solver's own objective 0.57" in solution.message
    assert "lies outside what is proved, so that the objective given is that of the plan" in solution.message


@pytest.mark.parametrize("model", ["primal", "dual"])
def test_an_objective_that_is_disproved_is_not_reported(gaussians, model):
    solution = solve(gaussians, model=model, framework="matrix", solver="ipm", options=STOPPED)
    assert solution.status is Status.LIMIT
    assert holds(solution)
    assert "lies outside what is proved" in solution.message
    assert bound_record(solution, {})["risk"] == solution.risk


def test_an_objective_that_is_disproved_without_a_plan_is_none(apart, monkeypatch):
    monkeypatch.setattr(in_cvxpy, "multipliers", lambda constraint: None)
    monkeypatch.setattr(cp.Problem, "value", property(lambda problem: 0.5))
    solution = solve(apart)
    assert (solution.plan, solution.objective, solution.risk) == (None, None, None)
    assert solution.message.endswith("the solver's own objective 0.5 lies outside what is proved")


def test_what_a_solver_calls_optimal_loosely_is_inaccurate(gaussians):
    solution = solve(gaussians, solver="scs", options={"eps": 5e-2})
    assert solution.gap > 1e-3
    assert solution.status is Status.INACCURATE
    assert "the solver calls this optimal, but the proved interval is" in solution.message
    assert holds(solution)


def test_an_optimum_that_nothing_proves_is_inaccurate(gaussians, monkeypatch):
    monkeypatch.setattr(in_cvxpy, "multipliers", lambda constraint: None)
    solution = solve(gaussians, model="primal")
    assert solution.gap is None
    assert solution.status is Status.INACCURATE
    assert "there is no potential, as the solver gave no multipliers of marginal" in solution.message
    assert "the solver calls this optimal, but there is no proof of it" in solution.message
