"""The proved bound on the optimum of an extended model, beside its exact optimum, whatever the solver did."""

from dataclasses import replace
from fractions import Fraction
from unittest.mock import patch

import cvxpy as cp
import numpy as np
import pyomo.environ as pyo
import pytest
import scipy.sparse as sp
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as npst
from support import programs
from support.bounds import FLOATS
from support.measures import measures

from motlp import Model, Status, declare, solve
from motlp.frameworks import matrix as in_matrix
from motlp.frameworks import pyomo as in_pyomo
from motlp.problem.hypergraph import Hypergraph
from motlp.problem.interactions import interactions
from motlp.problem.linear_form import LinearForm
from motlp.problem.measure import LabeledMeasure
from motlp.problem.threat import Ball, Quadratic
from motlp.report.records import bound_record

STOPPED = {"ipm_iteration_limit": 1, "presolve": "off"}
HOW = [
    ("cvxpy", "highs", {}),
    ("cvxpy", "clarabel", {}),
    ("cvxpy", "clarabel", {"max_iter": 3}),
    ("cvxpy", "scs", {"eps": 1e-1}),
    ("cvxpy", "highs", {"solver": "ipm", "run_crossover": "off"} | STOPPED),
    ("pyomo", "highs", {}),
    ("pyomo", "highs", {"solver": "ipm", "run_crossover": "off"} | STOPPED),
    ("matrix", "simplex", {}),
    ("matrix", "ipm", STOPPED),
    ("matrix", "pdlp", {"pdlp_iteration_limit": 5}),
]
NO_SHRINK = [Phase.explicit, Phase.reuse, Phase.generate]  # an example solves a program exactly, which takes time
COEFFICIENTS = st.sampled_from([0.0, 0.25, 0.5, 1.0, -0.5])


@st.composite
def extensions(draw):
    """Four points, and up to two rows on their potentials; or three, and rows on the plan, which may be dearer."""
    name = draw(st.sampled_from(["dual", "primal"]))
    points = 4 if name == "dual" else 3
    measure = draw(measures(classes=(2, 3), points=(points, points), dimensions=(1, 1)))
    threat = draw(st.sampled_from([(Ball("l2"), "1"), (Ball("l2"), "2"), (Quadratic("0.3"), None)]))
    hypergraph = interactions(measure, *threat, measure.classes)
    columns, rows = measure.size if name == "dual" else hypergraph.size, draw(st.integers(1, 2))
    left = draw(npst.arrays(np.float64, (rows, columns), elements=COEFFICIENTS))
    right = draw(npst.arrays(np.float64, rows, elements=st.sampled_from([0.0, 0.125, 0.5, 1.0])))
    return hypergraph, name, left, right, draw(st.booleans())


def extend(framework, hypergraph, name, left, right, least) -> Model:
    """The model with the rows left x ≥ right, or ≤."""
    model = declare(hypergraph, name, framework)
    x = model.potential if name == "dual" else model.plan
    if framework == "cvxpy":
        rows = left @ x >= right if least else left @ x <= right
        model.problem = cp.Problem(model.problem.objective, [*model.problem.constraints, rows])
    elif framework == "pyomo":
        model.problem.more = pyo.ConstraintList()
        for row, side in zip(left.tolist(), right.tolist(), strict=True):
            body = sum(a * x[j] for j, a in enumerate(row) if a)
            if any(row):
                model.problem.more.add(body >= side if least else body <= side)
            else:
                model.problem.more.add(0 * x[0] >= side if least else 0 * x[0] <= side)
    else:
        program, none = model.problem, np.full(len(right), np.inf)
        program.matrix = sp.csc_array(sp.vstack([program.matrix, left]))
        program.row_lower = np.append(program.row_lower, right if least else -none)
        program.row_upper = np.append(program.row_upper, none if least else right)
        part, rows = ("conflict", hypergraph.size) if name == "dual" else ("marginal", hypergraph.measure.size)
        setattr(model, part, slice(0, rows))
    return model


