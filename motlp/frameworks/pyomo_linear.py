"""Reads a model in Pyomo, whatever its user made of it, as a linear program in general form."""

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import pyomo.environ as pyo
import scipy.sparse as sp
from pyomo.common.errors import InfeasibleConstraintException, InvalidConstraintError, InvalidExpressionError
from pyomo.repn.plugins.standard_form import LinearStandardFormCompiler

from motlp.errors import one_line
from motlp.frameworks.parts import NO_MULTIPLIERS
from motlp.frameworks.pyomo_sample import sense
from motlp.problem.linear_form import LinearForm


def read_linear(problem: pyo.ConcreteModel, duals: pyo.Suffix | None) -> LinearForm | str:
    """The program of a solved model, with the multipliers of its rows; or why there is none.

    Fixed variables are columns with one value. Pyomo puts the constants of a row into its sides.
    """
    if duals is None:
        return NO_MULTIPLIERS
    if not len(duals):
        return "the solver gave no multipliers"
    try:
        with release_fixed(problem) as fixed:
            compiled = LinearStandardFormCompiler().write(problem, mixed_form=True, set_sense=None)
    except (InvalidConstraintError, InvalidExpressionError):
        return "it is not linear (a fixed variable counts as a variable where it is a factor of another)"
    except InfeasibleConstraintException:
        return "a row without variables cannot be satisfied"
    except Exception as error:  # components that have no linear form, and whatever a user's expressions may raise
        return f"Pyomo does not write it as a linear program ({one_line(error)})"
    kinds = np.array([kind for _, kind in compiled.rows], dtype=int)
    sides, bounds = np.array(compiled.rhs, dtype=float), [fixed.get(id(v), v.bounds) for v in compiled.columns]
    return LinearForm(
        sense=sense(problem),
        cost=compiled.c.toarray().ravel(),
        constant=float(compiled.c_offset[0]),
        matrix=sp.csc_array(compiled.A),
        row_lower=np.where(kinds <= 0, sides, -np.inf),
        row_upper=np.where(kinds >= 0, sides, np.inf),
        column_lower=np.array([-np.inf if lower is None else lower for lower, _ in bounds], dtype=float),
        column_upper=np.array([np.inf if upper is None else upper for _, upper in bounds], dtype=float),
        # A row with two sides stands here as two rows; the side that its multiplier does not mean counts for nothing.
        multipliers=np.array([duals.get(row, 0.0) for row, _ in compiled.rows], dtype=float),
    )


@contextmanager
def release_fixed(problem: pyo.ConcreteModel) -> Iterator[dict[int, tuple[float, float]]]:
    """Frees the fixed variables while the block lasts, as Pyomo would round sums of their products into the sides.

    Yields both bounds of each of them, which are its value.
    """
    fixed = [v for v in problem.component_data_objects(pyo.Var) if v.fixed]
    for variable in fixed:
        variable.unfix()
    try:
        yield {id(v): (v.value, v.value) for v in fixed}
    finally:
        for variable in fixed:
            variable.fix(variable.value, skip_validation=True)
