"""Whatever a declared model has become, its solution says what it is: no stale number, and none by a wrong name."""

import cvxpy as cp
import numpy as np
import pyomo.environ as pyo
import pytest
import scipy.sparse as sp

from motlp import Status, declare, solve, solvers
from motlp.errors import InvalidModel
from motlp.report.words import as_json

NEAR = 1e-9


PLAIN = "the proved interval is that of the plain problem, without what was added or changed"


NO_RISK = "the objective is not the 0-1 loss of its plan or potential, so that 1 − objective is no risk"


GLPSOL = pytest.mark.skipif(
    not any(info.ready for info in solvers() if (info.framework, info.name) == ("pyomo", "glpk")),
    reason="the program glpsol is not installed: apt-get install glpk-utils",
)


PYOMO_SOLVERS = pytest.mark.parametrize("solver", ["highs", pytest.param("glpk", marks=GLPSOL)])


def changed(hypergraph, framework, change, name="dual", **asked):
    """The solution of a model that was solved, then changed, then solved again."""
    model = declare(hypergraph, name, framework)
    solve(model, **asked)
    change(model)
    return solve(model, **asked)


def replaced(objective=lambda model, old: old, rows=lambda model, old: old):
    """A change of a CVXPY model: another problem in place of the first."""

    def change(model):
        old = model.problem
        model.problem = cp.Problem(objective(model, old.objective), rows(model, old.constraints))

    return change


def with_expression(rule, sense=None):
    """A change of a Pyomo model: its objective has another expression, or another sense."""

    def change(model):
        objective = next(model.problem.component_data_objects(pyo.Objective))
        objective.expr = rule(objective.expr)
        objective.sense = sense or objective.sense

    return change


def with_array(**arrays):
    """A change of a program: other arrays in place of the first."""

    def change(model):
        for name, rule in arrays.items():
            setattr(model.problem, name, rule(getattr(model.problem, name)))

    return change


def spoil_cost(model):
    model.problem.cost[0] = 0.0


NO_LOSS = [
    ("cvxpy", "dual", replaced(lambda model, old: cp.Maximize(2 * old.args[0]))),
    ("cvxpy", "dual", replaced(lambda model, old: cp.Maximize(old.args[0] + 1))),
    ("cvxpy", "dual", replaced(lambda model, old: cp.Minimize(-old.args[0]))),
    ("cvxpy", "primal", replaced(lambda model, old: cp.Minimize(old.args[0] + model.plan[0]))),
    ("pyomo", "dual", with_expression(lambda old: old + 1)),
    ("pyomo", "dual", with_expression(lambda old: -old, pyo.minimize)),
    ("pyomo", "primal", with_expression(lambda old: 0.5 * old)),
    ("matrix", "dual", with_array(cost=lambda old: 2 * old)),
    ("matrix", "dual", spoil_cost),
    ("matrix", "primal", with_array(cost=lambda old: old + 0.1)),
]


@pytest.mark.parametrize(("framework", "name", "change"), NO_LOSS)
def test_the_value_of_another_objective_is_no_risk(gaussians, framework, name, change):
    solution = changed(gaussians, framework, change, name)
    assert solution.status is Status.OPTIMAL
    assert solution.objective is not None
    assert solution.risk is None
    assert NO_RISK in solution.message
    assert PLAIN in solution.message
    assert as_json(solution, {})["risk"] is None


def test_an_objective_that_is_the_loss_at_most_points_only_is_none(gaussians):
    bent = replaced(lambda model, old: cp.Maximize(gaussians.mass @ cp.minimum(model.potential, 0.999999)))
    solution = changed(gaussians, "cvxpy", bent)
    assert solution.risk is None
    assert NO_RISK in solution.message


def test_log_loss_has_no_risk(gaussians):
    log = replaced(lambda model, old: cp.Maximize(gaussians.mass @ cp.log(model.potential)))
    solution = changed(gaussians, "cvxpy", log, solver="clarabel")
    assert solution.objective < 0
    assert solution.risk is None
    assert NO_RISK in solution.message