def exact_optimum(hypergraph, name, left, right, least) -> Fraction | None:
    """The exact optimum of the extended model; None where it has none. A primal's is that of its dual."""
    incidence, price, mass = hypergraph.incidence.toarray(), hypergraph.price, hypergraph.mass
    sign = -1.0 if least else 1.0
    a, b = sign * left, sign * right  # a x ≤ b
    if name == "dual":
        cost, rows, sides = mass, np.vstack([incidence.T, a]), np.append(price, b)
    else:  # max mᵀg − bᵀh, Iᵀg − aᵀh ≤ price, g, h ≥ 0
        cost, rows, sides = np.append(mass, -b), np.hstack([incidence.T, -a.T]), price
    columns = len(cost)
    form = LinearForm(
        sense="max",
        cost=cost,
        constant=0.0,
        matrix=sp.csc_array(rows),
        row_lower=np.full(len(sides), -np.inf),
        row_upper=sides,
        column_lower=np.zeros(columns),
        column_upper=np.full(columns, np.inf),
        multipliers=np.zeros(len(sides)),
    )
    value = programs.optimum(form)
    unbounded = name == "primal" and value is not None and value > 5  # there is no plan, and the dual grows to FAR
    return None if unbounded else value


def check(solution, value, name) -> None:
    """The bound is on the right side, and points the right way."""
    assert solution.sense == ("max" if name == "dual" else "min")
    if value is not None and solution.value_bound is not None:
        bound = Fraction(solution.value_bound)
        assert bound >= value if name == "dual" else bound <= value


@settings(max_examples=16, phases=NO_SHRINK)
@given(extensions(), st.sampled_from(HOW))
def test_the_bound_holds_beside_the_exact_optimum(extension, how):
    framework, solver, options = how
    value = exact_optimum(*extension)
    solution = solve(extend(framework, *extension), solver=solver, options=options)
    check(solution, value, extension[1])
    if solution.status is Status.OPTIMAL and value is not None and solver != "scs":
        assert solution.value_bound == pytest.approx(float(value), abs=1e-6)
    if solution.status is Status.INFEASIBLE:
        assert solution.value_bound is None


@settings(max_examples=13, phases=NO_SHRINK)
@given(extensions(), st.sampled_from(["cvxpy", "pyomo", "matrix"]), st.data())
def test_a_solver_that_returns_garbage_proves_nothing_false(extension, framework, data):
    """Test doubles of the solvers, whose multipliers are any numbers."""
    value = exact_optimum(*extension)

    def garbage(length):
        return data.draw(npst.arrays(np.float64, length, elements=FLOATS | st.floats(-2, 2)))

    def dual_value(constraint):
        return garbage(constraint.size).reshape(constraint.shape)

    def read_point(highs, program, honest=in_matrix.read_point):
        return honest(highs, program)[0], garbage(len(program.row_upper))

    def run(solver, engine, problem, duals, options, honest=in_pyomo.run):
        answer = honest(solver, engine, problem, duals, options)
        for row in problem.component_data_objects(pyo.Constraint):
            duals[row] = float(garbage(1)[0])
        return answer

    with (
        patch.object(cp.constraints.constraint.Constraint, "dual_value", property(dual_value)),
        patch.object(in_matrix, "read_point", read_point),
        patch.object(in_pyomo, "run", run),
    ):
        solution = solve(extend(framework, *extension))
    check(solution, value, extension[1])


@pytest.mark.parametrize("framework", ["cvxpy", "pyomo", "matrix"])
@pytest.mark.parametrize("name", ["primal", "dual"])
def test_of_the_plain_model_the_interval_tells(gaussians, framework, name):
    solution = solve(gaussians, model=name, framework=framework)
    assert solution.plain
    assert solution.value_bound == pytest.approx(solution.objective, abs=1e-9)
    optimum = 1 - Fraction(solution.risk_lower)
    assert abs(Fraction(solution.value_bound) - optimum) < 1e-9
    assert bound_record(solution, {})["value_bound"] == solution.value_bound
    assert replace(solution, plan=None, potential=None).value_bound is None


@pytest.fixture(scope="module")
def apart() -> Hypergraph:
    """3,000 points that never meet: the optimum is the sum of what each may have."""
    return interactions(
        LabeledMeasure.from_arrays(10 * np.arange(3000)[:, None], np.arange(3000) % 2), Ball("l2"), 0, 2
    )


def test_a_change_that_is_too_small_to_be_recognised_counts(apart):
    """The least mass of each point is lowered by 9e-11, which together is more than rounding."""
    model = declare(apart, "primal", "matrix")
    model.problem.row_lower = model.problem.row_lower - 9e-11
    optimum = sum(map(Fraction, model.problem.row_lower.tolist()))
    bound = solve(model).value_bound
    assert bound is not None
    assert optimum - Fraction(1, 10**12) <= Fraction(bound) <= optimum


