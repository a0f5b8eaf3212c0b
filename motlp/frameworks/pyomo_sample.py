"""Evaluates a model in Pyomo at a random point, so that its form can be recognised."""

from collections.abc import Iterable
from typing import Any

import numpy as np
import pyomo.environ as pyo
from pyomo.core.expr import identify_variables

from motlp.frameworks.form import Sample
from motlp.frameworks.model import Model
from motlp.frameworks.parts import CONSTRAINTS
from motlp.problem.linear_form import Sense

# Components of a model that change nothing of the problem.
HARMLESS = {pyo.Var, pyo.Constraint, pyo.Objective, pyo.Suffix, pyo.Set, pyo.Param, pyo.Expression, pyo.RangeSet}


def objectives(problem: pyo.ConcreteModel) -> list[Any]:
    """The active objectives."""
    return list(problem.component_data_objects(pyo.Objective, active=True))


def sense(problem: pyo.ConcreteModel) -> Sense:
    """Whether a model, which has one active objective, is a maximum or a minimum."""
    return "max" if objectives(problem)[0].sense == pyo.maximize else "min"


def length(model: Model, name: str) -> int | None:
    """Number of values of a named variable or constraint; None where it is none."""
    part = getattr(model, name)
    return len(part) if isinstance(part, pyo.Constraint if name in CONSTRAINTS else pyo.Var) else None


def values(variable: pyo.Var) -> np.ndarray:
    """Values of an indexed variable, in the order of its index."""
    return np.array([v.value if v.value is not None else np.nan for v in variable.values()], dtype=float)


def sample(model: Model) -> Sample | None:
    """The model at a random point; None where it cannot be evaluated there."""
    objective = objectives(model.problem)[0]
    found = [*model.problem.component_data_objects(pyo.Var), *identify_variables(objective.expr, include_fixed=True)]
    variables = list({id(variable): variable for variable in found}.values())
    kept = [v.value for v in variables]
    point = np.random.default_rng(0).uniform(size=len(variables)).tolist()
    try:
        for variable, value in zip(variables, point, strict=True):
            variable.set_value(value, skip_validation=True)
        return Sample(
            sense=sense(model.problem),
            objective=float(pyo.value(objective.expr)) if is_affine(objective) else None,
            plan=values(model.plan) if length(model, "plan") is not None else None,
            potential=values(model.potential) if length(model, "potential") is not None else None,
            excess=find_slack(model.marginal) if length(model, "marginal") is not None else None,
            slack=find_slack(model.conflict) if length(model, "conflict") is not None else None,
            alone=is_alone(model),
        )
    except Exception:  # whatever a user's expressions may raise
        return None
    finally:
        for variable, value in zip(variables, kept, strict=True):
            variable.set_value(value, skip_validation=True)


def is_affine(part: Any) -> bool:
    """Whether an objective or a row is affine."""
    return pyo.polynomial_degree(part.body if part.ctype is pyo.Constraint else part.expr) in (0, 1)


def find_slack(constraint: pyo.Constraint) -> np.ndarray:
    """By how much the larger side of each row exceeds the smaller; NaN of an equation, or where they are not affine."""
    found = []
    for row in constraint.values():
        body, lower, upper = pyo.value(row.body), pyo.value(row.lower), pyo.value(row.upper)
        one_sided = (lower is None) != (upper is None) and is_affine(row)
        found.append((body - lower if upper is None else upper - body) if one_sided else np.nan)
    return np.array(found, dtype=float)


def is_alone(model: Model) -> bool:
    """Whether the problem has one variable, nonnegative, and one set of rows, all active, both of them named."""
    problem: pyo.ConcreteModel = model.problem
    dual = model.plan is None
    names = ("potential", "conflict") if dual else ("plan", "marginal")
    if any(length(model, name) is None for name in names):
        return False
    variable, constraint = (getattr(model, name) for name in names)
    rows = list(problem.component_data_objects(pyo.Constraint, active=True))
    return (
        {part.ctype for part in problem.component_objects(active=True)} <= HARMLESS
        and are_identical(problem.component_data_objects(pyo.Var), variable.values())
        and are_identical(rows, constraint.values())
        and all((row.lower is None) == dual for row in rows)
        and all(v.is_continuous() and not v.fixed and v.lb == 0 and v.ub is None for v in variable.values())
    )


def are_identical(found: Iterable[Any], named: Iterable[Any]) -> bool:
    """Whether both list the same objects, in the same order."""
    return [id(one) for one in found] == [id(one) for one in named]