def test_an_array_that_is_changed_in_place_is_the_model_s_own(gaussians, risk):
    mass, incidence = gaussians.mass.copy(), gaussians.incidence.copy()
    for name in ("primal", "dual"):
        program = declare(gaussians, name, "matrix").problem
        for array in (program.cost, program.matrix.data, program.row_lower, program.row_upper):
            array[:] = 7.0
    assert np.array_equal(gaussians.mass, mass)
    assert (gaussians.incidence != incidence).nnz == 0
    assert solve(gaussians, framework="matrix").risk == risk


@pytest.mark.parametrize(
    "change",
    [
        replaced(rows=lambda model, old: [*old, model.potential <= 1]),
        replaced(lambda model, old: cp.Maximize(model.hypergraph.mass @ model.potential)),
    ],
)
def test_the_same_objective_written_anew_is_a_risk(gaussians, risk, change):
    solution = changed(gaussians, "cvxpy", change)
    assert solution.status is Status.OPTIMAL
    assert solution.risk == pytest.approx(risk, abs=NEAR)


def test_a_value_above_one_is_no_risk(gaussians):
    solution = changed(gaussians, "matrix", with_array(row_upper=lambda old: 2 * old))
    assert solution.objective == pytest.approx(2 * (1 - solve(gaussians).risk))
    assert solution.risk is None
    assert "the objective is 1.11111111, so that 1 − objective is no risk" in solution.message


HALF = {
    "cvxpy": replaced(rows=lambda model, old: [*old, model.potential <= 0.5]),
    "pyomo": lambda model: [v.setub(0.5) for v in model.potential.values()],
    "matrix": lambda model: (
        with_array(
            matrix=lambda old: sp.vstack([old, sp.eye_array(36)]),  # whatever format comes out
            row_lower=lambda old: np.append(old, np.full(36, -np.inf)),
            row_upper=lambda old: np.append(old, np.full(36, 0.5)),
        )(model),
        setattr(model, "conflict", slice(0, model.hypergraph.size)),
    ),
}


@pytest.mark.parametrize("framework", HALF)
def test_of_an_extended_model_the_solver_s_word_stands(gaussians, risk, framework):
    solution = changed(gaussians, framework, HALF[framework])
    assert solution.status is Status.OPTIMAL
    assert solution.gap > 0.1
    assert solution.risk >= 0.5 - NEAR > risk
    assert solution.message.endswith(PLAIN)


# What is done to the part that the plan of a dual is read from, and why there is then no plan.
LOST = [
    ("cvxpy", replaced(rows=lambda model, old: [model.potential <= 0.5]), "the conflict of the model is not in its"),
    ("cvxpy", lambda model: setattr(model, "conflict", [model.conflict]), "the conflict of the model is [Inequality("),
    ("cvxpy", lambda model: setattr(model, "conflict", None), "the model names no plan and no conflict"),
    (
        "pyomo",
        lambda model: setattr(model, "conflict", "conflict"),
        "the conflict of the model is 'conflict', which is",
    ),
    (
        "matrix",
        lambda model: setattr(model, "conflict", slice(3, 5)),
        "what it is read from has 2 values for 129 inter",
    ),
    ("matrix", lambda model: setattr(model, "conflict", np.arange(3)), "the conflict of the model is array([0, 1, 2])"),
]


def own_rows(model):
    model.conflict = model.potential <= 0.5
    model.problem = cp.Problem(model.problem.objective, [model.conflict])


def boolean(model):
    choice = cp.Variable(36, boolean=True)
    model.problem = cp.Problem(model.problem.objective, [*model.problem.constraints, model.potential == choice])


def deactivated(model):
    model.problem.conflict.deactivate()
    model.problem.half = pyo.Constraint(range(36), rule=lambda m, v: m.potential[v] <= 0.5)


def deleted(model):
    deactivated(model)
    model.problem.del_component("conflict")


def exchanged(model):
    deactivated(model)
    model.conflict = model.problem.half


def a_cone(model):
    model.conflict = cp.SOC(cp.Constant(10.0), model.potential)
    model.problem = cp.Problem(model.problem.objective, [*model.problem.constraints, model.conflict])


