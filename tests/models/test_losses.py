"""Models of other losses and other classifiers: closed forms, brute force, and one answer in all frameworks."""

from fractions import Fraction
from itertools import combinations, product
from math import log

import cvxpy as cp
import numpy as np
import pyomo.environ as pyo
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from support.measures import BUDGETS, measures
from support.problems import pair, triangles
from support.ready import INTEGER

from motlp import Ball, Quadratic, Status, declare, solve, sweep
from motlp.errors import InvalidBudget, InvalidConfig, InvalidModel, SolverUnavailable, UnknownName
from motlp.frameworks.declaration import declaration
from motlp.frameworks.engine import FRAMEWORKS
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.interactions import interactions
from motlp.problem.loss import CrossEntropy, HardRisk, Loss, WorstClassRisk
from motlp.problem.measure import LabeledMeasure
from motlp.solving import method

NEAR = 1e-7  # of the proved ends of models that simplex methods solve
CONIC = 1e-5  # of those that interior points and first-order methods solve
MASSES = st.integers(1, 9)
EVERYWHERE = [("deterministic", framework, solver) for framework, solver in INTEGER]
EVERYWHERE += [(model, framework, None) for model in ("fair", "abstain") for framework in FRAMEWORKS]
EVERYWHERE += [("log_loss", "cvxpy", "clarabel"), ("log_loss", "cvxpy", "scs")]


def in_conflict(one: int, other: int, apart: int = 0) -> Hypergraph:
    """Two points in one place, and a third far away, of these weights."""
    x, y, weights = [[0.0], [0.0], [9.0]], [0, 1, 1], [one, other, apart]
    return interactions(LabeledMeasure.from_arrays(x, y, weights), Ball("l2"), 1, 2)


def triangle() -> Hypergraph:
    """Three points of three classes in one place."""
    return interactions(LabeledMeasure.from_arrays([[0.0], [0.0], [0.0]], [0, 1, 2]), Ball("l2"), 1, 3)


def parameters(model: str, price: str = "0.3") -> dict[str, str]:
    return {"price": price} if model == "abstain" else {}


def ends(hypergraph: Hypergraph, model: str, price: str = "0.3", **asked: str) -> tuple[float, float]:
    """Both proved ends of a loss, between which the solver's own number lies, or nearly."""
    solution = solve(hypergraph, model=model, parameters=parameters(model, price), **asked)
    assert solution.status in (Status.OPTIMAL, Status.INACCURATE)
    assert solution.loss_lower - CONIC <= solution.loss_value <= solution.loss_upper + CONIC
    return solution.loss_lower, solution.loss_upper


@settings(max_examples=5)
@given(MASSES, MASSES, st.integers(0, 9))
def test_the_log_loss_of_two_points_in_conflict(one, other, apart):
    """(m₁ + m₂) H(m₁ / (m₁ + m₂)), H the entropy in nats."""
    total = one + other + apart
    expected = -(one * log(one / (one + other)) + other * log(other / (one + other))) / total
    lower, upper = ends(in_conflict(one, other, apart), "log_loss")
    assert expected - CONIC <= lower <= expected + 1e-12
    assert expected - 1e-12 <= upper <= expected + CONIC


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_a_triangle_within_reach(framework):
    """A deterministic classifier keeps one of three points, and a fair one a third of each."""
    assert ends(triangle(), "deterministic", framework=framework) == pytest.approx((2 / 3, 2 / 3), abs=1e-12)
    assert ends(triangle(), "fair", framework=framework) == pytest.approx((2 / 3, 2 / 3), abs=1e-12)
    assert ends(triangle().truncate(2), "deterministic", framework=framework)[1] == pytest.approx(2 / 3, abs=1e-12)
    assert solve(triangle().truncate(2), framework=framework).risk_lower == pytest.approx(1 / 2)


@pytest.mark.parametrize("framework", FRAMEWORKS)
@settings(max_examples=5)
@given(MASSES, MASSES, st.sampled_from(["0.05", "0.3", "1/3", "0.5", "0.75"]))
def test_abstaining_where_two_points_are_in_conflict(framework, one, other, price):
    """The best is to answer the heavier label always, or never to answer: or, at a price of 1/2 or more, the first."""
    total = one + other
    expected = min(one / total, other / total, float(Fraction(price)))
    assert ends(in_conflict(one, other), "abstain", price, framework=framework) == pytest.approx((expected,) * 2)


