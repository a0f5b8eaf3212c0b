"""The formulations: known risks, duality in every framework, independent optima, and what must not matter."""

from dataclasses import replace
from fractions import Fraction
from math import lcm

import cvxpy as cp
import numpy as np
import pyomo.environ as pyo
import pytest
import scipy.optimize
import scipy.sparse as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse.csgraph import maximum_flow
from support import brute
from support.measures import BUDGETS, measures, threats
from support.problems import triangles

from motlp import Ball, Status, declare, solve
from motlp.datasets import load
from motlp.frameworks.engine import FRAMEWORKS
from motlp.problem.interactions import interactions
from motlp.problem.measure import LabeledMeasure
from motlp.problem.rationals import exact

NEAR = 1e-9


def matrix_risk(measure, threat, order, model="dual"):
    """The truncated risk by HiGHS."""
    solution = solve(interactions(measure, *threat, order), model=model, framework="matrix")
    assert solution.status is Status.OPTIMAL
    return solution.risk


@pytest.mark.parametrize(
    ("norm", "eps", "per_class", "order", "counts", "risk"),
    [
        ("l2", "1.0", 100, 3, [1000, 2361, 38], 0.2655),
        ("linf", "0.3301", 60, 4, [600, 91, 0, 0], 0.045),
    ],
)
def test_digits(norm, eps, per_class, order, counts, risk):
    hypergraph = interactions(load("digits", per_class=per_class), Ball(norm), eps, order)
    assert list(hypergraph.counts.values()) == counts
    solution = solve(hypergraph, framework="matrix")
    assert solution.risk == pytest.approx(risk, abs=NEAR)
    assert solution.risk_lower == pytest.approx(risk, abs=1e-12)


def test_mnist(mnist_root):
    measure = load("mnist", split="train", per_class=200, root=mnist_root)
    hypergraph = interactions(measure, Ball("l2"), "3.5", 3)
    assert list(hypergraph.counts.values()) == [2000, 11740, 2916]
    solution = solve(hypergraph, framework="matrix")
    assert solution.risk == pytest.approx(0.25225, abs=NEAR)
    assert solution.risk_lower == pytest.approx(0.25225, abs=1e-12)


@settings(max_examples=20)
@given(measures(), threats(norms=("l2", "linf", "l1")), st.integers(2, 5))
def test_primal_equals_dual(measure, threat, order):
    order = min(order, measure.classes)
    assert matrix_risk(measure, threat, order, "primal") == pytest.approx(matrix_risk(measure, threat, order), abs=NEAR)


@settings(max_examples=6)
@given(measures(), threats(), st.integers(2, 4))
def test_every_framework_declares_the_same_problem(measure, threat, order):
    hypergraph = interactions(measure, *threat, min(order, measure.classes))
    risks = [
        solve(hypergraph, model=model, framework=framework).risk
        for model in ("primal", "dual")
        for framework in FRAMEWORKS
    ]
    assert risks == pytest.approx([risks[0]] * len(risks), abs=NEAR)


@settings(max_examples=25)
@given(measures(classes=(2, 4), points=(4, 8)), threats(), st.integers(1, 4))
def test_the_optimum_is_that_of_brute_force(measure, threat, order):
    order = min(order, measure.classes)
    kind, eps = threat
    every = brute.interactions(measure, kind, None if eps is None else exact(eps), order)
    prices = [1 + float(c) for c in every.values()]
    matrix = brute.incidence(measure.size, every)
    optimum = scipy.optimize.linprog(prices, A_eq=matrix, b_eq=measure.mass, method="highs-ds")
    assert matrix_risk(measure, threat, order) == pytest.approx(1 - optimum.fun, abs=NEAR)


@settings(max_examples=14)
@given(measures(), st.sampled_from(["l2", "linf", "l1"]), st.sampled_from(BUDGETS), st.sampled_from(BUDGETS))
def test_the_risk_grows_with_budget_and_order_up_to_its_ceiling(measure, norm, one, other):
    low, high = sorted((one, other), key=float)
    largest = interactions(measure, Ball(norm), high, measure.classes)
    last = 0.0
    for order in range(1, measure.classes + 1):
        truncated = largest.truncate(order)
        risk = solve(truncated, framework="matrix").risk
        assert last - NEAR <= risk <= 1 - 1 / order + NEAR
        assert solve(truncated.at(low), framework="matrix").risk <= risk + NEAR
        last = risk


@settings(max_examples=20)
@given(measures(), threats(norms=("l2", "linf", "l1")), st.integers(2, 4), st.randoms(use_true_random=False))
def test_the_order_of_the_points_does_not_matter(measure, threat, order, random):
    order = min(order, measure.classes)
    shuffled = list(range(measure.size))
    random.shuffle(shuffled)
    names = list(range(measure.classes))
    random.shuffle(names)
    other = LabeledMeasure.from_arrays(
        measure.points[shuffled], np.array(names)[measure.labels[shuffled]], measure.mass[shuffled], unit=1
    )
    assert matrix_risk(other, threat, order) == pytest.approx(matrix_risk(measure, threat, order), abs=NEAR)


@settings(max_examples=20)
@given(measures(), threats(norms=("l2", "linf", "l1")), st.integers(2, 4), st.data())
def test_a_point_may_be_split_in_two(measure, threat, order, data):
    order, v = min(order, measure.classes), data.draw(st.integers(0, measure.size - 1))
    share = data.draw(st.floats(0, 1))
    mass = np.append(measure.mass, share * measure.mass[v])
    mass[v] *= 1 - share
    split = LabeledMeasure.from_arrays(
        np.vstack([measure.points, measure.points[v]]), np.append(measure.labels, measure.labels[v]), mass, unit=1
    )
    assert matrix_risk(split, threat, order) == pytest.approx(matrix_risk(measure, threat, order), abs=NEAR)


