"""Every engine: how it comes back that a model has no solution, or that a solver fails."""

import cvxpy as cp
import numpy as np
import pyomo.environ as pyo
import pytest
from support.ready import EXTENSIBLE

from motlp import Status, declare, solve


def extended(hypergraph, framework, rule):
    """The dual with one more constraint, made of the potential; or without any, if there is no rule."""
    model = declare(hypergraph, "dual", framework)
    if framework == "cvxpy":
        rows = [rule(model.potential)] if rule else []
        kept = model.problem.constraints if rule else []
        model.problem = cp.Problem(model.problem.objective, [*kept, *rows])
    elif rule:
        model.problem.more = pyo.Constraint(expr=rule(model.potential))
    else:
        model.problem.conflict.deactivate()
    return model


@pytest.mark.parametrize(("framework", "solver"), EXTENSIBLE)
def test_an_extended_model_without_solution_says_so(pair, framework, solver):
    solution = solve(extended(pair, framework, lambda potential: potential[0] >= 2), solver=solver)
    assert solution.status is Status.INFEASIBLE
    assert (solution.objective, solution.plan, solution.potential) == (None, None, None)
    assert (solution.risk_lower, solution.gap) == (0.0, None)


@pytest.mark.parametrize(("framework", "solver"), EXTENSIBLE)
def test_a_model_without_bound_says_so(pair, framework, solver):
    solution = solve(extended(pair, framework, None), solver=solver)
    assert solution.status is Status.UNBOUNDED
    assert (solution.objective, solution.plan, solution.potential) == (None, None, None)


@pytest.mark.parametrize(("change", "status"), [("row_lower", Status.INFEASIBLE), ("row_upper", Status.UNBOUNDED)])
@pytest.mark.parametrize("solver", ["highs", "simplex", "ipm"])
def test_plain_arrays_without_solution_or_bound(pair, solver, change, status):
    model = declare(pair, "dual", "matrix")
    rows = len(model.problem.row_upper)
    if status is Status.INFEASIBLE:
        model.problem.row_upper = np.full(rows, -1.0)
    else:
        model.problem.row_upper = np.full(rows, np.inf)
    assert solve(model, solver=solver).status is status


class _Breaks(Exception):
    """What no one foresaw."""


@pytest.mark.parametrize("error", [_Breaks("no luck"), RuntimeError("no\nluck"), ZeroDivisionError(), MemoryError()])
def test_an_exception_of_a_solver_is_a_status(pair, monkeypatch, error):
    def fail(*args, **kwargs):
        raise error

    monkeypatch.setattr(cp.reductions.solvers.solving_chain.SolvingChain, "solve_via_data", fail)
    for solution in (solve(pair), solve(pair, framework="cvxpy", solver="clarabel")):
        assert solution.status is Status.FAILED
        assert "\n" not in solution.message
        assert solution.risk_lower == 0.0
    engine = type(pyo.SolverFactory("highs"))
    monkeypatch.setattr(engine, "solve", fail)
    assert solve(pair, framework="pyomo").status is Status.FAILED
