"""Reads a problem in CVXPY, whatever its user made of it, as a linear program in general form."""

from collections.abc import Sequence
from typing import Any

import cvxpy as cp
import numpy as np
import scipy.sparse as sp
from cvxpy.constraints import Equality, Inequality, NonNeg, NonPos, Zero
from jaxtyping import Float64

from motlp.frameworks.cvxpy_sample import hold_values, sense
from motlp.frameworks.form import NEAR
from motlp.frameworks.parts import NO_MULTIPLIERS
from motlp.problem.linear_form import LinearForm

BOUNDS = {"nonneg": (0.0, np.inf), "pos": (0.0, np.inf), "nonpos": (-np.inf, 0.0), "neg": (-np.inf, 0.0)}
LINEAR = (Inequality, Equality, NonNeg, NonPos, Zero)


def read_linear(problem: cp.Problem) -> LinearForm | str:
    """The program of a solved problem, with the multipliers of its rows; or why there is none."""
    if problem.is_mixed_integer():
        return NO_MULTIPLIERS
    if fault := find_fault(problem):
        return f"it is not linear: {fault}"
    if all(constraint.dual_value is None for constraint in problem.constraints):
        return "the solver gave no multipliers"
    try:
        with hold_values(problem.variables()):
            return assemble(problem)
    except Exception as error:  # whatever a user's expressions may raise
        return f"its coefficients cannot be read ({type(error).__name__})"


def find_fault(problem: cp.Problem) -> str:
    """Why a problem is no linear program in its own variables, or ""."""
    if not problem.objective.args[0].is_affine():
        return "its objective is not affine"
    for constraint in problem.constraints:
        if not isinstance(constraint, LINEAR):
            return f"a constraint is of the kind {type(constraint).__name__}"
        if not constraint.expr.is_affine():
            return "a constraint is not affine"
    for variable in problem.variables():
        others = [name for name, value in variable.attributes.items() if demands(value) and name not in BOUNDS]
        if others != ["bounds"] * len(others):
            return f"the variable {variable.name()} is declared as {others[0]}"
    return ""


def demands(value: Any) -> bool:
    """Whether the value of an attribute of a variable asks for something."""
    return value is not None and value is not False


def assemble(problem: cp.Problem) -> LinearForm:
    """The program of a linear problem: its first row is the objective, the others are those of its constraints.

    Raises:
        ValueError: the derivatives are not those of its expressions, as their values at a random point show.
    """
    variables = problem.variables()
    expressions = [problem.objective.args[0], *(constraint.expr for constraint in problem.constraints)]
    rows = sp.csr_array(sp.vstack([read_coefficients(expression, variables) for expression in expressions]))
    point = np.random.default_rng(0).uniform(size=rows.shape[1])
    constants = evaluate(expressions, variables, np.zeros(len(point)))
    error = evaluate(expressions, variables, point) - constants - rows @ point
    if not (np.abs(error) <= NEAR * (np.abs(constants) + abs(rows) @ point)).all():
        raise ValueError("derivatives of an affine expression that are not its coefficients")
    sides, bounds = -constants[1:], [read_bounds(variable) for variable in variables]
    equal, least = (
        np.concatenate([np.full(c.size, isinstance(c, kinds)) for c in problem.constraints])
        for kinds in (Equality | Zero, NonNeg)
    )
    # CVXPY gives the multipliers of a minimum; those of an expression that is at least 0 have the other sign.
    sign = np.where(least, -1.0, 1.0) * (1.0 if sense(problem) == "max" else -1.0)
    return LinearForm(
        sense=sense(problem),
        cost=rows[[0]].toarray().ravel(),
        constant=float(constants[0]),
        matrix=sp.csc_array(rows[1:]),
        row_lower=np.where(equal | least, sides, -np.inf),
        row_upper=np.where(least, np.inf, sides),
        column_lower=np.concatenate([lower for lower, _ in bounds]),
        column_upper=np.concatenate([upper for _, upper in bounds]),
        multipliers=sign * np.concatenate([read_multipliers(constraint) for constraint in problem.constraints]),
    )


def read_coefficients(expression: cp.Expression, variables: Sequence[cp.Variable]) -> sp.csr_array:
    """The coefficients of an affine expression: a row for each of its entries, in CVXPY's order, which is Fortran's."""
    gradients = expression.grad
    blocks = []
    for variable in variables:
        shape = (variable.size, expression.size)
        block = gradients.get(variable, sp.csc_array(shape))
        blocks.append(sp.csc_array(np.full((1, 1), block) if np.isscalar(block) else block).T)
    return sp.csr_array(sp.hstack(blocks))


def evaluate(
    expressions: Sequence[cp.Expression], variables: Sequence[cp.Variable], point: Float64[np.ndarray, " columns"]
) -> Float64[np.ndarray, " rows"]:
    """The values of all entries of the expressions where the variables are set to a point."""
    parts = np.split(point, np.cumsum([variable.size for variable in variables])[:-1])
    for variable, part in zip(variables, parts, strict=True):
        variable.save_value(part.reshape(variable.shape, order="F"))
    return np.concatenate([np.asarray(expression.value, dtype=float).ravel("F") for expression in expressions])


def read_multipliers(constraint: cp.Constraint) -> Float64[np.ndarray, " rows"]:
    """The multipliers of a constraint; 0 where the solver gave none."""
    if constraint.dual_value is None:
        return np.zeros(constraint.size)
    return np.asarray(constraint.dual_value, dtype=float).ravel("F")


def read_bounds(variable: cp.Variable) -> tuple[Float64[np.ndarray, " entries"], Float64[np.ndarray, " entries"]]:
    """The bounds of a variable that its attributes state, in CVXPY's order."""
    lower, upper = np.full(variable.shape, -np.inf), np.full(variable.shape, np.inf)
    stated: list[Any] = [limits for name, limits in BOUNDS.items() if variable.attributes.get(name)]
    if demands(variable.attributes.get("bounds")):
        stated.append(variable.attributes["bounds"])
    for least, greatest in stated:
        lower = np.maximum(lower, read_bound(least, -np.inf))
        upper = np.minimum(upper, read_bound(greatest, np.inf))
    return lower.ravel("F"), upper.ravel("F")


def read_bound(bound: Any, none: float) -> np.ndarray:
    """One of the two, which may be None, numbers or a constant expression."""
    return np.asarray(none if bound is None else getattr(bound, "value", bound), dtype=float)
