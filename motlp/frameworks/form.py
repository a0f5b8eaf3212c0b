"""Recognises whether the objective of a declared model is the 0-1 loss, and whether it is still the plain problem.

A user may add to a model, change it or replace parts of it. Each engine evaluates the model's own expressions at one
random point, if they are affine; here their values are compared with the formulas. Two affine functions that agree at a
random point agree everywhere, with probability one.
"""

from dataclasses import dataclass

import numpy as np

from motlp.problem.hypergraph import Hypergraph
from motlp.problem.linear_form import Sense

NEAR = 1e-10  # relative; far more than what the order of a sum changes


@dataclass(frozen=True)
class Form:
    """What a model is.

    Attributes:
        zero_one: the objective is that of the 0-1 loss, max Σ m_v g_v or min Σ (1 + c_A) π_A: 1 − objective is a risk.
        plain: the model is the primal or the dual as it stands in `motlp.models`, with nothing added or changed.
    """

    zero_one: bool = False
    plain: bool = False


@dataclass(frozen=True)
class Sample:
    """A model at a random point, evaluated by its framework; what the model does not have, or is not affine, is None.

    Attributes:
        sense: "min" or "max".
        objective: its value.
        plan, potential: values of the variables of those names.
        excess: by how much each row of `marginal` covers more than it must.
        slack: how much room each row of `conflict` leaves.
        alone: there is nothing but one named variable, nonnegative, and one named set of inequalities.
    """

    sense: Sense
    objective: float | None
    plan: np.ndarray | None
    potential: np.ndarray | None
    excess: np.ndarray | None
    slack: np.ndarray | None
    alone: bool


def recognise(hypergraph: Hypergraph, sample: Sample | None) -> Form:
    """The form of a model over a hypergraph; nothing is claimed of a model that could not be evaluated."""
    if sample is None:
        return Form()
    price, incidence = hypergraph.price, hypergraph.incidence
    variable, rows = (sample.potential, sample.slack) if sample.sense == "max" else (sample.plan, sample.excess)
    length = hypergraph.measure.size if sample.sense == "max" else hypergraph.size
    if sample.objective is None or variable is None or not has_length(variable, length):
        return Form()
    if sample.sense == "max":
        zero_one, formula = is_near(sample.objective, hypergraph.mass @ variable), price - incidence.T @ variable
    else:
        zero_one, formula = is_near(sample.objective, price @ variable), incidence @ variable - hypergraph.mass
    return Form(zero_one, zero_one and sample.alone and has_length(rows, len(formula)) and is_near(rows, formula))


def has_length(values: np.ndarray | None, length: int) -> bool:
    """Whether there is one value for each."""
    return values is not None and values.shape == (length,)


def is_near(value: object, formula: object) -> bool:
    """Whether all the values are those of the formula, but for rounding."""
    return bool(np.allclose(np.asarray(value, float), np.asarray(formula, float), rtol=NEAR, atol=NEAR))
