"""Every solver that is ready: they agree, a limit is said, and what is proved holds whatever they return."""

import numpy as np
import pytest
from support.problems import pair
from support.ready import ANY_ORDER, DECLARED, GLPSOL, READY

from motlp import Ball, Hypergraph, Status, declare, solve
from motlp.datasets import load
from motlp.frameworks import cvxpy as in_cvxpy
from motlp.problem.interactions import interactions
from motlp.solving.aim import PROVED_OPTIMAL

RISK = 0.2655
MODELS = ("primal", "dual")
# Simplex methods end in a vertex. The others stop at a tolerance of their own, which lets the objective, the proved
# interval and the products of complementarity be off by so much.
TOLERANCE = {
    ("cvxpy", "clarabel"): 1e-6,
    ("cvxpy", "cvxopt"): 1e-6,
    ("cvxpy", "osqp"): 1e-4,
    ("cvxpy", "scs"): 1e-4,
    ("matrix", "ipm"): 1e-6,
    ("matrix", "pdlp"): 1e-5,
}
VERTEX = 1e-9
PAIRS = [pair for pair in DECLARED if pair != ("pyomo", "glpk")] + [pytest.param("pyomo", "glpk", marks=GLPSOL)]


@pytest.fixture(scope="module")
def few() -> Hypergraph:
    """200 images: cvxopt's own interior point works with dense matrices."""
    return interactions(load("digits", per_class=20), Ball("l2"), "1.2", 3)


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("framework", "solver"), PAIRS)
def test_every_ready_solver_agrees(digits, few, framework, solver, model):
    hypergraph, risk = (digits, RISK) if solver != "cvxopt" else (few, solve(few, framework="matrix").risk)
    tolerance = TOLERANCE.get((framework, solver), VERTEX)
    solution = solve(hypergraph, model=model, framework=framework, solver=solver)
    assert solution.status is (Status.OPTIMAL if solution.gap <= PROVED_OPTIMAL else Status.INACCURATE)
    assert (solution.model, solution.framework, solution.solver) == (model, framework, solver)
    assert solution.version
    assert solution.risk == pytest.approx(risk, abs=tolerance)
    assert solution.risk_lower - 1e-6 <= solution.risk <= solution.risk_lower + solution.gap + 1e-6
    assert risk - tolerance <= solution.risk_lower <= risk + 1e-12
    assert solution.gap <= tolerance
    # Both feasible, and complementary: mass only on tight interactions, and no point of worth covered too often.
    plan, potential = solution.plan, solution.potential
    assert min(plan.min(), potential.min()) >= -tolerance
    slack = 1 + hypergraph.cost - hypergraph.incidence.T @ potential
    excess = hypergraph.incidence @ plan - hypergraph.mass
    assert min(slack.min(), excess.min()) >= -max(10 * tolerance, 1e-9)
    assert abs(plan @ slack) <= 10 * tolerance
    assert abs(potential @ excess) <= 10 * tolerance


@pytest.mark.parametrize(("framework", "solver"), ANY_ORDER)
def test_no_interval_excludes_the_risk(few, framework, solver):
    """Whatever is asked for, nothing but the framework and the solver, in letters of any case."""
    risk = solve(few, framework="matrix").risk
    solution = solve(few, framework=framework, solver=solver.upper())
    assert (solution.framework, solution.solver) == (framework, solver)
    assert solution.status in (Status.OPTIMAL, Status.CONVERGED, Status.INACCURATE)
    assert solution.risk_lower <= risk + 1e-12
    assert solution.risk_lower + solution.gap >= risk - 1e-12
    assert solution.gap < 1e-3
    assert solution.version


LIMITS = [
    ("cvxpy", "highs", {"time_limit": 0}),
    ("cvxpy", "highs", {"simplex_iteration_limit": 20, "presolve": "off"}),
    ("cvxpy", "highs", {"solver": "ipm", "ipm_iteration_limit": 3}),
    ("cvxpy", "clarabel", {"max_iter": 3}),
    ("cvxpy", "clarabel", {"time_limit": 1e-9}),
    ("cvxpy", "scs", {"max_iters": 10}),
    ("cvxpy", "osqp", {"max_iter": 10}),
    ("cvxpy", "glpk", {"it_lim": 5}),
    ("cvxpy", "scipy", {"maxiter": 5}),
    ("cvxpy", "scipy", {"time_limit": 0}),
    ("pyomo", "highs", {"time_limit": 0}),
    ("pyomo", "highs", {"simplex_iteration_limit": 20, "presolve": "off"}),
    ("pyomo", "highs", {"solver": "ipm", "ipm_iteration_limit": 3, "run_crossover": "off"}),
    ("pyomo", "glpk", {"tmlim": 0}),
    ("matrix", "highs", {"time_limit": 0}),
    ("matrix", "simplex", {"simplex_iteration_limit": 20, "presolve": "off"}),
    ("matrix", "ipm", {"ipm_iteration_limit": 3}),
    ("matrix", "pdlp", {"pdlp_iteration_limit": 10}),
]
# They do not return the point they stopped at.
WITHOUT_POINT = {("cvxpy", "glpk"), ("cvxpy", "scipy"), ("pyomo", "glpk")}


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize(("framework", "solver", "options"), LIMITS)
def test_a_limit_is_told_and_what_is_proved_still_holds(digits, framework, solver, options, model):
    if (framework, solver) not in READY:
        pytest.skip(f"{solver} is not ready in {framework}")
    solution = solve(digits, model=model, framework=framework, solver=solver, options=options)
    # SCS calls what it has at its limit inaccurate.
    assert solution.status is (Status.INACCURATE if solver == "scs" else Status.LIMIT)
    assert "\n" not in solution.message
    assert 0 <= solution.risk_lower < RISK
    assert solution.risk is None or solution.risk >= solution.risk_lower - 1e-6
    if (framework, solver) in WITHOUT_POINT:
        assert solution.plan is None
        assert solution.gap is None
    else:
        assert solution.risk_lower + solution.gap > RISK
        assert solution.gap < 1.01


@pytest.mark.parametrize("framework", ["cvxpy", "pyomo"])
def test_a_limit_after_an_optimum_does_not_report_the_optimum(digits, framework):
    model = declare(digits, "dual", framework)
    assert solve(model).status is Status.OPTIMAL
    solution = solve(model, options={"time_limit": 0})
    assert solution.status is Status.LIMIT
    assert solution.gap is None or solution.gap > 0.1


def test_a_solver_that_returns_nonsense_is_not_believed(monkeypatch):
    monkeypatch.setattr(in_cvxpy, "values", lambda variable: np.full(variable.size, np.nan))
    solution = solve(pair())
    assert solution.status is Status.FAILED
    assert solution.gap is None
    assert 0 <= solution.risk_lower <= 0.5