LOST += [
    ("cvxpy", a_cone, "the solver gave no multipliers of conflict"),
    ("pyomo", lambda model: setattr(model, "conflict", model.conflict[0]), "the conflict of the model is <pyomo."),
    (
        "matrix",
        lambda model: setattr(model, "conflict", slice("a", "b")),
        "the conflict of the model is slice('a', 'b'",
    ),
    ("cvxpy", own_rows, "what it is read from has 36 values for 129 interactions"),
    ("cvxpy", boolean, "a problem with integer variables has no multipliers"),
    ("pyomo", deactivated, "the conflict of the model is not in its problem, or not active"),
    ("pyomo", deleted, "the conflict of the model is not in its problem, or not active"),
    ("pyomo", exchanged, "what it is read from has 36 values for 129 interactions"),
]


@pytest.mark.parametrize(("framework", "change", "why"), LOST)
def test_a_plan_that_is_lost_is_none_and_the_message_says_why(gaussians, framework, change, why):
    asked = {"solver": "clarabel"} if change is a_cone else {}
    solution = changed(gaussians, framework, change, **asked)
    assert solution.status is Status.OPTIMAL
    assert solution.plan is None
    assert solution.risk_lower == 0.0
    assert f"there is no plan, as {why}" in solution.message
    assert "\n" not in solution.message
    assert solution.potential.shape == (36,)
    assert solution.risk is not None


def other_variable(model):
    model.potential = cp.Variable(36)


def some_variables(model):
    model.potential = model.potential[:5]


def freed(model):
    model.problem.packing.deactivate()
    model.problem.conflict.deactivate()
    model.problem.alone = pyo.Var(bounds=(0, 1))
    model.problem.other = pyo.Objective(expr=model.problem.alone, sense=pyo.maximize)


@pytest.mark.parametrize(
    ("framework", "change", "why"),
    [
        ("cvxpy", other_variable, "the potential of the model is not in its problem"),
        ("cvxpy", some_variables, "what it is read from has 5 values for 36 points"),
        ("pyomo", freed, "not all of the potential of the model is in its problem"),
        (
            "pyomo",
            lambda model: setattr(model, "potential", model.potential[0]),
            "the potential of the model is <pyomo.",
        ),
        (
            "matrix",
            lambda model: setattr(model, "potential", slice(5)),
            "what it is read from has 5 values for 36 poin",
        ),
    ],
)
def test_a_potential_that_is_lost_is_none_and_the_message_says_why(gaussians, framework, change, why):
    solution = changed(gaussians, framework, change)
    assert solution.potential is None
    assert solution.gap is None
    assert f"there is no potential, as {why}" in solution.message
    assert solution.risk is None


def test_rows_of_another_size_in_place_of_the_marginals(gaussians):
    def few(model):
        model.marginal = model.plan[:3] >= 0.1
        model.problem = cp.Problem(model.problem.objective, [model.marginal])

    solution = changed(gaussians, "cvxpy", few, "primal")
    assert solution.potential is None
    assert "there is no potential, as what it is read from has 3 values for 36 points" in solution.message


def test_equations_in_place_of_the_marginals(gaussians, risk):
    """CVXPY gives their multipliers the other sign."""

    def exact(model):
        model.marginal = gaussians.incidence @ model.plan == gaussians.mass
        model.problem = cp.Problem(model.problem.objective, [model.marginal])

    solution = changed(gaussians, "cvxpy", exact, "primal")
    assert solution.risk_lower == pytest.approx(risk, abs=NEAR)
    assert solution.gap <= NEAR


def test_a_parameter_is_read_each_time(gaussians):
    model, most = declare(gaussians), cp.Parameter(nonneg=True, name="most")
    model.problem = cp.Problem(model.problem.objective, [*model.problem.constraints, model.potential <= most])
    with pytest.raises(InvalidModel, match="'dual' cannot be solved: its parameter most has no value; give it one"):
        solve(model)
    for most.value in (0.5, 0.25):
        assert solve(model).objective <= most.value + NEAR


@PYOMO_SOLVERS
def test_a_variable_that_nothing_uses_takes_no_answer_away(gaussians, risk, solver):
    solution = changed(gaussians, "pyomo", lambda model: setattr(model.problem, "unused", pyo.Var()), solver=solver)
    assert solution.status is Status.OPTIMAL
    assert solution.risk == pytest.approx(risk, abs=NEAR)
    assert solution.gap <= NEAR


