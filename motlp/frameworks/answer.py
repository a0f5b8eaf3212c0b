"""What an engine returns: what the solver said, and the form of the model that it was given."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

from motlp.frameworks.catalogue import SolverInfo
from motlp.frameworks.form import Form
from motlp.problem.linear_form import LinearForm, Sense


class Status(Enum):
    """How a solve ended; the value is a sentence for people."""

    OPTIMAL = "solved to optimality"
    CONVERGED = "converged to what was asked; the proved interval says how far off the optimum that is"
    INACCURATE = "solved loosely; the proved interval holds, the solver's own number may be off"
    LIMIT = "stopped at a limit before the optimum; the proved interval still holds"
    INFEASIBLE = "no solution satisfies the constraints; look at those that were added"
    UNBOUNDED = "the objective has no bound; look at the constraints that were taken away"
    FAILED = "the solver gave no usable answer; try another solver or other options"

    @property
    def label(self) -> str:
        """One word, as in tables and JSON."""
        return self.name.lower()


# With these there may be a solution to read.
ANSWERED = (Status.OPTIMAL, Status.INACCURATE, Status.LIMIT)


class Part(NamedTuple):
    """The values of a part of a model; or None, and why there are none."""

    values: Float64[np.ndarray, " _"] | None = None
    why: str = ""


@dataclass(frozen=True)
class Answer:
    """What a solver said of a declared model.

    Attributes:
        form: what the model is.
        solver: its row in the table of solvers.
        status, message: how it ended, as a status and in the solver's own words.
        objective: the value of the model's own objective, or None; 1 − objective need not be a risk.
        plan, potential: of any length; signs are those of a plan and a potential.
        seconds: time it took.
        sense: whether the model is a minimum or a maximum.
        claimed: what a solver of integer programs says that the objective cannot go beyond, proved by nothing here.
        linear: reads the linear program that the model is, with the solver's multipliers, or why there is none; None
            where there is no answer. It must be called before the model is changed or solved again.
    """

    form: Form
    solver: SolverInfo
    status: Status
    message: str
    objective: float | None
    plan: Part
    potential: Part
    seconds: float
    sense: Sense
    claimed: float | None = None
    linear: Callable[[], LinearForm | str] | None = None