@settings(max_examples=10)
@given(MASSES, MASSES, st.integers(0, 9))
def test_the_worst_class_of_two_points_in_conflict(one, other, apart):
    """The share t that each class keeps: g₁ = t, and g₂ = 1 − t with the mass apart makes t of the second class."""
    expected = 1 - (other + apart) / (2 * other + apart)
    assert ends(in_conflict(one, other, apart), "fair", framework="matrix") == pytest.approx((expected,) * 2)


@pytest.mark.parametrize(("model", "framework", "solver"), EVERYWHERE)
def test_every_solver_that_can_gives_the_same(model, framework, solver):
    best = {
        "log_loss": ("cvxpy", "clarabel"),
        "deterministic": ("matrix", "highs"),
        "fair": ("matrix", "highs"),
        "abstain": ("matrix", "highs"),
    }
    lower, upper = ends(triangles(), model, framework=framework, solver=solver)
    reference = ends(triangles(), model, **dict(zip(("framework", "solver"), best[model], strict=True)))
    tolerance = 1e-3 if solver == "scs" else CONIC if model == "log_loss" else NEAR
    assert (lower, upper) == pytest.approx(reference, abs=tolerance)
    if model != "deterministic":  # whose lower end is that of all classifiers
        assert upper - lower <= tolerance


@settings(max_examples=12)
@given(measures(classes=(2, 4), points=(4, 9)), st.sampled_from(["l2", "linf", "l1"]), st.sampled_from(BUDGETS))
def test_the_deterministic_optimum_is_that_of_brute_force(measure, norm, eps):
    hypergraph = interactions(measure, Ball(norm), eps, measure.classes)
    pairs = hypergraph.members[1].tolist() if hypergraph.order > 1 else []
    choices = (np.array(g) for g in product((0, 1), repeat=measure.size))
    best = max(float(measure.mass @ g) for g in choices if all(g[u] + g[v] < 2 for u, v in pairs))
    solution = solve(hypergraph, model="deterministic", framework="matrix")
    assert solution.risk == pytest.approx(1 - best, abs=1e-9)
    assert solution.loss_upper == pytest.approx(1 - best, abs=1e-12)
    assert solution.loss_upper >= 1 - best - 1e-15
    assert solution.claimed == pytest.approx(best, abs=1e-6)
    assert solution.risk_lower == solution.loss_lower <= solution.loss_upper + 1e-15


@settings(max_examples=6)
@given(measures(classes=(2, 4), points=(4, 9)), st.sampled_from(["l2", "linf"]), st.sampled_from(BUDGETS))
def test_what_is_known_of_the_losses(measure, norm, eps):
    """Whoever may abstain loses less, the more the cheaper it is; and the worst class fares no better than all."""
    hypergraph = interactions(measure, Ball(norm), eps, measure.classes)
    plain = solve(hypergraph, framework="matrix")
    last = 0.0
    for price in ("0.1", "0.4", "0.6", "0.75"):
        lower, upper = ends(hypergraph, "abstain", price, framework="matrix")
        assert upper - lower <= NEAR
        assert lower >= last - 1e-12
        assert lower <= plain.risk + 1e-12
        last = lower
    # A set of four points at most: abstaining gains a quarter of what is lost, as guessing does.
    assert last == pytest.approx(plain.risk, abs=NEAR)
    assert ends(hypergraph, "fair", framework="matrix")[1] >= plain.risk - 1e-12


@settings(max_examples=20)
@given(
    st.lists(st.floats(0, 1), min_size=1, max_size=5),
    st.sampled_from([0.1, 0.3, 0.5, 0.6, 0.9]),
)
def test_abstentions_are_eliminated(gains, price):
    """There are answers and an abstention that are sure of the gains just where no weighted sum exceeds 1."""
    f, a, most = cp.Variable(len(gains), nonneg=True), cp.Variable(nonneg=True), cp.Variable()
    problem = cp.Problem(cp.Minimize(most), [cp.sum(f) + a <= most, np.array(gains) <= f + (1 - price) * a])
    problem.solve(solver=cp.HIGHS)
    full = int(1 / (1 - price) + 1e-12)
    ordered = sorted(gains, reverse=True)
    rest = (1 / (1 - price) - full) * ordered[full] if full < len(gains) else 0.0
    assert most.value == pytest.approx(sum(ordered[:full]) + rest, abs=1e-7)


