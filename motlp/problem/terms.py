"""The terms of a problem: its norm, its budget or price, its order and its size, as they are asked for.

They are checked here without NumPy: the command line refuses them before it loads anything.
"""

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import Final, Literal

from motlp.errors import InvalidBudget, UnknownName, arg
from motlp.problem.rationals import Number, exact

# As they are written for people. The names are those of `motlp.geometry.distance.Norm`.
NORMS: Mapping[str, str] = MappingProxyType({"l2": "ℓ2", "linf": "ℓ∞", "l1": "ℓ1"})
COSTS = ("ball", "quadratic")
Order = int | Literal["full"]  # a truncation order L, or all orders
FULL: Final = "full"
MOST = 50_000_000  # interactions that are enumerated unless more are allowed


def check_norm(norm: object) -> None:
    """Refuse what is no norm of a ball.

    Raises:
        UnknownName: there is none of this name.
    """
    if not isinstance(norm, str) or norm not in NORMS:
        raise UnknownName("norm", norm, NORMS)


def read_radius(eps: Number | None) -> Fraction:
    """The budget ε of a ball, as an exact fraction.

    Raises:
        InvalidBudget: it is missing, negative or no finite number.
    """
    if eps is None:
        raise InvalidBudget(f"{arg('eps')} is missing; give the radius of the balls in feature units, such as 0.5.")
    return exact(eps)


def read_tau(tau: Number) -> Fraction:
    """The price τ of the quadratic cost, as an exact fraction.

    Raises:
        InvalidBudget: it is not positive, or no finite number.
    """
    price = exact(tau, "tau")
    if price <= 0:
        raise InvalidBudget(f"{arg('tau')} is {tau}; it must be positive: the price of a unit of squared distance.")
    return price