def test_an_objective_that_is_scaled_by_next_to_nothing_counts(apart):
    model = declare(apart, "dual", "cvxpy")
    factor = 1 + 1e-10
    model.problem = cp.Problem(cp.Maximize(factor * model.problem.objective.args[0]), model.problem.constraints)
    bound = solve(model).value_bound
    assert bound is not None
    optimum = sum(Fraction(factor * mass) for mass in apart.mass.tolist())
    assert optimum <= Fraction(bound) <= optimum + Fraction(1, 10**12)


@pytest.mark.parametrize("seed", range(4))
def test_the_products_of_fixed_variables_are_summed_without_rounding(seed):
    rng = np.random.default_rng(seed)
    points, mass, values = 10 * np.arange(300)[:, None], rng.random(300), rng.random(300)
    measure = LabeledMeasure.from_arrays(points, np.arange(300) % 2, mass)
    model = declare(interactions(measure, Ball("l2"), 0, 2), "dual", "pyomo")
    variables = list(model.potential.values())
    for variable, value in list(zip(variables, values.tolist(), strict=True))[3:]:
        variable.fix(value)
    bound = solve(model).value_bound
    assert bound is not None
    masses = [Fraction(m) for m in measure.mass.tolist()]
    optimum = sum(masses[:3]) + sum(m * Fraction(g) for m, g in zip(masses[3:], values[3:].tolist(), strict=True))
    assert optimum <= Fraction(bound) <= optimum + Fraction(1, 10**12)
    assert all(variable.fixed for variable in variables[3:])
    assert not any(variable.fixed for variable in variables[:3])


@pytest.mark.parametrize("solver", ["sinkhorn", "sinkhorn+lp"])
def test_without_a_declared_model_there_is_none(gaussians, solver):
    solution = solve(gaussians, solver=solver)
    assert (solution.sense, solution.value_bound) == (None, None)


NOT_LINEAR = [
    ("cvxpy", lambda m: cp.max(m.potential) <= 0.5, "it is not linear: a constraint is not affine"),
    ("cvxpy", lambda m: cp.SOC(cp.Constant(2.0), m.potential), "it is not linear: a constraint is of the kind SOC"),
    ("cvxpy", lambda m: m.potential == cp.Variable(36, boolean=True), "a problem with integer variables has no mult"),
    ("cvxpy", lambda m: cp.Variable((2, 2), name="Z", PSD=True) <= 1, "the variable Z is declared as PSD"),
]


@pytest.mark.parametrize(("framework", "rule", "why"), NOT_LINEAR)
def test_where_there_is_none_the_message_says_why(gaussians, framework, rule, why):
    model = declare(gaussians, "dual", framework)
    model.problem = cp.Problem(model.problem.objective, [*model.problem.constraints, rule(model)])
    solution = solve(model, solver="highs" if "boolean" in str(why) or "integer" in why else "clarabel")
    assert solution.value_bound is None
    assert "no bound on the optimum of the model is proved, as " in solution.message
    assert why in solution.message
    assert bound_record(solution, {})["value_bound"] is None


def test_a_variable_without_bounds_is_told(gaussians):
    """Its reduced cost must be exactly zero, and a computed one is never known to be."""
    for bounds in (None, [-5, 5]):
        model, more = declare(gaussians, "dual", "cvxpy"), cp.sum(cp.Variable(2, bounds=bounds))
        rows = [*model.problem.constraints, more <= 1]
        model.problem = cp.Problem(model.problem.objective + cp.Maximize(more), rows)
        solution = solve(model)
        if bounds:
            assert solution.value_bound == pytest.approx(solution.objective)
        else:
            assert solution.value_bound is None
            assert "multipliers prove none where a variable has no bounds; give the variables" in solution.message


def test_an_objective_beyond_what_is_proved_is_told(gaussians, monkeypatch):
    model = declare(gaussians, "dual", "cvxpy")
    model.problem = cp.Problem(model.problem.objective, [*model.problem.constraints, model.potential <= 0.25])
    honest = solve(model)
    assert honest.value_bound == pytest.approx(0.25)
    assert "; the optimum of the model is at most 0.25" in honest.message
    monkeypatch.setattr(cp.Problem, "value", property(lambda problem: 0.3))
    assert "as is proved, but the solver's own objective is 0.3;" in solve(model).message
