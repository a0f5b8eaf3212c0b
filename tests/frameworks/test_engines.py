"""Every solver that is ready: agreement, limits, failures, and what is said of names that do not exist."""

import importlib.metadata
import sys
from dataclasses import replace
from types import ModuleType

import cvxpy as cp
import numpy as np
import pyomo.environ as pyo
import pytest
from motlp.models import dual

from motlp import Ball, Hypergraph, MotlpError, Status, declare, solve, solvers
from motlp.datasets import load
from motlp.errors import InvalidConfig, InvalidModel, SolverUnavailable, UnknownName
from motlp.frameworks import cvxpy as in_cvxpy
from motlp.frameworks import pyomo as in_pyomo
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.solving.solution import PROVED_OPTIMAL

RISK = 0.2655
READY = [(info.framework, info.name) for info in solvers() if info.ready]
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
GLPSOL = pytest.mark.skipif(
    ("pyomo", "glpk") not in READY, reason="the program glpsol is not installed: apt-get install glpk-utils"
)
PAIRS = [pair for pair in READY if pair != ("pyomo", "glpk")] + [pytest.param("pyomo", "glpk", marks=GLPSOL)]
EXTENDED = [pair for pair in READY if pair[0] != "matrix"]


@pytest.fixture(scope="module")
def digits() -> Hypergraph:
    """1,000 images, 2,361 pairs, 38 triples."""
    return interactions(load("digits", per_class=100), Ball("l2"), "1.0", 3)


@pytest.fixture(scope="module")
def few() -> Hypergraph:
    """200 images: cvxopt's own interior point works with dense matrices."""
    return interactions(load("digits", per_class=20), Ball("l2"), "1.2", 3)


@pytest.fixture
def pair() -> Hypergraph:
    """Two points of two classes in one place: the risk is one half."""
    return interactions(LabeledMeasure.from_arrays([[0.0], [0.0]], [0, 1]), Ball("l2"), 1, 2)


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


def test_every_framework_has_solvers_ready():
    assert {("cvxpy", "highs"), ("cvxpy", "clarabel"), ("pyomo", "highs"), ("matrix", "simplex")} <= set(READY)
    assert {("matrix", "ipm"), ("matrix", "pdlp"), ("matrix", "highs")} <= set(READY)


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
# They keep the point they stopped at to themselves.
SILENT = {("cvxpy", "glpk"), ("cvxpy", "scipy"), ("pyomo", "glpk")}


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
    if (framework, solver) in SILENT:
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


@pytest.mark.parametrize(("framework", "solver"), EXTENDED)
def test_an_extended_model_without_solution_says_so(pair, framework, solver):
    solution = solve(extended(pair, framework, lambda potential: potential[0] >= 2), solver=solver)
    assert solution.status is Status.INFEASIBLE
    assert (solution.objective, solution.plan, solution.potential) == (None, None, None)
    assert (solution.risk_lower, solution.gap) == (0.0, None)


@pytest.mark.parametrize(("framework", "solver"), EXTENDED)
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


def test_a_solver_that_returns_nonsense_is_not_believed(pair, monkeypatch):
    monkeypatch.setattr(in_cvxpy, "values", lambda variable: np.full(variable.size, np.nan))
    solution = solve(pair)
    assert solution.status is Status.FAILED
    assert solution.gap is None
    assert 0 <= solution.risk_lower <= 0.5


@pytest.mark.parametrize(
    ("asked", "error", "text"),
    [
        ({"model": "dul"}, UnknownName, "unknown model 'dul'. Did you mean 'dual'? Known: dual, primal"),
        ({"framework": "pymo"}, UnknownName, "unknown framework 'pymo'. Did you mean 'pyomo'? Known: cvxpy, pyomo"),
        ({"solver": "higs"}, UnknownName, "unknown CVXPY solver 'higs'. Did you mean 'highs'?"),
        ({"framework": "pyomo", "solver": "glp"}, UnknownName, "unknown Pyomo solver 'glp'. Did you mean 'glpk'?"),
        ({"framework": "matrix", "solver": "imp"}, UnknownName, "unknown matrix solver 'imp'. Did you mean 'ipm'?"),
        ({"options": {"time_limt": 1}}, UnknownName, "unknown HiGHS option 'time_limt'. Did you mean 'time_limit'?"),
        ({"framework": "pyomo", "options": {"time_limt": 1}}, UnknownName, "unknown HiGHS option 'time_limt'"),
        ({"framework": "matrix", "options": {"time_limt": 1}}, UnknownName, "unknown HiGHS option 'time_limt'"),
        ({"options": {"time_limit": "soon"}}, InvalidConfig, "'time_limit' takes a number, not 'soon'"),
        ({"options": {"time_limit": -1}}, InvalidConfig, "HiGHS refuses -1 for its option 'time_limit'"),
        ({"options": {"threads": 1.5}}, InvalidConfig, "'threads' takes a whole number, not 1.5"),
        ({"solver": "clarabel", "options": {"max_itr": 1}}, UnknownName, "Clarabel option 'max_itr'. Did you mean"),
        (
            {"solver": "clarabel", "options": {"max_iter": 1.5}},
            InvalidConfig,
            "'max_iter' takes a whole number, not 1.5",
        ),
        ({"solver": "glpk", "options": {"tm_limt": 1}}, UnknownName, "unknown GLPK option 'tm_limt'"),
        ({"solver": "glpk", "options": {"presolve": True}}, InvalidConfig, "takes GLP_ON, GLP_OFF, not True"),
        ({"solver": "scs", "options": {"nonsense": 1}}, InvalidConfig, "scs does not run with the options nonsense"),
        ({"solver": "osqp", "options": {"nonsense": 1}}, InvalidConfig, "osqp does not run with the options nonsense"),
        ({"solver": "scipy", "options": {"nonsense": 1}}, UnknownName, "unknown SciPy option 'nonsense'"),
        pytest.param(
            {"framework": "pyomo", "solver": "glpk", "options": {"nonsense": 1}},
            InvalidConfig,
            "glpk does not run with the options nonsense",
            marks=GLPSOL,
        ),
    ],
)
def test_what_does_not_exist_is_told_in_one_line(pair, asked, error, text):
    with pytest.raises(error) as refusal:
        solve(pair, **asked)
    assert isinstance(refusal.value, MotlpError)
    assert text in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_a_solver_that_is_not_installed_says_how_to_get_it(pair, monkeypatch):
    monkeypatch.setattr(cp, "installed_solvers", lambda: ["CLARABEL"])
    with pytest.raises(SolverUnavailable, match="'highs' is not installed for CVXPY: pip install highspy"):
        solve(pair)
    monkeypatch.setattr(in_pyomo, "version", lambda name: "")
    with pytest.raises(SolverUnavailable, match="'glpk' is not installed for Pyomo: the program glpsol: apt-get"):
        solve(pair, framework="pyomo", solver="glpk")


