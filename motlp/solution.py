"""What comes back from any solver."""

from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from functools import cached_property

import numpy as np
from jaxtyping import Float64

from motlp.bounds import cover_cost, potential_value
from motlp.decimals import float_above, keep_lower
from motlp.hypergraph import Hypergraph


class Status(Enum):
    """How a solve ended; the value is a sentence for people."""

    OPTIMAL = "solved to optimality"
    CONVERGED = "converged to what was asked; the proved interval says how far off the optimum that is"
    INACCURATE = "solved, but not to the solver's tolerance; the proved interval says how far off it is"
    LIMIT = "stopped at a limit before the optimum; the proved interval still holds"
    INFEASIBLE = "no solution satisfies the constraints; look at those that were added"
    UNBOUNDED = "the objective has no bound; look at the constraints that were taken away"
    FAILED = "the solver gave no usable answer; try another solver or other options"

    @property
    def label(self) -> str:
        """One word, as in tables and JSON."""
        return self.name.lower()


@dataclass(frozen=True, eq=False)
class Solution:
    """The answer to one model, the same whatever the model, the framework or the solver.

    Attributes:
        hypergraph: the interactions the plan refers to.
        model, framework, solver, version: what was solved, by what.
        status: how it ended; `message` is the solver's own word for it.
        objective: B_L as the solver reports it, or None.
        plan: π_A ≥ 0 an interaction of `hypergraph`, or None.
        potential: g_v a point, in [0, 1] at the optimum, or None.
        seconds: wall time by stage.
    """

    hypergraph: Hypergraph
    model: str
    framework: str
    solver: str
    version: str
    status: Status
    message: str
    objective: float | None
    plan: Float64[np.ndarray, " interactions"] | None
    potential: Float64[np.ndarray, " points"] | None
    seconds: dict[str, float]

    @property
    def risk(self) -> float | None:
        """1 − objective: the risk as the solver reports it, proved by nothing."""
        return None if self.objective is None else 1.0 - self.objective

    @cached_property
    def risk_lower(self) -> float:
        """A proved lower bound on the risk of every classifier, whatever the solver did.

        The plan, completed to a cover of all masses by singletons, costs at least the optimal cover;
        without a plan nothing is proved but 0. A decimal of at most 12 places between this float and the
        next one is proved too. Source: arXiv 2401.09191, weak duality.
        """
        if self.plan is None:
            return 0.0
        return keep_lower(max(Fraction(0), 1 - cover_cost(self.hypergraph, self.plan)))

    @cached_property
    def gap(self) -> float | None:
        """Width of the proved interval [risk_lower, risk_lower + gap] around the truncated risk R_L.

        The sum holds as floats add it. None when the solver returned no usable potential.
        """
        if self.potential is None:
            return None
        value = potential_value(self.hypergraph, self.potential)
        if value is None:
            return None
        # The upper end is a float, so that a sum that is at least this large is not rounded to less.
        upper = float_above(1 - Fraction(value))
        return float_above(Fraction(upper) - Fraction(self.risk_lower))

    @property
    def accuracy_upper(self) -> float:
        """1 − risk_lower: no classifier has a higher adversarial accuracy."""
        return float_above(1 - Fraction(self.risk_lower))