@settings(max_examples=30)
@given(measures(classes=(2, 2), points=(4, 20)), st.sampled_from(["l2", "linf", "l1"]), st.sampled_from(BUDGETS))
def test_two_classes_are_a_minimum_cut(measure, norm, eps):
    fractions = [Fraction(m).limit_denominator(1000) for m in measure.mass.tolist()]
    whole = lcm(*(f.denominator for f in fractions))
    weights = [int(f * whole) for f in fractions]
    n, limit = measure.size, 2 * exact(eps)
    capacity = np.zeros((n + 2, n + 2), dtype=np.int32)
    for u in np.flatnonzero(measure.labels == 0).tolist():
        capacity[n, u] = weights[u]
        for v in np.flatnonzero(measure.labels == 1).tolist():
            steps = [abs(Fraction(a) - Fraction(b)) for a, b in zip(*measure.points[[u, v]].tolist(), strict=True)]
            close = {"l2": sum(s**2 for s in steps) <= limit**2, "linf": max(steps) <= limit, "l1": sum(steps) <= limit}
            capacity[u, v] = whole * close[norm]
            capacity[v, n + 1] = weights[v]
    flow = maximum_flow(sp.csr_array(capacity), n, n + 1).flow_value
    assert matrix_risk(measure, (Ball(norm), eps), 2) == pytest.approx(flow / whole, abs=NEAR)


@settings(max_examples=25)
@given(measures(), threats(norms=("l2", "linf", "l1")), st.integers(2, 5), st.sampled_from(["primal", "dual"]))
def test_binding_interactions_are_enough(measure, threat, order, model):
    hypergraph = interactions(measure, *threat, min(order, measure.classes))
    everything = solve(declare(hypergraph, model, "matrix"))
    binding = solve(declare(hypergraph.maximal(), model, "matrix"))
    assert everything.risk == pytest.approx(binding.risk, abs=NEAR)
    assert solve(hypergraph, model=model, framework="matrix").risk == pytest.approx(binding.risk, abs=NEAR)


@pytest.fixture
def gaussians():
    """Three classes in the plane, with triangles."""
    return triangles()


@pytest.mark.parametrize("framework", ["cvxpy", "pyomo"])
def test_a_dual_extended_in_place(gaussians, framework):
    """A class keeps nearly all its mass: the risk rises, and the proved interval is that of the plain problem."""
    first = gaussians.measure.labels == 0
    kept = 0.99 * gaussians.mass[first].sum()
    model = declare(gaussians, "dual", framework)
    plain = solve(model)
    assert plain.potential is not None
    assert gaussians.mass[first] @ plain.potential[first] < kept  # else the constraint says nothing
    if framework == "cvxpy":
        fair = gaussians.mass[first] @ model.potential[first] >= kept
        model.problem = cp.Problem(model.problem.objective, [*model.problem.constraints, fair])
    else:
        members = np.flatnonzero(first).tolist()
        model.problem.fair = pyo.Constraint(
            expr=sum(float(gaussians.mass[v]) * model.potential[v] for v in members) >= float(kept)
        )
    fair = solve(model)
    assert fair.status is Status.OPTIMAL
    assert gaussians.mass[first] @ fair.potential[first] == pytest.approx(kept, abs=NEAR)
    assert fair.risk > plain.risk + 1e-2
    assert fair.risk_lower <= plain.risk + NEAR
    assert fair.risk_lower + fair.gap >= plain.risk - NEAR


def test_extended_models_agree(gaussians):
    """The same constraint, no potential above a half, in both frameworks and for the plain arrays."""
    risks = []
    model = declare(gaussians, "dual", "cvxpy")
    model.problem = cp.Problem(model.problem.objective, [*model.problem.constraints, model.potential <= 0.5])
    risks.append(solve(model).risk)
    model = declare(gaussians, "dual", "pyomo")
    model.problem.half = pyo.Constraint(range(36), rule=lambda m, v: m.potential[v] <= 0.5)
    risks.append(solve(model).risk)
    model = declare(gaussians, "dual", "matrix")
    program = model.problem
    model.problem = replace(
        program,
        matrix=sp.vstack([program.matrix, sp.eye_array(36)]).tocsc(),
        row_lower=np.append(program.row_lower, np.full(36, -np.inf)),
        row_upper=np.append(program.row_upper, np.full(36, 0.5)),
    )
    model.conflict = slice(0, gaussians.size)
    risks.append(solve(model).risk)
    assert risks == pytest.approx([risks[0]] * 3, abs=NEAR)
    assert risks[0] >= 0.5 - NEAR


@pytest.mark.parametrize("framework", FRAMEWORKS)
@pytest.mark.parametrize("name", ["primal", "dual"])
def test_a_model_names_its_parts(gaussians, framework, name):
    model = declare(gaussians, name, framework)
    parts = {"plan": model.plan, "marginal": model.marginal, "potential": model.potential, "conflict": model.conflict}
    named = {"plan", "marginal"} if name == "primal" else {"potential", "conflict"}
    assert {part for part, value in parts.items() if value is not None} == named
    solution = solve(model)
    assert (solution.model, solution.framework) == (name, framework)
    assert solution.plan.shape == (gaussians.size,)
    assert solution.potential.shape == (36,)