@pytest.fixture
def theirs(monkeypatch) -> ModuleType:
    """A module of another package, installed as the model "theirs"."""
    module = ModuleType("theirs")
    monkeypatch.setitem(sys.modules, "theirs", module)
    entries = importlib.metadata.entry_points(group="motlp.models")
    fakes = [importlib.metadata.EntryPoint(name, name, "motlp.models") for name in ("theirs", "nowhere")]
    monkeypatch.setattr("motlp.frameworks.declaration.entry_points", lambda group: (*entries, *fakes))
    return module


def test_a_model_of_another_package_is_found(pair, theirs):
    theirs.matrix = dual.matrix
    assert solve(pair, model="theirs", framework="matrix").risk == pytest.approx(0.5)
    with pytest.raises(UnknownName, match=r"framework for model 'theirs' 'cvxpy'.* Known: matrix"):
        solve(pair, model="theirs")


def test_the_word_of_the_solver_stands_for_a_model_of_another_package(pair, theirs):
    def twice(hypergraph):
        model = dual.matrix(hypergraph)
        model.problem.row_upper = 2 * model.problem.row_upper
        return model

    theirs.matrix = twice
    solution = solve(pair, model="theirs", framework="matrix")
    assert (solution.status, solution.objective, solution.risk) == (Status.OPTIMAL, 1.0, 0.0)
    assert solution.message.endswith(
        "the proved interval is that of the plain problem, without what was added or changed"
    )


def raising(hypergraph):
    raise KeyError("no\nluck")


def elsewhere(hypergraph):
    return dual.matrix(hypergraph.truncate(1))


def with_part(**parts):
    """The dual with other parts, as a model of another package may name them."""
    return lambda hypergraph: replace(dual.matrix(hypergraph), **parts)


@pytest.mark.parametrize(
    ("function", "text"),
    [
        (7, "has 7 for matrix; it must be a function that takes a hypergraph and returns a Model"),
        (raising, "cannot be declared (KeyError: 'no\\nluck'); it must be repaired there"),
        (lambda: None, "cannot be declared (TypeError: "),
        (lambda hypergraph: None, "returns None, not a Model"),
        (lambda hypergraph: dual.matrix(hypergraph).problem, "returns LinearProgram("),
        (lambda hypergraph: dual.cvxpy(hypergraph), "returns a model in 'cvxpy', not in matrix"),
        (elsewhere, "returns a model of another hypergraph, not of the one that it was given"),
        (with_part(problem=None), "returns a model whose problem is None, not a LinearProgram"),
        (with_part(conflict=slice(1)), "returns a model whose conflict has length 1 for 2 interactions"),
        (with_part(plan=slice(None)), "returns a model whose plan has length 3 for 2 interactions"),
        (with_part(potential=slice(2)), "returns a model whose potential has length 2 for 3 points"),
        (with_part(potential="g"), "names 'g' as its potential, which is no such part of a problem in matrix"),
    ],
)
def test_a_model_that_is_none_is_told_in_one_line(theirs, function, text):
    measure = LabeledMeasure.from_arrays([[0.0], [0.0], [9.0]], [0, 1, 1])
    hypergraph = interactions(measure, Ball("l2"), 1, 2).maximal()
    theirs.matrix = function
    for act in (
        lambda: solve(hypergraph, model="theirs", framework="matrix"),
        lambda: declare(hypergraph, "theirs", "matrix"),
    ):
        with pytest.raises(InvalidModel) as refusal:
            act()
        assert text in str(refusal.value)
        assert str(refusal.value).startswith("the model 'theirs' (")
        assert "\n" not in str(refusal.value)


def test_a_model_that_does_not_import_is_told_in_one_line(pair, theirs):
    text = (
        r"^the model 'nowhere' \(module nowhere\) does not import \(ModuleNotFoundError: No module named 'nowhere'\); "
        r"repair or remove the package that it comes from\.$"
    )
    for act in (solve, declare):
        with pytest.raises(InvalidModel, match=text):
            act(pair, **{"model" if act is solve else "name": "nowhere"})
