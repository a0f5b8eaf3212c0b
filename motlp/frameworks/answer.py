"""What an engine returns: what the solver said, and what the model that it said it of has become."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from jaxtyping import Float64

from motlp.frameworks.catalogue import SolverInfo
from motlp.frameworks.form import Form
from motlp.solving.solution import Status


class Part(NamedTuple):
    """The values of a part of a model, or None and a sentence that says why there are none."""

    values: Float64[np.ndarray, " _"] | None = None
    why: str = ""


@dataclass(frozen=True)
class Answer:
    """What a solver said of a declared model.

    Attributes:
        form: what the model is.
        solver: who said it.
        status, message: the solver's own words.
        objective: the value of the model's own objective, whatever it means, or None.
        plan, potential: of any length; signs are those of a plan and a potential.
        seconds: that it took.
    """

    form: Form
    solver: SolverInfo
    status: Status
    message: str
    objective: float | None
    plan: Part
    potential: Part
    seconds: float
