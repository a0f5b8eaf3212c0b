"""Models in Pyomo of many shapes, read as linear programs: their proved bound is their optimum."""

from math import inf

import pyomo.environ as pyo
import pytest
from support.problems import triangles
from support.ready import GLPSOL

from motlp import declare, solve
from motlp.frameworks.pyomo_linear import read_linear


def ranges(problem):
    problem.more = pyo.Var(range(2), bounds=(-1, 3))
    problem.row = pyo.Constraint(expr=(0.25, problem.more[0] + problem.potential[0], 0.75))
    problem.equal = pyo.Constraint(expr=problem.more[0] + 2 * problem.more[1] == 1)
    return problem.more[0] - 2


def blocks(problem):
    problem.part = pyo.Block()
    problem.part.low = pyo.Var(domain=pyo.NonPositiveReals)
    problem.part.row = pyo.Constraint(expr=problem.part.low + 1 <= problem.potential[3] + 0.25)
    problem.off = pyo.Block()
    problem.off.row = pyo.Constraint(expr=problem.potential[0] <= 0)
    problem.off.deactivate()
    return problem.part.low


def fixed(problem):
    problem.potential[1].fix(0.125)
    problem.level = pyo.Param(initialize=0.5, mutable=True)
    problem.cap = pyo.Constraint(range(4), rule=lambda m, v: m.potential[v] + m.potential[1] <= m.level)
    return problem.potential[1] + 0.5


@pytest.mark.parametrize("extension", [ranges, blocks, fixed])
@pytest.mark.parametrize("sense", [pyo.maximize, pyo.minimize])
@pytest.mark.parametrize("solver", ["highs", pytest.param("glpk", marks=GLPSOL)])
def test_the_bound_of_what_was_read_is_the_optimum(extension, sense, solver):
    model = declare(triangles(), "dual", "pyomo")
    value = model.problem.packing.expr + extension(model.problem)
    model.problem.packing.deactivate()
    model.problem.goal = pyo.Objective(expr=value if sense == pyo.maximize else -value, sense=sense)
    solution = solve(model, solver=solver)
    assert solution.value_bound == pytest.approx(solution.objective, abs=1e-9)
    assert solution.sense == ("max" if sense == pyo.maximize else "min")


def test_what_is_not_linear_has_no_bound():
    """Pyomo's compiler takes no product with a fixed variable, though the solver does."""
    model = declare(triangles(), "dual", "pyomo")
    model.potential[0].fix(0.5)
    model.problem.packing.expr += model.potential[0] * model.potential[1]
    solution = solve(model)
    assert solution.objective is not None
    assert solution.value_bound is None
    assert "is proved, as it is not linear (a fixed variable counts" in solution.message


def test_integer_variables_have_no_bound():
    model = declare(triangles(), "dual", "pyomo")
    model.potential[0].domain = pyo.Binary
    solution = solve(model)
    assert solution.value_bound is None
    assert "is proved, as a problem with integer variables has no multipliers" in solution.message


def test_what_is_read_is_the_model():
    problem = pyo.ConcreteModel()
    problem.x = pyo.Var(range(2), bounds=(0, 4))
    problem.equal = pyo.Constraint(expr=problem.x[0] + 1 == 2 * problem.x[1])
    problem.between = pyo.Constraint(expr=(1, problem.x[0], 3))
    problem.goal = pyo.Objective(expr=problem.x[0] + 5)
    problem.dual = pyo.Suffix(direction=pyo.Suffix.IMPORT)
    problem.dual[problem.equal], problem.dual[problem.between] = 0.5, 2.0
    form = read_linear(problem, problem.dual)
    assert (form.sense, form.constant, form.cost.tolist()) == ("min", 5.0, [1, 0])
    assert form.matrix.toarray().tolist() == [[1, -2], [1, 0], [1, 0]]
    assert form.row_lower.tolist() == [-1, -inf, 1]
    assert form.row_upper.tolist() == [-1, 3, inf]
    assert form.multipliers.tolist() == [0.5, 2, 2]
    assert (form.column_lower.tolist(), form.column_upper.tolist()) == ([0, 0], [4, 4])
