"""What a declared model has become: whether its objective is the 0-1 loss, and whether it is still the plain problem.

A user may add to a model, change it or replace parts of it. Each engine evaluates the model's own expressions at one
random point, if they are affine; here they are compared with the formulas. Two affine functions that agree at a random
point agree everywhere, but for a coincidence of probability zero.
"""

from dataclasses import dataclass

import numpy as np

from motlp.problem.hypergraph import Hypergraph

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
    """A model at a random point, evaluated by its framework; None is what it does not have, or what is not affine.

    Attributes:
        sense: "min" or "max".
        objective: its value.
        plan, potential: values of the variables of those names.
        excess: by how much each row of `marginal` covers more than it must.
        slack: how much room each row of `conflict` leaves.
        alone: there is nothing but one named variable, nonnegative, and one named set of inequalities.
    """

    sense: str
    objective: float | None
    plan: np.ndarray | None
    potential: np.ndarray | None
    excess: np.ndarray | None
    slack: np.ndarray | None
    alone: bool


def recognise(hypergraph: Hypergraph, sample: Sample | None) -> Form:
    """The form of a model over a hypergraph; of one that could not be evaluated nothing is claimed."""
    if sample is None:
        return Form()
    price, incidence = 1.0 + hypergraph.cost, hypergraph.incidence
    variable, rows = (sample.potential, sample.slack) if sample.sense == "max" else (sample.plan, sample.excess)
    length = hypergraph.measure.size if sample.sense == "max" else hypergraph.size
    if sample.objective is None or variable is None or not fits(variable, length):
        return Form()
    if sample.sense == "max":
        zero_one, formula = near(sample.objective, hypergraph.mass @ variable), price - incidence.T @ variable
    else:
        zero_one, formula = near(sample.objective, price @ variable), incidence @ variable - hypergraph.mass
    return Form(zero_one, zero_one and sample.alone and fits(rows, len(formula)) and near(rows, formula))


def fits(values: np.ndarray | None, length: int) -> bool:
    """Whether there is one value for each."""
    return values is not None and values.shape == (length,)


def near(value: object, formula: object) -> bool:
    """Whether all the values are those of the formula, but for rounding."""
    return bool(np.allclose(np.asarray(value, float), np.asarray(formula, float), rtol=NEAR, atol=NEAR))
