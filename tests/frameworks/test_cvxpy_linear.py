"""Problems in CVXPY of many shapes, read as linear programs: their proved bound is their optimum."""

import cvxpy as cp
import numpy as np
import pytest
from support.problems import triangles

from motlp import declare, solve
from motlp.frameworks import cvxpy_linear
from motlp.frameworks.cvxpy_linear import read_linear


def shares(model):
    """What each of the three classes keeps."""
    mass = model.hypergraph.mass
    return [3 * mass[12 * k : 12 * k + 12] @ model.potential[12 * k : 12 * k + 12] for k in range(3)]


def signs(model):
    table = cp.Variable((2, 3), bounds=[0, np.array([[1, 1, 0.5], [2, 1, 1]])])
    rows = [cp.NonNeg(1 - table), cp.NonPos(table[0] - 0.75), table.T[0] == 0.25, cp.Zero(table[1, 2] - 0.5)]
    return cp.sum(table[:, 1]) + table[0, 2], [*rows, cp.trace(table @ np.ones((3, 2))) <= 3]


def least(model):
    worst = cp.Variable()
    return worst, [share >= worst for share in shares(model)]


def spread(model):
    low, high = cp.Variable(), cp.Variable(neg=True)
    return 0, [row for share in shares(model) for row in (share >= low, share - 1 <= high)] + [high + 1 - low <= 0.01]


def parameters(model):
    p, square = cp.Parameter(value=0.25), model.potential[:4].reshape((2, 2), order="C")
    return p * model.potential[0] + p + 1, [model.potential <= 2 * p, square.T @ np.array([1.0, 2.0]) <= p]


def constants(model):
    return 0, [True, cp.Constant(1) <= 2, model.potential[3] <= cp.Constant(0.5)]


def three_axes(model):
    block = cp.Variable((2, 2, 3))
    rows = [block <= 1, block >= -1, block[0] + block[1] == np.arange(6).reshape(2, 3) / 8]
    return block[1, 0, 2] + cp.sum(block) / 64, rows


@pytest.mark.parametrize("extension", [signs, least, spread, parameters, constants, three_axes])
@pytest.mark.parametrize("sense", [cp.Maximize, cp.Minimize])
def test_the_bound_of_what_was_read_is_the_optimum(extension, sense):
    model = declare(triangles(), "dual", "cvxpy")
    more, rows = extension(model)
    value = model.problem.objective.args[0] + more
    objective = sense(value if sense is cp.Maximize else -value)
    model.problem = cp.Problem(objective, [*model.problem.constraints, *rows])
    solution = solve(model)
    assert solution.value_bound == pytest.approx(solution.objective, abs=1e-9)
    assert solution.sense == ("max" if sense is cp.Maximize else "min")
    assert solution.potential is not None  # reading leaves the values as they were


def test_derivatives_that_are_not_the_coefficients_are_refused(monkeypatch):
    model = declare(triangles(), "dual", "cvxpy")
    solve(model)
    honest = cvxpy_linear.read_coefficients
    monkeypatch.setattr(cvxpy_linear, "read_coefficients", lambda *given: 1.001 * honest(*given))
    assert read_linear(model.problem) == "its coefficients cannot be read (ValueError)"


def test_what_is_read_is_in_the_order_of_fortran():
    table = cp.Variable((2, 2), bounds=[np.array([[0, 1], [2, 3]]), np.array([[4, 5], [6, 7]])])
    weights = np.array([[1, 2], [3, 4]])
    low = cp.NonNeg(cp.multiply(weights, table) - 2)  # binds in the first entry alone
    problem = cp.Problem(cp.Minimize(cp.sum(table) + 1), [low, table[1, 0] == 2.5])
    problem.solve(solver="HIGHS")
    form = read_linear(problem)
    assert (form.sense, form.constant, form.cost.tolist()) == ("min", 1.0, [1, 1, 1, 1])
    assert form.column_lower.tolist() == [0, 2, 1, 3]
    assert form.column_upper.tolist() == [4, 6, 5, 7]
    assert form.matrix.toarray().tolist() == [[1, 0, 0, 0], [0, 3, 0, 0], [0, 0, 2, 0], [0, 0, 0, 4], [0, 1, 0, 0]]
    assert form.row_lower.tolist() == [2, 2, 2, 2, 2.5]
    assert form.row_upper.tolist() == [np.inf] * 4 + [2.5]
    assert form.multipliers == pytest.approx([1, 0, 0, 0, 1])
    assert table.value == pytest.approx(np.array([[2, 1], [2.5, 3]]))