def test_the_log_loss_in_pyomo_is_that_of_cvxpy():
    """Solvers for it are not on every machine: so its objective and its rows are compared at a point."""
    hypergraph, rng = triangles(), np.random.default_rng(0)
    g = rng.uniform(0.1, 0.9, hypergraph.measure.size)
    ours, theirs = declare(hypergraph, "log_loss", "cvxpy"), declare(hypergraph, "log_loss", "pyomo")
    ours.potential.value = g
    for v, value in enumerate(g.tolist()):
        theirs.potential[v].set_value(value)
    assert ours.problem.objective.value == pytest.approx(pyo.value(theirs.problem.likelihood))
    rows = [pyo.value(row.body) - pyo.value(row.upper) for row in theirs.conflict.values()]
    assert rows == pytest.approx((hypergraph.incidence.T @ g - hypergraph.price).tolist())
    assert theirs.problem.likelihood.sense == pyo.maximize


def test_points_without_mass_lose_nothing():
    hypergraph = in_conflict(1, 0, 1)
    for model in ("log_loss", "deterministic", "fair", "abstain"):
        assert ends(hypergraph, model) == pytest.approx((0, 0), abs=CONIC)


@pytest.mark.parametrize("model", ["log_loss", "deterministic", "abstain"])
def test_models_for_a_ball_refuse_other_threats(model):
    hypergraph = interactions(pair().measure, Quadratic(1), order=2)
    with pytest.raises(InvalidBudget, match=f"the model '{model}' is for adversaries with a budget"):
        solve(hypergraph, model=model, parameters=parameters(model))


def test_a_fair_classifier_under_the_quadratic_cost():
    measure = LabeledMeasure.from_arrays([[0.0], [1.0]], [0, 1])
    hypergraph = interactions(measure, Quadratic(1), order=2)
    for framework in FRAMEWORKS:  # the points may keep 1 + c = 3/2 together
        assert ends(hypergraph, "fair", framework=framework) == pytest.approx((1 / 4, 1 / 4))


@pytest.mark.parametrize("price", ["0", "1", "1.5", "-0.1", "x"])
def test_a_price_out_of_range_is_refused(price):
    with pytest.raises(InvalidBudget, match="price is"):
        solve(pair(), model="abstain", parameters={"price": price})


def test_parameters_are_those_of_the_model():
    with pytest.raises(InvalidConfig, match="the model 'abstain' needs a price; give it in parameters"):
        solve(pair(), model="abstain")
    with pytest.raises(UnknownName, match="unknown parameter of the model 'abstain' 'pric'"):
        declare(pair(), "abstain", "matrix", {"pric": "0.2"})
    with pytest.raises(UnknownName, match="unknown parameter of the model 'dual' 'price'"):
        solve(pair(), parameters={"price": "0.2"})
    with pytest.raises(InvalidConfig, match="takes no parameters"):
        solve(pair(), solver="sinkhorn", parameters={"price": "0.2"})
    with pytest.raises(InvalidConfig, match="parameters are those with which a model is declared"):
        solve(declare(pair()), parameters={"price": "0.2"})


@pytest.mark.parametrize(
    ("model", "framework", "solver", "text"),
    [
        ("log_loss", "cvxpy", "highs", "is exponential cone in CVXPY, and highs solves .* use clarabel"),
        ("log_loss", "pyomo", "glpk", "is nonlinear in Pyomo"),
        ("deterministic", "cvxpy", "clarabel", "is integer in CVXPY, and clarabel solves .* use highs"),
        ("deterministic", "matrix", "ipm", "is integer in matrix, and ipm solves problems that are linear; use highs"),
        ("dual", "cvxpy", "glpk_mi", "is linear in CVXPY, and glpk_mi solves problems that are integer"),
    ],
)
def test_a_solver_that_does_not_fit_is_refused(model, framework, solver, text):
    if (framework, solver) == ("cvxpy", "glpk_mi"):
        pytest.importorskip("cvxopt")
    with pytest.raises((InvalidConfig, SolverUnavailable), match=text):
        solve(pair(), model=model, framework=framework, solver=solver)


def test_a_model_that_a_framework_has_no_version_of():
    with pytest.raises(UnknownName, match=r"unknown framework for model 'log_loss' 'matrix'\. Known: cvxpy, pyomo"):
        solve(pair(), model="log_loss", framework="matrix")


def test_a_model_that_no_solver_here_can_solve_says_how_to_get_one(monkeypatch):
    monkeypatch.setattr(method.SolverInfo, "ready", property(lambda self: False))
    with pytest.raises(SolverUnavailable, match=r"is nonlinear in Pyomo, and no solver .* the program ipopt"):
        solve(pair(), model="log_loss", framework="pyomo")


