"""Threats: what the adversary pays to move a point, and what that makes an interaction cost."""

from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar, get_args

import numpy as np
from jaxtyping import Float64

from motlp.errors import InvalidBudget, UnknownName, shorten
from motlp.geometry.distance import Norm
from motlp.geometry.enclosing import BIRTH_ERROR
from motlp.problem.rationals import Number, exact

Births = Float64[np.ndarray, " sets"]

SMALLEST_ERROR = 2.0**-1073  # of a radius, where that is more than its relative error
LAST_PLACES = 2.0**-51  # relative error of a cost


@dataclass(frozen=True, init=False)
class Ball:
    """Moving a point by at most ε in the norm is free, by more is impossible (c = 0 or ∞).

    A set of points of distinct classes is an interaction exactly when the closed ε-balls around them
    meet, and then its cost is 0. Its birth is the radius of its smallest enclosing ball.
    """

    norm: Norm
    has_budget: ClassVar[bool] = True
    birth_word: ClassVar[str] = "birth"

    def __init__(self, norm: str = "l2") -> None:
        if not isinstance(norm, str) or norm not in get_args(Norm):
            raise UnknownName("norm", norm, get_args(Norm))
        object.__setattr__(self, "norm", norm)

    def budget(self, eps: Number | None) -> Fraction:
        """The budget ε, exactly.

        Raises:
            InvalidBudget: it is missing, negative or no number.
        """
        if eps is None:
            raise InvalidBudget("`eps` is missing; give the radius of the balls in feature units, such as 0.5.")
        return exact(eps)

    def costs(self, births: Births) -> Births:
        """c_A of interactions, from their births: within the budget all is free."""
        return np.zeros_like(births)

    def birth_error(self, births: Births, radii: Births) -> Births:
        """How far births may lie from the radii that they stand for."""
        return births * BIRTH_ERROR + SMALLEST_ERROR

    def parameters(self) -> dict[str, str]:
        """What makes this threat, as texts."""
        return {"norm": self.norm}


@dataclass(frozen=True, init=False)
class Quadratic:
    """Moving x to x' costs τ‖x − x'‖² (Euclidean), so that c_A = (τ/|A|) Σ_{u<v∈A} ‖x_u − x_v‖².

    Only sets with c_A < |A| − 1 are cheaper than their points taken singly: those are the interactions. The birth of
    an interaction is its cost.
    """

    tau: Fraction
    norm: ClassVar[Norm] = "l2"
    has_budget: ClassVar[bool] = False
    birth_word: ClassVar[str] = "cost"

    def __init__(self, tau: Number) -> None:
        object.__setattr__(self, "tau", exact(tau, "tau"))
        if self.tau <= 0:
            raise InvalidBudget(f"`tau` is {tau}; it must be positive: the price of a unit of squared distance.")

    def budget(self, eps: Number | None) -> None:
        """There is none.

        Raises:
            InvalidBudget: one is given.
        """
        if eps is not None:
            raise InvalidBudget(f"`eps` is {shorten(eps)}, but the quadratic cost has no budget, only its price `tau`.")

    def costs(self, births: Births) -> Births:
        """c_A of interactions, from their births."""
        return births

    def birth_error(self, births: Births, costs: Births) -> Births:
        """How far births may lie from the costs that they stand for."""
        return costs * LAST_PLACES

    def parameters(self) -> dict[str, str]:
        """What makes this threat, as texts."""
        return {"tau": str(self.tau)}


Threat = Ball | Quadratic


def check_threat(value: object) -> None:
    """Refuse what is no threat."""
    if not isinstance(value, Threat):
        raise InvalidBudget(f"`threat` is {shorten(value)}; it must be a Ball or Quadratic, such as Ball('l2').")
