"""A declared model: a problem of its framework, with its parts by name."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import scipy.sparse as sp
from jaxtyping import Bool, Float64

from motlp.problem.hypergraph import Hypergraph
from motlp.problem.linear_form import Sense
from motlp.problem.loss import Loss


@dataclass
class Model:
    """A formulation declared in a framework, with its parts by name.

    A minimisation over plans names `plan` (its variable) and `marginal` (its constraint, whose
    multiplier is the potential); a maximisation over potentials names `potential` and `conflict`
    (whose multiplier is the plan). `problem` is the framework's own object: extend it in place, or put another
    in its place. `solve` looks at what it has become, and says what its numbers mean: 1 − objective is a risk only
    where the objective is max Σ m_v g_v of `potential`, or min Σ (1 + c_A) π_A of `plan`.

    Attributes:
        name: of the formulation, such as "dual".
        framework: "cvxpy", "pyomo" or "matrix".
        hypergraph: the interactions the plan refers to.
        problem: a `cvxpy.Problem`, a `pyomo.ConcreteModel` or a `LinearProgram`.
        plan, potential: variables in the framework's own type; in a `LinearProgram`, a slice of columns.
        marginal, conflict: constraints in the framework's own type; in a `LinearProgram`, a slice of rows.
        loss: of which `whole` − objective is the least value; None where the objective itself shows what it is.
        seconds: time it took to declare.
    """

    name: str
    framework: str
    hypergraph: Hypergraph
    problem: Any
    plan: Any = None
    potential: Any = None
    marginal: Any = None
    conflict: Any = None
    loss: Loss | None = None
    seconds: float = field(default=0.0, repr=False)


@dataclass
class LinearProgram:
    """min or max costᵀx  subject to  row_lower ≤ matrix x ≤ row_upper,  x ≥ 0,  x_j whole where `integer` is true."""

    sense: Sense
    cost: Float64[np.ndarray, " columns"]
    matrix: sp.csc_array
    row_lower: Float64[np.ndarray, " rows"]
    row_upper: Float64[np.ndarray, " rows"]
    integer: Bool[np.ndarray, " columns"] | None = None
