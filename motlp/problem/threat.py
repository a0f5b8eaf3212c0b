"""Threats: what the adversary pays to move a point, and what that makes an interaction cost."""

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

import numpy as np
from jaxtyping import Float64

from motlp.errors import InvalidBudget, arg, shorten
from motlp.geometry.distance import Norm
from motlp.geometry.enclosing import BIRTH_ERROR
from motlp.problem.rationals import Number
from motlp.problem.terms import check_norm, read_radius, read_tau

Births = Float64[np.ndarray, " sets"]

SMALLEST_ERROR = 2.0**-1073  # absolute error of a radius near the smallest floats, besides its relative error
LAST_PLACES = 2.0**-51  # relative error of a cost: a few units in the last place


@dataclass(frozen=True, init=False)
class Ball:
    """To move a point by at most ε in the norm is free, and by more is impossible (c = 0 or ∞).

    A set of points of distinct classes is an interaction exactly when the closed ε-balls around its points have a
    common point, and then its cost is 0. Its birth is the radius of its smallest enclosing ball.

    Raises:
        UnknownName: the norm is none of "l2", "linf", "l1".
    """

    norm: Norm
    has_budget: ClassVar[bool] = True
    birth_word: ClassVar[str] = "birth"
    fewer: ClassVar[str] = f"Lower {arg('eps')}"  # what makes the interactions fewer

    def __init__(self, norm: str = "l2") -> None:
        check_norm(norm)
        object.__setattr__(self, "norm", norm)

    def budget(self, eps: Number | None) -> Fraction:
        """The budget ε, as an exact fraction.

        Raises:
            InvalidBudget: `eps` is missing, negative or no finite number.
        """
        return read_radius(eps)

    def costs(self, births: Births) -> Births:
        """c_A of interactions, given their births: always 0, since moves within the budget are free."""
        return np.zeros_like(births)

    def birth_error(self, births: Births, radii: Births) -> Births:
        """The most by which births may differ from the radii that they stand for."""
        return births * BIRTH_ERROR + SMALLEST_ERROR

    def parameters(self) -> dict[str, str]:
        """The parameters of this threat by name, as texts."""
        return {"norm": self.norm}


@dataclass(frozen=True, init=False)
class Quadratic:
    """To move x to x' costs τ‖x − x'‖² (Euclidean), so that c_A = (τ/|A|) Σ_{u<v∈A} ‖x_u − x_v‖².

    The interactions are the sets with c_A < |A| − 1: only those cost less than their points one by one. What a ball
    calls the birth of an interaction is here its cost.

    Raises:
        InvalidBudget: `tau` is not positive, or no finite number.
    """

    tau: Fraction
    norm: ClassVar[Norm] = "l2"
    has_budget: ClassVar[bool] = False
    birth_word: ClassVar[str] = "cost"
    fewer: ClassVar[str] = f"Raise {arg('tau')}"

    def __init__(self, tau: Number) -> None:
        object.__setattr__(self, "tau", read_tau(tau))

    def budget(self, eps: Number | None) -> None:
        """None: this threat has no budget.

        Raises:
            InvalidBudget: `eps` is given.
        """
        if eps is not None:
            raise InvalidBudget(
                f"{arg('eps')} is {shorten(eps)}, but the quadratic cost has no budget, only its price {arg('tau')}."
            )

    def costs(self, births: Births) -> Births:
        """c_A of interactions, given their births, which are the costs."""
        return births

    def birth_error(self, births: Births, costs: Births) -> Births:
        """The most by which births may differ from the costs that they stand for."""
        return costs * LAST_PLACES

    def parameters(self) -> dict[str, str]:
        """The parameters of this threat by name, as texts."""
        return {"tau": str(self.tau)}


Threat = Ball | Quadratic


def check_ball(model: str, threat: Threat) -> None:
    """Refuse a threat without a budget, over which the model of this name means nothing."""
    if not threat.has_budget:
        raise InvalidBudget(
            f"the model {model!r} is for adversaries with a budget, not for the quadratic cost; take a Ball."
        )


def check_threat(value: object) -> None:
    """Refuse what is no Threat."""
    if not isinstance(value, Threat):
        raise InvalidBudget(f"{arg('threat')} is {shorten(value)}; it must be a Ball or Quadratic, such as Ball('l2').")
