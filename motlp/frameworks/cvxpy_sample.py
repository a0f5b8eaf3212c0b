"""Evaluates a model in CVXPY at a random point, so that its form can be recognised."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import cvxpy as cp
import numpy as np
from cvxpy.constraints import Inequality

from motlp.frameworks.form import Sample
from motlp.frameworks.model import Model
from motlp.frameworks.parts import CONSTRAINTS
from motlp.problem.linear_form import Sense


def length(model: Model, name: str) -> int | None:
    """Number of values of a named variable or constraint; None where it is none."""
    part = getattr(model, name)
    return int(part.size) if isinstance(part, cp.Constraint if name in CONSTRAINTS else cp.Expression) else None


def values(variable: cp.Expression) -> np.ndarray | None:
    """Value of a variable or an expression, if it has one."""
    return None if variable.value is None else np.asarray(variable.value, dtype=float).ravel()


def sample(model: Model) -> Sample | None:
    """The model at a random point; None where it cannot be evaluated there."""
    problem: cp.Problem = model.problem
    variables, random, value = problem.variables(), np.random.default_rng(0), problem.objective.args[0]
    try:
        with hold_values(variables):
            for variable in variables:
                variable.save_value(np.asarray(random.uniform(size=variable.shape)))
            return Sample(
                sense=sense(problem),
                objective=float(np.asarray(value.value).item()) if value.is_affine() else None,
                plan=values(model.plan) if length(model, "plan") is not None else None,
                potential=values(model.potential) if length(model, "potential") is not None else None,
                excess=find_slack(model.marginal),
                slack=find_slack(model.conflict),
                alone=is_alone(model),
            )
    except Exception:  # whatever a user's expressions may raise
        return None


def sense(problem: cp.Problem) -> Sense:
    """Whether a problem is a maximum or a minimum."""
    return "max" if isinstance(problem.objective, cp.Maximize) else "min"


@contextmanager
def hold_values(variables: Sequence[cp.Variable]) -> Iterator[None]:
    """The variables have their former values again when the block ends."""
    kept = [variable.value for variable in variables]
    try:
        yield
    finally:
        for variable, former in zip(variables, kept, strict=True):
            variable.save_value(former)


def find_slack(constraint: object) -> np.ndarray | None:
    """By how much the larger side of an inequality exceeds the smaller; None where they are not affine."""
    if not isinstance(constraint, Inequality) or not all(side.is_affine() for side in constraint.args):
        return None
    smaller, larger = constraint.args
    return np.asarray(larger.value - smaller.value, dtype=float).ravel()


def is_alone(model: Model) -> bool:
    """Whether the problem has one variable, nonnegative, and one set of rows, those of the primal or the dual."""
    variables, constraints = model.problem.variables(), model.problem.constraints
    dual = isinstance(model.problem.objective, cp.Maximize)
    if len(variables) != 1 or len(constraints) != 1:
        return False
    demands = {name for name, value in variables[0].attributes.items() if value is not None and value is not False}
    return (
        demands == {"nonneg"}
        and variables[0] is (model.potential if dual else model.plan)
        and constraints[0] is (model.conflict if dual else model.marginal)
    )
