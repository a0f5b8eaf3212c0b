"""What our own solvers are asked to reach, once it is known to make sense; it is checked without NumPy."""

from math import isfinite
from numbers import Real
from typing import Any, NamedTuple, TypeGuard

from motlp.errors import InvalidBudget, arg, shorten
from motlp.problem.rationals import check_whole

# A point whose proved interval is no wider than this is optimal, whatever the solver says, and no other is.
PROVED_OPTIMAL = 1e-6
FINEST = 1e-12  # η below which exponents are mostly rounding
SETTLED = 1e-3  # marginal error with which a stage is left, the last one too unless more is asked for
STILL = 1e-9  # marginal error from which on more sweeps change nothing that can be seen in the interval
LEAP = 10  # sweeps from one leap to the next, and after the last one, which widens the interval for a while


class Aim(NamedTuple):
    """What is asked of the sweeps; see `sinkhorn`."""

    eta: float
    tol: float | None
    marginal: float | None
    max_sweeps: int
    leap: int

    @property
    def least_error(self) -> float:
        """The marginal error to stop at once η is the last."""
        if self.marginal is not None:
            return self.marginal
        return SETTLED if self.tol is None else STILL


def read_aim(
    eta: object = 1e-3, tol: object = None, marginal: object = None, max_sweeps: object = 1000, leap: object = LEAP
) -> Aim:
    """What is asked for, once it is known to make sense.

    Raises:
        InvalidBudget: a number that is out of range, or none at all.
    """
    numbers = {"eta": eta, "tol": tol, "marginal": marginal}
    for name, value in numbers.items():
        if not is_positive(value) and (value is not None or name == "eta"):
            raise InvalidBudget(
                f"{arg(name)} is {shorten(value)}; it must be a number, positive and finite, such as 1e-3."
            )
    if is_positive(eta) and eta < FINEST:
        raise InvalidBudget(f"{arg('eta')} is {eta}; below {FINEST:g} floating point has no room for it; raise it.")
    counts = {"max_sweeps": max_sweeps, "leap": leap}
    for name, value in counts.items():
        check_whole(name, value)
    floats: Any = {name: None if value is None else float(value) for name, value in numbers.items()}  # type: ignore[arg-type]
    return Aim(**floats, **{name: int(value) for name, value in counts.items()})  # type: ignore[call-overload]


def check_limits(tol: object = PROVED_OPTIMAL, time_limit: object = None) -> None:
    """Refuse limits that are not positive and finite, or no numbers.

    Raises:
        InvalidBudget: as it says.
    """
    for name, value, example in (("tol", tol, f"{PROVED_OPTIMAL:g}"), ("time_limit", time_limit, "60")):
        if not is_positive(value) and (value is not None or name == "tol"):
            raise InvalidBudget(
                f"{arg(name)} is {shorten(value)}; it must be a number, positive and finite, such as {example}."
            )


def is_positive(value: object) -> TypeGuard[float]:
    """Whether it is a number, positive and finite as a float."""
    if not isinstance(value, Real) or isinstance(value, bool):
        return False
    try:
        return isfinite(value) and float(value) > 0
    except OverflowError:  # a whole number that no float holds
        return False