@pytest.mark.parametrize(("framework", "solver"), [("cvxpy", "highs"), ("pyomo", "highs"), ("matrix", "highs")])
def test_no_method_of_linear_programming_drops_the_integrality(framework, solver):
    with pytest.raises(InvalidConfig, match="HiGHS ignores that variables are whole numbers"):
        solve(triangle(), model="deterministic", framework=framework, options={"solver": "ipm"})
    with pytest.raises(InvalidConfig, match="HiGHS ignores that variables are whole numbers"):
        solve(declare(triangle().truncate(2), "deterministic", framework), options={"solver": "ipm"})
    with pytest.raises(InvalidConfig, match="the option solve_relaxation is True"):
        solve(triangle(), model="deterministic", framework=framework, options={"solve_relaxation": True})
    assert solve(triangle(), model="deterministic", framework=framework, options={"solver": "choose"}).loss_upper


def test_large_models_with_integer_variables_stay_so():
    """What HiGHS is told for large linear programs would make it drop the integrality."""
    wanted = method.Method(model="deterministic", framework="matrix")
    assert wanted.choose(10**7) == ("highs", {})
    assert method.Method(model="fair", framework="matrix").choose(10**7)[1] == {"solver": "ipm", "run_crossover": "off"}


def test_of_a_model_that_was_changed_only_its_own_rows_prove_anything():
    """Half of the points may count twice: what is true of deterministic classifiers is not of this model."""
    model = declare(triangle().truncate(2), "deterministic", "matrix")
    model.problem.cost[0] *= 2
    solution = solve(model)
    assert solution.objective == pytest.approx(2 / 3)
    assert (solution.loss_lower, solution.loss_upper, solution.risk) == (None, None, None)
    fair = declare(triangles(), "fair", "cvxpy")
    fair.problem = cp.Problem(fair.problem.objective, [*fair.problem.constraints, fair.potential <= 0.5])
    solution = solve(fair)
    assert (solution.loss_lower, solution.loss_upper) == (None, None)
    assert "of the least worst-class risk itself nothing is proved" in solution.message
    assert solution.value_bound == pytest.approx(solution.objective, abs=1e-9)  # of the rows as they are


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_no_loss_is_proved_of_a_model_in_hand(framework):
    """Whatever became of its objective and its loss: half of the worst class is lost, and no more."""
    for loss in (None, WorstClassRisk(), HardRisk(), CrossEntropy(), Loss("regret")):
        model = declare(pair(), "fair", framework)
        model.loss = loss
        solution = solve(model)
        assert (solution.loss_lower, solution.loss_upper) == (None, None)
        assert solution.risk_lower <= 0.5
    model.loss = "risk"
    with pytest.raises(InvalidModel, match="its loss is 'risk'; give a Loss, or None"):
        solve(model)


def test_a_model_in_hand_gets_a_solver_that_fits():
    assert solve(declare(pair(), "log_loss")).solver == "clarabel"


def test_the_time_limit_of_an_integer_program_is_that_of_its_relaxation():
    solution = solve(triangles(), model="deterministic", framework="matrix", options={"time_limit": 60})
    assert solution.seconds.keys() == {"declare", "solve", "relaxation"}
    stopped = solve(triangles(), model="deterministic", framework="matrix", options={"time_limit": 0})
    assert stopped.loss_lower in (None, 0.0)


def test_a_sweep_is_about_the_risk_of_all_classifiers():
    for model in ("log_loss", "deterministic", "fair", "abstain"):
        with pytest.raises(InvalidConfig, match="the rows of a sweep are about the 0-1 loss"):
            sweep(triangles(), ["0.5"], model=model)


def test_every_model_says_what_kind_of_problem_it_is():
    for name, framework in product(("primal", "dual", "log_loss", "deterministic", "fair", "abstain"), FRAMEWORKS):
        if (name, framework) != ("log_loss", "matrix"):
            assert declaration(name, framework)
            assert method.kind_of(name, framework)


def test_the_conflicts_of_a_deterministic_classifier_are_those_of_pairs():
    hypergraph = triangles()
    kept = solve(hypergraph, model="deterministic", framework="matrix").potential > 0.5
    chosen = set(np.flatnonzero(kept).tolist())
    assert not any(set(edge) <= chosen for edge in hypergraph.members[1].tolist())
    assert all(len(set(rows) & chosen) <= 1 for rows in hypergraph.members[2].tolist())
    assert {tuple(e) for e in hypergraph.members[1].tolist()} >= {
        edge for rows in hypergraph.members[2].tolist() for edge in combinations(rows, 2)
    }