@PYOMO_SOLVERS
@pytest.mark.parametrize("direction", ["IMPORT", "EXPORT", "LOCAL", "IMPORT_EXPORT"])
def test_a_suffix_of_one_s_own_named_dual(gaussians, risk, solver, direction):
    model = declare(gaussians, "dual", "pyomo")
    model.problem.dual = pyo.Suffix(direction=getattr(pyo.Suffix, direction))
    model.problem.dual[model.potential[0]] = 7.0
    solution = solve(model, solver=solver)
    assert solution.status is Status.OPTIMAL
    assert solution.risk_lower == pytest.approx(risk, abs=NEAR)
    suffix = model.problem.dual
    assert suffix.direction == getattr(pyo.Suffix, direction)
    if not suffix.import_enabled():
        assert suffix[model.potential[0]] == 7.0
        assert len(suffix) == 1


@PYOMO_SOLVERS
def test_another_component_named_dual(gaussians, risk, solver):
    model = declare(gaussians, "dual", "pyomo")
    theirs = model.problem.dual = pyo.Var(bounds=(0, 1))
    model.problem.more = pyo.Constraint(expr=model.problem.dual + model.potential[0] <= 2)
    solution = solve(model, solver=solver)
    assert solution.status is Status.OPTIMAL
    assert solution.risk_lower == pytest.approx(risk, abs=NEAR)
    assert model.problem.dual is theirs
    assert theirs.name == "dual"


@PYOMO_SOLVERS
@pytest.mark.parametrize("suffix", [False, True])
def test_a_deterministic_classifier(gaussians, risk, solver, suffix):
    def binary(model):
        for variable in model.potential.values():
            variable.domain = pyo.Binary
        if not suffix:
            model.problem.del_component("dual")

    solution = changed(gaussians, "pyomo", binary, solver=solver)
    assert solution.status is Status.OPTIMAL
    assert np.isin(solution.potential.round(9), [0, 1]).all()
    assert solution.risk >= risk - NEAR
    assert solution.plan is None
    assert "there is no plan, as a problem with integer variables has no multipliers" in solution.message


def two_objectives(model):
    model.problem.second = pyo.Objective(expr=model.potential[0])


NO_PROBLEM = [
    ("cvxpy", lambda model: setattr(model, "problem", {}), "its problem is {}, not a cvxpy.Problem"),
    ("pyomo", lambda model: setattr(model, "problem", None), "its problem is None, not a pyomo.ConcreteModel"),
    ("pyomo", lambda model: setattr(model, "problem", pyo.AbstractModel()), "not a pyomo.ConcreteModel"),
    ("pyomo", lambda model: model.problem.packing.deactivate(), "its problem has no active objective; activate one"),
    ("pyomo", two_objectives, "its problem has 2 active objectives; activate one"),
    ("matrix", lambda model: setattr(model, "problem", 3), "its problem is 3, not a LinearProgram"),
    ("matrix", with_array(sense=lambda old: "up"), "its sense is 'up'; it must be 'min' or 'max'"),
    ("matrix", with_array(cost=lambda old: old[:3]), "its cost has the shape (3,), beside a matrix of 129 rows and 36"),
    ("matrix", with_array(row_upper=lambda old: old * np.nan), "its row_upper holds what is no number"),
    ("matrix", with_array(matrix=lambda old: old.toarray()), "it must be a scipy.sparse array"),
    ("cvxpy", lambda model: setattr(model, "hypergraph", None), "its hypergraph is None, not the one over which"),
    ("cvxpy", lambda model: setattr(model, "framework", "matrix"), "not a LinearProgram"),
    (
        "cvxpy",
        replaced(lambda model, old: cp.Maximize(cp.sum_squares(model.potential))),
        "CVXPY takes no such problem (Problem does not follow DCP rules",
    ),
]


@pytest.mark.parametrize(("framework", "change", "text"), NO_PROBLEM)
def test_what_is_no_problem_is_told_in_one_line(gaussians, framework, change, text):
    with pytest.raises(InvalidModel) as refusal:
        changed(gaussians, framework, change)
    assert str(refusal.value).startswith("the model 'dual' cannot be solved: ")
    assert text in str(refusal.value)
    assert "\n" not in str(refusal.value)


def test_rows_of_another_name_are_not_those_of_the_dual(gaussians):
    model = declare(gaussians, "dual", "cvxpy")
    other = cp.sum(model.potential) <= 3
    model.problem, model.marginal = cp.Problem(model.problem.objective, [other]), other
    assert "without what was added or changed" in solve(model).message
